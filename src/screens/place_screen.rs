//! A place other than the first, which comes with the rest of the app.

use leptos::prelude::*;

use crate::i18n::t;
use crate::rest::Place;
use crate::screens::guarded::Guarded;
use crate::shell::places::use_place;
use crate::ui::failure_note::FailureNote;

/// Shows a place, nothing while it is on its way, or why it did not come.
#[component]
pub(crate) fn PlaceScreen(
    /// Which one.
    place: Place,
) -> impl IntoView {
    let (made, failure, again) = use_place(place);
    view! {
        <FailureNote failure=failure/>
        <Show when=move || failure.with(Option::is_some)>
            <button type="button" class="button" on:click=move |_| again.run(())>{t::trouble::again()}</button>
        </Show>
        {move || made.get().map(|make| view! { <Guarded>{make()}</Guarded> })}
    }
}
