//! All entries as a file.

use leptos::prelude::*;
use lume_exchange::Kind;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::screens::exchange::progress::ProgressBar;
use crate::shell::dispatch::use_dispatch;
use crate::shell::exchange::ExportOrder;
use crate::shell::intent::Intent;
use crate::shell::query::use_query;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;

/// The card.
#[component]
pub(super) fn ExportCard() -> impl IntoView {
    let dispatch = use_dispatch();
    let count = use_query(
        || (),
        |engine, ()| async move { engine.count(&MOOD.kind()).await },
    );
    let total = Memo::new(move |_| {
        count
            .with(|count| count.as_ref()?.as_ref().ok().copied())
            .unwrap_or(0)
    });
    let written = RwSignal::new(None::<u64>);
    let goes_on = RwSignal::new(true);
    let said = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let is_busy = Memo::new(move |_| written.with(Option::is_some));
    let export = move |kind: Kind| {
        if is_busy.get_untracked() {
            return;
        }
        goes_on.set(true);
        said.set(String::new());
        failed.set(None);
        written.set(Some(0));
        let progress = Callback::new(move |done| {
            written.set(Some(done));
            goes_on.get_untracked()
        });
        let intent = Intent::ExportEntries(ExportOrder { kind, progress });
        dispatch.send_then(intent, move |outcome| {
            written.try_set(None);
            match outcome {
                Ok(done) => said
                    .try_set(done.exchanged.export_sentences())
                    .map_or((), drop),
                Err(failure) => failed.try_set(Some(failure)).map_or((), drop),
            }
        });
    };
    view! {
        <section class="card stack" aria-labelledby="exchange-export">
            <h2 id="exchange-export">{t::exchange::export_title()}</h2>
            <p>{t::exchange::export_say()}</p>
            <p class="quiet small">{t::exchange::export_kinds()}</p>
            <div class="button-row">
                <button type="button" class="button" data-testid="export-json"
                    aria-disabled=move || is_busy.get().then_some("true") on:click=move |_| export(Kind::Json)>
                    <Icon name="download"/>{t::exchange::export_json()}
                </button>
                <button type="button" class="button" data-testid="export-csv"
                    aria-disabled=move || is_busy.get().then_some("true") on:click=move |_| export(Kind::Csv)>
                    <Icon name="download"/>{t::exchange::export_csv()}
                </button>
            </div>
            <Show when=move || is_busy.get()>
                <ProgressBar label=t::exchange::exporting() done=Signal::derive(move || written.get().unwrap_or(0)) total=total
                    test_id="export-cancel" goes_on=goes_on/>
            </Show>
            <p role="status">{said}</p>
            <FailureNote failure=failed/>
        </section>
    }
}
