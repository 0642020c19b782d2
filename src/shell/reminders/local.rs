//! Reminders while Lume is open: a timer that looks at the clock.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::reminder::{Due, Schedule, settle};
use lume_core::time::Timestamp;
use lume_sync::kinds::MOOD;
use lume_web::connectivity::is_visible;
use lume_web::notifications::{self, Permission};
use lume_web::timer::sleep;

use crate::i18n::t;
use crate::shell::page;
use crate::shell::prefs::Prefs;
use crate::shell::reminders::choice::Choice;
use crate::shell::reminders::remote::{account, kept};
use crate::shell::reminders::{Delivery, Reminders, Why, words};
use crate::shell::services::{now, with_zones, zone};

/// The longest wait, so that a device that slept and a clock that was set are noticed.
const LOOK_EVERY_MS_MAX: i64 = 30_000;
/// The shortest: a clock that stands still is not looked at all the time.
const LOOK_EVERY_MS_MIN: i64 = 200;

thread_local! {
    /// Everything that was due up to then is settled.
    static SETTLED: Cell<Option<Timestamp>> = const { Cell::new(None) };
    /// Tells the newest plan from those before.
    static PLAN: Cell<u64> = const { Cell::new(0) };
    /// Whether there is a message that nobody was there to see.
    static UNSEEN: Cell<bool> = const { Cell::new(false) };
}

/// Says what nobody was there to see, once somebody is.
pub(super) fn listen(reminders: Reminders) {
    page::on_event("visibilitychange", move |_| {
        if is_visible() && UNSEEN.take() {
            reminders.app.say(t::reminders::toast());
        }
    });
}

/// Looks at the clock from now on, by this schedule; by none where there is none.
pub(super) fn plan(reminders: Reminders, schedule: Option<Schedule>) {
    let number = PLAN.get().wrapping_add(1);
    PLAN.set(number);
    // What was due before Lume was opened, or before it was chosen, is not asked for.
    let begin = now();
    SETTLED.set(Some(begin));
    let Some(mut schedule) = schedule else { return };
    spawn_local(async move {
        while PLAN.get() == number {
            let at = now();
            // Times are meant by the clocks where the person is now.
            schedule.zone = zone();
            let since = SETTLED.get().unwrap_or(begin);
            let Ok(settled) = with_zones(|zones| settle(&schedule, zones, since, at)) else {
                return;
            };
            SETTLED.set(Some(since.max(at)));
            if let Some(due) = settled.due {
                remind(reminders, &schedule, due).await;
            }
            let wait_ms = settled
                .next
                .map_or(LOOK_EVERY_MS_MAX, |next| next.millis_since(now()));
            sleep(
                wait_ms
                    .clamp(LOOK_EVERY_MS_MIN, LOOK_EVERY_MS_MAX)
                    .unsigned_abs(),
            )
            .await;
        }
    });
}

/// Reminds, unless the backend does, another tab has, or something was noted already.
async fn remind(reminders: Reminders, schedule: &Schedule, due: Due) {
    if comes_by_push(reminders) || !claim(reminders, due.at) {
        return;
    }
    if schedule.skip_if_logged && has_logged(reminders, due).await {
        return;
    }
    let is_allowed = notifications::permission() == Permission::Granted;
    if is_allowed && notifications::show(&words()).await {
        return;
    }
    if is_visible() {
        reminders.app.say(t::reminders::toast());
    } else {
        UNSEEN.set(true);
    }
}

/// Whether the backend reminds this device. One that can't be asked now still pushes to where it was told to.
fn comes_by_push(reminders: Reminders) -> bool {
    match reminders.delivery.get_untracked() {
        Delivery::Push => true,
        Delivery::Asking | Delivery::WhileOpen(Why::Unreachable) => {
            kept(reminders).is_subscribed(account(reminders))
        }
        Delivery::WhileOpen(
            Why::NoAccount | Why::NotOffered | Why::NotSupported | Why::NotAllowed,
        ) => false,
    }
}

/// Takes a reminder for this tab. Two that look at the same moment may both have it: the notification is one all the same.
fn claim(reminders: Reminders, at: Timestamp) -> bool {
    // What another tab has written meanwhile.
    let claimed = Choice::of(&Prefs::load()).given_at;
    if claimed.is_some_and(|claimed| claimed >= at) {
        return false;
    }
    reminders
        .app
        .prefs_changed(|prefs| Choice::change(prefs, |choice| choice.given_at = Some(at)));
    true
}

/// Whether there is an entry of the day on which a reminder asks. Where it can't be seen, as behind a lock, there is none.
async fn has_logged(reminders: Reminders, due: Due) -> bool {
    let start = reminders.day_start();
    let day = start.range_of(start.day_of(due.local));
    let Some(engine) = reminders.app.engine() else {
        return false;
    };
    let from = Some(day.start.to_string());
    let found = engine.timeline(&MOOD.kind(), from, None, 1).await;
    found.is_ok_and(|found| !found.is_empty())
}
