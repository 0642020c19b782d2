//! The engine in the service worker: the very one that runs in a page, over the same ports, without a user interface.
//!
//! Its life: `service-worker/flush.js` loads it when the browser has woken the worker and no page does the work, and
//! calls [`flush`]. It opens every profile of this device, makes passes until nothing is left that could be sent, and
//! closes them all. The browser may end the worker at any moment; that is a crash like any other to the engine.
//!
//! It decides nothing about events: which may go, under which account and when is the engine's. It does not pull, shows
//! nothing, and prints nothing.

mod profiles;
mod rounds;

use futures::future::{Either, select};
use lume_web::timer::sleep;
use wasm_bindgen::prelude::wasm_bindgen;

/// What a flush has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing is left that could be sent; what is left waits for the person.
    Done,
    /// Something is left, and another try may send it.
    Left,
}

impl Outcome {
    /// Its word to `flush.js`.
    const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Left => "left",
        }
    }
}

/// Sends what is pending in every profile of this device, within so many milliseconds: `done` or `left`.
#[wasm_bindgen]
pub async fn flush(limit_ms: u32) -> String {
    let limit_ms = u64::from(limit_ms);
    let work = std::pin::pin!(profiles::flush_all(limit_ms));
    // Dropped at whichever await it has come to, it leaves what a crash would.
    let outcome = match select(work, sleep(limit_ms)).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), _)) => Outcome::Left,
    };
    outcome.code().to_owned()
}
