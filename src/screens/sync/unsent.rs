//! Changes that are not at the backend: those that wait, and those that need a decision.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_core::time::LocalDateTime;
use lume_sync::content::Operation;
use lume_sync::meta::AppMode;
use lume_sync::rows::{EventState, FailureReason};
use lume_sync::unsent::Unsent;

use crate::i18n::t;
use crate::model::sync_words;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::query::use_query;
use crate::ui::dialog::Dialog;

/// Changes shown of each sort.
const SHOWN_MAX: usize = 20;

/// Both lists: what needs the person comes first.
#[component]
pub(crate) fn UnsentEvents() -> impl IntoView {
    let app = use_app();
    let counts = Memo::new(move |_| {
        app.status
            .with(|status| status.as_ref().map(|status| status.counts))
    });
    let found = use_query(
        move || counts.get(),
        |engine, _| async move {
            let mut events = engine.unsent(true, SHOWN_MAX).await?;
            let waiting = engine.unsent(false, SHOWN_MAX).await?;
            events.extend(waiting.into_iter().filter(|event| !needs_person(event)));
            events.truncate(SHOWN_MAX);
            Ok(events)
        },
    );
    let list = move |events: Vec<Unsent>| {
        if events.is_empty() {
            let is_device = app.profile.with(|profile| profile.mode == AppMode::Device);
            let words = if is_device {
                t::sync::unsent_device()
            } else {
                t::sync::unsent_none()
            };
            return view! { <p class="quiet">{words}</p> }.into_any();
        }
        let is_cut = events.len() == SHOWN_MAX;
        let items = events
            .into_iter()
            .map(|event| view! { <li><Event event=event/></li> })
            .collect_view();
        view! {
            <ul>{items}</ul>
            {is_cut.then(|| view! { <p class="quiet small">{t::sync::unsent_more(&SHOWN_MAX.to_string())}</p> })}
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="sync-unsent">
            <h2 id="sync-unsent">{t::sync::unsent()}</h2>
            {move || found.get().map(|found| found.map(list))}
        </section>
    }
}

const fn needs_person(event: &Unsent) -> bool {
    matches!(event.state, EventState::Dead | EventState::Parked)
}

/// What one change says about itself.
fn state_words(event: &Unsent) -> String {
    match (event.state, event.operation) {
        (EventState::Pending, _) if event.attempts > 0 => {
            t::sync::state_retry(u64::from(event.attempts))
        }
        (EventState::Pending, Operation::Deleted)
            if event.not_before > crate::shell::services::now() =>
        {
            t::sync::state_undo().to_owned()
        }
        (EventState::Pending, _) => t::sync::state_waiting().to_owned(),
        (EventState::Held, _) => t::sync::state_held().to_owned(),
        (EventState::Parked, _) => t::sync::state_parked().to_owned(),
        (EventState::Dead, _) => event
            .failure
            .as_ref()
            .map(sync_words::reason)
            .unwrap_or_default(),
    }
}

#[component]
fn Event(event: Unsent) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let is_failed = needs_person(&event);
    let event_id = event.event_id;
    let words = state_words(&event);
    let local_time = event
        .content
        .get(lume_core::entry::field::LOCAL_TIME)
        .and_then(|time| time.as_str());
    let local_time: Option<LocalDateTime> = local_time.and_then(|time| time.parse().ok());
    let when = local_time.map_or_else(|| format::moment(event.created_at), format::day_and_time);
    let title = t::sync::op_line(sync_words::operation(event.operation), &when);
    let can_edit = is_failed && event.operation != Operation::Deleted;
    // A parked change has nothing to try again with before two-way sync comes.
    let can_retry = event.state == EventState::Dead
        && event
            .failure
            .as_ref()
            .is_none_or(|failure| failure.reason != FailureReason::KeyReused);
    let label = title.clone();
    let confirm = RwSignal::new(false);
    let warning = sync_words::discard_warning(event.operation);
    let retry = move |_| {
        app.say(t::sync::retrying());
        dispatch.send(Intent::Retry(event_id));
    };
    let discard = move |_| {
        confirm.set(false);
        dispatch.send_then(Intent::Discard(event_id), move |outcome| match outcome {
            Ok(_) => app.say(t::sync::discarded()),
            Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
        });
    };
    view! {
        <article class="event" data-testid=is_failed.then_some("failed-event") aria-label=label>
            <div class="event-head"><strong>{title}</strong></div>
            <p class=if is_failed { "event-why" } else { "quiet" }>{words}</p>
            {is_failed.then(|| view! {
                <div class="button-row">
                    {can_retry.then(|| view! {
                        <button type="button" class="button" data-testid="event-retry" on:click=retry>{t::sync::retry()}</button>
                    })}
                    {can_edit.then(|| view! {
                        <A href=format!("/entry/{}", event.key.id) attr:class="button">{t::sync::edit()}</A>
                    })}
                    <button type="button" class="button button-quiet" data-testid="event-discard" on:click=move |_| confirm.set(true)>
                        {t::sync::discard()}
                    </button>
                </div>
                <Dialog open=confirm title=t::sync::discard_title()>
                    <p>{warning}</p>
                    <div class="button-row">
                        <button type="button" class="button button-quiet" on:click=move |_| confirm.set(false)>{t::app::cancel()}</button>
                        <button type="button" class="button button-danger" on:click=discard>{t::sync::discard_yes()}</button>
                    </div>
                </Dialog>
            })}
        </article>
    }
}
