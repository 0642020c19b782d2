//! Short messages at the edge of the screen, read out as they appear.

use std::time::Duration;

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::{Toast, use_app};
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::{EntryChange, Intent};
use crate::ui::icon::Icon;

/// The id of the button that undoes.
pub(crate) const UNDO_ID: &str = "undo";

/// How long a message stays.
const SHOWN_MS: u64 = 5_000;
/// How long Undo stays: as long as a deletion waits before it is sent.
const UNDO_MS: u64 = lume_sync::limits::DELETE_DELAY_MS;

/// The message that is shown, if there is one.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let app = use_app();
    Effect::new(move |_| {
        let Some((number, undo)) = app.toast.with(|toast| {
            toast
                .as_ref()
                .map(|toast| (toast.number, toast.undo.is_some()))
        }) else {
            return;
        };
        let shown_ms = if undo { UNDO_MS } else { SHOWN_MS };
        let is_still = move || {
            app.toast
                .with_untracked(|toast| toast.as_ref().is_some_and(|toast| toast.number == number))
        };
        set_timeout(
            move || {
                if is_still() {
                    app.toast.set(None);
                }
            },
            Duration::from_millis(shown_ms),
        );
    });
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-label=t::app::messages()>
            {move || app.toast.get().map(|toast| view! { <Message toast=toast/> })}
        </div>
    }
}

#[component]
fn Message(toast: Toast) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let undo = move |id| {
        dispatch.send_then(
            Intent::Change(EntryChange::Restore(id)),
            move |outcome| match outcome {
                Ok(_) => app.say(t::entry::undone()),
                Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
            },
        );
    };
    view! {
        <div class="toast">
            <span>{toast.words}</span>
            {toast.undo.map(|id| view! {
                <button type="button" class="button" id=UNDO_ID data-testid="undo" on:click=move |_| undo(id)>
                    <Icon name="undo"/>
                    {t::entry::undo()}
                </button>
            })}
            <button type="button" class="icon-button" aria-label=t::app::close() on:click=move |_| app.toast.set(None)>
                <Icon name="close"/>
            </button>
        </div>
    }
}
