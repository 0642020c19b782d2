//! Fetches the rest of the app, and the places in it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::failure::{self, Failure};
use crate::rest::{self, Make, Place};

/// Fetches the rest of the app, once the first screen is there. What needs it waits for it, and asks again if it did
/// not come.
pub(crate) fn fetch_rest() {
    spawn_local(async {
        drop(rest::find(Place::History).await);
    });
}

/// How a place is made once it is here, why it did not come, and a way to ask again.
pub(crate) fn use_place(
    place: Place,
) -> (
    ReadSignal<Option<Make>>,
    ReadSignal<Option<Failure>>,
    Callback<()>,
) {
    let (found, set_found) = signal(None);
    let (failed, set_failed) = signal(None);
    let ask = Callback::new(move |()| {
        spawn_local(async move {
            // The screen may be gone by then.
            match rest::find(place).await {
                Ok(make) => {
                    set_failed.try_set(None);
                    set_found.try_set(Some(make));
                }
                Err(_) => {
                    set_failed.try_set(Some(failure::of_rest()));
                }
            }
        });
    });
    ask.run(());
    (found, failed, ask)
}
