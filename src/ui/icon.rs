//! Icons, drawn once in `icons.svg`.

use leptos::prelude::*;

/// An icon of the sprite. It says nothing to a screen reader: there is always a word beside it.
#[component]
pub(crate) fn Icon(
    /// Its name in the sprite, without `i-`.
    #[prop(into)]
    name: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use_ href=move || format!("#i-{}", name.get())></use_>
        </svg>
    }
}
