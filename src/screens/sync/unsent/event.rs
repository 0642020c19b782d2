//! One change that is not at the backend.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_sync::content::Operation;
use lume_sync::rows::EventState;
use lume_sync::unsent::Unsent;

use crate::i18n::t;
use crate::model::refusal::{Refusal, refusal};
use crate::model::sync_words;
use crate::model::unsent_view::{Choices, Glimpse, choices};
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::services::now;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;

/// An entry's mood and time.
pub(in crate::screens::sync) fn entry_line(glimpse: &Glimpse) -> String {
    match glimpse.when {
        Some(when) => t::sync::entry_line(&glimpse.words, &format::day_and_time(when)),
        None => glimpse.words.clone(),
    }
}

/// What an event does to which entry.
fn title(event: &Unsent, glimpse: Option<&Glimpse>) -> String {
    let entry = glimpse.map_or_else(
        || t::sync::unreadable(&format::moment(event.created_at)),
        entry_line,
    );
    t::sync::op_line(&entry, sync_words::operation(event.operation))
}

#[component]
fn Head(id: String, title: String, glimpse: Option<Glimpse>) -> impl IntoView {
    let (mood, note) = glimpse
        .map(|glimpse| (glimpse.mood, glimpse.note))
        .unwrap_or_default();
    view! {
        <div class="event-head">
            <MoodBadge label=mood/>
            <div>
                <h3 class="event-title" id=id>{title}</h3>
                {(!note.is_empty()).then(|| view! { <p class="quiet event-note" dir="auto">{note}</p> })}
            </div>
        </div>
    }
}

/// A change that waits for its turn.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component is given values")]
pub(super) fn WaitingEvent(
    /// The change.
    event: Unsent,
) -> impl IntoView {
    let glimpse = Glimpse::of_event(&event);
    let title = title(&event, glimpse.as_ref());
    let id = format!("event-{}", event.event_id);
    let words = waiting_words(&event);
    view! {
        <article class="event" data-testid="waiting-event" aria-labelledby=id.clone()>
            <Head id=id.clone() title=title glimpse=glimpse/>
            <p class="quiet">{words}</p>
        </article>
    }
}

fn waiting_words(event: &Unsent) -> String {
    let is_first = event.state == EventState::Pending;
    if event.content.is_none() {
        t::sync::state_unreadable().to_owned()
    } else if !is_first {
        t::sync::state_held().to_owned()
    } else if event.attempts > 0 {
        t::sync::state_retry(u64::from(event.attempts))
    } else if event.operation == Operation::Deleted && event.not_before > now() {
        t::sync::state_undo().to_owned()
    } else {
        t::sync::state_waiting().to_owned()
    }
}

/// A change that needs the person.
#[component]
pub(super) fn FailedEvent(
    /// The change.
    event: Unsent,
    /// Called when it is to be given up.
    on_discard: Callback<Unsent>,
) -> impl IntoView {
    let glimpse = Glimpse::of_event(&event);
    let title = title(&event, glimpse.as_ref());
    let id = format!("event-{}", event.event_id);
    let entity = event.entity.as_ref().map(|entity| &entity.content);
    let why = event
        .failure
        .as_ref()
        .map(|failure| refusal(failure, event.operation, entity));
    let when = event.failure.as_ref().map(|failure| {
        let at = format::moment(failure.at);
        match failure.status {
            Some(status) => t::sync::failed_at_status(&status.to_string(), &at),
            None => t::sync::failed_at(&at),
        }
    });
    let title_id = id.clone();
    view! {
        <article class="event" data-testid="failed-event" aria-labelledby=id.clone()>
            <Head id=id.clone() title=title glimpse=glimpse/>
            {why.map(|why| view! { <Why why=why/> })}
            <p class="quiet small">{when}</p>
            <Buttons event=event title_id=title_id on_discard=on_discard/>
        </article>
    }
}

#[component]
fn Why(why: Refusal) -> impl IntoView {
    let Refusal {
        what,
        fields,
        means,
        remedy,
    } = why;
    let fields = (!fields.is_empty()).then(|| {
        let items = fields
            .into_iter()
            .map(|words| view! { <li><Icon name="attention"/><span>{words}</span></li> })
            .collect_view();
        view! { <ul class="event-fields">{items}</ul> }
    });
    view! {
        <p class="event-why">{what}"."</p>
        {fields}
        <p>{means}" "{remedy}</p>
    }
}

#[component]
fn Buttons(event: Unsent, title_id: String, on_discard: Callback<Unsent>) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let Choices {
        retry,
        edit,
        discard,
    } = choices(&event);
    let event_id = event.event_id;
    let address = format!("/entry/{}", event.key.id);
    let (for_retry, for_edit) = (title_id.clone(), title_id.clone());
    let send = move |_| {
        app.say(t::sync::retrying());
        dispatch.send(Intent::Retry(event_id));
    };
    view! {
        <div class="button-row">
            {retry.then(|| view! {
                <button type="button" class="button" data-testid="event-retry" aria-describedby=for_retry on:click=send>
                    {t::sync::retry()}
                </button>
            })}
            {edit.then(|| view! {
                <A href=address attr:class="button" attr:data-testid="event-edit" attr:aria-describedby=for_edit>{t::sync::edit()}</A>
            })}
            {discard.then(|| view! {
                <button type="button" class="button button-quiet" data-testid="event-discard" aria-describedby=title_id
                    on:click=move |_| on_discard.run(event.clone())>
                    {t::sync::discard()}
                </button>
            })}
        </div>
    }
}
