//! The two versions of a note that was changed on two devices in the same place, and the choice between them.

use leptos::prelude::*;
use lume_sync::merge::Overlap;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::{EntryChange, Intent};
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};

/// Both versions, each with the button that keeps it, and one for both as they stand in the note.
#[component]
pub(super) fn TwoVersions(
    /// The entry.
    key: EntityKey,
    /// The versions.
    overlap: Overlap,
    /// The note as it is: both, one after the other.
    both: String,
    /// Called once it is settled.
    on_settled: Callback<()>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let settle = Callback::new(move |text: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let intent = Intent::Change(EntryChange::Settle {
            key: key.clone(),
            text,
        });
        dispatch.send_then(intent, move |outcome| {
            busy.try_set(false);
            match outcome {
                Ok(_) => {
                    on_settled.try_run(());
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
        });
    });
    view! {
        <section class="two-versions" aria-labelledby="two-versions" data-testid="two-versions">
            <Notice tone=Tone::Caution>
                <h2 id="two-versions">{t::versions::two()}</h2>
                <p>{t::versions::two_say()}</p>
            </Notice>
            <div class="two-versions-pair">
                <Version name=t::versions::mine() text=overlap.mine keep=t::versions::keep_mine() testid="keep-mine" settle=settle/>
                <Version name=t::versions::theirs() text=overlap.theirs keep=t::versions::keep_theirs() testid="keep-theirs" settle=settle/>
            </div>
            <FailureNote failure=failed/>
            <button
                type="button"
                class="button button-quiet"
                data-testid="keep-both"
                aria-disabled=move || busy.get().then_some("true")
                on:click=move |_| settle.run(both.clone())
            >
                {t::versions::keep_both()}
            </button>
        </section>
    }
}

#[component]
fn Version(
    name: &'static str,
    text: String,
    keep: &'static str,
    testid: &'static str,
    settle: Callback<String>,
) -> impl IntoView {
    let shown = if text.trim().is_empty() {
        view! { <p class="quiet">{t::versions::no_note()}</p> }.into_any()
    } else {
        view! { <p class="entry-note" dir="auto">{text.clone()}</p> }.into_any()
    };
    view! {
        <div class="card version">
            <h3>{name}</h3>
            {shown}
            <button type="button" class="button button-primary" data-testid=testid on:click=move |_| settle.run(text.clone())>
                {keep}
            </button>
        </div>
    }
}
