//! Sessions in the database, and who an access token belongs to.

use lume_core::ids::UserId;
use lume_core::time::{SECOND_MS, Timestamp};
use lume_wire::auth::TokenPair;
use lume_wire::{ApiError, ErrorCode, Secret};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Caller, tokens};
use crate::config::Config;
use crate::error::ServerError;
use crate::service::Service;
use crate::world::World;

impl Service {
    /// Who an access token belongs to.
    ///
    /// # Errors
    ///
    /// 401 `token_expired` where it was good and is too old, 401 `unauthorized` where it is anything else.
    pub fn authenticate(&self, token: Option<&Secret>) -> Result<Caller, ServerError> {
        let Some(token) = token else {
            return Err(unauthorized().into());
        };
        let now_ms = self.now().as_millis();
        let found = self
            .database()
            .read(|transaction| find(transaction, token))?;
        match found {
            Some(found) if found.revoked => Err(unauthorized().into()),
            Some(found) if found.expires_ms <= now_ms => {
                Err(ApiError::new(ErrorCode::TokenExpired, "the access token has expired").into())
            }
            Some(found) => Ok(found.caller),
            None => Err(unauthorized().into()),
        }
    }
}

pub(super) struct Found {
    pub(super) caller: Caller,
    expires_ms: i64,
    revoked: bool,
}

pub(super) fn find(
    transaction: &Transaction<'_>,
    token: &Secret,
) -> Result<Option<Found>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT s.user_id, s.id, a.expires_ms, s.revoked_ms IS NOT NULL
         FROM access_tokens a JOIN sessions s ON s.id = a.session_id WHERE a.hash = ?1",
    )?;
    let found = statement
        .query_row([tokens::hash(token)], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
            ))
        })
        .optional()?;
    let Some((user, session, expires_ms, revoked)) = found else {
        return Ok(None);
    };
    let user = user.parse().map_err(|_| ServerError::Corrupt("user id"))?;
    Ok(Some(Found {
        caller: Caller { user, session },
        expires_ms,
        revoked,
    }))
}

/// Whose session a refresh token is of, whether it is over or not.
pub(super) fn find_by_refresh(
    transaction: &Transaction<'_>,
    token: &Secret,
) -> Result<Option<Caller>, ServerError> {
    let found: Option<(String, i64)> = transaction
        .prepare_cached(
            "SELECT s.user_id, s.id FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id WHERE r.hash = ?1",
        )?
        .query_row([tokens::hash(token)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((user, session)) = found else {
        return Ok(None);
    };
    let user = user.parse().map_err(|_| ServerError::Corrupt("user id"))?;
    Ok(Some(Caller { user, session }))
}

/// Refuses a caller whose session ended since it was authenticated.
pub(crate) fn assert_live(
    transaction: &Transaction<'_>,
    caller: Caller,
) -> Result<(), ServerError> {
    if is_live(transaction, caller)? {
        Ok(())
    } else {
        Err(unauthorized().into())
    }
}

/// Whether a session is not over.
pub(crate) fn is_live(transaction: &Transaction<'_>, caller: Caller) -> Result<bool, ServerError> {
    let mut statement = transaction
        .prepare_cached("SELECT 1 FROM sessions WHERE id = ?1 AND revoked_ms IS NULL")?;
    Ok(statement.exists([caller.session])?)
}

/// Begins a session with its first pair of tokens. `device` is how the device calls itself, where it does.
pub(super) fn open(
    transaction: &Transaction<'_>,
    user: UserId,
    device: Option<&str>,
    world: &dyn World,
    config: &Config,
    now: Timestamp,
) -> Result<TokenPair, ServerError> {
    transaction
        .prepare_cached("INSERT INTO sessions (user_id, created_ms, device) VALUES (?1, ?2, ?3)")?
        .execute(params![user.to_string(), now.as_millis(), device])?;
    let session = transaction.last_insert_rowid();
    let (access_token, refresh_token) = tokens::draw(world);
    store(
        transaction,
        session,
        &access_token,
        &refresh_token,
        config,
        now,
    )?;
    Ok(TokenPair {
        access_token,
        refresh_token,
        expires_in: config.access_token_seconds,
    })
}

/// Keeps a pair's hashes.
pub(super) fn store(
    transaction: &Transaction<'_>,
    session: i64,
    access: &Secret,
    refresh: &Secret,
    config: &Config,
    now: Timestamp,
) -> Result<(), ServerError> {
    let expiry = |seconds: i64| {
        now.plus_millis(seconds.saturating_mul(SECOND_MS))
            .as_millis()
    };
    transaction
        .prepare_cached(
            "INSERT INTO access_tokens (hash, session_id, expires_ms) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![
            tokens::hash(access),
            session,
            expiry(config.access_token_seconds)
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO refresh_tokens (hash, session_id, expires_ms) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![
            tokens::hash(refresh),
            session,
            expiry(config.refresh_token_seconds)
        ])?;
    Ok(())
}

/// Ends a session. Its device takes no pushes from then on.
pub(super) fn revoke(
    transaction: &Transaction<'_>,
    session: i64,
    now: Timestamp,
) -> Result<(), ServerError> {
    transaction
        .prepare_cached("DELETE FROM push_subscriptions WHERE session_id = ?1")?
        .execute([session])?;
    transaction
        .prepare_cached("UPDATE sessions SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL")?
        .execute(params![session, now.as_millis()])?;
    Ok(())
}

/// Ends all sessions of an account but one. Their devices take no pushes from then on.
pub(super) fn revoke_others(
    transaction: &Transaction<'_>,
    caller: Caller,
    now: Timestamp,
) -> Result<(), ServerError> {
    transaction
        .prepare_cached(
            "DELETE FROM push_subscriptions WHERE session_id IN
                 (SELECT id FROM sessions WHERE user_id = ?1 AND id <> ?2)",
        )?
        .execute(params![caller.user.to_string(), caller.session])?;
    transaction
        .prepare_cached("UPDATE sessions SET revoked_ms = ?3 WHERE user_id = ?1 AND id <> ?2 AND revoked_ms IS NULL")?
        .execute(params![caller.user.to_string(), caller.session, now.as_millis()])?;
    Ok(())
}

pub(crate) fn unauthorized() -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, "not signed in")
}
