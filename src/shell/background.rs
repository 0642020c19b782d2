//! Background Sync: has the browser wake the service worker when something is left to send, and answers the worker when
//! it asks this page to send it.
//!
//! It saves time and nothing else. A browser without it never wakes anything; what is pending goes out when a page is
//! open.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::{Remainder, Trigger};
use lume_web::service_worker::{BackgroundSync, Question, WorkerQuestions};

use crate::shell::app_state::App;
use crate::shell::services::now;

/// The worker's names for these things (service-worker/flush.js).
const TAG: &str = "lume-flush";
const QUESTION: &str = "flush";
const ANSWER: &str = "flushed";

thread_local! {
    static SYNC: RefCell<Option<BackgroundSync>> = const { RefCell::new(None) };
    static LISTENING: RefCell<Option<WorkerQuestions>> = const { RefCell::new(None) };
    /// Saves whose pass is not over: the published state may not know of them yet.
    static SAVING: Cell<u32> = const { Cell::new(0) };
}

/// What this page has come to, for the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing is left that could be sent.
    Done,
    /// Something is left, and another try may send it.
    Left,
    /// A pass runs already, or the database does not answer: the worker is to see for itself.
    Busy,
}

impl Outcome {
    const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Left => "left",
            Self::Busy => "busy",
        }
    }
}

/// Begins to listen. Called once, when the app is ready.
pub(crate) fn start(app: App) {
    LISTENING.set(WorkerQuestions::listen(move |question| {
        if question.kind().as_deref() == Some(QUESTION) {
            answer(app, question);
        }
    }));
    spawn_local(async move {
        // Kept at hand: a page that is being closed has no time to look for it.
        SYNC.set(BackgroundSync::find().await);
    });
}

/// Runs a pass after a save, and asks for the worker if it has left something.
pub(crate) fn pass_after_save(app: App) {
    let Some(engine) = app.engine() else { return };
    SAVING.set(SAVING.get() + 1);
    spawn_local(async move {
        engine.pass(Trigger::Saved).await;
        let left = match engine.status().await {
            Ok(status) => status.remainder(now()) != Remainder::Nothing,
            Err(_) => true,
        };
        SAVING.set(SAVING.get().saturating_sub(1));
        if left {
            ask_for_worker(app);
        }
    });
}

/// Asks for the worker if something is left: the page may be closed or frozen next.
pub(crate) fn leave(app: App) {
    let left = app.status.with_untracked(|status| {
        status
            .as_ref()
            .is_some_and(|status| status.remainder(now()) != Remainder::Nothing)
    });
    if left || SAVING.get() > 0 {
        ask_for_worker(app);
    }
}

fn ask_for_worker(app: App) {
    let syncs = app
        .profile
        .with_untracked(|profile| profile.syncing().is_some());
    SYNC.with_borrow(|sync| {
        if let Some(sync) = sync.as_ref().filter(|_| syncs) {
            sync.register(TAG);
        }
    });
}

fn answer(app: App, question: Question) {
    spawn_local(async move {
        let outcome = outcome(app).await;
        question.answer(ANSWER, outcome.code());
    });
}

/// Runs a pass for the worker. Asks for no other sync: this one would be started again for ever.
async fn outcome(app: App) -> Outcome {
    let Some(engine) = app.engine() else {
        return Outcome::Busy;
    };
    engine.pass(Trigger::Online).await;
    match engine.status().await {
        Ok(status) if status.processing => Outcome::Busy,
        Ok(status) => match status.remainder(now()) {
            Remainder::Nothing => Outcome::Done,
            Remainder::From(_) => Outcome::Left,
        },
        Err(_) => Outcome::Busy,
    }
}
