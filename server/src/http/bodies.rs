//! Request bodies: read completely before anything is decided, up to a limit.
//!
//! An answer given before the body was read can be lost: the connection is closed while the client is still sending,
//! and the client sees a broken network instead of a 401. So a body that is too large is read to its end as well, and
//! thrown away, up to a second limit.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode};
use serde_json::Value;

use crate::answer::Answer;

/// Largest body, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// So much of a larger body is read and thrown away before the connection is closed.
const DISCARDED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
pub const BODY_SECONDS_MAX: u64 = 30;

enum Read {
    Whole(Bytes),
    TooLarge,
    Broken,
}

/// Reads the body, so that what comes after has all of it at once.
pub(super) async fn buffer(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let read = tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), read(body)).await;
    let refused = match read {
        Ok(Read::Whole(bytes)) => {
            return next
                .run(Request::from_parts(parts, Body::from(bytes)))
                .await;
        }
        Ok(Read::TooLarge) => ApiError::new(ErrorCode::TooLarge, "the body is larger than 256 KiB"),
        Ok(Read::Broken) => {
            ApiError::new(ErrorCode::BadRequest, "the body did not arrive completely")
        }
        Err(_elapsed) => ApiError::new(ErrorCode::Timeout, "the body took too long to arrive"),
    };
    Answer::refusal(&refused).into_response()
}

async fn read(body: Body) -> Read {
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    let mut length = 0_usize;
    while let Some(chunk) = next_chunk(&mut stream).await {
        let Ok(chunk) = chunk else {
            return Read::Broken;
        };
        length = length.saturating_add(chunk.len());
        if length > DISCARDED_BYTES_MAX {
            return Read::TooLarge;
        }
        if length <= BODY_BYTES_MAX {
            whole.extend_from_slice(&chunk);
        } else {
            whole = Vec::new();
        }
    }
    if length > BODY_BYTES_MAX {
        Read::TooLarge
    } else {
        Read::Whole(whole.into())
    }
}

async fn next_chunk(stream: &mut axum::body::BodyDataStream) -> Option<Result<Bytes, axum::Error>> {
    use futures_core::Stream as _;
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}

/// The JSON object of a body. An empty body is an object without fields where `may_be_empty`.
pub(super) fn object(
    headers: &HeaderMap,
    bytes: &[u8],
    may_be_empty: bool,
) -> Result<Fields, ApiError> {
    if bytes.is_empty() && may_be_empty {
        return Ok(Fields::new());
    }
    if !is_json(headers) {
        let message = "the body must be application/json";
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, message));
    }
    // serde_json's message may quote the body, which is private.
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ApiError::new(
            ErrorCode::BadRequest,
            "the body must be a JSON object",
        )),
        Err(_) => Err(ApiError::new(
            ErrorCode::BadRequest,
            "the body is not well-formed JSON",
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(axum::http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == lume_wire::headers::JSON
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}
