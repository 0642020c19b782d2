//! An answer before it is a response: what a key stores.

use lume_wire::{ApiError, ErrorCode, Rev, headers};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ports::Response;

/// Status, revision and body.
#[derive(Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) etag: Option<Rev>,
    body: Option<Value>,
}

impl Reply {
    pub(super) fn data(status: u16, data: impl Serialize) -> Self {
        let data = serde_json::to_value(data).expect("the contract's types are JSON");
        Self::bare(status, json!({"success": true, "data": data}))
    }

    pub(super) fn bare(status: u16, body: Value) -> Self {
        Self {
            status,
            etag: None,
            body: Some(body),
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            status: 204,
            etag: None,
            body: None,
        }
    }

    pub(super) fn refusal(Refusal(error): &Refusal) -> Self {
        Self {
            status: error.code.status(),
            etag: error.rev,
            body: Some(error.to_envelope()),
        }
    }

    pub(super) fn with_etag(mut self, rev: Rev) -> Self {
        self.etag = Some(rev);
        self
    }

    /// Why it refuses, if it does.
    pub(super) fn error(&self) -> Option<ApiError> {
        let body = self.body.as_ref().filter(|_| self.status >= 400)?;
        ApiError::parse(body.to_string().as_bytes())
    }

    /// As it travels. A basic backend marks nothing and has no revisions.
    pub(super) fn into_response(self, extended: bool) -> Response {
        let etag = self.etag.filter(|_| extended).map(Rev::to_etag);
        Response {
            status: self.status,
            redirected: false,
            content_type: self.body.as_ref().map(|_| headers::JSON.to_owned()),
            protocol: extended.then(|| headers::PROTOCOL_VALUE.to_owned()),
            retry_after: None,
            date: None,
            etag,
            body: Some(
                self.body
                    .map_or_else(Vec::new, |body| body.to_string().into_bytes()),
            ),
        }
    }
}

/// A refusal on its way out; boxed, since an error may carry a whole entity.
pub(super) struct Refusal(pub(super) Box<ApiError>);

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self(Box::new(error))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        let message = code.as_str().to_owned();
        Self::from(ApiError::new(code, message))
    }
}
