//! Trouble: what happens to the whole device, the backend and the browser while a person uses the app.

use super::Sim;
use crate::mix::Fault;
use crate::queue::Event;

/// The longest that a device is put away in a run, in milliseconds: tombstones and refresh tokens do not outlive more.
const SLEEP_MS_MAX: u64 = 150 * DAY_MS;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The version of the app after an update.
const SECOND_APP: u32 = 2;

impl Sim {
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
        if world.strikes(Fault::AppLocks) {
            world.say(&[25, until_ms], || {
                format!("the app is locked until {until_ms} ms")
            });
            world.locked_until_ms = until_ms;
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
                // Set right, as far as this world's clocks are.
                0 => world.mix.shift_ms,
                1 => world.wall_offset_ms + by,
                _ => world.wall_offset_ms - by,
            };
            // A clock that is set anew may end a wait early.
            world.audit.asked.clear();
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
            return;
        }
        drop(world);
        self.trouble_with_tabs();
    }

    /// What a browser does to its tabs and its worker.
    fn trouble_with_tabs(&mut self) {
        for tab in self.pages() {
            if self.is_frozen(tab) || self.tabs[tab].engine.is_none() {
                continue;
            }
            let mut world = self.world.borrow_mut();
            let for_ms = world.rng.between(1_000, 600_000);
            if world.strikes(Fault::Leaves) {
                drop(world);
                self.leave(tab, for_ms);
            } else if world.strikes(Fault::Updates) {
                world.apps.insert(tab, SECOND_APP);
                let after_ms = world.rng.between(100, 3_000);
                world.after(after_ms, Event::Open { tab });
                drop(world);
                self.end_tab(tab);
            } else if world.strikes(Fault::Hides) {
                drop(world);
                self.hide(tab, for_ms);
            }
        }
        if self.world.borrow_mut().strikes(Fault::BackgroundSync) {
            self.start_worker();
        }
    }

    /// Somebody goes to another page. A tab in which nothing is under way is kept as it is, and comes back with its old
    /// memory; any other one is gone, and is loaded when they come back.
    fn leave(&mut self, tab: usize, for_ms: u64) {
        if self.is_idle(tab) {
            self.freeze(tab, for_ms);
        } else {
            self.world.borrow_mut().after(for_ms, Event::Open { tab });
            self.end_tab(tab);
        }
    }

    fn sleep(&mut self, for_ms: u64) {
        let now_ms = self.world.borrow().now_ms;
        self.world.borrow_mut().say(&[24, for_ms], || {
            format!("the device is put away for {for_ms} ms")
        });
        self.slept_ms += for_ms;
        self.asleep_until_ms = now_ms + for_ms;
        self.end_worker();
        for tab in self.pages() {
            self.end_tab(tab);
            self.world
                .borrow_mut()
                .after(for_ms + tab as u64, Event::Open { tab });
        }
    }
}
