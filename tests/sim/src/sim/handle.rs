//! What the app does when something is done: what the shell of the real app does, without its screens.

use lume_sync::account::Authenticated;
use lume_sync::meta::AppMode;
use lume_sync::{Blocked, CommitError, Status, StoreError, Trigger};

use super::Sim;
use crate::checks::Invariant;
use crate::model::shown;
use crate::queue::Event;
use crate::report::Report;

/// A planned pass comes at least this long after the plan, in milliseconds.
const PLANNED_WAIT_MS_MIN: i64 = 1_000;
/// And at most so long.
const PLANNED_WAIT_MS_MAX: i64 = 120_000;
/// A tab that could not be set up is set up again after so long, in milliseconds.
const SET_UP_AGAIN_MS: u64 = 3_000;

impl Sim {
    pub(super) fn handle_reports(&mut self) {
        loop {
            let reports = std::mem::take(&mut self.world.borrow_mut().reports);
            if reports.is_empty() {
                return;
            }
            for report in reports {
                self.handle(report);
            }
        }
    }

    fn handle(&mut self, report: Report) {
        match report {
            Report::SetUp { tab, life, done } => self.set_up(tab, life, done),
            Report::Stands {
                tab,
                life,
                status: Ok(status),
            } => {
                if self.tabs[tab].life == life {
                    self.plan(tab, &status);
                    self.tabs[tab].status = Some(status);
                }
            }
            Report::Stands {
                tab,
                life,
                status: Err(_),
            } => {
                self.keep_up(tab, life);
            }
            Report::Wrote {
                tab,
                life,
                action,
                result,
            } => {
                self.wrote(action, &result);
                if result.is_err() {
                    self.keep_up(tab, life);
                } else if self.tabs[tab].life == life {
                    self.pass(tab, Trigger::Saved);
                }
            }
            Report::Decided {
                tab,
                life,
                action,
                result,
            } => {
                self.decided(action, &result);
                if self.tabs[tab].life == life {
                    self.pass(tab, Trigger::Saved);
                }
            }
            Report::SignedIn { tab, life, result } => {
                if let (Ok(found), true) = (result, self.tabs[tab].life == life) {
                    self.signed_in(tab, *found);
                }
            }
            Report::Bound {
                tab,
                life,
                must_fail,
                result,
            } => {
                if must_fail && result.is_ok() {
                    self.world
                        .borrow_mut()
                        .violate(Invariant::I8, "a database was bound to a second account");
                }
                if self.tabs[tab].life == life {
                    self.tabs[tab].ready = true;
                    self.pass(tab, Trigger::Manual);
                }
            }
            Report::SignedOut { tab, life, result } => {
                if result.is_ok() && self.tabs[tab].life == life {
                    self.signed_out(tab);
                }
            }
        }
    }

    fn set_up(&mut self, tab: usize, life: u64, done: bool) {
        if self.tabs[tab].life != life {
            return;
        }
        if done {
            self.tabs[tab].ready = true;
            self.pass(tab, Trigger::Start);
        } else if !self.keep_up(tab, life) {
            self.world
                .borrow_mut()
                .after(SET_UP_AGAIN_MS, Event::Open { tab });
        }
    }

    /// Loads a tab anew, as the words on its screen ask for, if a newer app has made its database newer.
    fn keep_up(&mut self, tab: usize, life: u64) -> bool {
        if self.tabs[tab].life != life || self.is_worker(tab) {
            return false;
        }
        {
            let mut world = self.world.borrow_mut();
            let version = world.databases[self.tabs[tab].database].version;
            if version <= world.app_of(tab) {
                return false;
            }
            world.apps.insert(tab, version);
            let after_ms = world.rng.between(300, 20_000);
            world.after(after_ms, Event::Open { tab });
        }
        self.end_tab(tab);
        true
    }

