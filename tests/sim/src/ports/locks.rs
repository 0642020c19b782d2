//! The locks' port.

use lume_sync::ports::{Lock, Locks};

use super::Seat;
use crate::world::Shared;

/// How often a waiting engine looks whether the lock is free, in milliseconds.
const LOOK_MS: u64 = 250;

/// The browser's locks, if this browser has any.
pub(crate) struct SimLocks(pub(super) Seat);

/// A held lock; given back when dropped, also with a tab that ends.
pub(crate) struct Held {
    world: Shared,
    number: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.world.borrow_mut().locks.give_back(self.number);
    }
}

impl SimLocks {
    async fn look(&self, name: &str, after_ms: u64) -> Lock<Held> {
        let (database, name) = (self.0.database, name.to_owned());
        let taken = self
            .0
            .wait(after_ms, move |world| {
                world
                    .mix
                    .has_locks
                    .then(|| world.locks.take(database, &name))
            })
            .await;
        match taken {
            None => Lock::Unavailable,
            Some(None) => Lock::Busy,
            Some(Some(number)) => Lock::Held(Held {
                world: self.0.world.clone(),
                number,
            }),
        }
    }
}

impl Locks for SimLocks {
    type Guard = Held;

    async fn try_lock(&self, name: &str) -> Lock<Held> {
        self.look(name, 1).await
    }

    async fn lock(&self, name: &str, wait_ms: u64) -> Lock<Held> {
        let mut waited_ms = 0;
        loop {
            match self
                .look(name, if waited_ms == 0 { 1 } else { LOOK_MS })
                .await
            {
                Lock::Busy if waited_ms < wait_ms => waited_ms += LOOK_MS,
                settled @ (Lock::Held(_) | Lock::Busy | Lock::Unavailable) => return settled,
            }
        }
    }
}
