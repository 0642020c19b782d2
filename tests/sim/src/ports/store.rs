//! The store's port: a transaction waits for its turn, runs at one moment, and is told complete at a later one.

use lume_sync::store::{Mode, Program, Store, StoreError, StoreName};

use super::Seat;
use crate::checks;
use crate::disk;
use crate::mix::Fault;
use crate::world::World;

/// A database in a browser.
pub(crate) struct SimStore(pub(super) Seat);

/// What becomes of a transaction.
enum Fate {
    Runs,
    Aborts,
    FindsNoRoom,
    CannotOpen,
    UnknownApplied,
    UnknownLost,
}

/// How long a full disk stays full, in milliseconds.
const FULL_MS: u64 = 20_000;

fn fate(world: &mut World, database: usize, mode: Mode) -> Fate {
    if world.strikes(Fault::StoreUnavailable) {
        return Fate::CannotOpen;
    }
    if world.strikes(Fault::StoreAborts) {
        return Fate::Aborts;
    }
    if mode == Mode::Read {
        return Fate::Runs;
    }
    if world.strikes(Fault::StoreFull) {
        world.databases[database].full_until_ms = world.now_ms + world.rng.below(FULL_MS);
    }
    if world.databases[database].full_until_ms > world.now_ms {
        return Fate::FindsNoRoom;
    }
    if world.strikes(Fault::CommitUnknownApplied) {
        return Fate::UnknownApplied;
    }
    if world.strikes(Fault::CommitUnknownLost) {
        return Fate::UnknownLost;
    }
    Fate::Runs
}

fn delay_ms(world: &mut World) -> u64 {
    if world.strikes(Fault::StoreSlow) {
        world.rng.between(200, 2_500)
    } else {
        world.rng.between(1, 12)
    }
}

impl Store for SimStore {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        let database = self.0.database;
        let wait_ms = delay_ms(&mut self.0.world.borrow_mut());
        let fate = self
            .0
            .wait(wait_ms, move |world| fate(world, database, mode))
            .await;
        match fate {
            Fate::CannotOpen => return Err(StoreError::Unavailable("simulated".to_owned())),
            Fate::Aborts => return Err(StoreError::Aborted("AbortError".to_owned())),
            Fate::Runs | Fate::FindsNoRoom | Fate::UnknownApplied | Fate::UnknownLost => {}
        }
        // Programs may not call the world, but nothing keeps them from it: they run on tables of their own.
        let tables = self.0.world.borrow().databases[database].tables();
        let run = disk::run(&tables, mode, stores, program)?;
        let mut number = None;
        let mut result = Ok(run.output);
        if let Some((after, writes)) = run.after {
            let unknown = || StoreError::Unknown("simulated".to_owned());
            let mut world = self.0.world.borrow_mut();
            let applied = match fate {
                Fate::FindsNoRoom => {
                    result = Err(StoreError::Full);
                    false
                }
                Fate::UnknownLost => {
                    result = Err(unknown());
                    false
                }
                Fate::UnknownApplied => {
                    result = Err(unknown());
                    true
                }
                Fate::Runs | Fate::Aborts | Fate::CannotOpen => true,
            };
            if applied {
                let commit = world.databases[database].commit(after, writes);
                number = Some(commit.number);
                checks::on_commit(&mut world, self.0.tab, database, &commit);
            }
        }
        let wait_ms = delay_ms(&mut self.0.world.borrow_mut());
        let strict = mode == Mode::Strict;
        self.0
            .wait(wait_ms, move |world| {
                // Also where the outcome can't be told: what can be read afterwards was flushed before.
                if let Some(number) = number.filter(|_| strict) {
                    world.databases[database].flush(number);
                }
            })
            .await;
        result
    }
}
