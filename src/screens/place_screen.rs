//! A place other than the first, which comes with the rest of the app.

use leptos::prelude::*;

use crate::i18n::t;
use crate::rest::Place;
use crate::screens::guarded::Guarded;
use crate::shell::page;
use crate::shell::places::use_place;
use crate::ui::failure_note::FailureNote;

/// Shows a place, nothing while it is on its way, or why it did not come.
#[component]
pub(crate) fn PlaceScreen(
    /// Which one.
    place: Place,
) -> impl IntoView {
    let awaited = use_place(place);
    let failure = awaited.failure;
    // What stands there until the app has something to show must not lie over this.
    Effect::new(move |_| {
        failure.with(|failure| {
            if let Some(failure) = failure {
                page::set_title(&failure.what);
            }
        });
    });
    view! {
        <FailureNote failure=failure/>
        <Show when=move || failure.with(Option::is_some)>
            <button type="button" class="button" on:click=move |_| awaited.ask()>{t::trouble::again()}</button>
        </Show>
        {move || awaited.found.get().map(|make| view! { <Guarded>{make()}</Guarded> })}
    }
}
