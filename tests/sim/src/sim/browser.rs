//! Tabs: opened, hidden, frozen, thawed, ended.

use std::rc::Rc;

use lume_sync::meta::BackendChoice;
use lume_sync::{Engine, EngineOptions, Trigger};

use super::{BACKEND, Sim, Tab};
use crate::checks::data::check_told;
use crate::checks::forget_with;
use crate::disk::Database;
use crate::mix::Fault;
use crate::ports::{Seat, SimPorts};
use crate::queue::{Event, Resolve, TaskId};
use crate::report::Report;
use crate::turns;
use crate::world::Errand;

/// How often a tab runs a pass by itself, in milliseconds.
const INTERVAL_MS: u64 = 30_000;
/// How often at the most a timer runs in the background, in milliseconds.
const SLOW_TIMER_MS: u64 = 60_000;
/// How long a browser waits for a frozen tab's transactions, in milliseconds.
const PATIENCE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;

impl Sim {
    /// An empty database.
    pub(crate) fn new_database(&mut self) -> usize {
        let mut world = self.world.borrow_mut();
        world.databases.push(Database::default());
        world.databases.len() - 1
    }

    /// A tab over a database, opened soon.
    pub(crate) fn new_tab(&mut self, database: usize) {
        let tab = self.place(database);
        self.world
            .borrow_mut()
            .after(tab as u64, Event::Open { tab });
    }

    /// Room for a tab or a worker that is not open.
    pub(super) fn place(&mut self, database: usize) -> usize {
        let tab = Tab {
            life: 0,
            database,
            engine: None,
            ready: false,
            plan: 0,
            status: None,
            hidden_until_ms: 0,
            deferred: Vec::new(),
        };
        self.tabs.push(tab);
        self.tabs.len() - 1
    }

    /// Loads a tab, or goes on with loading it.
    pub(crate) fn open(&mut self, tab: usize) {
        if self.is_frozen(tab) {
            // The browser has discarded it meanwhile; a look at it loads it anew.
            self.end_tab(tab);
        }
        if self.tabs[tab].engine.is_none() {
            self.give_engine(tab);
        }
        let life = self.tabs[tab].life;
        let Some(engine) = self.tabs[tab].engine.clone() else {
            return;
        };
        let world = Rc::clone(&self.world);
        let choice = {
            let world = world.borrow();
            match (world.mix.told, world.mix.is_extended()) {
                (false, _) => BackendChoice::Auto,
                (true, true) => BackendChoice::Extended,
                (true, false) => BackendChoice::Basic,
            }
        };
        self.spawn(tab, Errand::SetUp, async move {
            let done = match engine.profile().await {
                Ok(profile) if profile.backend.base_url.is_empty() => {
                    engine.set_backend(BACKEND, "", choice).await.is_ok()
                }
                Ok(_) => true,
                Err(_) => false,
            };
            world
                .borrow_mut()
                .reports
                .push(Report::SetUp { tab, life, done });
        });
    }

    /// A new engine over the tab's database, and its interval.
    fn give_engine(&mut self, tab: usize) {
        let seat = Seat {
            world: Rc::clone(&self.world),
            tab,
            database: self.tabs[tab].database,
        };
        let mut rng = self.engines.fork(self.spawned);
        self.engines.draw();
        let owner = format!("owner-{}", rng.draw());
        let ports = SimPorts::new(&seat, rng);
        let place = &mut self.tabs[tab];
        place.life += 1;
        place.ready = false;
        place.status = None;
        place.engine = Some(Rc::new(Engine::new(
            ports,
            EngineOptions {
                owner,
                client_version: "0.1.0".to_owned(),
                device: None,
            },
        )));
        let life = place.life;
        if !self.is_worker(tab) {
            let mut world = self.world.borrow_mut();
            world.after(INTERVAL_MS, Event::Interval { tab, life });
        }
    }

