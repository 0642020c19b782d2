//! Unsent work as a file: export, and import after a look at what it would do.

mod encrypted;
mod preview;

use leptos::html;
use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::import::Tallied;
use crate::screens::export_button::ExportButton;
use crate::screens::sync::transfer::encrypted::{Encrypted, PASSPHRASE_ID};
use crate::screens::sync::transfer::preview::PreviewPanel;
use crate::shell::app_state::use_app;
use crate::shell::transfer::{EncryptedFile, Found, Preview, preview};
use crate::shell::{files, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};

/// The id of the heading of what a file would do, which gets the focus when it is there.
pub(super) const PREVIEW_ID: &str = "import-preview";
/// The id of the button that the focus goes back to.
const IMPORT_ID: &str = "import-start";

/// How far an import has come.
#[derive(Clone, PartialEq)]
pub(super) enum Stage {
    /// Nothing was chosen.
    Idle,
    /// The file is being read.
    Reading,
    /// It wants a passphrase.
    Encrypted(EncryptedFile),
    /// The person looks at what it would do.
    Asking(Preview),
    /// It is over.
    Done(Tallied),
}

/// The card.
#[component]
pub(crate) fn Transfer() -> impl IntoView {
    let app = use_app();
    let field: NodeRef<html::Input> = NodeRef::new();
    let stage = RwSignal::new(Stage::Idle);
    let failed = RwSignal::new(None::<Failure>);
    let choose = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let read = move |event: web_sys::Event| {
        let Some(file) = files::picked(&event) else {
            return;
        };
        failed.set(None);
        stage.set(Stage::Reading);
        preview(app, file, move |outcome| match outcome {
            Ok(Found::Preview(found)) => ask(stage, found),
            Ok(Found::Encrypted(file)) => {
                stage.try_set(Stage::Encrypted(file));
                request_animation_frame(|| page::focus(PASSPHRASE_ID));
            }
            Err(failure) => {
                stage.try_set(Stage::Idle);
                failed.try_set(Some(failure));
            }
        });
    };
    let close = Callback::new(move |()| {
        stage.set(Stage::Idle);
        request_animation_frame(|| page::focus(IMPORT_ID));
    });
    let found = Callback::new(move |found: Preview| ask(stage, found));
    let finish = Callback::new(move |outcome: Result<Tallied, Failure>| {
        match outcome {
            Ok(done) => {
                stage.try_set(Stage::Done(done));
            }
            Err(failure) => {
                stage.try_set(Stage::Idle);
                failed.try_set(Some(failure));
            }
        }
        request_animation_frame(|| page::focus(IMPORT_ID));
    });
    view! {
        <section class="card stack" aria-labelledby="sync-transfer">
            <h2 id="sync-transfer">{t::transfer::title()}</h2>
            <p class="quiet">{t::transfer::say()}</p>
            <ExportButton/>
            <div class="button-row">
                <button type="button" class="button button-quiet" id=IMPORT_ID data-testid="import-unsent" on:click=choose>
                    {t::transfer::import()}
                </button>
                <input type="file" hidden data-testid="import-file" accept=".json,.age,application/json" tabindex="-1"
                    aria-label=t::transfer::file() node_ref=field on:change=read/>
            </div>
            <div>
                <FailureNote failure=failed/>
                <div role="status">
                    {move || match stage.get() {
                        Stage::Idle | Stage::Asking(_) | Stage::Encrypted(_) => ().into_any(),
                        Stage::Reading => view! { <p class="quiet">{t::transfer::reading()}</p> }.into_any(),
                        Stage::Done(done) => view! { <Summary done=done/> }.into_any(),
                    }}
                </div>
            </div>
            {move || match stage.get() {
                Stage::Asking(found) => Some(view! { <PreviewPanel found=found close=close finish=finish/> }.into_any()),
                Stage::Encrypted(file) => Some(view! { <Encrypted file=file close=close found=found/> }.into_any()),
                Stage::Idle | Stage::Reading | Stage::Done(_) => None,
            }}
        </section>
    }
}

fn ask(stage: RwSignal<Stage>, found: Preview) {
    stage.try_set(Stage::Asking(found));
    request_animation_frame(|| page::focus(PREVIEW_ID));
}

#[component]
fn Summary(done: Tallied) -> impl IntoView {
    view! {
        <Notice tone=Tone::Plain>
            <p><strong>{t::transfer::done()}"."</strong></p>
            <p>{done.sentences().join(" ")}</p>
        </Notice>
    }
}
