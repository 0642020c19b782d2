//! What an answer, or its absence, means for an event: the table of outcomes, as one pure function.
//!
//! Two kinds of backend: an extended one marks every answer with `X-Lume-Protocol`, so that an answer without it is a
//! portal's or a proxy's; a basic one knows the seed's contract only. Nothing here changes anything: the settlement
//! ([`crate::settle`]) and the gate ([`crate::gate`]) act on it.

use lume_core::time::Timestamp;
use lume_wire::{ApiError, ErrorCode, Rev};
use serde_json::Value;

use crate::content::Operation;
use crate::limits::RETRY_AFTER_MS_MAX;
use crate::meta::BackendKind;
use crate::mutant::{self, Mutant};
use crate::ports::{Response, SendError};
use crate::rows::FailureReason;

/// What a request for one or more events came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The effect is at the server.
    Acknowledged {
        /// The entity's revision there, if the backend has revisions.
        rev: Option<Rev>,
    },
    /// The server may or may not have applied it; nothing was learned about the event itself. The same id and bytes
    /// go out again later. Everything waits.
    Unreachable {
        /// What the server asked for, capped.
        retry_after_ms: Option<u64>,
        /// Whether a look at `/health` would tell more.
        suspicious: bool,
    },
    /// We stopped the request ourselves.
    Stopped,
    /// The server failed. Whether it fails at this event or altogether, `/health` tells.
    ServerError,
    /// The server answered about this event and could not do it now; counts as an attempt.
    NotNow,
    /// The same key is being worked on; same id again soon.
    InProgress,
    /// The session is not accepted: refresh it once, else block.
    Unauthorized,
    /// The API key is not accepted: no refresh will help.
    WrongApiKey,
    /// Somebody stands between us and the backend.
    Captive,
    /// The account can't take more.
    AccountBlocked,
    /// This app or this backend is of the wrong version.
    Upgrade,
    /// The route is not there; `/health` tells whether the backend is.
    RouteMissing,
    /// More than one event was sent and the whole was refused: send fewer.
    Split,
    /// The key was used so long ago that its answer is gone: read the entity and compare.
    KeyExpired,
    /// The backend has something else.
    Conflict(FailureReason),
    /// Refused for good.
    Refused {
        /// Why.
        reason: FailureReason,
        /// Refused fields with their codes.
        fields: Vec<(String, String)>,
    },
}

/// What was asked, as far as it matters to what the answer means.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// What the backend is.
    pub backend: BackendKind,
    /// What the event does.
    pub operation: Operation,
    /// How many events the request carried.
    pub events: usize,
}

/// Says what an exchange means.
pub fn classify(asked: Asked, exchange: Result<&Response, SendError>) -> Outcome {
    let response = match exchange {
        Ok(response) => response,
        Err(SendError::Stopped) => return Outcome::Stopped,
        Err(SendError::Network | SendError::Refused) => {
            return Outcome::Unreachable {
                retry_after_ms: None,
                suspicious: true,
            };
        }
        Err(SendError::Timeout) => {
            return Outcome::Unreachable {
                retry_after_ms: None,
                suspicious: false,
            };
        }
    };
    if response.redirected || (300..400).contains(&response.status) || response.status == 511 {
        return if mutant::is(Mutant::AcknowledgesRedirects) {
            Outcome::Acknowledged { rev: None }
        } else {
            Outcome::Captive
        };
    }
    let ours = is_ours(asked.backend, response);
    let done = match response.status {
        200 => mutant::is(Mutant::AcknowledgesAny200),
        401 => mutant::is(Mutant::DropsOn401),
        404 => mutant::is(Mutant::AcknowledgesMissingRoutes),
        400.. => mutant::is(Mutant::AnyRefusalEnds),
        _ => false,
    };
    if done {
        return Outcome::Acknowledged { rev: None };
    }
    match response.status {
        200..=299 => success(asked, response, ours),
        400..=499 => refusal(asked, response, ours),
        _ => failure(response),
    }
}

/// Whether the backend itself gave this answer, as far as can be told.
pub fn is_ours(backend: BackendKind, response: &Response) -> bool {
    match backend {
        BackendKind::Extended => response.protocol.is_some() && !is_html(response),
        BackendKind::Basic => !is_html(response),
    }
}

/// Whether the answer is a page for people.
pub fn is_html(response: &Response) -> bool {
    let html = |kind: &String| kind == "text/html" || kind == "application/xhtml+xml";
    let markup =
        |body: &Vec<u8>| body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    response.content_type.as_ref().is_some_and(html) || response.body.as_ref().is_some_and(markup)
}

fn success(asked: Asked, response: &Response, ours: bool) -> Outcome {
    if !ours {
        return Outcome::Captive;
    }
    let again = Outcome::Unreachable {
        retry_after_ms: None,
        suspicious: false,
    };
    let Some(body) = &response.body else {
        return again;
    };
    match asked.backend {
        BackendKind::Basic => match response.status {
            200 | 201 | 204 => Outcome::Acknowledged { rev: None },
            _ => Outcome::NotNow,
        },
        BackendKind::Extended => {
            let rev = response.etag.as_deref().and_then(Rev::from_etag);
            if response.status == 204 {
                return Outcome::Acknowledged { rev };
            }
            match serde_json::from_slice::<Value>(body) {
                Ok(Value::Object(envelope))
                    if envelope.get("success") == Some(&Value::Bool(true)) =>
                {
                    Outcome::Acknowledged {
                        rev: rev.or_else(|| rev_of(envelope.get("data"))),
                    }
                }
                Ok(_) | Err(_) => again,
            }
        }
    }
}

