//! Keeps the live connection open while it is of use: somebody is signed in, the backend has it, and the page is in view
//! and not locked.
//!
//! It saves time and nothing else. While it is down the app pulls every so often, and nobody is told.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::Trigger;
use lume_sync::ports::Random;
use lume_web::connectivity::is_visible;
use lume_web::live::{LiveSignal, LiveSocket};
use lume_web::random::WebRandom;
use lume_web::timer::sleep;

use crate::rest;
use crate::shell::app_state::{App, Phase};
use crate::shell::triggers;

/// The wait before the first try after a failure, doubled with each further one.
const WAIT_MS: u64 = 1_000;
/// No wait is longer.
const WAIT_MS_MAX: u64 = 60_000;

thread_local! {
    static SOCKET: RefCell<Option<LiveSocket>> = const { RefCell::new(None) };
    /// Tells the newest connection, or try at one, from those before.
    static NUMBER: Cell<u64> = const { Cell::new(0) };
    /// Connections in a row on which nothing was heard.
    static FAILURES: Cell<u32> = const { Cell::new(0) };
}

/// Begins. Called once, when the app is ready.
pub(crate) fn start(app: App) {
    let account = Memo::new(move |_| {
        app.profile.with(|profile| {
            profile
                .syncing()
                .map(|account| (account.key(), profile.backend.clone()))
        })
    });
    let signed_in = Memo::new(move |_| {
        app.status
            .with(|status| status.as_ref().is_some_and(|status| status.signed_in))
    });
    Effect::new(move |_| {
        account.track();
        signed_in.track();
        FAILURES.set(0);
        stop();
        resume(app);
    });
}

/// Connects, unless it is: the page is in view or unlocked again, or there is a network again, and no wait is waited out.
pub(crate) fn resume(app: App) {
    if SOCKET.with_borrow(Option::is_none) {
        stop();
        connect(app, NUMBER.get());
    }
}

/// Lets go: nobody looks, the app is locked, or there is no network.
pub(crate) fn stop() {
    NUMBER.set(NUMBER.get().wrapping_add(1));
    SOCKET.take();
}

fn connect(app: App, number: u64) {
    if !is_visible() || app.phase.get_untracked() == Phase::Locked {
        return;
    }
    let Some(engine) = app.engine() else { return };
    spawn_local(async move {
        let access = match rest::live_access(engine).await {
            Ok(asked) => asked.await.map_err(drop),
            Err(_) => Err(()),
        };
        if NUMBER.get() != number {
            return;
        }
        match access {
            Ok(Some(access)) => {
                let socket = LiveSocket::open(&access.url, &access.access_token, move |signal| {
                    hear(app, number, signal);
                });
                SOCKET.set(socket);
            }
            // Signed out, or a backend without it: a change of either begins anew.
            Ok(None) => {}
            Err(()) => again(app, number),
        }
    });
}

fn hear(app: App, number: u64, signal: LiveSignal) {
    if NUMBER.get() != number {
        return;
    }
    match signal {
        LiveSignal::Changed => {
            FAILURES.set(0);
            triggers::pass(app, Trigger::Changed);
        }
        LiveSignal::Over => again(app, number),
    }
}

/// Connects again after a wait, which differs from device to device: a server that was restarted is not to meet all of
/// them at once.
fn again(app: App, number: u64) {
    let failures = FAILURES.get();
    FAILURES.set(failures.saturating_add(1));
    let wait_ms = WAIT_MS
        .saturating_mul(1 << failures.min(16))
        .min(WAIT_MS_MAX);
    let wait_ms = wait_ms / 2 + WebRandom.below(wait_ms / 2 + 1);
    spawn_local(async move {
        if NUMBER.get() == number {
            // Not where it is heard: there its own callback runs.
            SOCKET.take();
        }
        sleep(wait_ms).await;
        if NUMBER.get() == number {
            connect(app, number);
        }
    });
}
