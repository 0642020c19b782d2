//! `GET /changes`: what changed in an account, in commit order.
//!
//! Commits of an account are numbered within their transaction, and writes come one after the other: whoever sees a
//! number sees all lower ones. So the number is a safe place to read on from. A page shows each entity once, at its last
//! change, which is where its revision stands in the order.
//!
//! A cursor holds the number, and a mark of the database's epoch and the account. One that can't be read on from gets 410
//! `resync`, and the reader begins again without one. The error's field `cursor` says why: `too_old` where tombstones
//! behind it are gone, so that what the feed lacks was deleted; `ahead` or `unknown` (of another epoch or account, or
//! nothing of ours) where the database was replaced, so that what the feed lacks was lost.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::changes::{CHANGES_LIMIT_MAX, Change, ChangesPage};
use lume_wire::{ApiError, ErrorCode, Rev};
use rusqlite::{OptionalExtension as _, Transaction, params};
use sha2::{Digest, Sha256};

use crate::accounts::{Caller, unauthorized};
use crate::answer::Answer;
use crate::entities::{parse_fields, with_rev};
use crate::error::ServerError;
use crate::service::Service;

/// Bytes of the mark of epoch and account.
const MARK_BYTES: usize = 8;

/// What of the feed is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesQuery {
    limit: u32,
    /// None begins at the beginning.
    cursor: Option<String>,
}

impl ChangesQuery {
    /// Reads the query's parameters.
    ///
    /// # Errors
    ///
    /// 400 where the limit is out of range. A cursor is looked at later.
    pub fn read(params: &[(String, String)]) -> Result<Self, ApiError> {
        let mut query = Self {
            limit: CHANGES_LIMIT_MAX,
            cursor: None,
        };
        for (name, value) in params {
            match name.as_str() {
                "limit" => match value.parse() {
                    Ok(limit) if (1..=CHANGES_LIMIT_MAX).contains(&limit) => query.limit = limit,
                    Ok(_) | Err(_) => {
                        let message = "some parameters are not valid";
                        return Err(ApiError::new(ErrorCode::BadRequest, message)
                            .with_field("limit", "out_of_range"));
                    }
                },
                "cursor" => query.cursor = Some(value.clone()).filter(|value| !value.is_empty()),
                _ => {}
            }
        }
        Ok(query)
    }
}

/// How far a reader has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Every change up to this commit is read.
    rev: i64,
    /// Tombstones up to this commit were gone when the reader began without any entity, and are none of its business.
    began_past: i64,
}

impl Cursor {
    /// Of a reader that has read everything up to a commit.
    pub(crate) const fn after(commit_no: i64) -> Self {
        Self {
            rev: commit_no,
            began_past: 0,
        }
    }

    /// Opaque to clients. Readers that have come as far have the same cursor.
    pub(crate) fn write(self, epoch: &str, user: UserId) -> String {
        let mark = mark(epoch, user);
        if self.began_past > self.rev {
            format!("{mark}~{}~{}", self.rev, self.began_past)
        } else {
            format!("{mark}~{}", self.rev)
        }
    }

    /// None for what this epoch never gave to this account.
    fn read(text: &str, epoch: &str, user: UserId) -> Option<Self> {
        let mut parts = text.split('~');
        if parts.next() != Some(mark(epoch, user).as_str()) {
            return None;
        }
        let rev = parts.next()?.parse().ok()?;
        let began_past = match parts.next() {
            Some(past) => past.parse().ok()?,
            None => 0,
        };
        (parts.next().is_none() && rev >= 0).then_some(Self { rev, began_past })
    }
}

fn mark(epoch: &str, user: UserId) -> String {
    let hash = Sha256::new().chain_update(epoch).chain_update([0]);
    let hash = hash.chain_update(user.to_string()).finalize();
    let mut mark = String::with_capacity(2 * MARK_BYTES);
    for byte in hash.iter().take(MARK_BYTES) {
        use std::fmt::Write as _;
        write!(mark, "{byte:02x}").expect("writing to a string does not fail");
    }
    mark
}

impl Service {
    /// Lists what changed since a cursor: 200; 410 `resync` where nobody can tell any more.
    pub fn changes(&self, caller: Caller, query: &ChangesQuery) -> Answer {
        let epoch = &self.database().identity().server_epoch;
        let now = self.now();
        let result = self.database().read(|transaction| {
            let page = page(transaction, epoch, caller.user, query, now)?;
            Ok(Answer::ok(200, page))
        });
        result.into()
    }
}

/// The number of an account's last commit; none where there is no such account.
pub(crate) fn commit_no(
    transaction: &Transaction<'_>,
    user: UserId,
) -> Result<Option<i64>, ServerError> {
    Ok(transaction
        .prepare_cached("SELECT commit_no FROM users WHERE id = ?1")?
        .query_row([user.to_string()], |row| row.get(0))
        .optional()?)
}