fn rev_of(data: Option<&Value>) -> Option<Rev> {
    data?.get("rev")?.as_i64().map(Rev)
}

fn refusal(asked: Asked, response: &Response, ours: bool) -> Outcome {
    let error = response.body.as_deref().and_then(ApiError::parse);
    let code = error
        .as_ref()
        .map_or(ErrorCode::Unspecified, |error| error.code.clone());
    let refused = |reason| Outcome::Refused {
        reason,
        fields: error
            .iter()
            .flat_map(|error| error.fields.clone())
            .collect(),
    };
    let basic = asked.backend == BackendKind::Basic;
    match response.status {
        // A proxy's or a portal's 401 says nothing about the session.
        401 if !ours && !basic => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: true,
        },
        401 if code == ErrorCode::ApiKey => Outcome::WrongApiKey,
        401 => Outcome::Unauthorized,
        402 if ours => Outcome::AccountBlocked,
        // What is wrong stands in the body; without it nothing may be decided about the event.
        _ if response.body.is_none() && response.status != 429 => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: false,
        },
        403 if matches!(code, ErrorCode::Csrf | ErrorCode::Session) => Outcome::Unauthorized,
        403 if ours && (basic || error.is_some()) => refused(FailureReason::Forbidden),
        404 if asked.operation == Operation::Deleted && ours && code != ErrorCode::NotFound => {
            Outcome::Acknowledged { rev: None }
        }
        404 if ours && code == ErrorCode::Entity => Outcome::Conflict(FailureReason::Gone),
        404 => Outcome::RouteMissing,
        405 | 406 | 415 | 426 | 428 => Outcome::Upgrade,
        408 | 425 => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: false,
        },
        429 => Outcome::Unreachable {
            retry_after_ms: retry_after_ms(response),
            suspicious: false,
        },
        // Whoever answers like this without our mark is no backend of ours: a firewall or a portal.
        _ if !ours => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: true,
        },
        // What these say stands in their code alone: without one that can be read nothing may be decided.
        409 | 410 if !basic && error.is_none() => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: false,
        },
        400 | 413 if asked.events > 1 => Outcome::Split,
        400 => refused(FailureReason::BadRequest),
        409 => conflict(asked, &code, refused),
        410 if code == ErrorCode::KeyExpired => Outcome::KeyExpired,
        410 if asked.operation == Operation::Deleted => Outcome::Acknowledged {
            rev: error.as_ref().and_then(|error| error.rev),
        },
        410 => Outcome::Conflict(FailureReason::Gone),
        412 => Outcome::Conflict(FailureReason::Version),
        413 => refused(FailureReason::TooLarge),
        422 if code == ErrorCode::KeyReused => refused(FailureReason::KeyReused),
        422 => refused(FailureReason::Invalid),
        423 => Outcome::NotNow,
        _ => refused(FailureReason::Refused),
    }
}

fn conflict(asked: Asked, code: &ErrorCode, refused: impl Fn(FailureReason) -> Outcome) -> Outcome {
    match (asked.backend, asked.operation) {
        // The seed's contract has no keys: the same id again means that the first request arrived.
        (BackendKind::Basic, Operation::Created) => Outcome::Acknowledged { rev: None },
        (BackendKind::Basic, Operation::Updated | Operation::Deleted) => {
            refused(FailureReason::Refused)
        }
        (BackendKind::Extended, _) if *code == ErrorCode::InProgress => Outcome::InProgress,
        (BackendKind::Extended, _) => {
            let known = [
                (ErrorCode::Exists, FailureReason::Exists),
                (ErrorCode::Unique, FailureReason::Natural),
                (ErrorCode::Version, FailureReason::Version),
            ];
            let found = known.into_iter().find(|(known, _)| known == code);
            found.map_or_else(
                || refused(FailureReason::Refused),
                |(_, reason)| Outcome::Conflict(reason),
            )
        }
    }
}

fn failure(response: &Response) -> Outcome {
    match response.status {
        500 => Outcome::ServerError,
        501 | 505 => Outcome::Upgrade,
        507 => Outcome::AccountBlocked,
        503 => Outcome::Unreachable {
            retry_after_ms: retry_after_ms(response),
            suspicious: false,
        },
        _ => Outcome::Unreachable {
            retry_after_ms: None,
            suspicious: false,
        },
    }
}

/// `Retry-After` in milliseconds: seconds, or a date relative to the answer's own `Date`, so that this device's clock
/// plays no part. At most an hour.
pub fn retry_after_ms(response: &Response) -> Option<u64> {
    if mutant::is(Mutant::IgnoresRetryAfter) {
        return None;
    }
    let value = response.retry_after.as_deref()?.trim();
    let wait_ms = if let Ok(seconds) = value.parse::<u64>() {
        seconds.saturating_mul(1000)
    } else {
        let until = http_date(value)?;
        let server_now = http_date(response.date.as_deref()?.trim())?;
        u64::try_from(until.millis_since(server_now)).unwrap_or(0)
    };
    Some(wait_ms.min(RETRY_AFTER_MS_MAX))
}

/// Reads an HTTP date of the one form that may still be sent: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: u8 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? + 1;
    let year: u16 = parts.next()?.parse().ok()?;
    let time = parts.next()?;
    if parts.next() != Some("GMT") || parts.next().is_some() || time.len() != 8 {
        return None;
    }
    format!("{year:04}-{month:02}-{day:02}T{time}Z")
        .parse()
        .ok()
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
