//! What is forgotten with time: content of the bin, old revisions and tombstones, stored answers, dead tokens.

use lume_core::time::{DAY_MS, Timestamp};
use rusqlite::Transaction;

use crate::entities::{HISTORY_DAYS, TOMBSTONE_CONTENT_DAYS, TOMBSTONE_DAYS};
use crate::error::ServerError;
use crate::idempotency::ANSWER_DAYS;
use crate::service::Service;

/// How long tokens are kept after they expired, so that `token_expired` can be told from `unauthorized`, and a reused
/// refresh token from one never seen.
const DEAD_TOKEN_DAYS: i64 = 60;

/// Forgets one sort of thing, as of now.
type Step = fn(&Transaction<'_>, Timestamp) -> Result<(), ServerError>;

impl Service {
    /// Forgets what is old enough. One short transaction each, so that requests get in between.
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn sweep(&self) -> Result<(), ServerError> {
        let now = self.now();
        let steps: [Step; 5] = [
            empty_bin,
            drop_revisions,
            prune_tombstones,
            drop_answers,
            drop_tokens,
        ];
        for step in steps {
            self.database()
                .write(|transaction| step(transaction, now))?;
        }
        // What was forgotten is in the log until then.
        self.database().fold();
        Ok(())
    }
}

/// What an entity was goes with what it was last.
fn empty_bin(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), ServerError> {
    let horizon = before(now, TOMBSTONE_CONTENT_DAYS);
    transaction.execute(
        "DELETE FROM revisions WHERE (kind, entity_id) IN
             (SELECT kind, id FROM entities WHERE deleted = 1 AND body IS NOT NULL AND modified_ms < ?1)",
        [horizon],
    )?;
    transaction.execute(
        "UPDATE entities SET body = NULL WHERE deleted = 1 AND body IS NOT NULL AND modified_ms < ?1",
        [horizon],
    )?;
    Ok(())
}

fn drop_revisions(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), ServerError> {
    transaction.execute(
        "DELETE FROM revisions WHERE replaced_ms < ?1",
        [before(now, HISTORY_DAYS)],
    )?;
    Ok(())
}

/// Remembers per account how far its tombstones are gone: a cursor below that has missed something.
fn prune_tombstones(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), ServerError> {
    let horizon = before(now, TOMBSTONE_DAYS);
    transaction.execute(
        "UPDATE users SET pruned_rev = max(pruned_rev, old.rev) FROM (
             SELECT user_id, max(rev) AS rev FROM entities WHERE deleted = 1 AND modified_ms < ?1 GROUP BY user_id
         ) AS old WHERE users.id = old.user_id",
        [horizon],
    )?;
    transaction.execute(
        "DELETE FROM changes WHERE (kind, entity_id) IN
             (SELECT kind, id FROM entities WHERE deleted = 1 AND modified_ms < ?1)",
        [horizon],
    )?;
    transaction.execute(
        "DELETE FROM entities WHERE deleted = 1 AND modified_ms < ?1",
        [horizon],
    )?;
    Ok(())
}

fn drop_answers(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), ServerError> {
    transaction.execute(
        "UPDATE idempotency SET status = NULL, etag = NULL, body = NULL
         WHERE status IS NOT NULL AND created_ms < ?1",
        [before(now, ANSWER_DAYS)],
    )?;
    Ok(())
}

fn drop_tokens(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), ServerError> {
    let horizon = before(now, DEAD_TOKEN_DAYS);
    transaction.execute("DELETE FROM access_tokens WHERE expires_ms < ?1", [horizon])?;
    transaction.execute(
        "DELETE FROM refresh_tokens WHERE expires_ms < ?1",
        [horizon],
    )?;
    transaction.execute(
        "DELETE FROM sessions WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.session_id = sessions.id)
             AND created_ms < ?1",
        [horizon],
    )?;
    Ok(())
}

fn before(now: Timestamp, days: i64) -> i64 {
    now.as_millis() - days * DAY_MS
}
