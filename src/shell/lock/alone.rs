//! Locking an app that is left alone: after a while without a touch in any tab, or as soon as it is in the background.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use lume_sync::sealed::record::LockAfter;
use lume_web::timer::{Interval, every};

use crate::shell::app_state::App;
use crate::shell::page;
use crate::shell::services::now;

/// How often it is looked whether the time has come. A hidden tab's timers are slower; it looks as well when it is shown.
const LOOK_MS: u64 = 5_000;
/// Touches are noted at most this often.
const TOUCH_MS_MIN: i64 = 2_000;
/// A clock that was set back by more than this may have hidden any length of time.
const BACK_MS_MAX: i64 = 60_000;
/// When any tab was last touched, shared between tabs: a time and nothing else.
const TOUCHED: &str = "lume.touched";
const TOUCHES: [&str; 5] = ["pointerdown", "keydown", "wheel", "touchstart", "scroll"];

thread_local! {
    static LOOKING: RefCell<Option<Interval>> = const { RefCell::new(None) };
    static NOTED: Cell<i64> = const { Cell::new(0) };
}

/// Begins to watch. Called once, when the app has started.
pub(crate) fn start(app: App) {
    for name in TOUCHES {
        page::on_event(name, move |_| {
            let has_lock = app.lock.with_untracked(|view| view.after.is_some());
            if has_lock && super::key().is_some() {
                touch();
            }
        });
    }
    LOOKING.set(Some(every(LOOK_MS, move || look(app))));
}

/// Notes that somebody is there.
pub(super) fn touch() {
    let at = now().as_millis();
    if (0..TOUCH_MS_MIN).contains(&(at - NOTED.replace(at))) {
        return;
    }
    if let Some(storage) = storage() {
        drop(storage.set_item(TOUCHED, &at.to_string()));
    }
}

/// Shuts the lock if the app was left alone for long enough.
pub(crate) fn look(app: App) {
    let Some(after) = app.lock.with_untracked(|view| view.after) else {
        return;
    };
    if super::key().is_none() {
        return;
    }
    let shared = storage().and_then(|storage| storage.get_item(TOUCHED).ok().flatten());
    let shared = shared.and_then(|text| text.parse().ok()).unwrap_or(0);
    if is_over(after, NOTED.get().max(shared), now().as_millis()) {
        super::shut(app);
    }
}

/// The page has gone to the background.
pub(crate) fn background(app: App) {
    if app.lock.with_untracked(|view| view.after) == Some(LockAfter::Immediately) {
        super::shut(app);
    }
}

fn is_over(after: LockAfter, touched_ms: i64, now_ms: i64) -> bool {
    let limit_ms = i64::from(after.minutes()) * 60_000;
    let alone_ms = now_ms - touched_ms;
    limit_ms > 0 && !(-BACK_MS_MAX..limit_ms).contains(&alone_ms)
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_locks_once_it_was_left_alone_for_the_chosen_time() {
        for (after, minutes) in [
            (LockAfter::Minute, 1),
            (LockAfter::FiveMinutes, 5),
            (LockAfter::QuarterHour, 15),
            (LockAfter::Hour, 60),
        ] {
            let limit_ms = minutes * 60_000;
            assert!(!is_over(after, 1_000_000, 1_000_000 + limit_ms - 1));
            assert!(is_over(after, 1_000_000, 1_000_000 + limit_ms));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_locks_the_app_and_a_small_step_does_not() {
        assert!(is_over(LockAfter::Hour, 1_000_000, 900_000));
        assert!(!is_over(LockAfter::Hour, 1_000_000, 999_000));
    }

    #[test]
    fn who_wants_it_locked_in_the_background_is_not_locked_out_while_reading() {
        assert!(!is_over(LockAfter::Immediately, 0, i64::MAX / 2));
    }
}
