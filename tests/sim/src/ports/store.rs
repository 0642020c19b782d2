//! The store's port: a transaction is opened, waits for its turn, reads step by step, commits at one moment, and is told
//! complete at a later one. At each of these steps the world may end it, or the tab.

use std::rc::Rc;

use lume_sync::memory::Tables;
use lume_sync::store::{Answers, Mode, Program, Step, Store, StoreError, StoreName, Write};

use super::Seat;
use crate::checks;
use crate::disk;
use crate::mix::Fault;
use crate::turns::{self, Turn};
use crate::world::World;

/// A database in a browser.
pub(crate) struct SimStore(pub(super) Seat);

/// What becomes of a transaction that has come to its commit.
enum Fate {
    Commits,
    Aborts(&'static str),
    FindsNoRoom,
    UnknownApplied,
    UnknownLost,
}

/// How long a full disk stays full, in milliseconds.
const FULL_MS: u64 = 20_000;
/// How long a transaction may hang, in milliseconds.
const HANG_MS_MAX: u64 = 30 * 60_000;

/// What becomes of a transaction that has read all it wanted. An abort comes without a word to any single request.
fn fate(world: &mut World, database: usize, mode: Mode) -> Fate {
    if world.strikes(Fault::StoreAborts) {
        return Fate::Aborts("AbortError");
    }
    if mode == Mode::Read {
        return Fate::Commits;
    }
    // It had nothing to do for a moment and committed what it had, which was nothing: the writes come too late.
    if world.strikes(Fault::CommitsByItself) {
        return Fate::Aborts("TransactionInactiveError");
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
    Fate::Commits
}

fn delay_ms(world: &mut World) -> u64 {
    if world.strikes(Fault::StoreHangs) {
        world.rng.between(60_000, HANG_MS_MAX)
    } else if world.strikes(Fault::StoreSlow) {
        world.rng.between(200, 2_500)
    } else {
        world.rng.between(1, 8)
    }
}

impl Store for SimStore {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        let (tab, database) = (self.0.tab, self.0.database);
        self.pause(move |world| disk::connect(world, tab, database))
            .await?;
        let turn = Turn::begin(&self.0, mode, stores).await;
        let (writes, output) = self.read(&turn, stores, program).await?;
        if self.is_locked() && !writes.iter().all(is_of_records) {
            return Err(StoreError::Locked);
        }
        let fate = fate(&mut self.0.world.borrow_mut(), database, mode);
        let result = match fate {
            Fate::Aborts(name) => return Err(StoreError::Aborted(name.to_owned())),
            Fate::FindsNoRoom if !writes.is_empty() => return Err(StoreError::Full),
            Fate::UnknownLost | Fate::UnknownApplied if !writes.is_empty() => {
                Err(StoreError::Unknown("simulated".to_owned()))
            }
            Fate::Commits | Fate::FindsNoRoom | Fate::UnknownLost | Fate::UnknownApplied => {
                Ok(output)
            }
        };
        let number = match fate {
            Fate::UnknownLost | Fate::Aborts(_) => None,
            Fate::Commits | Fate::FindsNoRoom | Fate::UnknownApplied => {
                self.commit(mode, stores, writes)?
            }
        };
        // Over for everybody else. Who has made it is told later.
        drop(turn);
        let strict = mode == Mode::Strict;
        self.pause(move |world| {
            // Also where the outcome can't be told: what can be read afterwards was flushed before.
            if let Some(number) = number.filter(|_| strict) {
                world.databases[database].flush(number);
                world.model.flushed(database, number);
            }
        })
        .await;
        result
    }

    fn is_locked(&self) -> bool {
        self.0.world.borrow().is_locked()
    }
}

/// Whether a write needs no key.
fn is_of_records(write: &Write) -> bool {
    matches!(
        write,
        Write::PutMeta(..) | Write::RemoveMeta(_) | Write::AppendLog(_)
    )
}

impl SimStore {
    async fn pause<T: 'static>(&self, resolve: impl FnOnce(&mut World) -> T + 'static) -> T {
        let wait_ms = delay_ms(&mut self.0.world.borrow_mut());
        self.0.wait(wait_ms, resolve).await
    }

    /// Answers a program's reads until it says what to write.
    async fn read<P: Program>(
        &self,
        turn: &Turn,
        scope: &[StoreName],
        mut program: P,
    ) -> Result<(Vec<Write>, P::Output), StoreError> {
        let mut answers = Answers::default();
        loop {
            let queries = match program.step(answers) {
                Step::Read(queries) => queries,
                Step::Write(writes, output) => return Ok((writes, output)),
            };
            let tab = self.0.tab;
            self.pause(move |world| {
                if world.strikes(Fault::ConnectionLost) {
                    world.say(&[7, tab as u64], || {
                        format!("tab {tab} loses its connection")
                    });
                    turns::abort_all(world, tab);
                }
            })
            .await;
            if turn.is_aborted() {
                return Err(StoreError::Aborted("AbortError".to_owned()));
            }
            let tables = self.tables();
            answers = disk::answers(&tables, scope, &queries)?;
        }
    }

    /// Makes the writes readable; gives the commit's number, if there is one.
    fn commit(
        &self,
        mode: Mode,
        scope: &[StoreName],
        writes: Vec<Write>,
    ) -> Result<Option<u64>, StoreError> {
        if writes.is_empty() {
            return Ok(None);
        }
        // Programs may not call the world, but nothing keeps them from it: they run on tables of their own.
        let after = disk::applied(&self.tables(), mode, scope, &writes)?;
        let mut world = self.0.world.borrow_mut();
        let commit = world.databases[self.0.database].commit(after, writes);
        checks::on_commit(&mut world, self.0.tab, self.0.database, &commit);
        Ok(Some(commit.number))
    }

    fn tables(&self) -> Rc<Tables> {
        self.0.world.borrow().databases[self.0.database].tables()
    }
}
