//! Makes what looking back is read from (`lume_sync::derived`) before anybody looks: a little at a time, and only while
//! the app is seen.

use std::cell::Cell;

use leptos::prelude::GetUntracked;
use leptos::task::spawn_local;
use lume_web::connectivity::is_visible;
use lume_web::timer::sleep;

use crate::rest;
use crate::shell::app_state::{App, Phase};

/// How long the app has been there before it begins: the first screen and what waits to be sent come first.
const WAIT_MS: u64 = 4_000;
/// Between two steps: whoever wants to save meanwhile waits for one of them at most.
const PAUSE_MS: u64 = 60;

thread_local! {
    static GOING: Cell<bool> = const { Cell::new(false) };
}

/// Begins some time after the start.
pub(crate) fn start(app: App) {
    spawn_local(async move {
        sleep(WAIT_MS).await;
        go_on(app);
    });
}

/// Makes what is missing, unless that is being done.
pub(crate) fn go_on(app: App) {
    if GOING.replace(true) {
        return;
    }
    spawn_local(async move {
        while is_visible() && step(app).await {
            sleep(PAUSE_MS).await;
        }
        GOING.set(false);
    });
}

/// Makes the next part; whether there is more to be made. What fails is tried again with the next look at it.
async fn step(app: App) -> bool {
    if app.phase.get_untracked() != Phase::Ready {
        return false;
    }
    let Some(engine) = app.engine() else {
        return false;
    };
    match rest::derive(engine).await {
        Ok(making) => making.await.unwrap_or(false),
        Err(_) => false,
    }
}
