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

/// What a key stands for: the same whether the change came by itself or, later, in a batch.
pub(crate) fn fingerprint(
    kind: &str,
    operation: &str,
    id: EntityId,
    base: Option<Rev>,
    payload: &Fields,
) -> [u8; 32] {
    let base = base.map_or_else(String::new, |rev| rev.to_string());
    let payload = serde_json::to_string(payload).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [kind, operation, &id.to_string(), &base, &payload] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// Runs `effect` unless the key has had its effect, and stores its answer with it.
pub(crate) fn once(
    transaction: &Transaction<'_>,
    user: UserId,
    key: Option<&str>,
    fingerprint: [u8; 32],
    now: Timestamp,
    effect: impl FnOnce(&Transaction<'_>) -> Result<Answer, ServerError>,
) -> Result<Answer, ServerError> {
    let Some(key) = key else {
        return effect(transaction);
    };
    if let Some(stored) = find(transaction, user, key)? {
        return stored.replay(fingerprint, now);
    }
    let answer = match effect(transaction) {
        Err(ServerError::Refused(refused)) => Answer::refusal(&refused),
        other => other?,
    };
    let body = answer.body.as_ref().map(ToString::to_string);
    transaction
        .prepare_cached(
            "INSERT INTO idempotency (user_id, key, fingerprint, status, etag, body, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            user.to_string(),
            key,
            fingerprint,
            answer.status,
            answer.etag.map(|rev| rev.0),
            body,
            now.as_millis()
        ])?;
    Ok(answer)
}

struct Stored {
    fingerprint: [u8; 32],
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
        "SELECT fingerprint, status, etag, body, created_ms FROM idempotency WHERE user_id = ?1 AND key = ?2",
    )?;
    let stored = statement
        .query_row(params![user.to_string(), key], |row| {
            Ok(Stored {
                fingerprint: row.get(0)?,
                status: row.get(1)?,
                etag: row.get(2)?,
                body: row.get(3)?,
                created_ms: row.get(4)?,
            })
        })
        .optional()?;
    Ok(stored)
}

impl Stored {
    fn replay(self, fingerprint: [u8; 32], now: Timestamp) -> Result<Answer, ServerError> {
        if self.fingerprint != fingerprint {
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
