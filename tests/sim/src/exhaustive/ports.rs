//! The engine's ports on the bench: what matters to others waits until the search lets it go on.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use lume_core::time::Timestamp;
use lume_sync::memory::Tables;
use lume_sync::ports::{
    Clock, Lock, Locks, Notice, Observer, Plain, Ports, Random, Request, Response, SendError,
    Transport, Vault,
};
use lume_sync::store::{Mode, Program, Store, StoreError, StoreName};
use lume_sync::testing::MemoryBackend;

use crate::trace::digest;

/// What both tabs share.
pub(super) struct Shared {
    pub(super) tables: RefCell<Tables>,
    pub(super) backend: RefCell<MemoryBackend>,
    pub(super) now_ms: Cell<u64>,
}

/// What a tab waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// A transaction.
    Store,
    /// The arrival of a request.
    Request,
    /// The arrival of its answer.
    Answer,
}

/// What the search lets happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Let {
    Go,
    Lose,
}

/// One tab's ports.
pub(super) struct Seat {
    pub(super) shared: Rc<Shared>,
    pub(super) at: Cell<Option<Point>>,
    pub(super) next: Cell<Option<Let>>,
    /// Everything that the tab has met, as a number.
    pub(super) past: Cell<u64>,
    drawn: Cell<u64>,
    seed: u64,
    /// Whether nothing waits: before and after the search.
    pub(super) runs_through: Cell<bool>,
    /// Whether requests get lost while nothing waits.
    pub(super) is_offline: Cell<bool>,
}

impl Seat {
    pub(super) fn new(shared: &Rc<Shared>, seed: u64) -> Rc<Self> {
        Rc::new(Self {
            shared: Rc::clone(shared),
            at: Cell::new(None),
            next: Cell::new(None),
            past: Cell::new(digest(&seed.to_be_bytes())),
            drawn: Cell::new(0),
            seed,
            runs_through: Cell::new(false),
            is_offline: Cell::new(false),
        })
    }

    fn remember(&self, what: &[u8]) {
        let mut all = self.past.get().to_be_bytes().to_vec();
        all.extend_from_slice(what);
        self.past.set(digest(&all));
    }

    /// Waits until the search says what happens here.
    fn wait(&self, point: Point) -> impl Future<Output = Let> + '_ {
        poll_fn(move |_| {
            if self.runs_through.get() {
                let lost = self.is_offline.get() && point == Point::Request;
                return Poll::Ready(if lost { Let::Lose } else { Let::Go });
            }
            let Some(next) = self.next.take() else {
                self.at.set(Some(point));
                return Poll::Pending;
            };
            self.at.set(None);
            self.remember(format!("{point:?} {next:?} {}", self.shared.now_ms.get()).as_bytes());
            Poll::Ready(next)
        })
    }
}

/// All ports of one tab.
pub(super) struct BenchPorts(pub(super) Rc<Seat>);

impl Ports for BenchPorts {
    type Store = Self;
    type Transport = Self;
    type Clock = Self;
    type Random = Self;
    type Locks = Self;
    type Sealer = Plain;
    type Vault = Self;
    type Observer = Self;

    fn store(&self) -> &Self {
        self
    }

    fn transport(&self) -> &Self {
        self
    }

    fn clock(&self) -> &Self {
        self
    }

    fn random(&self) -> &Self {
        self
    }

    fn locks(&self) -> &Self {
        self
    }

    fn sealer(&self) -> &Plain {
        &Plain
    }

    fn vault(&self) -> &Self {
        self
    }

    fn observer(&self) -> &Self {
        self
    }
}

impl Store for BenchPorts {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        // The claims are what the protocol is about.
        if mode != Mode::Relaxed && stores.contains(&StoreName::Claims) {
            self.0.wait(Point::Store).await;
            self.0.remember(&bytes(&self.0.shared.tables.borrow()));
        }
        self.0.shared.tables.borrow_mut().run(program)
    }
}

/// Everything in the tables that decides what an engine does next.
pub(super) fn bytes(tables: &Tables) -> Vec<u8> {
    let rows: Vec<_> = tables.outbox.values().collect();
    let claims: Vec<_> = tables.claims.values().collect();
    let mut all = serde_json::to_vec(&(rows, claims)).unwrap_or_default();
    all.extend(format!("{:?} {:?}", tables.entities, tables.bases).bytes());
    for (name, value) in &tables.meta {
        all.extend(name.bytes());
        all.extend(value);
    }
    all
}

impl Transport for BenchPorts {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        if self.0.wait(Point::Request).await == Let::Lose {
            return Err(SendError::Network);
        }
        let now = self.now();
        let response = self.0.shared.backend.borrow_mut().handle(now, &request);
        if self.0.wait(Point::Answer).await == Let::Lose {
            return Err(SendError::Network);
        }
        self.0
            .remember(format!("{response:?} {:?}", response.etag).as_bytes());
        Ok(response)
    }

    fn is_online(&self) -> bool {
        true
    }
}

impl Clock for BenchPorts {
    fn now(&self) -> Timestamp {
        let ms = i64::try_from(self.0.shared.now_ms.get()).unwrap_or(i64::MAX);
        Timestamp::from_millis(1_750_000_000_000).plus_millis(ms)
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.shared.now_ms.get()
    }
}

impl Random for BenchPorts {
    fn bytes(&self) -> [u8; 16] {
        let count = self.0.drawn.get();
        self.0.drawn.set(count + 1);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0.seed.to_be_bytes());
        bytes[8..].copy_from_slice(&count.to_be_bytes());
        bytes
    }

    fn below(&self, _bound: u64) -> u64 {
        0
    }
}

impl Locks for BenchPorts {
    type Guard = ();

    async fn try_lock(&self, _name: &str) -> Lock<()> {
        Lock::Unavailable
    }

    async fn lock(&self, _name: &str, _wait_ms: u64) -> Lock<()> {
        Lock::Unavailable
    }
}

impl Vault for BenchPorts {
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        Some(plain.to_vec())
    }

    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}

impl Observer for BenchPorts {
    fn notice(&self, _notice: &Notice) {}
}
