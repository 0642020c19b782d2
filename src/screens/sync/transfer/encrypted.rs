//! A file that wants its passphrase before it says what it would do.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::app_state::use_app;
use crate::shell::transfer::{EncryptedFile, Preview, open_encrypted};
use crate::ui::failure_note::FailureNote;
use crate::ui::text_field::TextField;

/// The id of the field, which gets the focus when it is there.
pub(super) const PASSPHRASE_ID: &str = "import-passphrase";

/// The form.
#[component]
pub(super) fn Encrypted(
    /// The file.
    file: EncryptedFile,
    /// Called when nothing is to be imported.
    close: Callback<()>,
    /// Called with what the file would do.
    found: Callback<Preview>,
) -> impl IntoView {
    let app = use_app();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let name = file.name.clone();
    let open = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        open_encrypted(app, file.clone(), typed.get_untracked(), move |outcome| {
            busy.try_set(false);
            match outcome {
                Ok(preview) => {
                    found.try_run(preview);
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
        });
    };
    view! {
        <form class="import stack" data-testid="import-encrypted" on:submit=move |event| { event.prevent_default(); open(); }>
            <p>{t::transfer::encrypted(&name)}</p>
            <TextField id=PASSPHRASE_ID label=t::lock::passphrase() kind="password" value=typed/>
            <FailureNote failure=failed/>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| close.run(())>{t::app::cancel()}</button>
                <button type="submit" class="button button-primary" aria-disabled=move || busy.get().then_some("true")>
                    {move || if busy.get() { t::lock::busy() } else { t::transfer::decrypt() }}
                </button>
            </div>
        </form>
    }
}
