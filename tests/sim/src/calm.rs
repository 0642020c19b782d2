//! The end of a run: the faults stop, and everything must come to its end.
//!
//! Each account's database is visited in turn. What is not stuck must arrive within bounded time; then a new entry
//! must arrive within one pass although other lanes are stuck; then the person decides about what failed, and device
//! and server must be equal.

use lume_core::ids::{EventId, UserId};
use lume_sync::Blocked;
use lume_sync::gate::Gate;
use lume_sync::meta::AppMode;
use lume_sync::rows::{EntityKey, EventState};

use crate::checks::Invariant;
use crate::checks::data::check_told;
use crate::model::{Shown, shown};
use crate::person::Decision;
use crate::queue::Event;
use crate::rows::{as_server_has_it, lane};
use crate::sim::Sim;
use crate::trace::digest;

/// Everything arrives within this time: the longest wait that a server can ask for, and as much again.
const DRAIN_MS: u64 = 2 * 3_600_000;
/// One pass and the plan before it.
const ONE_PASS_MS: u64 = 40_000;
/// How often the person decides about what failed.
const ROUNDS: usize = 8;
/// Rounds in which an event may be sent again as it is.
const PATIENT_ROUNDS: usize = 3;
/// No task takes longer than this: a transaction that hangs when the faults stop ends within half an hour.
const TASK_MS_MAX: u64 = 40 * 60_000;
/// How long what was under way has to come to its end, in milliseconds.
const SETTLE_MS: u64 = TASK_MS_MAX + 60_000;
/// How often the person looks whether there is still a session.
const LOOK_MS: u64 = 20_000;

impl Sim {
    /// Stops the faults, and looks whether everything comes to its end.
    pub(crate) fn calm_down(&mut self) {
        {
            let mut world = self.world.borrow_mut();
            let now_ms = world.now_ms;
            world.say(&[50], || "the faults stop".to_owned());
            world.mix = world.mix.calm();
            world.locked_until_ms = 0;
            world.net.offline_until_ms = 0;
            world.net.down_until_ms = 0;
            world.net.portal_until_ms = 0;
            for database in &mut world.databases {
                database.full_until_ms = 0;
            }
            world.queue.push(now_ms, Event::Online);
        }
        let zombie = self.zombie();
        for tab in self.pages() {
            if zombie != Some(tab) {
                self.thaw(tab);
            }
            if self.tabs[tab].engine.is_none() {
                self.open(tab);
            }
        }
        // What is under way may still move tabs to other databases.
        let settled_ms = self.world.borrow().now_ms + SETTLE_MS;
        self.run_until(settled_ms, |_| false);
        let count = self.world.borrow().databases.len();
        for database in 0..count {
            let account = self.world.borrow().databases[database].profile().account;
            if let Some(account) = account {
                self.visit(database, account.user_id);
                if let Some(tab) = zombie {
                    self.thaw(tab);
                }
            }
            if self.is_over() {
                return;
            }
        }
        if let Some(tab) = zombie {
            self.thaw(tab);
            let settled_ms = self.world.borrow().now_ms + SETTLE_MS;
            self.run_until(settled_ms, |_| false);
        }
        for database in 0..count {
            check_told(&mut self.world.borrow_mut(), database);
        }
        let old = self.world.borrow().now_ms.saturating_sub(TASK_MS_MAX);
        let stuck = self.stuck_since(old);
        if !stuck.is_empty() {
            self.world
                .borrow_mut()
                .violate(Invariant::I22, format!("still at work: {stuck:?}"));
        }
    }

