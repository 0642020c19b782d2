//! `GET /moods?deleted=true`: the bin. Tombstones that keep their content, deleted last first.

use lume_core::ids::UserId;
use lume_core::time::{DAY_MS, Timestamp};
use lume_wire::Rev;
use lume_wire::mood::Fields;
use rusqlite::{Transaction, params};

use super::list::{ListQuery, Place};
use super::store::parse_fields;
use super::{TOMBSTONE_CONTENT_DAYS, with_rev};
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
    let mut rows = statement.query(params![
        user.to_string(),
        kind.name,
        horizon_ms,
        query.from.as_millis(),
        query.to.as_millis(),
        after_ms,
        after_id,
        query.limit + 1
    ])?;

    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut entities = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if entities.len() == limit {
            return Ok((entities, last));
        }
        let id: String = row.get(0)?;
        let deleted_at = Timestamp::from_millis(row.get(2)?);
        let fields = parse_fields(&row.get::<_, String>(3)?)?;
        let mut fields = with_rev(fields, Rev(row.get(1)?));
        fields.insert("deleted_at".to_owned(), deleted_at.to_string().into());
        entities.push(fields);
        last = Some(Place {
            at: deleted_at,
            id: id.parse().map_err(|_| ServerError::Corrupt("entity id"))?,
        });
    }
    Ok((entities, None))
}