    /// Puts a tab before another database.
    pub(crate) fn switch(&mut self, tab: usize, database: usize, end_tasks: bool) {
        if end_tasks {
            self.drop_tasks(tab);
        }
        let old = self.tabs[tab].database;
        self.world.borrow_mut().databases[old].disconnect(tab);
        self.tabs[tab].database = database;
        self.give_engine(tab);
    }

    /// Runs a pass in a tab, and learns how things stand afterwards.
    pub(crate) fn pass(&mut self, tab: usize, trigger: Trigger) {
        let place = &self.tabs[tab];
        let (Some(engine), life, true) = (place.engine.clone(), place.life, place.ready) else {
            return;
        };
        let world = Rc::clone(&self.world);
        self.spawn(tab, Errand::Pass, async move {
            engine.pass(trigger).await;
            let status = engine.status().await;
            world
                .borrow_mut()
                .reports
                .push(Report::Stands { tab, life, status });
        });
    }

    pub(super) fn interval(&mut self, tab: usize, life: u64) {
        if self.tabs[tab].life != life || self.tabs[tab].engine.is_none() {
            return;
        }
        let wait_ms = if self.is_hidden(tab) {
            SLOW_TIMER_MS
        } else {
            INTERVAL_MS
        };
        self.world
            .borrow_mut()
            .after(wait_ms, Event::Interval { tab, life });
        if !self.is_frozen(tab) {
            self.pass(tab, Trigger::Timer);
        }
    }

    pub(super) fn planned(&mut self, tab: usize, life: u64, plan: u64) {
        let place = &self.tabs[tab];
        if place.life != life || place.plan != plan || self.is_frozen(tab) {
            return;
        }
        if self.is_hidden(tab) {
            let event = Event::Planned { tab, life, plan };
            self.world.borrow_mut().after(SLOW_TIMER_MS, event);
            return;
        }
        self.pass(tab, Trigger::Timer);
    }

    fn is_hidden(&self, tab: usize) -> bool {
        self.tabs[tab].hidden_until_ms > self.world.borrow().now_ms
    }

    /// A tab goes to the background for a while.
    pub(super) fn hide(&mut self, tab: usize, for_ms: u64) {
        let mut world = self.world.borrow_mut();
        self.tabs[tab].hidden_until_ms = world.now_ms + for_ms;
        world.say(&[14, tab as u64, for_ms], || {
            format!("tab {tab} is in the background for {for_ms} ms")
        });
        world.after(for_ms, Event::Shows { tab });
    }

    pub(super) fn show(&mut self, tab: usize) {
        if !self.is_frozen(tab) && !self.is_hidden(tab) {
            self.pass(tab, Trigger::Foreground);
        }
    }

    /// The network seems to be back.
    pub(super) fn online(&mut self) {
        let was = std::mem::replace(&mut self.world.borrow_mut().net.seems_online, true);
        if was {
            return;
        }
        for tab in self.pages() {
            if !self.is_frozen(tab) {
                self.pass(tab, Trigger::Online);
            }
        }
    }

    /// A task is about to go on: perhaps something happens to its tab instead. Gives back what ends the wait if not.
    pub(super) fn interrupted(
        &mut self,
        tab: usize,
        task: TaskId,
        resolve: Resolve,
    ) -> Option<Resolve> {
        let mut world = self.world.borrow_mut();
        if world.strikes(Fault::PowerCut) {
            drop(world);
            self.cut_power();
            return None;
        }
        if self.is_worker(tab) {
            if !world.strikes(Fault::WorkerKilled) {
                return Some(resolve);
            }
            drop(world);
            self.end_tab(tab);
            return None;
        }
        if world.strikes(Fault::Crash) || world.strikes(Fault::Reload) {
            let after_ms = world.rng.between(200, 30_000);
            world.after(after_ms, Event::Open { tab });
            drop(world);
            self.end_tab(tab);
            return None;
        }
        if world.strikes(Fault::Freeze) {
            let longest = *world
                .rng
                .pick(&[2_000, 100_000, 3 * HOUR_MS])
                .unwrap_or(&2_000);
            let for_ms = world.rng.between(200, longest);
            drop(world);
            self.freeze(tab, for_ms);
            self.tabs[tab].deferred.push((task, resolve));
            return None;
        }
        Some(resolve)
    }

