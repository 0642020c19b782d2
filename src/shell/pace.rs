//! The pace of the start: long work in pieces, so that the browser can paint and hear a tap in between.
//!
//! What it does not do: it measures nothing. Where a pause helps was seen with `cargo xtask lighthouse`.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_web::connectivity::is_visible;
use lume_web::timer::sleep;

use crate::shell::page;

/// Lets the browser do something else. At once where nobody looks: there is nothing to paint, and timers are slow.
pub(crate) async fn pause() {
    if is_visible() {
        sleep(0).await;
    }
}

/// False while the app's first screen is being built, then true: for the parts of it that can come in another piece.
/// True at once on later screens.
pub(crate) fn use_second_piece() -> ReadSignal<bool> {
    let is_start = page::is_splash_there();
    let (is_due, set_due) = signal(!is_start);
    if is_start {
        spawn_local(async move {
            pause().await;
            // The place may be gone.
            set_due.try_set(true);
        });
    }
    is_due
}
