//! `GET /moods?deleted=true`: the bin. Tombstones that keep their content, deleted last first.

use lume_core::ids::UserId;
use lume_core::time::{DAY_MS, Timestamp};
use lume_wire::mood::Fields;
use rusqlite::{Transaction, params};

use super::TOMBSTONE_CONTENT_DAYS;
use super::list::{ListQuery, Place, page_of};
use crate::error::ServerError;
use crate::kinds::Kind;

/// A page of the bin. Each entry has the tombstone's revision, which brings it back, and `deleted_at`.
pub(super) fn page(
    transaction: &Transaction<'_>,
    kind: &Kind,
    user: UserId,
    query: ListQuery,
    now: Timestamp,
) -> Result<(Vec<Fields>, Option<Place>), ServerError> {
    let (after_ms, after_id) = query.begin_after();
    // What is too old is out of the bin, whether it was swept yet or not.
    let horizon_ms = now.as_millis() - TOMBSTONE_CONTENT_DAYS * DAY_MS;
    let mut statement = transaction.prepare_cached(
        "SELECT id, rev, modified_ms, body FROM entities
         WHERE user_id = ?1 AND kind = ?2 AND deleted = 1 AND body IS NOT NULL AND modified_ms >= ?3
           AND at_ms BETWEEN ?4 AND ?5 AND (modified_ms, id) < (?6, ?7)
         ORDER BY modified_ms DESC, id DESC LIMIT ?8",
    )?;
    let rows = statement.query(params![
        user.to_string(),
        kind.name,
        horizon_ms,
        query.from.as_millis(),
        query.to.as_millis(),
        after_ms,
        after_id,
        query.limit + 1
    ])?;
    page_of(rows, query.limit, |fields, deleted_at| {
        fields.insert("deleted_at".to_owned(), deleted_at.to_string().into());
    })
}
