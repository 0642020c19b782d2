//! How long an answer may take: beyond that the client is asked to come again. What was begun goes on to its end, and
//! its key has the answer then.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lume_wire::{ApiError, ErrorCode};

use crate::answer::Answer;

/// How long a request may be worked on, waiting for its turn included.
pub const REQUEST_SECONDS_MAX: u64 = 30;
/// What a client is told to wait: the server is overloaded.
const RETRY_AFTER_S: u32 = 10;

pub(super) async fn limit(request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(REQUEST_SECONDS_MAX);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            tracing::warn!("a request took too long");
            let busy = ApiError::new(ErrorCode::Unavailable, "not now, please try again");
            Answer::refusal(&busy)
                .retry_after(RETRY_AFTER_S)
                .into_response()
        }
    }
}