    /// A tab that is frozen with whatever it holds, locks too, and stays so: the others have to do without it. One that
    /// holds a transaction, or an older version of a database, would hold up every other one: no app can help that.
    fn zombie(&mut self) -> Option<usize> {
        if !self.world.borrow().mix.zombie || !self.world.borrow().apps.is_empty() {
            return None;
        }
        let count = self.world.borrow().databases.len();
        let holds = |tab: usize| {
            let world = self.world.borrow();
            (0..count).any(|database| world.turns.has_open(database, |other| other == tab))
        };
        let mut others = self.pages().skip(1);
        let tab = others.find(|tab| {
            self.tabs[*tab].engine.is_some()
                && !self.is_idle(*tab)
                && self.is_only_sending(*tab)
                && !holds(*tab)
        })?;
        let mut world = self.world.borrow_mut();
        world.say(&[53], || format!("tab {tab} is frozen for good"));
        world.frozen.insert(tab);
        Some(tab)
    }

    fn is_over(&self) -> bool {
        self.world.borrow().violation.is_some()
    }

    fn visit(&mut self, database: usize, user: UserId) {
        self.world
            .borrow_mut()
            .say(&[51, database as u64], || format!("visiting db {database}"));
        self.drain(database, Invariant::I21);
        self.equal(database, user);
        if self.is_over() {
            return;
        }
        let first = self.write_new(0);
        self.drain(database, Invariant::I21);
        let second = self.write_new(0);
        self.arrives(database, &[first, second]);
        self.world.borrow_mut().net.poison = None;
        for round in 0..ROUNDS {
            if self.is_over() || self.failed(database).is_empty() {
                break;
            }
            self.decide_all(database, round);
            self.drain(database, Invariant::I4);
        }
        if !self.is_over() && !self.failed(database).is_empty() {
            let failed = self.failed(database);
            self.world
                .borrow_mut()
                .violate(Invariant::I18, format!("nothing helps {failed:?}"));
        }
        self.equal(database, user);
    }

    /// Runs until everything that is not stuck has arrived; whoever is signed out signs in again.
    fn drain(&mut self, database: usize, invariant: Invariant) {
        let until_ms = self.world.borrow().now_ms + DRAIN_MS;
        while !self.is_over() && !self.is_done(database) {
            if self.world.borrow().now_ms > until_ms {
                let rest = self.rest(database);
                self.world
                    .borrow_mut()
                    .violate(invariant, format!("db {database} still has {rest}"));
                return;
            }
            self.attend(database);
            let look_ms = self.world.borrow().now_ms + LOOK_MS;
            self.run_until(look_ms, |sim| sim.is_done(database));
        }
    }

    /// Keeps the first tab at a database, and its person signed in.
    fn attend(&mut self, database: usize) {
        if self.tabs[0].database != database {
            self.switch(0, database, true);
            self.open(0);
        }
        if !self.tabs[0].ready {
            return;
        }
        let (profile, tables) = {
            let world = self.world.borrow();
            let place = &world.databases[database];
            (place.profile(), place.tables())
        };
        let gate: Gate = crate::disk::record(&tables, lume_sync::meta::GATE);
        if crate::disk::session(&tables).sealed.is_empty() || gate.blocked == Some(Blocked::Auth) {
            self.sign_in(0, None);
        } else if profile.mode == AppMode::Device {
            self.set_mode(0, AppMode::Synced);
        }
    }

    fn run_until(&mut self, until_ms: u64, done: impl Fn(&Self) -> bool) {
        while self.world.borrow().now_ms < until_ms && !done(self) {
            if !self.step() {
                return;
            }
        }
    }

    /// Whether the person stands before a database from which everything has gone out that can.
    fn is_done(&self, database: usize) -> bool {
        self.tabs[0].database == database && self.tabs[0].ready && self.is_drained(database)
    }

    fn is_drained(&self, database: usize) -> bool {
        let world = self.world.borrow();
        let place = &world.databases[database];
        let profile = place.profile();
        let tables = place.tables();
        let lanes_drained = tables
            .outbox
            .values()
            .all(|row| is_stuck(&tables, &row.key));
        let done = world.model.of(database).iter().all(|(_, told)| !told.busy);
        lanes_drained && done && profile.adoption.is_none() && profile.mode == AppMode::Synced
    }

