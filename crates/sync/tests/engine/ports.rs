//! The ports of a device under test.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::channel::oneshot;
use lume_core::time::Timestamp;
use lume_sync::MemoryStore;
use lume_sync::log::LogLine;
use lume_sync::ports::{Clock, Lock, Locks, Notice, Observer, Plain, Ports, Random, Vault};
use lume_sync::store::{Mode, Program, Store, StoreError, StoreName};

use crate::net::Net;

/// What an engine of these tests runs on.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) store: TestStore,
    pub(crate) net: Net,
    pub(crate) clock: TestClock,
    pub(crate) chance: Chance,
    pub(crate) locks: LockTable,
    pub(crate) vault: TestVault,
    pub(crate) heard: Heard,
}

impl Ports for Device {
    type Store = TestStore;
    type Transport = Net;
    type Clock = TestClock;
    type Random = Chance;
    type Locks = LockTable;
    type Sealer = Plain;
    type Vault = TestVault;
    type Observer = Heard;

    fn store(&self) -> &TestStore {
        &self.store
    }

    fn transport(&self) -> &Net {
        &self.net
    }

    fn clock(&self) -> &TestClock {
        &self.clock
    }

    fn random(&self) -> &Chance {
        &self.chance
    }

    fn locks(&self) -> &LockTable {
        &self.locks
    }

    fn sealer(&self) -> &Plain {
        &Plain
    }

    fn vault(&self) -> &TestVault {
        &self.vault
    }

    fn observer(&self) -> &Heard {
        &self.heard
    }
}

/// How a transaction that writes goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not.
    None,
    /// No room; nothing is written.
    Full,
    /// Aborted; nothing is written.
    Aborted,
    /// Everything is written, and nobody says so.
    UnknownWritten,
    /// Nothing is written, and nobody says so.
    UnknownLost,
}

/// The store in memory, with an await in each transaction and faults on demand. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct TestStore {
    pub(crate) memory: MemoryStore,
    faults: Rc<RefCell<VecDeque<Fault>>>,
    broken: Rc<Cell<Option<Fault>>>,
    full: Rc<Cell<Option<StoreName>>>,
    relaxed: Rc<Cell<Option<Fault>>>,
    held: Rc<RefCell<Option<oneshot::Receiver<()>>>>,
}

impl TestStore {
    /// Lets the next strict transaction begin when the sender is used.
    pub(crate) fn hold_next(&self) -> oneshot::Sender<()> {
        let (release, held) = oneshot::channel();
        self.held.replace(Some(held));
        release
    }

    /// How the next transactions that may write strictly go.
    pub(crate) fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Makes every strict transaction over this store find no room.
    pub(crate) fn fail_over(&self, store: Option<StoreName>) {
        self.full.set(store);
    }

    /// How every later relaxed transaction goes.
    pub(crate) fn fail_relaxed(&self, fault: Option<Fault>) {
        self.relaxed.set(fault);
    }

    /// How every later strict transaction goes that nothing else was said about.
    pub(crate) fn fail_always(&self, fault: Option<Fault>) {
        self.broken.set(fault);
    }
}

impl Store for TestStore {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        yield_now().await;
        let held = (mode == Mode::Strict).then(|| self.held.take()).flatten();
        if let Some(held) = held {
            // It begins as well when nobody can release it any more.
            let _ = held.await;
        }
        let fault = match mode {
            Mode::Strict if self.full.get().is_some_and(|full| stores.contains(&full)) => {
                Fault::Full
            }
            Mode::Strict => {
                let next = self.faults.borrow_mut().pop_front();
                next.or(self.broken.get()).unwrap_or(Fault::None)
            }
            Mode::Relaxed => self.relaxed.get().unwrap_or(Fault::None),
            Mode::Read => Fault::None,
        };
        let unknown = || StoreError::Unknown("the connection was lost".to_owned());
        match fault {
            Fault::None => {
                let output = self.memory.transact(mode, stores, program).await;
                yield_now().await;
                output
            }
            Fault::Full => Err(StoreError::Full),
            Fault::Aborted => Err(StoreError::Aborted("AbortError".to_owned())),
            Fault::UnknownLost => Err(unknown()),
            Fault::UnknownWritten => self
                .memory
                .transact(mode, stores, program)
                .await
                .and(Err(unknown())),
        }
    }
}

/// Lets everybody else run first.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Clocks that stand until they are moved. Clones share them.
#[derive(Clone)]
pub(crate) struct TestClock {
    pub(crate) wall: Rc<Cell<Timestamp>>,
    pub(crate) monotonic_ms: Rc<Cell<u64>>,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.wall.get()
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.get()
    }
}

/// Chance from a seed; jitter is none unless a test wants the most of it. Clones share it.
#[derive(Clone)]
pub(crate) struct Chance {
    state: Rc<Cell<u64>>,
    pub(crate) most: Rc<Cell<bool>>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: Rc::new(Cell::new(seed)),
            most: Rc::default(),
        }
    }

    fn next(&self) -> u64 {
        let mut x = self.state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

impl Random for Chance {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        bytes
    }

    fn below(&self, bound: u64) -> u64 {
        if self.most.get() {
            bound.saturating_sub(1)
        } else {
            0
        }
    }
}

/// Locks by name, or none at all. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct LockTable {
    held: Rc<RefCell<BTreeSet<String>>>,
    pub(crate) missing: Rc<Cell<bool>>,
}

/// A lock that is held until this is dropped.
pub(crate) struct Guard(LockTable, String);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.held.borrow_mut().remove(&self.1);
    }
}

impl LockTable {
    /// Takes a lock as a tab would that then freezes.
    pub(crate) fn freeze(&self, name: &str) -> Guard {
        assert!(
            self.held.borrow_mut().insert(name.to_owned()),
            "{name} is held already"
        );
        Guard(self.clone(), name.to_owned())
    }
}

impl Locks for LockTable {
    type Guard = Guard;

    async fn try_lock(&self, name: &str) -> Lock<Guard> {
        yield_now().await;
        if self.missing.get() {
            Lock::Unavailable
        } else if self.held.borrow_mut().insert(name.to_owned()) {
            Lock::Held(Guard(self.clone(), name.to_owned()))
        } else {
            Lock::Busy
        }
    }

    async fn lock(&self, name: &str, wait_ms: u64) -> Lock<Guard> {
        // A millisecond of waiting is one turn of everybody else.
        for _ in 0..wait_ms {
            match self.try_lock(name).await {
                Lock::Busy => {}
                lock @ (Lock::Held(_) | Lock::Unavailable) => return lock,
            }
        }
        Lock::Busy
    }
}

/// A vault that turns every bit over, so that what it sealed shows nothing. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct TestVault {
    pub(crate) broken: Rc<Cell<bool>>,
}

impl Vault for TestVault {
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        yield_now().await;
        (!self.broken.get()).then(|| plain.iter().map(|byte| !byte).collect())
    }

    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.seal(sealed).await
    }
}

/// Everything the engine said. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    pub(crate) lines: Rc<RefCell<Vec<LogLine>>>,
    pub(crate) data: Rc<Cell<u32>>,
}

impl Observer for Heard {
    fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Log(line) => self.lines.borrow_mut().push(line.clone()),
            Notice::Data => self.data.set(self.data.get() + 1),
            Notice::Status => {}
        }
    }
}
