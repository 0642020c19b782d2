//! `GET /moods/{id}/history`: what an entity was, revision by revision, newest first.
//!
//! The present revision is the entity itself. An earlier one is kept from the moment the next one takes its place, for
//! [`HISTORY_DAYS`], and no longer than the entity is: an entity that is deleted takes its history along when it leaves
//! the bin. To bring a revision back, a device sends its fields as any other update.

use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use lume_wire::history::{HistoryPage, REVISIONS_MAX, Revision};
use lume_wire::{ApiError, ErrorCode, Rev};
use rusqlite::{Transaction, params};

use super::store::{find, parse_fields};
use super::{is_deleted, no_such_entity, with_rev};
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::error::ServerError;
use crate::kinds::Kind;
use crate::service::Service;

/// How long a revision is kept once another has taken its place.
pub const HISTORY_DAYS: i64 = 180;
/// Revisions in a page where the request does not say.
pub(crate) const REVISIONS_DEFAULT: u32 = 50;

/// What of a history is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryQuery {
    limit: u32,
    /// The revision before which the page begins.
    before: Rev,
}

impl HistoryQuery {
    /// Reads the query's parameters.
    ///
    /// # Errors
    ///
    /// 400 with the parameters that can't be read.
    pub fn read(params: &[(String, String)]) -> Result<Self, ApiError> {
        let mut query = Self {
            limit: REVISIONS_DEFAULT,
            before: Rev(i64::MAX),
        };
        let mut refused = ApiError::new(ErrorCode::BadRequest, "some parameters are not valid");
        for (name, value) in params {
            let (good, problem) = match name.as_str() {
                "limit" => {
                    let limit = value.parse().ok();
                    let limit = limit.filter(|limit| (1..=REVISIONS_MAX).contains(limit));
                    (limit.map(|limit| query.limit = limit), "out_of_range")
                }
                "cursor" => {
                    let rev = value.parse().ok();
                    (rev.map(|rev| query.before = Rev(rev)), "invalid")
                }
                _ => (Some(()), ""),
            };
            if good.is_none() {
                refused = refused.with_field(name, problem);
            }
        }
        if refused.fields.is_empty() {
            Ok(query)
        } else {
            Err(refused)
        }
    }
}

impl Service {
    /// Lists what an entity was: 200; 404 where there is none, or none of this account's; 410 where it was deleted. Whoever
    /// brings it back from the bin has its history again.
    pub fn history(
        &self,
        kind: &Kind,
        caller: Caller,
        id: EntityId,
        query: HistoryQuery,
    ) -> Answer {
        let result = self
            .database()
            .read(|transaction| match find(transaction, kind, id)? {
                Some(row) if row.owner == caller.user && row.deleted => {
                    Err(is_deleted(row.rev).into())
                }
                Some(row) if row.owner == caller.user => {
                    Ok(Answer::ok(200, page(transaction, kind, id, query)?))
                }
                // Reading must not tell whether the id exists elsewhere.
                Some(_) | None => Err(no_such_entity().into()),
            });
        result.into()
    }
}

fn page(
    transaction: &Transaction<'_>,
    kind: &Kind,
    id: EntityId,
    query: HistoryQuery,
) -> Result<HistoryPage, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT rev, modified_ms, device, deleted, body FROM (
             SELECT rev, modified_ms, device, deleted, body FROM entities WHERE kind = ?1 AND id = ?2
             UNION ALL
             SELECT rev, modified_ms, device, deleted, body FROM revisions WHERE kind = ?1 AND entity_id = ?2
         ) WHERE rev < ?3 ORDER BY rev DESC LIMIT ?4",
    )?;
    let mut rows = statement.query(params![
        kind.name,
        id.to_string(),
        query.before.0,
        query.limit + 1
    ])?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut revisions: Vec<Revision> = Vec::new();
    while let Some(row) = rows.next()? {
        if revisions.len() == limit {
            let next_cursor = revisions.last().map(|revision| revision.rev.to_string());
            return Ok(HistoryPage {
                revisions,
                next_cursor,
            });
        }
        let rev = Rev(row.get(0)?);
        let body: Option<String> = row.get(4)?;
        let fields = body.map(|body| parse_fields(&body)).transpose()?;
        revisions.push(Revision {
            rev,
            at: Timestamp::from_millis(row.get(1)?),
            device: row.get(2)?,
            deleted: row.get(3)?,
            entity: fields.map(|fields| with_rev(fields, rev)),
        });
    }
    Ok(HistoryPage {
        revisions,
        next_cursor: None,
    })
}

/// Puts what an entity is now into its history, before it becomes something else. Beyond [`REVISIONS_MAX`] the oldest
/// revisions go.
pub(super) fn archive(
    transaction: &Transaction<'_>,
    kind: &Kind,
    id: &str,
    now: Timestamp,
) -> Result<(), ServerError> {
    transaction
        .prepare_cached(
            "INSERT INTO revisions (kind, entity_id, rev, deleted, body, device, modified_ms, replaced_ms)
             SELECT kind, id, rev, deleted, iif(deleted, NULL, body), device, modified_ms, ?3
             FROM entities WHERE kind = ?1 AND id = ?2",
        )?
        .execute(params![kind.name, id, now.as_millis()])?;
    // The one that is about to come counts as well.
    transaction
        .prepare_cached(
            "DELETE FROM revisions WHERE kind = ?1 AND entity_id = ?2 AND rev <= (
                 SELECT rev FROM revisions WHERE kind = ?1 AND entity_id = ?2 ORDER BY rev DESC LIMIT 1 OFFSET ?3
             )",
        )?
        .execute(params![kind.name, id, REVISIONS_MAX - 1])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_out_of_range_are_named() {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "many"),
            ("cursor", "x"),
            ("cursor", ""),
        ] {
            let error = HistoryQuery::read(&[(name.to_owned(), value.to_owned())]).unwrap_err();
            assert_eq!(error.fields.keys().collect::<Vec<_>>(), [name], "{value}");
        }
    }
}
