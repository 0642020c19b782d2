//! Derived rows, by shelf, kind and week.

use js_sys::Array;
use lume_sync::rows::{DerivedRow, Kind, Shelf};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbTransaction};

use super::newest::newest;
use super::{failed, keys, object_store, text};
use crate::idb::rows::derived_from_js;

/// The key of a row.
pub(in crate::idb) fn key(shelf: Shelf, kind: &Kind, week: &str) -> JsValue {
    keys(&[text(shelf.name()), text(&kind.0), text(week)])
}

/// The keys of a kind's rows of some weeks; `None` where there can be none.
pub(in crate::idb) fn range(
    shelf: Shelf,
    kind: &Kind,
    from: &str,
    before: Option<&str>,
) -> Option<IdbKeyRange> {
    let upper = match before {
        Some(before) => key(shelf, kind, before),
        None => keys(&[text(shelf.name()), text(&kind.0), Array::new().into()]),
    };
    let lower = key(shelf, kind, from);
    IdbKeyRange::bound_with_lower_open_and_upper_open(&lower, &upper, false, true).ok()
}

/// The keys of all rows of a shelf.
pub(in crate::idb) fn shelf_range(shelf: Shelf) -> Result<IdbKeyRange, StoreError> {
    super::first_part_range(text(shelf.name()))
}

/// The newest rows of a range, newest first. What nobody can have written is left out, and made again by whoever misses
/// it.
pub(super) async fn run(
    tx: &IdbTransaction,
    shelf: Shelf,
    kind: &Kind,
    range: Option<IdbKeyRange>,
    limit: usize,
) -> Result<Vec<DerivedRow>, StoreError> {
    let Some(range) = range else {
        return Ok(Vec::new());
    };
    let store = object_store(tx, super::super::store::store_name(shelf.store()))?;
    let found = newest(&store, &range, limit).await?;
    let rows = found
        .rows
        .iter()
        .map(|row| derived_from_js(row, shelf, kind));
    rows.collect::<Option<_>>()
        .ok_or_else(|| StoreError::Corrupt(format!("{}.week", shelf.name())))
}

/// The part of a timeline whose times begin with a digit.
pub(super) fn dated(deleted: JsValue) -> Result<IdbKeyRange, StoreError> {
    IdbKeyRange::bound(
        &keys(&[deleted.clone(), text("0")]),
        &keys(&[deleted, text(":")]),
    )
    .map_err(|error| failed(&error))
}
