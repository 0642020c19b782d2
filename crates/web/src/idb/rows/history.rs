//! Rows of what was put aside.

use lume_sync::rows::{EntityKey, HistoryRow, Kind, Seq};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use super::{RowIn, RowOut};

/// The row; without `seq` where the store is to give it one.
pub(crate) fn history_to_js(row: &HistoryRow) -> JsValue {
    RowOut::new()
        .maybe(row.seq, |out, seq| out.number("seq", seq.0))
        .text("kind", &row.key.kind.0)
        .text("entity_id", &row.key.id.to_string())
        .number("at", row.at)
        .bytes("body", &row.body)
        .done()
}

pub(crate) fn history_from_js(value: &JsValue) -> Result<HistoryRow, StoreError> {
    let row = RowIn {
        value,
        store: "history",
    };
    Ok(HistoryRow {
        seq: Some(Seq(row.number("seq")?)),
        key: EntityKey {
            kind: Kind(row.text("kind")?),
            id: row.parsed("entity_id")?,
        },
        at: row.time("at")?,
        body: row.bytes("body")?,
    })
}
