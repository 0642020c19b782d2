//! What the device holds, and whether the browser has promised to keep it.

use leptos::prelude::*;
use lume_sync::kinds::MOOD;
use lume_web::persist;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::query::{use_answer, use_query};

/// Room used, promise, entries.
#[component]
pub(crate) fn Storage() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let count = use_query(
        || (),
        |engine, ()| async move { engine.count(&MOOD.kind()).await },
    );
    let usage = use_answer(persist::usage);
    let is_kept = use_answer(persist::is_persistent);
    let used = move || {
        usage.get().map(|usage| match usage {
            Some(usage) => {
                t::settings::storage_used(&format::bytes(usage.quota), &format::bytes(usage.used))
            }
            None => t::settings::storage_unknown().to_owned(),
        })
    };
    let is_asked = Memo::new(move |_| app.prefs.with(|prefs| prefs.asked_to_keep));
    let kept = move || {
        is_kept.get().map(|kept| match (kept, is_asked.get()) {
            (Some(true), _) => t::settings::storage_persistent(),
            (_, true) => t::settings::storage_best_effort(),
            (_, false) => t::settings::storage_asked_later(),
        })
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-storage">
            <h2 id="settings-storage">{t::settings::storage()}</h2>
            <p>{move || count.get().map(|count| count.map(t::settings::entries))}</p>
            <p>{used}</p>
            <p data-testid="storage-kept">{kept}</p>
            <Show when=move || is_asked.get() && is_kept.get() == Some(Some(false))>
                <div class="button-row">
                    <button type="button" class="button" on:click=move |_| dispatch.send(Intent::AskToKeep)>
                        {t::settings::storage_ask()}
                    </button>
                </div>
            </Show>
        </section>
    }
}
