//! Routes of reminders by Web Push.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, put};
use lume_wire::paths;

use super::AppState;
use super::extract::{SignedIn, SmallBody};
use crate::answer::Answer;

/// Most bytes of a subscription or a schedule.
const BODY_BYTES_MAX: usize = 16 * 1024;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(paths::PUSH_KEY, get(key))
        .route(paths::PUSH_SUBSCRIPTION, put(subscribe).delete(unsubscribe))
        .route(paths::REMINDERS, get(reminders).put(set_reminders))
}

async fn key(State(state): State<AppState>) -> Answer {
    state.service.push_key()
}

async fn subscribe(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    SmallBody(body): SmallBody<BODY_BYTES_MAX>,
) -> Answer {
    state
        .blocking(move |service| service.subscribe(caller, &body))
        .await
}

async fn unsubscribe(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Answer {
    state
        .blocking(move |service| service.unsubscribe(caller))
        .await
}

async fn reminders(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Answer {
    state
        .blocking(move |service| service.reminders(caller))
        .await
}

async fn set_reminders(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    SmallBody(body): SmallBody<BODY_BYTES_MAX>,
) -> Answer {
    state
        .blocking(move |service| service.set_reminders(caller, &body))
        .await
}
