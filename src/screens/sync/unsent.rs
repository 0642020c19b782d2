//! Changes that are not at the backend: those that need a decision, and those that wait for their turn.

mod discard;
mod event;

use leptos::prelude::*;
use lume_sync::meta::AppMode;
use lume_sync::unsent::{Decision, Unsent, Wanted};

use crate::i18n::t;
use crate::screens::sync::unsent::discard::{DiscardAll, DiscardOne, Question, QuestionForAll};
use crate::screens::sync::unsent::event::{FailedEvent, WaitingEvent};
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::services::now;
use crate::shell::unsent_list::{UnsentList, use_unsent};
use crate::ui::failure_note::FailureNote;

pub(super) use event::entry_line;

/// The id of the heading that gets the focus when a decision has taken its place away.
pub(crate) const FAILED_ID: &str = "sync-failed";

/// Both lists: what needs the person comes first.
#[component]
pub(crate) fn UnsentEvents() -> impl IntoView {
    let app = use_app();
    let counts = Memo::new(move |_| {
        app.status.with(|status| {
            status.as_ref().map_or((0, 0), |status| {
                (status.counts.needs_person(), status.counts.waiting())
            })
        })
    });
    let failed = Memo::new(move |_| counts.get().0);
    let waiting = Memo::new(move |_| counts.get().1);
    // Once it was there it stays for as long as one looks: a decision does not take away what one was reading.
    let had_failed = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or_default() || failed.get() > 0
    });
    view! {
        <Show when=move || had_failed.get()>
            <Failed total=failed/>
        </Show>
        <Waiting total=waiting/>
    }
}

#[component]
fn Failed(total: Memo<u64>) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let list = use_unsent(Wanted::NeedsPerson);
    let question = Question::new();
    let question_for_all = QuestionForAll::new();
    let ask = Callback::new(move |event| question.ask(event));
    let retry_all = move |_| {
        dispatch.send_then(
            Intent::DecideAll(Decision::Retry, now()),
            move |outcome| match outcome {
                Ok(done) => app.say(t::sync::retrying_all(done.changes)),
                Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
            },
        );
    };
    view! {
        <section class="card stack" aria-labelledby=FAILED_ID>
            <h2 id=FAILED_ID tabindex="-1">{t::sync::failed()}</h2>
            <p class="quiet">
                {move || if total.get() == 0 { t::sync::failed_none() } else { t::sync::failed_say() }}
            </p>
            <Show when=move || { total.get() > 1 }>
                <div class="button-row">
                    <button type="button" class="button" on:click=retry_all>{t::sync::retry_all()}</button>
                    <button type="button" class="button button-quiet" on:click=move |_| question_for_all.ask(total.get_untracked())>
                        {t::sync::discard_all()}
                    </button>
                </div>
            </Show>
            <FailureNote failure=list.failure/>
            <ul class="events">
                <For each=move || list.events.get().unwrap_or_default() key=version
                    children=move |event| view! { <li><FailedEvent event=event on_discard=ask/></li> }/>
            </ul>
            <More list=list total=total/>
            <DiscardOne question=question/>
            <DiscardAll question=question_for_all/>
        </section>
    }
}

#[component]
fn Waiting(total: Memo<u64>) -> impl IntoView {
    let app = use_app();
    let list = use_unsent(Wanted::Waits);
    let nothing = move || {
        let is_device = app.profile.with(|profile| profile.mode == AppMode::Device);
        let has_failed = app.status.with(|status| {
            status
                .as_ref()
                .is_some_and(|status| status.counts.needs_person() > 0)
        });
        match (is_device, has_failed) {
            (true, _) => t::sync::waiting_device(),
            (false, true) => t::sync::waiting_only_failed(),
            (false, false) => t::sync::waiting_none(),
        }
    };
    let is_empty = Memo::new(move |_| {
        list.events
            .with(|events| events.as_ref().is_some_and(Vec::is_empty))
    });
    view! {
        <section class="card stack" aria-labelledby="sync-waiting">
            <h2 id="sync-waiting">{t::sync::waiting()}</h2>
            <FailureNote failure=list.failure/>
            <Show when=move || is_empty.get()>
                <p class="quiet">{nothing}</p>
            </Show>
            <ul class="events">
                <For each=move || list.events.get().unwrap_or_default() key=version
                    children=move |event| view! { <li><WaitingEvent event=event/></li> }/>
            </ul>
            <More list=list total=total/>
        </section>
    }
}

/// How much of the list is shown, and the way to more.
#[component]
fn More(list: UnsentList, total: Memo<u64>) -> impl IntoView {
    let shown = move || {
        let shown = list
            .events
            .with(|events| events.as_ref().map_or(0, Vec::len));
        t::sync::shown_of(&shown.to_string(), &total.get().to_string())
    };
    view! {
        <Show when=move || list.more.get()>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| list.load_more()>
                    {t::sync::show_more()}
                </button>
                <span class="quiet small" role="status">{shown}</span>
            </div>
        </Show>
    }
}

/// Changes whenever anything that is shown of an event does, so that it is drawn anew, and no other is.
fn version(event: &Unsent) -> String {
    let updated = event
        .entity
        .as_ref()
        .and_then(|entity| entity.content.get(lume_core::entry::field::UPDATED_AT))
        .and_then(|time| time.as_str());
    format!(
        "{} {:?} {} {} {:?} {:?} {updated:?}",
        event.event_id, event.state, event.attempts, event.not_before, event.failure, event.outlook
    )
}
