//! Log lines: structured, readable, and without a note, a mood, a token or a password.
//!
//! Their words follow the iOS app's console. Fields hold counts, codes, ids' short forms and durations only.

use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// On demand: each request.
    Debug,
    /// The normal course.
    Info,
    /// Something failed and will be tried again.
    Warn,
    /// Something needs the person.
    Error,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// How loud.
    pub level: Level,
    /// What.
    pub event: LogEvent,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LogEvent {
    /// The timer runs.
    Started {
        /// Its period in seconds.
        interval_s: u32,
    },
    /// Device mode: nothing to do.
    SkippedLocalMode,
    /// Nobody is signed in.
    SkippedNoToken,
    /// A pass begins.
    PassStarted {
        /// Events that wait.
        pending: u64,
    },
    /// One event was acknowledged.
    Delivered {
        /// As in `mood.created`.
        kind: String,
        /// The first eight characters of its id.
        id: String,
    },
    /// One event failed and will be tried again.
    Retrying {
        /// As in `mood.created`.
        kind: String,
        /// The first eight characters of its id.
        id: String,
        /// Which retry comes next, from 1.
        retry: u32,
        /// The status that failed it, if one did.
        status: Option<u16>,
        /// The wait before it.
        wait_ms: u64,
    },
    /// One event waits for the person.
    NeedsPerson {
        /// As in `mood.created`.
        kind: String,
        /// The first eight characters of its id.
        id: String,
        /// The reason's code.
        reason: String,
        /// The status that said so, if one did.
        status: Option<u16>,
    },
    /// One event met another version, and was merged with it.
    Merged {
        /// As in `mood.created`.
        kind: String,
        /// The first eight characters of its id.
        id: String,
    },
    /// What changed elsewhere was taken in.
    Pulled {
        /// How many changes.
        changes: u64,
    },
    /// Everything waits, for a reason that is no event's.
    Waiting {
        /// The reason's code.
        reason: String,
        /// For how long.
        wait_ms: u64,
    },
    /// Sending is blocked until something happens.
    Blocked {
        /// The reason's code.
        reason: String,
    },
    /// A pass is over.
    PassFinished {
        /// Acknowledged.
        succeeded: u32,
        /// Not.
        failed: u32,
    },
    /// The token was refreshed.
    TokenRefreshed,
    /// The backend no longer accepts the session.
    SignInNeeded,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut {
        /// Events kept for the account.
        kept: u64,
    },
    /// Earlier entries were given their events.
    Adopted {
        /// So many.
        events: u64,
    },
    /// One request, on demand.
    Request {
        /// The method.
        method: String,
        /// The route, ids left out.
        route: String,
        /// The status, or none if nothing came back.
        status: Option<u16>,
        /// How long it took.
        took_ms: u64,
    },
    /// The database did not do its work.
    StoreFailed {
        /// During what.
        during: String,
        /// The error's words.
        error: String,
    },
}

impl std::fmt::Display for LogEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const P: &str = "[OutboxProcessor]";
        match self {
            Self::Started { interval_s } => write!(
                f,
                "{P} Started periodic processing (interval: {interval_s}s)"
            ),
            Self::SkippedLocalMode => write!(f, "{P} Skipping (local mode)"),
            Self::SkippedNoToken => write!(f, "{P} No valid token, skipping processing"),
            Self::PassStarted { pending } => write!(f, "{P} Processing {pending} pending events"),
            Self::Delivered { kind, id } => {
                write!(f, "{P} Event {kind} {id} processed successfully")
            }
            Self::Retrying {
                kind,
                id,
                retry,
                status,
                wait_ms,
            } => write!(
                f,
                "{P} Event {kind} {id} failed (retry {retry}/5): {}; waiting {wait_ms} ms before retry",
                status.map_or_else(
                    || "no answer".to_owned(),
                    |status| format!("status {status}")
                )
            ),
            Self::NeedsPerson {
                kind,
                id,
                reason,
                status,
            } => write!(
                f,
                "{P} Event {kind} {id} needs you: {reason}{}",
                status.map_or_else(String::new, |status| format!(" (status {status})"))
            ),
            Self::Merged { kind, id } => {
                write!(f, "{P} Event {kind} {id} was merged with another version")
            }
            Self::Pulled { changes } => write!(f, "{P} Took in {changes} changes"),
            Self::Waiting { reason, wait_ms } => write!(f, "{P} Waiting {wait_ms} ms: {reason}"),
            Self::Blocked { reason } => write!(f, "{P} Blocked: {reason}"),
            Self::PassFinished { succeeded, failed } => {
                write!(
                    f,
                    "{P} Processing complete: {succeeded} succeeded, {failed} failed"
                )
            }
            Self::TokenRefreshed => write!(f, "[Auth] Token refreshed"),
            Self::SignInNeeded => write!(f, "[Auth] Sign in again to sync"),
            Self::SignedIn => write!(f, "[Auth] Signed in"),
            Self::SignedOut { kept } => {
                write!(f, "[Auth] Signed out, {kept} events kept for the account")
            }
            Self::Adopted { events } => write!(f, "{P} {events} earlier entries queued"),
            Self::Request {
                method,
                route,
                status,
                took_ms,
            } => write!(
                f,
                "[HTTP] {method} {route} {} in {took_ms} ms",
                status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
            ),
            Self::StoreFailed { during, error } => write!(f, "[Store] {during}: {error}"),
        }
    }
}