    fn rest(&self, database: usize) -> String {
        let world = self.world.borrow();
        let tables = world.databases[database].tables();
        let rows = tables.outbox.values();
        let rows: Vec<_> = rows
            .map(|row| (row.event_id, row.operation, row.state, row.attempts))
            .collect();
        let gate = tables
            .meta
            .get(lume_sync::meta::GATE)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        format!(
            "{rows:?}, profile {:?}, gate {gate:?}",
            world.databases[database].profile()
        )
    }

    /// I19: new entries arrive within one pass, whatever else is stuck.
    fn arrives(&mut self, database: usize, keys: &[EntityKey]) {
        let until_ms = self.world.borrow().now_ms + ONE_PASS_MS;
        let there = |sim: &Self| {
            let world = sim.world.borrow();
            keys.iter()
                .all(|key| world.net.backend.entity(key.id).is_some())
        };
        self.run_until(until_ms, there);
        if !self.is_over() && !there(self) {
            let rest = self.rest(database);
            self.world.borrow_mut().violate(
                Invariant::I19,
                format!("a new entry waits for others: {rest}"),
            );
        }
        self.drain(database, Invariant::I19);
    }

    fn decide_all(&mut self, database: usize, round: usize) {
        let failed: Vec<(EventId, EntityKey)> = self.failed(database);
        for (id, key) in failed {
            let roll = self.world.borrow_mut().rng.below(3);
            match roll {
                0 if round < PATIENT_ROUNDS => self.decide(0, id, &key, Decision::Retry),
                1 if round < PATIENT_ROUNDS => self.edit(0, &key),
                _ => self.decide(0, id, &key, Decision::Discard),
            }
        }
        let soon_ms = self.world.borrow().now_ms + 2_000;
        self.run_until(soon_ms, |_| false);
    }

    /// I21: the server has what the device shows, and nothing else, apart from what the person gave up.
    fn equal(&mut self, database: usize, user: UserId) {
        if self.is_over() || !self.world.borrow().faithful {
            return;
        }
        let world = self.world.borrow();
        let tables = world.databases[database].tables();
        let mut differences = Vec::new();
        for key in tables.entities.keys() {
            if world.model.diverged.contains(&key.id) || lane(&tables, key).next().is_some() {
                continue;
            }
            let there = world
                .net
                .backend
                .entity(key.id)
                .filter(|there| there.deleted_at.is_none());
            let same = match (shown(&tables, key), there) {
                (Shown::Live(content), Some(there)) => {
                    let backend = &world.net.backend;
                    let fields = as_server_has_it(backend, &content, user, key);
                    there.owner == user && there.fields == fields
                }
                (Shown::Deleted(_) | Shown::Absent, None) => true,
                (Shown::Live(_) | Shown::Deleted(_) | Shown::Absent, _) => false,
            };
            if !same {
                let there = there.map(|there| serde_json::Value::Object(there.fields.clone()));
                differences.push(format!(
                    "{key:?} is {:?}, at the server {there:?}",
                    shown(&tables, key)
                ));
            }
        }
        let of_account: Vec<_> = world
            .databases
            .iter()
            .filter(|place| {
                place
                    .profile()
                    .account
                    .is_some_and(|account| account.user_id == user)
            })
            .map(crate::disk::Database::tables)
            .collect();
        for (id, there) in world.net.backend.entities() {
            let known = of_account
                .iter()
                .any(|tables| tables.entities.keys().any(|key| key.id == id));
            if there.owner == user
                && there.deleted_at.is_none()
                && !known
                && !world.model.diverged.contains(&id)
            {
                differences.push(format!("{id} is at the server only"));
            }
        }
        drop(world);
        let state = digest(format!("{differences:?}").as_bytes());
        self.world
            .borrow_mut()
            .say(&[52, state], || format!("compared: {differences:?}"));
        if !differences.is_empty() {
            self.world
                .borrow_mut()
                .violate(Invariant::I21, differences.join("; "));
        }
    }
}

fn is_stuck(tables: &lume_sync::memory::Tables, key: &EntityKey) -> bool {
    lane(tables, key)
        .next()
        .is_some_and(|row| matches!(row.state, EventState::Dead | EventState::Parked))
}