/// All of it on one snapshot, so that the account's last commit is as far as the entities are.
fn page(
    transaction: &Transaction<'_>,
    epoch: &str,
    user: UserId,
    query: &ChangesQuery,
    now: Timestamp,
) -> Result<ChangesPage, ServerError> {
    let account = transaction
        .prepare_cached("SELECT commit_no, pruned_rev FROM users WHERE id = ?1")?
        .query_row([user.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // It may have been deleted since the caller was authenticated.
    let (commit_no, pruned) = account.ok_or_else(unauthorized)?;
    let begin = begin(query.cursor.as_deref(), epoch, user, commit_no, pruned)?;
    let (changes, has_more) = changes_after(transaction, user, begin.rev, query.limit)?;
    let end = match changes.last() {
        Some(last) if has_more => Cursor {
            rev: last.rev.0,
            ..begin
        },
        Some(_) | None => Cursor::after(commit_no),
    };
    Ok(ChangesPage {
        changes,
        next_cursor: end.write(epoch, user),
        has_more,
        server_epoch: epoch.to_owned(),
        server_now: now,
    })
}

fn begin(
    cursor: Option<&str>,
    epoch: &str,
    user: UserId,
    commit_no: i64,
    pruned: i64,
) -> Result<Cursor, ApiError> {
    let Some(text) = cursor else {
        return Ok(Cursor {
            rev: 0,
            began_past: pruned,
        });
    };
    let Some(cursor) = Cursor::read(text, epoch, user) else {
        return Err(resync("unknown"));
    };
    if cursor.rev > commit_no {
        return Err(resync("ahead"));
    }
    if cursor.rev.max(cursor.began_past) < pruned {
        return Err(resync("too_old"));
    }
    Ok(cursor)
}

/// What the reader lacks was deleted only where its cursor is too old.
fn resync(problem: &str) -> ApiError {
    let message = "this cursor leads nowhere any more, please begin without one";
    ApiError::new(ErrorCode::Resync, message).with_field("cursor", problem)
}

/// The entities whose last change came after a commit, in the order of these changes, and whether there are more.
fn changes_after(
    transaction: &Transaction<'_>,
    user: UserId,
    rev: i64,
    limit: u32,
) -> Result<(Vec<Change>, bool), ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT e.rev, e.kind, e.id, e.deleted, iif(e.deleted, NULL, e.body), e.modified_ms, c.origin_event_id
         FROM entities e LEFT JOIN changes c ON c.user_id = e.user_id AND c.rev = e.rev
         WHERE e.user_id = ?1 AND e.rev > ?2 ORDER BY e.rev LIMIT ?3",
    )?;
    let mut rows = statement.query(params![user.to_string(), rev, limit + 1])?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        if changes.len() == limit {
            return Ok((changes, true));
        }
        changes.push(read_change(row)?);
    }
    Ok((changes, false))
}

fn read_change(row: &rusqlite::Row<'_>) -> Result<Change, ServerError> {
    let rev = Rev(row.get(0)?);
    let id: String = row.get(2)?;
    let id: EntityId = id.parse().map_err(|_| ServerError::Corrupt("entity id"))?;
    let body: Option<String> = row.get(4)?;
    let fields = body.map(|body| parse_fields(&body)).transpose()?;
    // A basic client's key may be any text, and is no event's id then.
    let origin: Option<String> = row.get(6)?;
    Ok(Change {
        kind: row.get(1)?,
        entity_id: id,
        rev,
        deleted: row.get(3)?,
        entity: fields.map(|fields| with_rev(fields, rev)),
        origin_event_id: origin.and_then(|key| key.parse().ok()),
        modified_at: Timestamp::from_millis(row.get(5)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_random_bytes([byte; 16])
    }

    /// What is wrong with a cursor; empty where it is good.
    fn problem(cursor: Cursor, commit_no: i64, pruned: i64) -> String {
        let text = cursor.write("epoch", user(1));
        match begin(Some(&text), "epoch", user(1), commit_no, pruned) {
            Ok(_) => String::new(),
            Err(error) => error.fields["cursor"].clone(),
        }
    }

    #[test]
    fn a_cursor_is_read_back_by_the_epoch_and_the_account_that_gave_it_alone() {
        for cursor in [
            Cursor::after(0),
            Cursor::after(17),
            Cursor {
                rev: 3,
                began_past: 9,
            },
        ] {
            let text = cursor.write("epoch", user(1));
            assert_eq!(Cursor::read(&text, "epoch", user(1)), Some(cursor));
            assert_eq!(Cursor::read(&text, "another", user(1)), None);
            assert_eq!(Cursor::read(&text, "epoch", user(2)), None);
        }
        let mark = mark("epoch", user(1));
        for text in ["", "~", "17", "x~17"] {
            assert_eq!(Cursor::read(text, "epoch", user(1)), None, "{text}");
        }
        for rest in ["", "~", "~x", "~-1", "~1~x", "~1~2~3"] {
            let text = format!("{mark}{rest}");
            assert_eq!(Cursor::read(&text, "epoch", user(1)), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_is_good_between_what_is_gone_and_what_is_there() {
        assert_eq!(problem(Cursor::after(5), 5, 5), "");
        assert_eq!(problem(Cursor::after(6), 5, 0), "ahead");
        assert_eq!(problem(Cursor::after(4), 9, 5), "too_old");
        let still_beginning = Cursor {
            rev: 2,
            began_past: 5,
        };
        // It never had what is gone, until more is gone.
        assert_eq!(problem(still_beginning, 9, 5), "");
        assert_eq!(problem(still_beginning, 9, 6), "too_old");
    }
}