    /// A tab stops where it stands, for a while: locks and transactions stay its own.
    pub(super) fn freeze(&mut self, tab: usize, for_ms: u64) {
        let mut world = self.world.borrow_mut();
        world.say(&[10, tab as u64], || {
            format!("tab {tab} freezes for {for_ms} ms")
        });
        world.frozen.insert(tab);
        if world.strikes(Fault::Discards) {
            let after_ms = world.rng.between(0, for_ms);
            world.after(after_ms, Event::Open { tab });
        }
        if world.mix.loses_patience {
            world.after(PATIENCE_MS, Event::LosePatience { tab });
        }
        world.after(for_ms, Event::Thaw { tab });
    }

    pub(super) fn lose_patience(&mut self, tab: usize) {
        if self.is_frozen(tab) {
            turns::abort_all(&mut self.world.borrow_mut(), tab);
        }
    }

    /// A tab ends, and everything it was doing with it.
    pub(crate) fn end_tab(&mut self, tab: usize) {
        self.world
            .borrow_mut()
            .say(&[11, tab as u64], || format!("tab {tab} ends"));
        self.world.borrow_mut().audit.counts.crashes += 1;
        self.drop_tasks(tab);
        let place = &mut self.tabs[tab];
        place.engine = None;
        place.ready = false;
        place.hidden_until_ms = 0;
        place.deferred.clear();
        let database = place.database;
        let mut world = self.world.borrow_mut();
        world.frozen.remove(&tab);
        world.databases[database].disconnect(tab);
        forget_with(&mut world, tab);
        check_told(&mut world, database);
    }

    fn cut_power(&mut self) {
        self.end_worker();
        for tab in self.pages() {
            self.end_tab(tab);
            let mut world = self.world.borrow_mut();
            let after_ms = world.rng.between(5_000, 120_000);
            world.after(after_ms, Event::Open { tab });
        }
        let mut world = self.world.borrow_mut();
        let world = &mut *world;
        for number in 0..world.databases.len() {
            let lost = world.databases[number].cut_power(&mut world.rng);
            world.say(&[12, lost as u64], || {
                format!("db {number} loses {lost} commits with the power")
            });
            let kept = world.databases[number].last_commit() - lost as u64;
            world.model.lost_after(number, kept);
            if lost > 0 {
                // What was asked for may be among it.
                world.audit.asked.remove(&number);
            }
            let stored = crate::disk::session(&world.databases[number].tables());
            if let Some(known) = world.audit.sign_outs.get_mut(&number) {
                known.retain(|(generation, _)| *generation <= stored.generation);
            }
            check_told(world, number);
        }
    }

    /// A frozen tab goes on, with everything that happened to it meanwhile.
    pub(crate) fn thaw(&mut self, tab: usize) {
        if !self.world.borrow_mut().frozen.remove(&tab) {
            return;
        }
        let deferred = std::mem::take(&mut self.tabs[tab].deferred);
        {
            let mut world = self.world.borrow_mut();
            world.say(&[13, tab as u64], || format!("tab {tab} thaws"));
            for (task, resolve) in deferred {
                let after_ms = world.rng.below(20);
                world.after(after_ms, Event::Wake { task, resolve });
            }
        }
        self.pass(tab, Trigger::Foreground);
    }

    /// A tab that a person can use, if there is one.
    pub(crate) fn usable_tab(&mut self) -> Option<usize> {
        if self.world.borrow().is_locked() {
            return None;
        }
        let usable: Vec<_> = self
            .pages()
            .filter(|tab| self.tabs[*tab].ready && !self.is_frozen(*tab))
            .collect();
        self.world.borrow_mut().rng.pick(&usable).copied()
    }
}
