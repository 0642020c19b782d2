//! Version 1: every store and every index of the first schema.

use wasm_bindgen::JsValue;

use super::{Key, make_index, make_store, make_unique_index};
use crate::idb::Upgrade;

pub(super) fn migrate(upgrade: &Upgrade) -> Result<(), JsValue> {
    let db = upgrade.db();
    let entries = make_store(db, "entries", &Key::Property("id"))?;
    make_index(&entries, "timeline", &["deleted", "local_time", "id"])?;
    make_index(&entries, "source", &["source", "source_id"])?;

    make_store(db, "base", &Key::Properties(&["kind", "id"]))?;

    let outbox = make_store(db, "outbox", &Key::CountedProperty("seq"))?;
    make_index(&outbox, "lane", &["kind", "entity_id", "seq"])?;
    make_unique_index(&outbox, "event_id", "event_id")?;
    make_index(&outbox, "due", &["state", "not_before"])?;

    let claims = make_store(db, "claims", &Key::Property("id"))?;
    make_index(&claims, "until", &["until"])?;

    make_store(db, "meta", &Key::Outside)?;
    make_store(db, "drafts", &Key::Outside)?;

    let history = make_store(db, "history", &Key::CountedProperty("seq"))?;
    make_index(&history, "entity", &["kind", "entity_id", "seq"])?;

    make_store(db, "log", &Key::Counted)?;
    make_store(db, "stats", &Key::Outside)?;
    make_store(db, "search", &Key::Outside)?;
    Ok(())
}
