//! Rows of entities, and of their last server states.

use lume_core::time::Timestamp;
use lume_sync::rows::{Ahead, AheadState, BaseRow, EntityKey, EntityRow, Kind, SyncState};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use super::{RowIn, RowOut};
use crate::idb::entities::{ENTITIES, ENTRIES, Place};

pub(crate) fn entity_to_js(row: &EntityRow) -> JsValue {
    // Those that have a store to themselves need not say what they are.
    let out = if Place::of(&row.key.kind).store == ENTRIES {
        RowOut::new()
    } else {
        RowOut::new().text("kind", &row.key.kind.0)
    };
    out.text("id", &row.key.id.to_string())
        .text("local_time", &row.local_time)
        .number("deleted", row.deleted)
        .maybe(row.rev, |out, rev| out.number("rev", rev))
        .text("sync", sync_name(row.sync))
        .text("source", &row.source)
        .maybe(row.source_id.as_deref(), |out, id| {
            out.text("source_id", id)
        })
        .bytes("body", &row.body)
        .maybe(row.overlap.as_deref(), |out, overlap| {
            out.bytes("overlap", overlap)
        })
        .done()
}

/// The kind that a row says it is of.
pub(crate) fn kind_from_js(value: &JsValue) -> Option<Kind> {
    let row = RowIn {
        value,
        store: ENTITIES,
    };
    row.maybe_text("kind").ok().flatten().map(Kind)
}

pub(crate) fn entity_from_js(value: &JsValue, kind: &Kind) -> Result<EntityRow, StoreError> {
    let row = RowIn {
        value,
        store: Place::of(kind).store,
    };
    Ok(EntityRow {
        key: EntityKey {
            kind: kind.clone(),
            id: row.parsed("id")?,
        },
        local_time: row.text("local_time")?,
        deleted: row.integer("deleted")? != 0,
        rev: row.revision("rev")?,
        sync: sync_from_name(&row.text("sync")?).ok_or_else(|| row.corrupt("sync"))?,
        source: row.text("source")?,
        source_id: row.maybe_text("source_id")?,
        body: row.bytes("body")?,
        overlap: row.maybe_bytes("overlap")?,
    })
}

/// A row to be shown among others: where its header can't be read, what can be is kept, with an empty body, which no
/// entity has. `None` for what has no id of an entity and so never was one.
pub(crate) fn listed_entity_from_js(value: &JsValue, kind: &Kind) -> Option<EntityRow> {
    if let Ok(row) = entity_from_js(value, kind) {
        return Some(row);
    }
    let row = RowIn {
        value,
        store: Place::of(kind).store,
    };
    Some(EntityRow {
        key: EntityKey {
            kind: kind.clone(),
            id: row.parsed("id").ok()?,
        },
        local_time: row.text("local_time").unwrap_or_default(),
        deleted: row.integer("deleted").is_ok_and(|deleted| deleted != 0),
        rev: None,
        sync: SyncState::Local,
        source: String::new(),
        source_id: None,
        body: Vec::new(),
        overlap: None,
    })
}

pub(crate) fn base_to_js(row: &BaseRow) -> JsValue {
    RowOut::new()
        .text("kind", &row.key.kind.0)
        .text("id", &row.key.id.to_string())
        .maybe(row.rev, |out, rev| out.number("rev", rev))
        .number("deleted", row.deleted)
        .bytes("body", &row.body)
        .maybe((row.round > 0).then_some(row.round), |out, round| {
            out.number("round", round)
        })
        .maybe(row.ahead.as_ref(), ahead_to_js)
        .done()
}

/// What waits beside the base, in properties of its own.
fn ahead_to_js(out: RowOut, ahead: &Ahead) -> RowOut {
    out.text("ahead", ahead_name(ahead.state))
        .maybe(ahead.rev, |out, rev| out.number("ahead_rev", rev))
        .maybe(ahead.modified_at, |out, at| {
            out.number("ahead_modified_at", at)
        })
        .number("ahead_round", ahead.round)
        .bytes("ahead_body", &ahead.body)
}

fn ahead_from_js(row: &RowIn<'_>) -> Result<Option<Ahead>, StoreError> {
    let Some(name) = row.maybe_text("ahead")? else {
        return Ok(None);
    };
    let modified_at = row.maybe_integer("ahead_modified_at")?;
    Ok(Some(Ahead {
        state: ahead_from_name(&name).ok_or_else(|| row.corrupt("ahead"))?,
        rev: row.revision("ahead_rev")?,
        modified_at: modified_at.map(Timestamp::from_millis),
        round: row.number("ahead_round")?,
        body: row.bytes("ahead_body")?,
    }))
}

pub(crate) fn base_from_js(value: &JsValue) -> Result<BaseRow, StoreError> {
    let row = RowIn {
        value,
        store: "base",
    };
    Ok(BaseRow {
        key: EntityKey {
            kind: Kind(row.text("kind")?),
            id: row.parsed("id")?,
        },
        rev: row.revision("rev")?,
        deleted: row.integer("deleted")? != 0,
        body: row.bytes("body")?,
        round: row.maybe_integer("round")?.map_or(Ok(0), |round| {
            u32::try_from(round).map_err(|_| row.corrupt("round"))
        })?,
        ahead: ahead_from_js(&row)?,
    })
}

const fn ahead_name(state: AheadState) -> &'static str {
    match state {
        AheadState::Live => "live",
        AheadState::Deleted => "deleted",
        AheadState::Absent => "absent",
    }
}

fn ahead_from_name(name: &str) -> Option<AheadState> {
    let states = [AheadState::Live, AheadState::Deleted, AheadState::Absent];
    states.into_iter().find(|state| ahead_name(*state) == name)
}

const fn sync_name(state: SyncState) -> &'static str {
    match state {
        SyncState::Local => "local",
        SyncState::Waiting => "waiting",
        SyncState::Synced => "synced",
        SyncState::Failed => "failed",
        SyncState::Conflict => "conflict",
    }
}

fn sync_from_name(name: &str) -> Option<SyncState> {
    let states = [
        SyncState::Local,
        SyncState::Waiting,
        SyncState::Synced,
        SyncState::Failed,
        SyncState::Conflict,
    ];
    states.into_iter().find(|state| sync_name(*state) == name)
}
