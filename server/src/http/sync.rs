//! Routes of two-way sync: batches and the feed of changes.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use lume_wire::batch::BATCH_BYTES_MAX;
use lume_wire::paths;

use super::AppState;
use super::extract::{Params, SignedIn, SmallBody};
use crate::answer::Answer;
use crate::batch::read_batch;
use crate::changes::ChangesQuery;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(paths::BATCH, post(batch))
        .route(paths::CHANGES, get(changes))
}

async fn batch(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    SmallBody(body): SmallBody<BATCH_BYTES_MAX>,
) -> Answer {
    match read_batch(&body) {
        Ok(request) => {
            state
                .blocking(move |service| service.batch(caller, &request))
                .await
        }
        Err(refused) => Answer::refusal(&refused),
    }
}

async fn changes(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Params(params): Params,
) -> Answer {
    match ChangesQuery::read(&params) {
        Ok(query) => {
            state
                .blocking(move |service| service.changes(caller, &query))
                .await
        }
        Err(refused) => Answer::refusal(&refused),
    }
}
