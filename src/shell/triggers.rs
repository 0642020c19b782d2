//! What starts a pass: the timer, a network, a look at the app, a save, and the time that a waiting event set.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::meta::AppMode;
use lume_sync::pass::PassReport;
use lume_sync::{Blocked, Status, Trigger};
use lume_web::connectivity::{Connectivity, Signal, is_visible};
use lume_web::timer::{Interval, every, sleep};

use crate::rest;
use crate::shell::app_state::{App, Trouble};
use crate::shell::services::now;
use crate::shell::{background, live, lock, status};

/// A planned pass comes at least this long after the plan, so that a reason to wait that is not known here costs
/// little.
const PLANNED_WAIT_MS_MIN: i64 = 1_000;
/// No plan reaches further: the interval comes first.
const PLANNED_WAIT_MS_MAX: i64 = 120_000;
/// How often the wait doubles after planned passes that had nothing to send: what is due may not be ours to take, or
/// can't be read.
const IDLE_DOUBLINGS_MAX: u32 = 5;

thread_local! {
    static INTERVAL: RefCell<Option<Interval>> = const { RefCell::new(None) };
    static LISTENING: RefCell<Option<Connectivity>> = const { RefCell::new(None) };
    static PLAN: Cell<u64> = const { Cell::new(0) };
    /// Planned passes since one had something to send.
    static IDLE: Cell<u32> = const { Cell::new(0) };
}

/// Runs a pass, and does not wait for it.
pub(crate) fn pass(app: App, trigger: Trigger) {
    // A newer version in another tab sends from here on.
    if app.trouble.get_untracked() == Some(Trouble::Newer) {
        return;
    }
    let Some(engine) = app.engine() else { return };
    spawn_local(async move {
        // Without the rest of the app nothing is sent; the next trigger asks for it again.
        let Ok(passing) = rest::pass(engine, trigger).await else {
            return;
        };
        if passing.await != PassReport::default() {
            IDLE.set(0);
        }
    });
}

/// Begins to listen. Called once, when the app is ready.
pub(crate) fn start(app: App) {
    let listening = Connectivity::listen(move |signal| match signal {
        Signal::Online => {
            status::refresh(app);
            pass(app, Trigger::Online);
            live::resume(app);
        }
        Signal::Offline => {
            status::refresh(app);
            live::stop();
        }
        Signal::Foreground => {
            seen(app, true);
            lock::look(app);
            status::read_again(app);
            pass(app, Trigger::Foreground);
            live::resume(app);
        }
        Signal::Background => {
            seen(app, false);
            live::stop();
            app.flush_drafts
                .update(|count| *count = count.wrapping_add(1));
            background::leave(app);
            lock::background(app);
        }
    });
    LISTENING.set(Some(listening));
    let interval_s = Memo::new(move |_| app.profile.with(|profile| profile.interval_s));
    Effect::new(move |_| {
        let interval = every(u64::from(interval_s.get()) * 1_000, move || {
            // A hint of another tab may have been missed. What nobody looks at is read when somebody does.
            if is_visible() {
                status::read_again(app);
            }
            pass(app, Trigger::Timer);
        });
        INTERVAL.set(Some(interval));
    });
    seen(app, is_visible());
    pass(app, Trigger::Start);
    live::start(app);
}

/// Tells the engine whether somebody looks: then the timer asks for what changed elsewhere as well.
fn seen(app: App, visible: bool) {
    if let Some(engine) = app.engine() {
        engine.set_visible(visible);
    }
}

/// Plans a pass for when the next event may go out.
pub(crate) fn plan_next_pass(app: App, status: &Status) {
    let number = PLAN.get().wrapping_add(1);
    PLAN.set(number);
    let may_send = status.mode == AppMode::Synced
        && status.signed_in
        && status.online
        && !status.processing
        && !status.blocked.is_some_and(Blocked::needs_person);
    let Some(next) = status.next_attempt.filter(|_| may_send) else {
        return;
    };
    let wait_ms_min = PLANNED_WAIT_MS_MIN << IDLE.get().min(IDLE_DOUBLINGS_MAX);
    let wait_ms = next
        .millis_since(now())
        .clamp(wait_ms_min, PLANNED_WAIT_MS_MAX);
    spawn_local(async move {
        sleep(wait_ms.unsigned_abs()).await;
        if PLAN.get() == number {
            IDLE.set(IDLE.get().saturating_add(1));
            pass(app, Trigger::Timer);
        }
    });
}
