//! Entries from a file: it is chosen, looked at, and imported.

use leptos::html;
use leptos::prelude::*;

use crate::i18n::t;
use crate::model::exchange::Exchanged;
use crate::model::failure::Failure;
use crate::screens::exchange::preview::PreviewPanel;
use crate::screens::exchange::undo::UndoPanel;
use crate::shell::app_state::use_app;
use crate::shell::exchange::{Looked, OpenFile, open};
use crate::shell::files::{self, PickedFile};
use crate::shell::page;
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};

/// The id of the heading of what was found, which gets the focus when it is there.
pub(super) const PREVIEW_ID: &str = "exchange-preview";
/// The id of the button that the focus goes back to.
const CHOOSE_ID: &str = "exchange-choose";
/// What a file picker offers first. Any file can be dropped.
const ACCEPT: &str = ".json,.csv,.daylio,.zip,application/json,text/csv";

/// How far an import has come.
#[derive(Clone, PartialEq)]
enum Stage {
    /// Nothing was chosen.
    Idle,
    /// The file is being read.
    Reading,
    /// The person looks at what is in it.
    Looking(Looked),
    /// It is over.
    Done(Exchanged),
}

/// The card.
#[component]
pub(super) fn ImportCard() -> impl IntoView {
    let app = use_app();
    let field: NodeRef<html::Input> = NodeRef::new();
    let stage = RwSignal::new(Stage::Idle);
    let failed = RwSignal::new(None::<Failure>);
    let file = StoredValue::new_local(None::<OpenFile>);
    let is_over = RwSignal::new(false);
    let read = move |picked: Option<PickedFile>| {
        let Some(picked) = picked else { return };
        failed.set(None);
        stage.set(Stage::Reading);
        open(app, picked, move |outcome| match outcome {
            Ok((looked, opened)) => {
                file.try_set_value(Some(opened));
                stage.try_set(Stage::Looking(looked));
                request_animation_frame(|| page::focus(PREVIEW_ID));
            }
            Err(failure) => {
                stage.try_set(Stage::Idle);
                failed.try_set(Some(failure));
            }
        });
    };
    let finish = Callback::new(move |outcome: Option<Result<Exchanged, Failure>>| {
        // The worker ends with it.
        file.try_set_value(None);
        match outcome {
            None => stage.try_set(Stage::Idle).map_or((), drop),
            Some(Ok(done)) => stage.try_set(Stage::Done(done)).map_or((), drop),
            Some(Err(failure)) => {
                stage.try_set(Stage::Idle);
                failed.try_set(Some(failure));
            }
        }
        request_animation_frame(|| page::focus(CHOOSE_ID));
    });
    // What an import did is no longer so.
    let undone = Callback::new(move |()| {
        stage.try_set(Stage::Idle);
    });
    let choose = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    view! {
        <section class="card stack" aria-labelledby="exchange-import">
            <h2 id="exchange-import">{t::exchange::import_title()}</h2>
            <p>{t::exchange::import_say()}</p>
            <div class="drop-zone" class:is-over=move || is_over.get()
                on:dragover=move |event| { event.prevent_default(); is_over.set(true); }
                on:dragleave=move |_| is_over.set(false)
                on:drop=move |event| { event.prevent_default(); is_over.set(false); read(files::dropped(&event)); }>
                <button type="button" class="button button-primary" id=CHOOSE_ID on:click=choose>{t::exchange::choose()}</button>
                <p class="quiet small drop-hint">{t::exchange::drop()}</p>
                <input type="file" hidden data-testid="import-file" accept=ACCEPT tabindex="-1"
                    aria-label=t::transfer::file() node_ref=field on:change=move |event| read(files::picked(&event))/>
            </div>
            <FailureNote failure=failed/>
            <div role="status">
                {move || match stage.get() {
                    Stage::Idle | Stage::Looking(_) => ().into_any(),
                    Stage::Reading => view! { <p class="quiet">{t::transfer::reading()}</p> }.into_any(),
                    Stage::Done(done) => view! { <Summary done=done/> }.into_any(),
                }}
            </div>
            {move || match stage.get() {
                Stage::Looking(looked) => Some(view! { <PreviewPanel looked=looked file=file finish=finish/> }),
                Stage::Idle | Stage::Reading | Stage::Done(_) => None,
            }}
            <Show when=move || matches!(stage.get(), Stage::Idle | Stage::Done(_))>
                <UndoPanel undone=undone/>
            </Show>
        </section>
    }
}

#[component]
fn Summary(done: Exchanged) -> impl IntoView {
    let title = if done.is_stopped {
        t::transfer::stopped()
    } else {
        t::transfer::done()
    };
    view! {
        <Notice tone=Tone::Plain>
            <p><strong>{title}"."</strong></p>
            <p>{done.import_sentences().join(" ")}</p>
        </Notice>
    }
}
