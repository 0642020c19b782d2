//! Version and update.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::pwa;

/// What this is, and whether a newer one waits.
#[component]
pub(crate) fn About() -> impl IntoView {
    let app = use_app();
    view! {
        <section class="card settings-section" aria-labelledby="settings-about">
            <h2 id="settings-about">{t::settings::about()}</h2>
            <p>{t::settings::version(env!("CARGO_PKG_VERSION"))}</p>
            <p class="quiet">{t::settings::about_say()}</p>
            <Show when=move || pwa::update_waits() && !app.update_ready.get()>
                <div class="button-row">
                    <button type="button" class="button button-primary" on:click=move |_| pwa::update(app)>{t::update::now()}</button>
                </div>
            </Show>
        </section>
    }
}
