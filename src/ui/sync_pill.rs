//! Where sync stands, in one small place that is always there.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::model::sync_words::Pill;
use crate::ui::icon::Icon;

/// The pill; leads to the Sync screen.
#[component]
pub(crate) fn SyncPill(
    /// What it shows; `None` while the app starts.
    #[prop(into)]
    pill: Signal<Option<Pill>>,
) -> impl IntoView {
    let state = move || pill.with(|pill| pill.as_ref().map_or("device", |pill| pill.state));
    let pending = move || {
        pill.with(|pill| pill.as_ref().map_or(0, |pill| pill.pending))
            .to_string()
    };
    let icon =
        Signal::derive(move || pill.with(|pill| pill.as_ref().map_or("dot", |pill| pill.icon)));
    let words = Memo::new(move |_| {
        pill.with(|pill| {
            pill.as_ref().map_or_else(
                || t::status::starting().to_owned(),
                |pill| pill.words.clone(),
            )
        })
    });
    view! {
        <A
            href="/sync"
            attr:class="pill"
            attr:data-testid="sync-status"
            attr:data-state=state
            attr:data-pending=pending
            attr:aria-label=move || t::status::label(&words.get())
        >
            <Icon name=icon/>
            <span>{words}</span>
        </A>
    }
}
