//! `POST /auth/refresh`: each token works once.

use lume_core::ids::UserId;
use lume_core::time::{SECOND_MS, Timestamp};
use lume_wire::auth::TokenPair;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Secret};
use rusqlite::{OptionalExtension, Transaction, params};

use super::fields::AccountFields;
use super::sessions::{self, unauthorized};
use super::{REFRESH_GRACE_MS, tokens};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Service;

/// What the database knows of a presented token.
struct Known {
    user: UserId,
    session: i64,
    revoked: bool,
    expires_ms: i64,
    used: Option<(i64, [u8; 32])>,
}

/// An answer, and whose session was ended by it.
struct Rotation {
    answer: Answer,
    ended: Option<UserId>,
}

/// What to do with a presented token.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Its first use.
    Rotate,
    /// Its answer was lost, or two tabs came at once: the same successors again.
    Repeat { used_ms: i64, salt: [u8; 32] },
    /// Somebody has a copy: end the family.
    Revoke,
    /// No session.
    Refuse,
}

impl Service {
    /// Gives the next pair of tokens: 200; within 30 s of the token's use the same pair again; later 401
    /// `token_reused`, and the session is over; 401 `unauthorized` for a token that is unknown, too old or revoked.
    pub fn refresh(&self, body: &Fields) -> Answer {
        let mut fields = AccountFields::new(body);
        let token = fields.secret("refresh_token");
        let device = fields.device();
        if let Err(refused) = fields.finish() {
            return Answer::refusal(&refused);
        }
        let Some(token) = token else {
            return Answer::refusal(&unauthorized());
        };
        let now = self.now();
        let done = self
            .database()
            .write(|transaction| self.rotate(transaction, &token, device.as_deref(), now));
        if let Ok(Rotation {
            ended: Some(user), ..
        }) = &done
        {
            self.hub().sessions_ended(*user);
        }
        done.map(|rotation| rotation.answer).into()
    }

    fn rotate(
        &self,
        transaction: &Transaction<'_>,
        token: &Secret,
        device: Option<&str>,
        now: Timestamp,
    ) -> Result<Rotation, ServerError> {
        let Some(known) = find(transaction, token)? else {
            return Err(unauthorized().into());
        };
        let answer = match plan(&known, now) {
            Plan::Refuse => return Err(unauthorized().into()),
            Plan::Revoke => {
                sessions::revoke(transaction, known.session, now)?;
                let message = "this refresh token was used before; the session is over";
                // Not an error: the end of the session must be committed.
                return Ok(Rotation {
                    answer: Answer::refusal(&ApiError::new(ErrorCode::TokenReused, message)),
                    ended: Some(known.user),
                });
            }
            Plan::Repeat { used_ms, salt } => {
                let (access, refresh) = tokens::successors(token, &salt);
                let lived_s = (now.as_millis() - used_ms).max(0) / SECOND_MS;
                let expires_in = (self.config().access_token_seconds - lived_s).max(0);
                answer(access, refresh, expires_in)
            }
            Plan::Rotate => {
                let salt = self.world().random_bytes();
                let (access, refresh) = tokens::successors(token, &salt);
                transaction
                    .prepare_cached(
                        "UPDATE refresh_tokens SET used_ms = ?2, salt = ?3 WHERE hash = ?1",
                    )?
                    .execute(params![tokens::hash(token), now.as_millis(), salt])?;
                sessions::store(
                    transaction,
                    known.session,
                    &access,
                    &refresh,
                    self.config(),
                    now,
                )?;
                if device.is_some() {
                    transaction
                        .prepare_cached("UPDATE sessions SET device = ?2 WHERE id = ?1")?
                        .execute(params![known.session, device])?;
                }
                answer(access, refresh, self.config().access_token_seconds)
            }
        };
        Ok(Rotation {
            answer,
            ended: None,
        })
    }
}

fn plan(known: &Known, now: Timestamp) -> Plan {
    match known.used {
        Some((used_ms, salt))
            if !known.revoked && now.as_millis() - used_ms <= REFRESH_GRACE_MS =>
        {
            Plan::Repeat { used_ms, salt }
        }
        Some(_) => Plan::Revoke,
        None if known.revoked || known.expires_ms <= now.as_millis() => Plan::Refuse,
        None => Plan::Rotate,
    }
}

fn find(transaction: &Transaction<'_>, token: &Secret) -> Result<Option<Known>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT s.user_id, r.session_id, s.revoked_ms IS NOT NULL, r.expires_ms, r.used_ms, r.salt
         FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id WHERE r.hash = ?1",
    )?;
    let known = statement
        .query_row([tokens::hash(token)], |row| {
            let used_ms: Option<i64> = row.get(4)?;
            let salt: Option<[u8; 32]> = row.get(5)?;
            let (session, revoked, expires_ms) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((
                row.get::<_, String>(0)?,
                session,
                revoked,
                expires_ms,
                used_ms.zip(salt),
            ))
        })
        .optional()?;
    let Some((owner, session, revoked, expires_ms, used)) = known else {
        return Ok(None);
    };
    Ok(Some(Known {
        user: owner.parse().map_err(|_| ServerError::Corrupt("user id"))?,
        session,
        revoked,
        expires_ms,
        used,
    }))
}

fn answer(access_token: Secret, refresh_token: Secret, expires_in: i64) -> Answer {
    Answer::ok(
        200,
        TokenPair {
            access_token,
            refresh_token,
            expires_in,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(used_ago_ms: Option<i64>, revoked: bool, expires_in_ms: i64) -> Plan {
        let now = Timestamp::from_millis(1_000_000);
        let known = Known {
            user: UserId::from_random_bytes([1; 16]),
            session: 1,
            revoked,
            expires_ms: now.as_millis() + expires_in_ms,
            used: used_ago_ms.map(|ago| (now.as_millis() - ago, [7; 32])),
        };
        plan(&known, now)
    }

    #[test]
    fn a_fresh_token_rotates_and_an_old_or_revoked_one_does_not() {
        assert_eq!(planned(None, false, 1), Plan::Rotate);
        assert_eq!(planned(None, false, 0), Plan::Refuse);
        assert_eq!(planned(None, true, 1), Plan::Refuse);
    }

    #[test]
    fn a_used_token_is_answered_again_for_thirty_seconds_and_then_ends_the_family() {
        assert!(matches!(planned(Some(0), false, 1), Plan::Repeat { .. }));
        assert!(matches!(
            planned(Some(30_000), false, 1),
            Plan::Repeat { .. }
        ));
        assert_eq!(planned(Some(30_001), false, 1), Plan::Revoke);
        assert_eq!(planned(Some(0), true, 1), Plan::Revoke);
    }
}
