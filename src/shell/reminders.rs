//! Reminders on this device: what was chosen, how reminders come, and the ones that come while Lume is open.
//!
//! The schedule belongs to the device and is kept with its other choices. With an account whose backend sends reminders,
//! it is told to the backend as well, which then reminds all of the account's devices, this one through its browser's
//! push service ([`remote`]). Where that can't be, a browser can remind only while Lume is open, by a timer ([`local`]);
//! Settings says which of the two it is, and why.
//!
//! The work is in the rest of the app (src/rest.rs) and begins once the first screen is there, for whoever has ever chosen
//! anything: until then there are no more than the signals, and errands that wait for the rest to come.
//!
//! What this deliberately does not do: it asks for no permission by itself, and sends nothing to a backend before somebody
//! has turned reminders on.

mod choice;
mod local;
mod remote;

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::day::DayStart;
use lume_core::reminder::{Schedule, next_due};
use lume_core::time::{MINUTE_MS, Timestamp, instant_at};
use lume_web::connectivity::is_visible;
use lume_web::notifications::{self, Permission, Words};
use lume_web::service_worker::Question;
use lume_web::timer::sleep;

use crate::i18n::{language, t};
use crate::rest;
use crate::shell::app_state::{App, Phase};
use crate::shell::reminders::choice::Choice;
use crate::shell::services::{local_now, now, with_zones, zone};
use crate::shell::{format, page, places};

pub(crate) use remote::take_back;

/// The worker's names for these things (service-worker/push.js).
const REMINDER: &str = "reminder";
const RESUBSCRIBED: &str = "resubscribed";
/// Where one logs at once.
const LOG_ADDRESS: &str = "/?log=1";
/// The snooze of a notification's button, in minutes.
const SNOOZE_MINUTES: i64 = 60;
/// The longest snooze that an address may ask for, in minutes.
const SNOOZE_MINUTES_MAX: i64 = 24 * 60;

thread_local! {
    /// Whether reminders are seen to.
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// How reminders come to this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The backend is being asked.
    Asking,
    /// By a push, also while Lume is closed.
    Push,
    /// Only while Lume is open.
    WhileOpen(Why),
}

/// Why a device is reminded only while Lume is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// There is no account to remind.
    NoAccount,
    /// The backend sends no reminders.
    NotOffered,
    /// The browser takes no pushes.
    NotSupported,
    /// The person has not allowed notifications here.
    NotAllowed,
    /// The backend or the browser's push service could not be reached.
    Unreachable,
}

/// What the first part of the app asks of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// To see to reminders from now on.
    Begin,
    /// To put them off, as somebody has asked for outside of the app.
    Snooze {
        /// For how long.
        minutes: i64,
    },
    /// To tell the backend where this browser takes pushes.
    Settle,
}

/// What is known of reminders, and the way to change it.
#[derive(Clone, Copy)]
pub(crate) struct Reminders {
    app: App,
    /// What the app's root owns lives as long as the app.
    root: StoredValue<Option<Owner>>,
    /// Whether the system may show them.
    pub(crate) permission: RwSignal<Permission>,
    /// How they come.
    pub(crate) delivery: RwSignal<Delivery>,
}

/// Makes the state, and hands it to everything below. Called by the app's root.
pub(crate) fn provide(app: App) -> Reminders {
    let reminders = Reminders {
        app,
        root: StoredValue::new(Owner::current()),
        permission: RwSignal::new(Permission::Unsupported),
        delivery: RwSignal::new(Delivery::Asking),
    };
    provide_context(reminders);
    let is_needed = Memo::new(move |_| {
        let is_there = matches!(app.phase.get(), Phase::Ready | Phase::Locked);
        is_there && app.prefs.with(|prefs| prefs.reminders.is_some())
    });
    Effect::new(move |_| {
        if is_needed.get() {
            reminders.send(Errand::Begin);
        }
    });
    reminders
}

