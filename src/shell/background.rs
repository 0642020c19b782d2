//! Background Sync: has the browser wake the service worker when something is left to send, and answers the worker when
//! it asks this page to send it.
//!
//! It saves time and nothing else. A browser without it never wakes anything; what is pending goes out when a page is
//! open.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::{Remainder, Trigger};
use lume_web::service_worker::{BackgroundSync, Question, WorkerQuestions};
use lume_web::timer::sleep;

use crate::rest;
use crate::shell::app_state::App;
use crate::shell::reminders::Reminders;
use crate::shell::services::now;

/// The worker's names for these things (service-worker/flush.js).
const TAG: &str = "lume-flush";
const QUESTION: &str = "flush";
const ANSWER: &str = "flushed";
/// How often a running pass is looked at, and how many times: together a little less than the worker waits.
const LOOK_MS: u64 = 300;
const LOOKS_MAX: u32 = 15;

thread_local! {
    static SYNC: RefCell<Option<BackgroundSync>> = const { RefCell::new(None) };
    static LISTENING: RefCell<Option<WorkerQuestions>> = const { RefCell::new(None) };
}

/// What this page has come to, for the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing is left that could be sent.
    Done,
    /// Something is left, and another try may send it.
    Left,
    /// A pass goes on and on, or the database does not answer: the worker is to see for itself.
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

/// Begins to listen to the worker. A question that comes before the database is open is answered with busy.
pub(crate) fn listen(app: App, reminders: Reminders) {
    LISTENING.set(WorkerQuestions::listen(move |question| {
        if question.kind().as_deref() == Some(QUESTION) {
            answer(app, question);
        } else {
            reminders.hear(&question);
        }
    }));
}

/// Looks for the browser's side of it. Called once, when the app is ready.
pub(crate) fn start() {
    spawn_local(async move {
        // Kept at hand: a page that is being closed has no time to look for it.
        SYNC.set(BackgroundSync::find().await);
    });
}

/// Asks for the worker after a save, at once: people log and close the app, and a page that is being closed may have no
/// time to ask for anything. While the page is open the worker finds it at work.
pub(crate) fn saved(app: App) {
    let syncs = app
        .profile
        .with_untracked(|profile| profile.syncing().is_some());
    if syncs {
        ask_for_worker();
    }
}

/// Asks for the worker if something is left: the page may be closed or frozen next.
pub(crate) fn leave(app: App) {
    let left = app.status.with_untracked(|status| {
        status
            .as_ref()
            .map_or(Remainder::Nothing, |status| status.remainder(now()))
    });
    if left != Remainder::Nothing {
        ask_for_worker();
    }
}

fn ask_for_worker() {
    SYNC.with_borrow(|sync| {
        if let Some(sync) = sync {
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

/// Runs a pass for the worker, or waits for the one that runs. Asks for no other sync: this one would be started again
/// for ever.
async fn outcome(app: App) -> Outcome {
    let Some(engine) = app.engine() else {
        return Outcome::Busy;
    };
    let Ok(passing) = rest::pass(Rc::clone(&engine), Trigger::Online).await else {
        return Outcome::Busy;
    };
    passing.await;
    for _ in 0..LOOKS_MAX {
        match engine.status().await {
            Ok(status) if status.processing => sleep(LOOK_MS).await,
            Ok(status) => {
                return match status.remainder(now()) {
                    Remainder::Nothing => Outcome::Done,
                    Remainder::From(_) => Outcome::Left,
                };
            }
            Err(_) => return Outcome::Busy,
        }
    }
    Outcome::Busy
}
