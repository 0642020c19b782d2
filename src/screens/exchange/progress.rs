//! How far something has come that takes a while.

use leptos::prelude::*;

use crate::i18n::t;

/// A bar with its figures, and a button that stops it.
#[component]
pub(super) fn ProgressBar(
    /// What goes on.
    label: &'static str,
    /// How much is done.
    #[prop(into)]
    done: Signal<u64>,
    /// How much there is.
    #[prop(into)]
    total: Signal<u64>,
    /// What tests call the button.
    test_id: &'static str,
    /// Cleared when it is to stop.
    goes_on: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="field">
            <progress class="meter" max=move || total.get().max(1).to_string() value=move || done.get().to_string() aria-label=label></progress>
            <p class="field-help" role="status">
                {move || t::transfer::running(&done.get().to_string(), &total.get().to_string())}
            </p>
        </div>
        <div class="button-row">
            <button type="button" class="button button-quiet" data-testid=test_id on:click=move |_| goes_on.set(false)>
                {t::transfer::stop()}
            </button>
        </div>
    }
}
