//! An answer before it becomes HTTP: what an idempotency key stores, and what a simulated network delivers.

use lume_wire::{ApiError, ErrorCode, Rev};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::ServerError;

/// Status, revision and body of an answer. Its `Debug` leaves the body out, which may hold a note or a token.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Sent as `ETag`.
    pub etag: Option<Rev>,
    /// Sent as `Retry-After`, in seconds.
    pub retry_after_s: Option<u32>,
    /// The envelope; none for 204.
    pub body: Option<Value>,
}

impl Answer {
    /// A success that carries data.
    ///
    /// # Panics
    ///
    /// Where `data` can't be JSON, which none of the contract's types does.
    pub fn ok(status: u16, data: impl Serialize) -> Self {
        let data = serde_json::to_value(data).expect("the contract's types are JSON");
        Self {
            status,
            etag: None,
            retry_after_s: None,
            body: Some(json!({ "success": true, "data": data })),
        }
    }

    /// 204.
    pub const fn no_content() -> Self {
        Self {
            status: 204,
            etag: None,
            retry_after_s: None,
            body: None,
        }
    }

    /// A refusal, with the status its code travels with and the revision it tells.
    pub fn refusal(error: &ApiError) -> Self {
        Self {
            status: error.code.status(),
            etag: error.rev,
            retry_after_s: None,
            body: Some(error.to_envelope()),
        }
    }

    /// The answer to a failure of ours. It tells nothing of the failure; the log does.
    pub fn failure(error: &ServerError) -> Self {
        if let ServerError::Refused(refused) = &error {
            return Self::refusal(refused);
        }
        if error.is_retryable() {
            tracing::warn!(%error, "try again");
            let error = ApiError::new(ErrorCode::Unavailable, "not now, please try again");
            return Self::refusal(&error).retry_after(1);
        }
        tracing::error!(%error, "request failed");
        Self::internal()
    }

    /// 500.
    pub fn internal() -> Self {
        Self::refusal(&ApiError::new(
            ErrorCode::Internal,
            "something went wrong on the server",
        ))
    }

    /// The error it carries, where it is a refusal.
    pub(crate) fn error(&self) -> Option<ApiError> {
        let error = self.body.as_ref()?.get("error")?;
        serde_json::from_value(error.clone()).ok()
    }

    /// Adds the revision.
    #[must_use]
    pub const fn with_etag(mut self, rev: Rev) -> Self {
        self.etag = Some(rev);
        self
    }

    /// Adds how long to wait.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Result<Self, ServerError>> for Answer {
    fn from(result: Result<Self, ServerError>) -> Self {
        result.unwrap_or_else(|error| Self::failure(&error))
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("etag", &self.etag)
            .field("retry_after_s", &self.retry_after_s)
            .finish_non_exhaustive()
    }
}
