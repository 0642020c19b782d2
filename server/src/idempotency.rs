//! Idempotency keys: each takes effect once, and its answer is given again.
//!
//! The effect and the stored answer are one transaction, rejections included, so that no crash leaves one without the
//! other. A key lives as long as its account. Its answer is kept for [`ANSWER_DAYS`]; after that the key answers 410
//! and still takes no second effect. While a key is being worked on, a second request with it gets 409.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use lume_core::ids::{EntityId, UserId};
use lume_core::time::{DAY_MS, Timestamp};
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev};
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Change;

/// How long answers are kept.
pub const ANSWER_DAYS: i64 = 90;
/// Longest key taken.
const KEY_CHARS_MAX: usize = 200;

/// Whether a header's value can be a key: 1 to 200 visible ASCII characters. The app sends the event's UUID.
///
/// # Errors
///
/// 400 otherwise.
pub fn check_key(key: &str) -> Result<(), ApiError> {
    if !key.is_empty()
        && key.len() <= KEY_CHARS_MAX
        && key.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::BadRequest,
        "Idempotency-Key must be 1 to 200 visible ASCII characters",
    )
    .with_field("idempotency_key", "invalid"))
}

/// What a key stands for: the same whether the change came by itself or in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// With the revision the change is based on.
    whole: [u8; 32],
    /// Without it.
    content: [u8; 32],
    /// Whether the request itself names that revision. Where it does not, it can't name another one either.
    says_base: bool,
}

impl Fingerprint {
    /// `says_base` is false for a revision that follows from the batch, and not from what the device sent.
    pub(crate) fn new(
        kind: &str,
        operation: &str,
        id: EntityId,
        base: Option<Rev>,
        payload: &Fields,
        says_base: bool,
    ) -> Self {
        let id = id.to_string();
        let base = base.map_or_else(String::new, |rev| rev.to_string());
        let payload = serde_json::to_string(payload).unwrap_or_default();
        Self {
            whole: hashed(&[kind, operation, &id, &base, &payload]),
            content: hashed(&[kind, operation, &id, &payload]),
            says_base,
        }
    }
}

fn hashed(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// An answer, and whether it is one that was given before.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) replayed: bool,
}

/// Runs `effect` unless the key has had its effect, and stores its answer with it.
pub(crate) fn once(
    transaction: &Transaction<'_>,
    change: &Change<'_>,
    fingerprint: Fingerprint,
    now: Timestamp,
    effect: impl FnOnce() -> Result<Answer, ServerError>,
) -> Result<Outcome, ServerError> {
    let fresh = |answer| Outcome {
        answer,
        replayed: false,
    };
    let Some(key) = change.key else {
        return effect().map(fresh);
    };
    let user = change.caller.user;
    if let Some(stored) = find(transaction, user, key)? {
        return stored.replay(fingerprint, now).map(|answer| Outcome {
            answer,
            replayed: true,
        });
    }
    let answer = match effect() {
        Err(ServerError::Refused(refused)) => Answer::refusal(&refused),
        other => other?,
    };
    let body = answer.body.as_ref().map(ToString::to_string);
    transaction
        .prepare_cached(
            "INSERT INTO idempotency (user_id, key, fingerprint, content, status, etag, body, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            user.to_string(),
            key,
            fingerprint.whole,
            fingerprint.content,
            answer.status,
            answer.etag.map(|rev| rev.0),
            body,
            now.as_millis()
        ])?;
    Ok(fresh(answer))
}

/// Whether a key has had its effect, whatever it was.
pub(crate) fn is_known(
    transaction: &Transaction<'_>,
    user: UserId,
    key: &str,
) -> Result<bool, ServerError> {
    find(transaction, user, key).map(|stored| stored.is_some())
}

struct Stored {
    whole: [u8; 32],
    /// None where an earlier version stored it.
    content: Option<[u8; 32]>,
    status: Option<u16>,
    etag: Option<i64>,
    body: Option<String>,
    created_ms: i64,
}

fn find(
    transaction: &Transaction<'_>,
    user: UserId,
    key: &str,
) -> Result<Option<Stored>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT fingerprint, content, status, etag, body, created_ms FROM idempotency WHERE user_id = ?1 AND key = ?2",
    )?;
    let stored = statement
        .query_row(params![user.to_string(), key], |row| {
            Ok(Stored {
                whole: row.get(0)?,
                content: row.get(1)?,
                status: row.get(2)?,
                etag: row.get(3)?,
                body: row.get(4)?,
                created_ms: row.get(5)?,
            })
        })
        .optional()?;
    Ok(stored)
}

impl Stored {
    fn is_of(&self, fingerprint: &Fingerprint) -> bool {
        match self.content {
            Some(content) if !fingerprint.says_base => content == fingerprint.content,
            Some(_) | None => self.whole == fingerprint.whole,
        }
    }

    fn replay(self, fingerprint: Fingerprint, now: Timestamp) -> Result<Answer, ServerError> {
        if !self.is_of(&fingerprint) {
            let message = "this Idempotency-Key was used with another payload";
            return Err(ApiError::new(ErrorCode::KeyReused, message).into());
        }
        let old = now.as_millis() - self.created_ms > ANSWER_DAYS * DAY_MS;
        let Some(status) = self.status.filter(|_| !old) else {
            let message =
                "this Idempotency-Key has had its effect, and its answer is no longer kept";
            return Err(ApiError::new(ErrorCode::KeyExpired, message).into());
        };
        let body = self
            .body
            .map(|body| serde_json::from_str(&body))
            .transpose();
        let body = body.map_err(|_| ServerError::Corrupt("answer"))?;
        Ok(Answer {
            status,
            etag: self.etag.map(Rev),
            retry_after_s: None,
            body,
        })
    }
}

/// The keys being worked on right now.
#[derive(Default, Clone)]
pub(crate) struct InFlight(Arc<Mutex<BTreeSet<(UserId, String)>>>);

/// A key being worked on; dropped when its answer is committed.
pub(crate) struct Working {
    keys: InFlight,
    key: (UserId, String),
}

impl InFlight {
    /// Takes a key, or refuses with 409 where it is taken.
    pub(crate) fn enter(&self, user: UserId, key: &str) -> Result<Working, ApiError> {
        let key = (user, key.to_owned());
        let taken = !self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone());
        if taken {
            return Err(ApiError::new(
                ErrorCode::InProgress,
                "a request with this Idempotency-Key is being worked on",
            ));
        }
        Ok(Working {
            keys: self.clone(),
            key,
        })
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.keys
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}
