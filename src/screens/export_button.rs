//! The button that writes unsent work to a file, where it is: on the Sync screen, and before something would be lost.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::dispatch::{Done, use_dispatch};
use crate::shell::intent::Intent;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::text_field::TextField;

/// Shorter passphrases are guessed too soon.
pub(crate) const PASSPHRASE_CHARS_MIN: usize = 8;

/// The button, and beside it how it went: a message at the edge of the screen would lie behind a dialog.
#[component]
pub(crate) fn ExportButton() -> impl IntoView {
    let dispatch = use_dispatch();
    let busy = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let encrypts = RwSignal::new(false);
    let passphrase = RwSignal::new(String::new());
    let short = RwSignal::new(None::<String>);
    let export = move |_| {
        if busy.get_untracked() {
            return;
        }
        let wanted = encrypts.get_untracked().then(|| passphrase.get_untracked());
        let is_short = |words: &String| words.chars().count() < PASSPHRASE_CHARS_MIN;
        if wanted.as_ref().is_some_and(is_short) {
            short.set(Some(t::lock::too_short().to_owned()));
            return;
        }
        short.set(None);
        busy.set(true);
        failed.set(None);
        said.set(String::new());
        dispatch.send_then(Intent::Export(wanted), move |outcome| {
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
        <div class="stack">
            <div class="button-row">
                <button type="button" class="button" data-testid="export-unsent"
                    aria-disabled=move || busy.get().then_some("true") on:click=export>
                    <Icon name="download"/>
                    {t::transfer::export()}
                </button>
                <span class="quiet" role="status">{said}</span>
            </div>
            <label class="check">
                <input type="checkbox" data-testid="export-encrypt" prop:checked=encrypts
                    on:change=move |event| encrypts.set(event_target_checked(&event))/>
                <span>{t::transfer::encrypt()}</span>
            </label>
            <Show when=move || encrypts.get()>
                <TextField id="export-passphrase" label=t::lock::passphrase() kind="password" autocomplete="new-password"
                    value=passphrase help=t::transfer::encrypt_help().to_owned() error=short/>
            </Show>
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
