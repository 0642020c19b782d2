//! Entities in the database.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::Rev;
use lume_wire::mood::Fields;
use rusqlite::{OptionalExtension, Transaction, params};

use super::history;
use crate::error::ServerError;
use crate::kinds::Kind;
use crate::service::Change;

/// An entity as it is stored.
pub(crate) struct Row {
    pub(crate) owner: UserId,
    pub(crate) rev: Rev,
    pub(crate) deleted: bool,
    /// None where a tombstone no longer keeps them.
    pub(crate) fields: Option<Fields>,
}

/// What an entity becomes.
pub(super) struct Commit<'a> {
    pub(super) kind: &'a Kind,
    pub(super) id: EntityId,
    /// Whose it is, on which device, and by which event.
    pub(super) change: &'a Change<'a>,
    pub(super) deleted: bool,
    pub(super) fields: Option<&'a Fields>,
    /// None leaves the stored moment as it is.
    pub(super) at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

pub(super) fn find(
    transaction: &Transaction<'_>,
    kind: &Kind,
    id: EntityId,
) -> Result<Option<Row>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT user_id, rev, deleted, body FROM entities WHERE kind = ?1 AND id = ?2",
    )?;
    let found = statement
        .query_row(params![kind.name, id.to_string()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        })
        .optional()?;
    let Some((owner, rev, deleted, body)) = found else {
        return Ok(None);
    };
    let owner = owner.parse().map_err(|_| ServerError::Corrupt("owner"))?;
    let fields = body.map(|body| parse_fields(&body)).transpose()?;
    Ok(Some(Row {
        owner,
        rev: Rev(rev),
        deleted,
        fields,
    }))
}

pub(crate) fn parse_fields(body: &str) -> Result<Fields, ServerError> {
    serde_json::from_str(body).map_err(|_| ServerError::Corrupt("entity"))
}

/// Takes the account's next commit number, and writes the entity and the change under it. What the entity was goes into
/// its history.
pub(super) fn commit(
    transaction: &Transaction<'_>,
    commit: &Commit<'_>,
) -> Result<Rev, ServerError> {
    let Change { caller, key } = *commit.change;
    let owner = caller.user.to_string();
    let id = commit.id.to_string();
    let now_ms = commit.now.as_millis();
    let body = commit.fields.map(serde_json::to_string).transpose();
    let body = body.map_err(|_| ServerError::Corrupt("entity"))?;

    history::archive(transaction, commit.kind, &id, commit.now)?;
    let rev: i64 = transaction
        .prepare_cached(
            "UPDATE users SET commit_no = commit_no + 1 WHERE id = ?1 RETURNING commit_no",
        )?
        .query_row([&owner], |row| row.get(0))?;
    transaction
        .prepare_cached(
            "INSERT INTO entities (kind, id, user_id, rev, deleted, at_ms, body, modified_ms, device)
             VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, 0), ?7, ?8, (SELECT device FROM sessions WHERE id = ?9))
             ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, deleted = excluded.deleted,
                 at_ms = coalesce(?6, at_ms), body = excluded.body, modified_ms = excluded.modified_ms,
                 device = excluded.device",
        )?
        .execute(params![
            commit.kind.name,
            id,
            owner,
            rev,
            commit.deleted,
            commit.at.map(Timestamp::as_millis),
            body,
            now_ms,
            caller.session
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO changes (user_id, rev, kind, entity_id, deleted, origin_event_id, modified_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![owner, rev, commit.kind.name, id, commit.deleted, key, now_ms])?;
    Ok(Rev(rev))
}
