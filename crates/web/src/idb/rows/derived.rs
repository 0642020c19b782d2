//! Rows that are derived of a week's entities.

use lume_sync::rows::{DerivedRow, Kind, Shelf};
use wasm_bindgen::JsValue;

use super::{RowIn, RowOut};

pub(crate) fn derived_to_js(row: &DerivedRow) -> JsValue {
    RowOut::new()
        .text("week", &row.week)
        .bytes("body", &row.body)
        .done()
}

/// `None` for what is no such row. One whose body is none is there without it, which nobody takes for a digest.
pub(crate) fn derived_from_js(value: &JsValue, shelf: Shelf, kind: &Kind) -> Option<DerivedRow> {
    let row = RowIn {
        value,
        store: shelf.name(),
    };
    Some(DerivedRow {
        shelf,
        kind: kind.clone(),
        week: row.text("week").ok()?,
        body: row.bytes("body").unwrap_or_default(),
    })
}