/// The state, from anywhere below the app's root.
pub(crate) fn use_reminders() -> Reminders {
    expect_context()
}

impl Reminders {
    /// Has the rest of the app do this, once it is there. If it does not come it is asked for again, as for a place in it.
    pub(crate) fn send(self, errand: Errand) {
        spawn_local(async move {
            for wait_ms in places::waits_ms() {
                if rest::see_to(self, errand).await.is_ok() {
                    break;
                }
                sleep(wait_ms).await;
            }
        });
    }

    /// Does what was asked for. In the rest of the app.
    pub(crate) fn carry_out(self, errand: Errand) {
        match errand {
            Errand::Begin => self.begin(),
            Errand::Settle => self.settle(),
            Errand::Snooze { minutes } => spawn_local(async move {
                // Another device may have chosen other times since; they are not to be undone by a snooze.
                drop(remote::take_over(self).await);
                if self.schedule_untracked().enabled {
                    self.snooze_minutes(minutes);
                }
            }),
        }
    }

    fn begin(self) {
        if BEGUN.replace(true) {
            return;
        }
        self.permission.set(notifications::permission());
        local::listen(self);
        page::on_event("online", move |_| self.catch_up());
        page::on_event("visibilitychange", move |_| {
            if is_visible() {
                self.catch_up();
            }
        });
        if let Some(root) = self.root.get_value() {
            root.with(|| self.watch());
        }
    }

    /// What was chosen; off where nothing was.
    pub(crate) fn schedule(self) -> Schedule {
        let chosen = self.app.prefs.with(Choice::of).schedule;
        chosen.unwrap_or_else(|| Schedule::off(zone()))
    }

    fn schedule_untracked(self) -> Schedule {
        untrack(move || self.schedule())
    }

    /// When the next one is due, as far as that is known here.
    pub(crate) fn next_at(self) -> Option<Timestamp> {
        let schedule = self.schedule();
        with_zones(|zones| next_due(&schedule, zones, now()))
            .ok()
            .flatten()
            .map(|due| due.at)
    }

    /// Turns reminders on or off. On a tap of the person's: where they were not asked yet, they are asked now.
    pub(crate) fn turn(self, on: bool) {
        self.change(move |schedule| {
            schedule.enabled = on;
            schedule.snoozed_until = None;
        });
        if on && self.permission.get_untracked() == Permission::Ask {
            self.ask_permission();
        }
    }

    /// Asks the person whether notifications may be shown; on a tap of theirs.
    pub(crate) fn ask_permission(self) {
        spawn_local(async move {
            let permission = notifications::request_permission().await;
            self.permission.set(permission);
            remote::settle(self).await;
        });
    }

    /// Changes what was chosen, keeps it, and tells the account's backend where there is one.
    pub(crate) fn change(self, change: impl FnOnce(&mut Schedule)) {
        let mut schedule = self.schedule_untracked();
        change(&mut schedule);
        // Times are meant by the clocks where the person is.
        schedule.zone = zone();
        let account = remote::account(self);
        self.app.prefs_changed(move |prefs| {
            Choice::change(prefs, |choice| {
                choice.schedule = Some(schedule);
                choice.unsent = true;
                choice.unsent_for = account;
            });
        });
        self.settle();
    }

    /// Puts reminders off for so many minutes.
    pub(crate) fn snooze_minutes(self, minutes: i64) {
        let until = now().plus_millis(minutes.clamp(1, SNOOZE_MINUTES_MAX) * MINUTE_MS);
        self.snooze_until(until);
    }

    /// Puts reminders off until the first one of tomorrow, or of the next day that has one.
    pub(crate) fn snooze_until_tomorrow(self) {
        let mut schedule = self.schedule_untracked();
        schedule.snoozed_until = None;
        let zone = zone();
        let tomorrow = local_now().date().plus_days(1).midnight();
        let first = with_zones(|zones| {
            let midnight = instant_at(zones, &zone, tomorrow).ok()?;
            next_due(&schedule, zones, midnight.plus_millis(-1)).ok()?
        });
        if let Some(first) = first {
            self.snooze_until(first.at);
        }
    }

