//! Tabs: opened, frozen, ended; and what happens to the device around them.

use std::rc::Rc;

use lume_sync::meta::BackendChoice;
use lume_sync::{Engine, EngineOptions, Trigger};

use super::{BACKEND, Sim, Tab};
use crate::checks::data::check_told;
use crate::disk::Database;
use crate::mix::Fault;
use crate::ports::{Seat, SimPorts};
use crate::queue::{Event, Resolve, TaskId};
use crate::report::Report;
use crate::world::Errand;

/// How often a tab runs a pass by itself, in milliseconds.
const INTERVAL_MS: u64 = 30_000;
/// The longest that a device is put away in a run, in milliseconds: tombstones and refresh tokens do not outlive more.
const SLEEP_MS_MAX: u64 = 150 * DAY_MS;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

impl Sim {
    /// An empty database.
    pub(crate) fn new_database(&mut self) -> usize {
        let mut world = self.world.borrow_mut();
        world.databases.push(Database::default());
        world.databases.len() - 1
    }

    /// A tab over a database, opened soon.
    pub(crate) fn new_tab(&mut self, database: usize) {
        let tab = Tab {
            life: 0,
            database,
            engine: None,
            ready: false,
            plan: 0,
            status: None,
            frozen: false,
            deferred: Vec::new(),
        };
        self.tabs.push(tab);
        let number = self.tabs.len() - 1;
        self.world
            .borrow_mut()
            .after(number as u64, Event::Open { tab: number });
    }

    /// Loads a tab, or goes on with loading it.
    pub(crate) fn open(&mut self, tab: usize) {
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
            },
        )));
        let life = place.life;
        self.world
            .borrow_mut()
            .after(INTERVAL_MS, Event::Interval { tab, life });
    }

    /// Puts a tab before another database.
    pub(crate) fn switch(&mut self, tab: usize, database: usize, end_tasks: bool) {
        if end_tasks {
            self.drop_tasks(tab);
        }
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
        self.world
            .borrow_mut()
            .after(INTERVAL_MS, Event::Interval { tab, life });
        if !self.tabs[tab].frozen {
            self.pass(tab, Trigger::Timer);
        }
    }

    pub(super) fn planned(&mut self, tab: usize, life: u64, plan: u64) {
        let place = &self.tabs[tab];
        if place.life == life && place.plan == plan && !place.frozen {
            self.pass(tab, Trigger::Timer);
        }
    }

    /// The network seems to be back.
    pub(super) fn online(&mut self) {
        let was = std::mem::replace(&mut self.world.borrow_mut().net.seems_online, true);
        if was {
            return;
        }
        for tab in 0..self.tabs.len() {
            if !self.tabs[tab].frozen {
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
            world.say(&[10, tab as u64], || {
                format!("tab {tab} freezes for {for_ms} ms")
            });
            world.after(for_ms, Event::Thaw { tab });
            drop(world);
            self.tabs[tab].frozen = true;
            self.tabs[tab].deferred.push((task, resolve));
            return None;
        }
        Some(resolve)
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
        place.frozen = false;
        place.deferred.clear();
        check_told(&mut self.world.borrow_mut(), self.tabs[tab].database);
    }

    fn cut_power(&mut self) {
        for tab in 0..self.tabs.len() {
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
            let stored = crate::disk::session(&world.databases[number].tables());
            if let Some(known) = world.audit.sign_outs.get_mut(&number) {
                known.retain(|(generation, _)| *generation <= stored.generation);
            }
            check_told(world, number);
        }
    }

    /// A frozen tab goes on, with everything that happened to it meanwhile.
    pub(crate) fn thaw(&mut self, tab: usize) {
        if !std::mem::take(&mut self.tabs[tab].frozen) {
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

    /// Looks for trouble that strikes the whole device or the backend.
    pub(super) fn trouble(&mut self) {
        let mut world = self.world.borrow_mut();
        let next_ms = world.rng.between(3_000, 15_000);
        let wait_ms = self.asleep_until_ms.saturating_sub(world.now_ms) + next_ms;
        world.after(wait_ms, Event::Trouble);
        let for_ms = *world.rng.pick(&[3_000, 40_000, 400_000]).unwrap_or(&3_000);
        let until_ms = world.now_ms + world.rng.below(for_ms);
        if world.strikes(Fault::Offline) {
            world.say(&[20, until_ms], || format!("offline until {until_ms} ms"));
            world.net.offline_until_ms = until_ms;
            world.net.seems_online = world.rng.per_mille(300);
            world.queue.push(until_ms, Event::Online);
        }
        if world.strikes(Fault::ServerDown) {
            world.say(&[21, until_ms], || {
                format!("the server is down until {until_ms} ms")
            });
            world.net.down_until_ms = until_ms;
        }
        if world.strikes(Fault::PortalStands) {
            world.say(&[22, until_ms], || {
                format!("a portal stands until {until_ms} ms")
            });
            world.net.portal_until_ms = until_ms;
        }
        if world.strikes(Fault::ClockJumps) {
            let hour = i64::try_from(HOUR_MS).unwrap_or(0);
            let by = *world
                .rng
                .pick(&[10_000, 600_000, 3 * hour, 48 * hour, 8_760 * hour])
                .unwrap_or(&0);
            world.wall_offset_ms = match world.rng.below(3) {
                0 => 0,
                1 => world.wall_offset_ms + by,
                _ => world.wall_offset_ms - by,
            };
            let offset_ms = world.wall_offset_ms;
            world.say(&[23, offset_ms.unsigned_abs()], || {
                format!("the clock is {offset_ms} ms off")
            });
        }
        if world.strikes(Fault::LongSleep) {
            let longest = *world
                .rng
                .pick(&[6 * HOUR_MS, 40 * DAY_MS, 100 * DAY_MS])
                .unwrap_or(&HOUR_MS);
            let for_ms = world
                .rng
                .between(HOUR_MS, longest)
                .min(SLEEP_MS_MAX - self.slept_ms);
            drop(world);
            self.sleep(for_ms);
        }
    }

    fn sleep(&mut self, for_ms: u64) {
        let now_ms = self.world.borrow().now_ms;
        self.world.borrow_mut().say(&[24, for_ms], || {
            format!("the device is put away for {for_ms} ms")
        });
        self.slept_ms += for_ms;
        self.asleep_until_ms = now_ms + for_ms;
        for tab in 0..self.tabs.len() {
            self.end_tab(tab);
            self.world
                .borrow_mut()
                .after(for_ms + tab as u64, Event::Open { tab });
        }
    }

    /// A tab that a person can use, if there is one.
    pub(crate) fn usable_tab(&mut self) -> Option<usize> {
        let usable: Vec<_> = (0..self.tabs.len())
            .filter(|tab| self.tabs[*tab].ready && !self.tabs[*tab].frozen)
            .collect();
        self.world.borrow_mut().rng.pick(&usable).copied()
    }
}
