//! Where a kind's entities are: moods in `entries`, under their ids, all others together in `entities`, under kind and id.
//!
//! Both have the same indices; those of `entities` begin with the kind.

use js_sys::Array;
use lume_core::ids::EntityId;
use lume_sync::kinds::MOOD;
use lume_sync::rows::{EntityKey, Kind};
use wasm_bindgen::JsValue;

/// The store of moods.
pub(super) const ENTRIES: &str = "entries";
/// The store of all other kinds.
pub(super) const ENTITIES: &str = "entities";

/// The object store of a kind's entities, and how its keys begin.
pub(super) struct Place {
    /// The object store.
    pub(super) store: &'static str,
    prefix: Option<JsValue>,
}

impl Place {
    pub(super) fn of(kind: &Kind) -> Self {
        if kind.0 == MOOD.name {
            return Self {
                store: ENTRIES,
                prefix: None,
            };
        }
        Self {
            store: ENTITIES,
            prefix: Some(JsValue::from_str(&kind.0)),
        }
    }

    /// The key of the row with this id; of one that stands before all others, for no id.
    pub(super) fn key(&self, id: Option<EntityId>) -> JsValue {
        let id = JsValue::from_str(&id.map_or_else(String::new, |id| id.to_string()));
        match &self.prefix {
            None => id,
            Some(_) => self.index_key(&[id]),
        }
    }

    /// A key that stands after those of all rows of the kind.
    pub(super) fn end(&self) -> JsValue {
        // Arrays sort after texts.
        let after_all: JsValue = Array::new().into();
        match &self.prefix {
            None => after_all,
            Some(_) => self.index_key(&[after_all]),
        }
    }

    /// A key of one of the indices.
    pub(super) fn index_key(&self, parts: &[JsValue]) -> JsValue {
        let prefix = self.prefix.iter();
        prefix.chain(parts).collect::<Array>().into()
    }
}

/// The object store and the key of one entity.
pub(super) fn place_of(key: &EntityKey) -> (&'static str, JsValue) {
    let place = Place::of(&key.kind);
    (place.store, place.key(Some(key.id)))
}