    /// Plans a pass for when the next event may go out, as the app's shell does.
    fn plan(&mut self, tab: usize, status: &Status) {
        self.tabs[tab].plan += 1;
        let may_send = status.mode == AppMode::Synced
            && status.signed_in
            && status.online
            && !status.processing
            && !status.blocked.is_some_and(Blocked::needs_person);
        let Some(next) = status.next_attempt.filter(|_| may_send) else {
            return;
        };
        let (life, plan) = (self.tabs[tab].life, self.tabs[tab].plan);
        let mut world = self.world.borrow_mut();
        let wait_ms = next
            .millis_since(world.wall_now())
            .clamp(PLANNED_WAIT_MS_MIN, PLANNED_WAIT_MS_MAX);
        world.after(wait_ms.unsigned_abs(), Event::Planned { tab, life, plan });
    }

    fn wrote(&mut self, number: u64, result: &Result<(), CommitError>) {
        let mut world = self.world.borrow_mut();
        let Some(action) = world.model.end(number) else {
            return;
        };
        let Some(target) = action.target else { return };
        let state = shown(&world.databases[action.database].tables(), &action.key);
        world.say(&[30, u64::from(result.is_ok())], || {
            format!("the person is told {result:?} of {:?}", action.key)
        });
        match result {
            Ok(()) => {
                world.audit.counts.saved += 1;
                if state != target {
                    let what = format!("saved {:?} as {target:?}, and it is {state:?}", action.key);
                    world.violate(Invariant::I1, what);
                }
                world.model.settle(action.database, &action.key, target);
            }
            Err(CommitError::Store(StoreError::Unknown(_))) => {}
            Err(error) if action.committed => {
                let what = format!(
                    "{:?} was written, and the person was told: {error}",
                    action.key
                );
                world.violate(Invariant::I2, what);
            }
            Err(_) => {}
        }
    }

    fn decided(&mut self, number: u64, result: &Result<(), StoreError>) {
        let mut world = self.world.borrow_mut();
        let Some(action) = world.model.end(number) else {
            return;
        };
        world.say(&[31, u64::from(result.is_ok())], || {
            format!("decided {:?}: {result:?}", action.key)
        });
        if result.is_ok() {
            let state = shown(&world.databases[action.database].tables(), &action.key);
            world.model.settle(action.database, &action.key, state);
        }
    }

    /// Chooses the database of an account, as the app does: its own, this one if it is nobody's, else another.
    fn signed_in(&mut self, tab: usize, found: Authenticated) {
        let wanted = found.account().key();
        let here = self.tabs[tab].database;
        let owner = |sim: &Self, number: usize| -> Option<String> {
            sim.world.borrow().databases[number]
                .profile()
                .account
                .map(|account| account.key())
        };
        let count = self.world.borrow().databases.len();
        // Two tabs that sign in at one moment may bind two databases to one account.
        let mut candidates = std::iter::once(here).chain(0..count);
        let known = candidates.find(|number| owner(self, *number).as_ref() == Some(&wanted));
        let is_anothers = owner(self, here).is_some_and(|owner| owner != wanted);
        let (confused, bring) = {
            let mut world = self.world.borrow_mut();
            (world.rng.per_mille(250), world.rng.per_mille(900))
        };
        if is_anothers && confused {
            self.bind(tab, found, true);
            return;
        }
        let target = known.unwrap_or_else(|| {
            if bring && owner(self, here).is_none() {
                here
            } else {
                self.nobodys_database(Some(here))
            }
        });
        if target != here {
            let end_tasks = self.world.borrow_mut().rng.per_mille(500);
            self.switch(tab, target, end_tasks);
        }
        self.bind(tab, found, false);
    }

    /// An account's session is over: the tab goes back to the device's own profile, or stays where it is.
    fn signed_out(&mut self, tab: usize) {
        let (stays, end_tasks) = {
            let mut world = self.world.borrow_mut();
            (world.rng.per_mille(250), world.rng.per_mille(500))
        };
        if stays {
            self.pass(tab, Trigger::Manual);
            return;
        }
        let target = self.nobodys_database(None);
        self.switch(tab, target, end_tasks);
        self.open(tab);
    }

    /// A database that belongs to no account.
    fn nobodys_database(&mut self, other_than: Option<usize>) -> usize {
        let found = {
            let world = self.world.borrow();
            (0..world.databases.len()).find(|number| {
                Some(*number) != other_than && world.databases[*number].profile().account.is_none()
            })
        };
        found.unwrap_or_else(|| self.new_database())
    }
}
