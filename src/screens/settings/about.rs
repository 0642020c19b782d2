//! Version and update.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::pwa::{self, Looked};

/// What this is, whether a newer one waits, and the way to look for one.
#[component]
pub(crate) fn About() -> impl IntoView {
    let app = use_app();
    let looked = RwSignal::new(None::<Looked>);
    let waits = move || app.update_ready.get() || pwa::update_waits();
    let words = move || {
        looked.get().map(|looked| match looked {
            Looked::Looking => t::update_check::looking(),
            Looked::Newest => t::update_check::newest(),
            Looked::Coming => t::update_check::coming(),
            Looked::Unknown => t::update_check::unknown(),
        })
    };
    let look = move |_| {
        if looked.get_untracked() != Some(Looked::Looking) {
            pwa::look_for_update(looked);
        }
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-about">
            <h2 id="settings-about">{t::settings::about()}</h2>
            <p>{t::settings::version(env!("CARGO_PKG_VERSION"))}</p>
            <p class="quiet">{t::settings::about_say()}</p>
            <div class="button-row">
                <Show when=waits fallback=move || view! {
                    <button type="button" class="button button-quiet" data-testid="update-check"
                        aria-disabled=move || (looked.get() == Some(Looked::Looking)).then_some("true") on:click=look>
                        {t::update_check::look()}
                    </button>
                }>
                    <button type="button" class="button button-primary" on:click=move |_| pwa::update(app)>{t::update::now()}</button>
                </Show>
                <span class="quiet" role="status" data-testid="update-checked">{move || if waits() { Some(t::update::ready()) } else { words() }}</span>
            </div>
        </section>
    }
}
