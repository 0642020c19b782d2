//! Version 3: a store for the entities of every kind but the first, whose rows are in `entries` since version 1.
//!
//! Its keys begin with the kind, so that a later kind needs no store of its own.

use wasm_bindgen::JsValue;

use super::{Key, make_index, make_store};
use crate::idb::Upgrade;

pub(super) fn migrate(upgrade: &Upgrade) -> Result<(), JsValue> {
    let key = Key::Properties(&["kind", "id"]);
    let entities = make_store(upgrade.db(), "entities", &key)?;
    make_index(
        &entities,
        "timeline",
        &["kind", "deleted", "local_time", "id"],
    )?;
    make_index(&entities, "source", &["kind", "source", "source_id"])
}
