//! The engine's ports into the simulated world. Every call that the engine awaits yields, so that the world can stop,
//! crash, delay or answer otherwise there.

mod locks;
mod store;
mod transport;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use lume_core::time::Timestamp;
use lume_sync::log::LogEvent;
use lume_sync::ports::{Clock, Notice, Observer, Plain, Ports, Random, Vault};

use crate::checks::Invariant;
use crate::queue::Event;
use crate::rng::Rng;
use crate::world::{Shared, World};

pub(crate) use locks::SimLocks;
pub(crate) use store::SimStore;
pub(crate) use transport::SimTransport;

/// Whose ports these are.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) world: Shared,
    pub(crate) tab: usize,
    pub(crate) database: usize,
}

/// All ports of one engine.
pub(crate) struct SimPorts {
    store: SimStore,
    transport: SimTransport,
    clock: SimClock,
    random: SimRandom,
    locks: SimLocks,
    vault: SimVault,
    observer: SimObserver,
}

impl SimPorts {
    /// The ports of an engine in a tab over a database.
    pub(crate) fn new(seat: &Seat, rng: Rng) -> Self {
        let born_ms = seat.world.borrow().now_ms;
        Self {
            store: SimStore(seat.clone()),
            transport: SimTransport(seat.clone()),
            clock: SimClock {
                world: Rc::clone(&seat.world),
                born_ms,
            },
            random: SimRandom(RefCell::new(rng)),
            locks: SimLocks(seat.clone()),
            vault: SimVault(seat.clone()),
            observer: SimObserver(seat.clone()),
        }
    }
}

impl Ports for SimPorts {
    type Store = SimStore;
    type Transport = SimTransport;
    type Clock = SimClock;
    type Random = SimRandom;
    type Locks = SimLocks;
    type Sealer = Plain;
    type Vault = SimVault;
    type Observer = SimObserver;

    fn store(&self) -> &SimStore {
        &self.store
    }

    fn transport(&self) -> &SimTransport {
        &self.transport
    }

    fn clock(&self) -> &SimClock {
        &self.clock
    }

    fn random(&self) -> &SimRandom {
        &self.random
    }

    fn locks(&self) -> &SimLocks {
        &self.locks
    }

    fn sealer(&self) -> &Plain {
        &Plain
    }

    fn vault(&self) -> &SimVault {
        &self.vault
    }

    fn observer(&self) -> &SimObserver {
        &self.observer
    }
}

/// Where an awaited thing puts what came of it.
pub(crate) struct Slot<T>(Rc<Cell<Option<T>>>);

impl<T> Slot<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::new(Cell::new(None)))
    }

    /// Another handle on the same slot.
    pub(crate) fn handle(&self) -> Self {
        Self(Rc::clone(&self.0))
    }

    /// Puts what came of it.
    pub(crate) fn fill(&self, value: T) {
        self.0.set(Some(value));
    }
}

impl<T> Future for Slot<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Seat {
    /// Waits so long, then lets the world say what came of it.
    pub(crate) async fn wait<T: 'static>(
        &self,
        ms: u64,
        resolve: impl FnOnce(&mut World) -> T + 'static,
    ) -> T {
        let slot = Slot::new();
        let handle = slot.handle();
        {
            let mut world = self.world.borrow_mut();
            let task = world.current.map_or(0, |current| current.task);
            world.after(
                ms,
                Event::Wake {
                    task,
                    resolve: Box::new(move |world| handle.fill(resolve(world))),
                },
            );
        }
        slot.await
    }
}

/// Time.
pub(crate) struct SimClock {
    world: Shared,
    born_ms: u64,
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.world.borrow().wall_now()
    }

    fn monotonic_ms(&self) -> u64 {
        self.world.borrow().now_ms - self.born_ms
    }
}

/// Chance, of the engine's own stream.
pub(crate) struct SimRandom(RefCell<Rng>);

impl Random for SimRandom {
    fn bytes(&self) -> [u8; 16] {
        self.0.borrow_mut().bytes()
    }

    fn below(&self, bound: u64) -> u64 {
        self.0.borrow_mut().below(bound)
    }
}

/// A vault that keeps what it is given, so that the checks can read the tokens.
pub(crate) struct SimVault(Seat);

impl Vault for SimVault {
    async fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.0.wait(2, |_| ()).await;
        Some(plain.to_vec())
    }

    async fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.wait(2, |_| ()).await;
        Some(sealed.to_vec())
    }
}

/// Writes what an engine says into the trace, and hears alarms.
pub(crate) struct SimObserver(Seat);

impl Observer for SimObserver {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "two lines are alarms, whatever else there will be"
    )]
    fn notice(&self, notice: &Notice) {
        let Notice::Log(line) = notice else { return };
        let mut world = self.0.world.borrow_mut();
        let (tab, database) = (self.0.tab as u64, self.0.database as u64);
        let words = line.event.to_string();
        world.say(
            &[1, tab, database, crate::trace::digest(words.as_bytes())],
            || format!("tab {tab} db {database} says {words}"),
        );
        match &line.event {
            LogEvent::NeedsPerson { reason, .. } if reason == "key_reused" => {
                world.violate(
                    Invariant::I7,
                    "the server has seen other bytes under the same key",
                );
            }
            LogEvent::StoreFailed { error, .. } if error.contains("can't be read") => {
                world.violate(
                    Invariant::I2,
                    format!("the engine's transaction makes no sense: {error}"),
                );
            }
            _ => {}
        }
    }
}
