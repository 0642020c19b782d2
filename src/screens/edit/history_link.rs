//! The way from an entry to its history.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_sync::Feature;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::kept::offers;
use crate::shell::query::use_query;

/// The link. Shown where the backend keeps a history, or this device has put something aside.
#[component]
pub(super) fn HistoryLink(
    /// The entry.
    key: EntityKey,
) -> impl IntoView {
    let address = format!("/entry/{}/history", key.id);
    let aside = use_query(
        || (),
        move |engine, ()| {
            let key = key.clone();
            async move { engine.history(&key).await }
        },
    );
    let has_history = offers(use_app(), Feature::History);
    let is_shown = Memo::new(move |_| {
        let has_aside =
            aside.with(|aside| matches!(aside, Some(Ok(versions)) if !versions.is_empty()));
        has_history.get() || has_aside
    });
    view! {
        <Show when=move || is_shown.get()>
            <p class="edit-links">
                <A href=address.clone() attr:data-testid="entry-history">{t::versions::title()}</A>
            </p>
        </Show>
    }
}
