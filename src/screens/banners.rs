//! What the app itself has to say, above the place: a new version, another tab's update, installing.

use leptos::prelude::*;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::query::use_query;
use crate::shell::{page, pwa};

/// From how many entries on installing is offered.
const ENTRIES_BEFORE_INSTALL: u64 = 3;

/// All of them; mostly none.
#[component]
pub(crate) fn Banners() -> impl IntoView {
    let app = use_app();
    view! {
        <Show when=move || app.superseded.get()><Superseded/></Show>
        <Show when=move || app.update_ready.get() && !app.superseded.get()><UpdateReady/></Show>
        <InstallOffer/>
    }
}

#[component]
fn Superseded() -> impl IntoView {
    view! {
        <div class="banner" role="alert">
            <p><strong>{t::trouble::superseded()}"."</strong>" "{t::trouble::superseded_do()}</p>
            <button type="button" class="button button-primary" on:click=move |_| page::reload()>
                {t::trouble::reload()}
            </button>
        </div>
    }
}

#[component]
fn UpdateReady() -> impl IntoView {
    let app = use_app();
    let say = move || {
        if app.unsaved.get() {
            t::update::ready_unsaved()
        } else {
            t::update::ready_say()
        }
    };
    view! {
        <div class="banner" role="status">
            <p><strong>{t::update::ready()}</strong>" "{say}</p>
            <div class="button-row">
                <button type="button" class="button button-primary" data-testid="update-ready" on:click=move |_| pwa::update(app)>
                    {t::update::now()}
                </button>
                <button type="button" class="button button-plain" on:click=move |_| app.update_ready.set(false)>
                    {t::update::later()}
                </button>
            </div>
        </div>
    }
}

/// Offered once, after the third entry.
#[component]
fn InstallOffer() -> impl IntoView {
    let app = use_app();
    let by_hand = pwa::installs_by_hand();
    let entries = use_query(
        || (),
        |engine, ()| async move { engine.count(&MOOD.kind()).await },
    );
    let is_shown = Memo::new(move |_| {
        let enough = entries
            .with(|entries| matches!(entries, Some(Ok(count)) if *count >= ENTRIES_BEFORE_INSTALL));
        enough
            && !app.prefs.with(|prefs| prefs.install_offered)
            && (by_hand || app.installable.get())
    });
    let answered = move || app.prefs_changed(|prefs| prefs.install_offered = true);
    view! {
        <Show when=move || is_shown.get()>
            <div class="banner" role="status">
                <p>{if by_hand { t::settings::install_ios() } else { t::install::say() }}</p>
                <div class="button-row">
                    {(!by_hand).then(|| view! {
                        <button type="button" class="button button-primary" on:click=move |_| { answered(); pwa::install(app); }>
                            {t::settings::install_yes()}
                        </button>
                    })}
                    <button type="button" class="button button-plain" on:click=move |_| answered()>
                        {t::settings::install_no()}
                    </button>
                </div>
            </div>
        </Show>
    }
}
