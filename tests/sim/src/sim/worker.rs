//! The service worker: the browser starts it to send what waits, with any number of tabs open or none, gives it little
//! time, and ends it whenever it likes.

use std::ops::Range;

use lume_sync::Trigger;

use super::Sim;
use crate::queue::Event;

/// The time that a browser gives a worker for one event, in milliseconds.
const WORKER_MS_MAX: u64 = 150_000;

impl Sim {
    /// The worker is a tab without a page: it comes after those of the person.
    pub(super) fn hire_worker(&mut self, database: usize) {
        self.place(database);
    }

    /// The tabs that a person sees.
    pub(crate) fn pages(&self) -> Range<usize> {
        0..self.tabs.len() - 1
    }

    /// Whether this is the worker and no tab.
    pub(super) fn is_worker(&self, tab: usize) -> bool {
        tab + 1 == self.tabs.len()
    }

    /// The browser starts the worker for one of the accounts' databases, unless it runs.
    pub(super) fn start_worker(&mut self) {
        let worker = self.pages().end;
        if self.tabs[worker].engine.is_some() {
            return;
        }
        let chosen = {
            let mut world = self.world.borrow_mut();
            let bound: Vec<_> = (0..world.databases.len())
                .filter(|number| world.databases[*number].profile().account.is_some())
                .collect();
            world.rng.pick(&bound).copied()
        };
        let Some(database) = chosen else { return };
        self.switch(worker, database, true);
        self.tabs[worker].ready = true;
        let life = self.tabs[worker].life;
        {
            let mut world = self.world.borrow_mut();
            world.say(&[15, database as u64], || {
                format!("the worker starts for db {database}")
            });
            // It comes with the app that was loaded last.
            let app = world.apps.values().copied().max();
            if let Some(app) = app {
                world.apps.insert(worker, app);
            }
            world.audit.counts.workers += 1;
            world.after(WORKER_MS_MAX, Event::WorkerEnds { life });
        }
        self.pass(worker, Trigger::Online);
    }

    pub(super) fn worker_ends(&mut self, life: u64) {
        let worker = self.pages().end;
        if self.tabs[worker].life == life && self.tabs[worker].engine.is_some() {
            self.end_tab(worker);
        }
    }

    /// Ends the worker, if it runs.
    pub(crate) fn end_worker(&mut self) {
        let worker = self.pages().end;
        if self.tabs[worker].engine.is_some() {
            self.end_tab(worker);
        }
    }
}
