//! Fetches the rest of the app, and the places in it.

use std::iter::repeat;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_web::timer::sleep;

use crate::model::failure::{self, Failure};
use crate::rest::{self, Make, Place};

/// How long after a failure a place is asked for again by itself, in milliseconds.
const AGAIN_MS: [u64; 3] = [1_000, 3_000, 10_000];
/// The same from then on.
const AGAIN_MS_MAX: u64 = 30_000;

/// Fetches the rest of the app, once the first screen is there. What needs it waits for it, and asks again if it did
/// not come.
pub(crate) fn fetch_rest() {
    spawn_local(async {
        drop(rest::find(Place::History).await);
    });
}

/// How long to wait after each failure to get something of the rest, in milliseconds; without an end.
pub(crate) fn waits_ms() -> impl Iterator<Item = u64> {
    AGAIN_MS.into_iter().chain(repeat(AGAIN_MS_MAX))
}

/// A place that is waited for.
#[derive(Clone, Copy)]
pub(crate) struct Awaited {
    place: Place,
    /// How it is made, once it is here.
    pub(crate) found: RwSignal<Option<Make>>,
    /// Why it has not come so far.
    pub(crate) failure: RwSignal<Option<Failure>>,
}

/// Asks for a place, and by itself again for as long as it is to be shown: a page that was left in the middle of its start
/// and is gone back to finds its request ended.
pub(crate) fn use_place(place: Place) -> Awaited {
    let awaited = Awaited {
        place,
        found: RwSignal::new(None),
        failure: RwSignal::new(None),
    };
    spawn_local(async move {
        for wait_ms in waits_ms() {
            awaited.look().await;
            // The screen may be gone by then.
            if awaited.found.try_with_untracked(Option::is_none) != Some(true) {
                break;
            }
            sleep(wait_ms).await;
        }
    });
    awaited
}

impl Awaited {
    /// Asks for it again at once.
    pub(crate) fn ask(self) {
        spawn_local(self.look());
    }

    async fn look(self) {
        let found = rest::find(self.place).await;
        if self.found.try_with_untracked(Option::is_none) != Some(true) {
            return;
        }
        match found {
            Ok(make) => {
                self.failure.set(None);
                self.found.set(Some(make));
            }
            Err(_) => self.failure.set(Some(failure::of_rest())),
        }
    }
}