    /// Ends a snooze.
    pub(crate) fn wake(self) {
        self.change(|schedule| schedule.snoozed_until = None);
    }

    /// The end of a snooze that is still to come.
    pub(crate) fn snoozed_until(self) -> Option<Timestamp> {
        let until = self.schedule().snoozed_until;
        until.filter(|until| *until > now())
    }

    fn snooze_until(self, until: Timestamp) {
        self.change(|schedule| schedule.snoozed_until = Some(until));
        self.app
            .say(t::reminders::snoozed_toast(&format::moment(until)));
    }

    /// Tries again to have reminders come while Lume is closed.
    pub(crate) fn settle(self) {
        spawn_local(remote::settle(self));
    }

    /// Tries again what could not be told or asked when it was to be, now that it may be possible.
    fn catch_up(self) {
        let choice = self.app.prefs.with_untracked(Choice::of);
        let is_on = choice.schedule.as_ref().is_some_and(Schedule::is_live);
        let is_unreached = self.delivery.get_untracked() == Delivery::WhileOpen(Why::Unreachable);
        if choice.is_owed_to(remote::account(self)) || (is_on && is_unreached) {
            self.settle();
        }
    }

    /// Looks what the system allows and what the account's other devices have set, where somebody looks at it here.
    pub(crate) fn look(self) {
        self.begin();
        self.permission.set(notifications::permission());
        self.settle();
    }

    /// Takes note of what the worker says.
    pub(crate) fn hear(self, said: &Question) {
        match (said.kind().as_deref(), said.word("action").as_deref()) {
            (Some(REMINDER), Some("snooze")) => self.send(Errand::Snooze {
                minutes: SNOOZE_MINUTES,
            }),
            (Some(REMINDER), _) => self.app.launched.set(Some(LOG_ADDRESS.to_owned())),
            (Some(RESUBSCRIBED), _) => self.send(Errand::Settle),
            (_, _) => {}
        }
    }

    /// Keeps the timer and the backend up to date for as long as the app lives.
    fn watch(self) {
        let app = self.app;
        let schedule = Memo::new(move |_| app.prefs.with(Choice::of).schedule);
        let is_on = Memo::new(move |_| {
            schedule.with(|schedule| schedule.as_ref().is_some_and(Schedule::is_live))
        });
        let account = Memo::new(move |_| {
            let profile = app.profile;
            profile.with(|profile| profile.syncing().map(|account| account.user_id))
        });
        let is_ready = Memo::new(move |_| app.phase.get() == Phase::Ready);
        // Nothing is asked of a backend, and nothing is written, before somebody has turned reminders on. That they were
        // turned off is told as well, if it could not be at once.
        Effect::new(move |_| {
            let account = account.get();
            let is_on = is_on.get();
            let is_owed = app.prefs.with_untracked(Choice::of).is_owed_to(account);
            if is_ready.get() && (is_on || is_owed) {
                spawn_local(async move {
                    if is_on {
                        notifications::leave_words(&words()).await;
                    }
                    remote::settle(self).await;
                });
            }
        });
        Effect::new(move |_| local::plan(self, schedule.get().filter(|schedule| schedule.enabled)));
    }

    fn day_start(self) -> DayStart {
        self.app.prefs.with_untracked(|prefs| prefs.day_start)
    }
}

/// What a reminder says, in the language that is spoken here.
fn words() -> Words<'static> {
    let language = language();
    Words {
        title: t::reminders::question(),
        body: t::reminders::question_say(),
        log: t::reminders::log_now(),
        snooze: t::reminders::snooze_hour(),
        lang: language.tag,
        dir: language.direction,
    }
}
