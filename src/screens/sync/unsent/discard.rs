//! The questions before something is given up: what exactly will be gone, and a file of it before.

use leptos::prelude::*;
use lume_core::time::Timestamp;
use lume_sync::unsent::{Decision, Unsent};

use super::FAILED_ID;
use super::event::entry_line;
use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::unsent_view::{Glimpse, outlook_glimpse, outlook_later, outlook_words};
use crate::screens::export_button::ExportButton;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::shell::services::now;
use crate::ui::dialog::Dialog;
use crate::ui::failure_note::FailureNote;
use crate::ui::mood_badge::MoodBadge;

/// The button that had the focus goes with its event: the heading above takes it.
fn focus_heading() {
    request_animation_frame(|| page::focus(FAILED_ID));
}

/// The question about one change.
#[derive(Clone, Copy)]
pub(super) struct Question {
    open: RwSignal<bool>,
    event: RwSignal<Option<Unsent>>,
    failed: RwSignal<Option<Failure>>,
}

impl Question {
    /// A question that is not asked yet.
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            event: RwSignal::new(None),
            failed: RwSignal::new(None),
        }
    }

    /// Asks about this change.
    pub(super) fn ask(self, event: Unsent) {
        self.failed.set(None);
        self.event.set(Some(event));
        self.open.set(true);
    }
}

/// Whether to give one change up.
#[component]
pub(super) fn DiscardOne(
    /// The question.
    question: Question,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let Question {
        open,
        event: asked,
        failed,
    } = question;
    let discard = move |_| {
        let Some(event) = asked.get_untracked() else {
            return;
        };
        dispatch.send_then(
            Intent::Discard(event.event_id),
            move |outcome| match outcome {
                Ok(_) => {
                    open.set(false);
                    app.say(t::sync::discarded());
                    focus_heading();
                }
                Err(failure) => failed.set(Some(failure)),
            },
        );
    };
    view! {
        <Dialog open=open title=t::sync::discard_title()>
            {move || asked.get().map(|event| view! { <Outcome event=event/> })}
            <FailureNote failure=failed/>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
                <button type="button" class="button button-danger" on:click=discard>{t::sync::discard_yes()}</button>
            </div>
        </Dialog>
    }
}

#[component]
fn Outcome(event: Unsent) -> impl IntoView {
    view! {
        <p>{outlook_words(&event)}</p>
        {outlook_glimpse(&event).map(|glimpse| view! { <Shown glimpse=glimpse/> })}
        {outlook_later(&event).map(|words| view! { <p>{words}</p> })}
    }
}

#[component]
fn Shown(glimpse: Glimpse) -> impl IntoView {
    let line = entry_line(&glimpse);
    view! {
        <div class="event-head event-shown">
            <MoodBadge label=glimpse.mood.clone()/>
            <div>
                <strong>{line}</strong>
                <p class="event-note" dir="auto">{glimpse.note.clone()}</p>
            </div>
        </div>
    }
}

/// The question about all changes that were refused.
#[derive(Clone, Copy)]
pub(super) struct QuestionForAll {
    open: RwSignal<bool>,
    count: RwSignal<u64>,
    known: StoredValue<Timestamp>,
}

impl QuestionForAll {
    /// A question that is not asked yet.
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            count: RwSignal::new(0),
            known: StoredValue::new(Timestamp::UNIX_EPOCH),
        }
    }

    /// Asks about the changes that there are now: what is refused from here on is not meant.
    pub(super) fn ask(self, count: u64) {
        self.known.set_value(now());
        self.count.set(count);
        self.open.set(true);
    }
}

/// Whether to give everything up that was refused.
#[component]
pub(super) fn DiscardAll(
    /// The question.
    question: QuestionForAll,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let busy = RwSignal::new(false);
    let QuestionForAll { open, count, known } = question;
    let discard = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let intent = Intent::DecideAll(Decision::Discard, known.get_value());
        dispatch.send_then(intent, move |outcome| {
            busy.try_set(false);
            open.try_set(false);
            match outcome {
                Ok(done) => app.say(t::sync::discarded_all(done.changes)),
                Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
            }
            focus_heading();
        });
    };
    view! {
        <Dialog open=open title=t::sync::discard_all_title()>
            <p>{move || t::sync::discard_all_say(count.get())}</p>
            <p>{t::sync::discard_export()}</p>
            <ExportButton/>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
                <button type="button" class="button button-danger" aria-disabled=move || busy.get().then_some("true") on:click=discard>
                    {t::sync::discard_all_yes()}
                </button>
            </div>
        </Dialog>
    }
}
