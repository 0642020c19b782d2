//! The way to export and import.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;

/// A section with a link.
#[component]
pub(super) fn ExchangeLink() -> impl IntoView {
    view! {
        <section class="card settings-section" aria-labelledby="settings-exchange">
            <h2 id="settings-exchange">{t::exchange::title()}</h2>
            <p>{t::exchange::link_say()}"."</p>
            <div class="button-row">
                <A href="/export" attr:class="button" attr:data-testid="open-exchange">{t::exchange::title()}</A>
            </div>
        </section>
    }
}
