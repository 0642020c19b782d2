//! The last import, and the way to take it back.

use leptos::prelude::*;
use lume_sync::bulk::Undone;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::screens::exchange::progress::ProgressBar;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::query::use_query;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;

/// What can be undone, if anything.
#[component]
pub(super) fn UndoPanel(
    /// Called when the import was undone.
    undone: Callback<()>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let found = use_query(
        || (),
        |engine, ()| async move { engine.last_import().await },
    );
    let record =
        Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().ok().cloned().flatten()));
    let running = RwSignal::new(None::<(u64, u64)>);
    let goes_on = RwSignal::new(true);
    let said = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let is_busy = Memo::new(move |_| running.with(Option::is_some));
    // Made here: what is made in a button's handler goes with the button.
    let hear = Callback::new(move |step: Undone| {
        let total = running.with_untracked(|running| running.map_or(step.left, |(_, total)| total));
        running.set(Some((total.saturating_sub(step.left), total)));
        goes_on.get_untracked()
    });
    let undo = move |_| {
        let Some(total) = record.with_untracked(|record| record.as_ref().map(|record| record.made))
        else {
            return;
        };
        if is_busy.get_untracked() {
            return;
        }
        goes_on.set(true);
        said.set(String::new());
        failed.set(None);
        running.set(Some((0, total)));
        dispatch.send_then(Intent::UndoImport(hear), move |outcome| {
            running.try_set(None);
            match outcome {
                Ok(done) if done.exchanged.is_stopped => {}
                Ok(done) => {
                    let mut words = vec![t::exchange::undone().to_owned()];
                    let kept = done.exchanged.kept;
                    words.extend((kept > 0).then(|| t::exchange::kept(kept)));
                    said.try_set(words.join(" "));
                    undone.try_run(());
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
        });
    };
    let part =
        move |which: fn((u64, u64)) -> u64| Signal::derive(move || running.get().map_or(0, which));
    view! {
        <Show when=move || is_busy.get()>
            <ProgressBar label=t::exchange::undoing() done=part(|(done, _)| done) total=part(|(_, total)| total)
                test_id="undo-cancel" goes_on=goes_on/>
        </Show>
        {move || record.get().filter(|_| !is_busy.get()).map(|record| view! {
            <div class="import stack stack-tight" data-testid="import-last">
                <h3>{t::exchange::undo_title()}</h3>
                <p>{t::exchange::undo_say(record.made, &record.about, &format::moment(record.begun_at))}</p>
                <p class="quiet small">{t::exchange::undo_means()}</p>
                <div class="button-row">
                    <button type="button" class="button" data-testid="import-undo" on:click=undo>
                        <Icon name="undo"/>{t::exchange::undo()}
                    </button>
                </div>
            </div>
        })}
        <p role="status">{said}</p>
        <FailureNote failure=failed/>
    }
}
