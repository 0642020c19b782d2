//! The button that writes unsent work to a file, where it is: on the Sync screen, and before something would be lost.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::dispatch::{Done, use_dispatch};
use crate::shell::intent::Intent;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;

/// The button, and beside it how it went: a message at the edge of the screen would lie behind a dialog.
#[component]
pub(crate) fn ExportButton() -> impl IntoView {
    let dispatch = use_dispatch();
    let busy = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let export = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        said.set(String::new());
        dispatch.send_then(Intent::Export, move |outcome| {
            busy.try_set(false);
            match outcome {
                Ok(done) => {
                    said.try_set(words(&done));
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
        });
    };
    view! {
        <div>
            <div class="button-row">
                <button type="button" class="button" data-testid="export-unsent"
                    aria-disabled=move || busy.get().then_some("true") on:click=export>
                    <Icon name="download"/>
                    {t::transfer::export()}
                </button>
                <span class="quiet" role="status">{said}</span>
            </div>
            <FailureNote failure=failed/>
        </div>
    }
}

fn words(done: &Done) -> String {
    match (done.changes, done.unreadable) {
        (0, _) => t::transfer::export_none().to_owned(),
        (changes, 0) => t::transfer::exported(changes),
        (changes, unreadable) => format!(
            "{}. {}",
            t::transfer::exported(changes),
            t::transfer::exported_unreadable(unreadable)
        ),
    }
}
