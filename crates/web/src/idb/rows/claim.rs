//! Rows of claims: one per claimed batch, with the exact bytes of each of its requests.

use js_sys::Array;
use lume_sync::rows::{ClaimItem, ClaimRow, EntityKey, Kind, Seq};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use super::{RowIn, RowOut};

pub(crate) fn claim_to_js(row: &ClaimRow) -> JsValue {
    let items: Array = row.items.iter().map(item_to_js).collect();
    RowOut::new()
        .text("id", &row.id.to_string())
        .text("owner", &row.owner)
        .number("epoch", row.epoch)
        .number("until", row.until)
        .value("items", &items)
        .done()
}

pub(crate) fn claim_from_js(value: &JsValue) -> Result<ClaimRow, StoreError> {
    let row = RowIn {
        value,
        store: "claims",
    };
    Ok(ClaimRow {
        id: row.parsed("id")?,
        owner: row.text("owner")?,
        epoch: row.number("epoch")?,
        until: row.time("until")?,
        items: row
            .array("items")?
            .iter()
            .map(|item| item_from_js(&item))
            .collect::<Result<_, _>>()?,
    })
}

fn item_to_js(item: &ClaimItem) -> JsValue {
    RowOut::new()
        .number("seq", item.seq.0)
        .text("event_id", &item.event_id.to_string())
        .text("kind", &item.key.kind.0)
        .text("entity_id", &item.key.id.to_string())
        .bytes("request", &item.request)
        .done()
}

fn item_from_js(value: &JsValue) -> Result<ClaimItem, StoreError> {
    let item = RowIn {
        value,
        store: "claims.items",
    };
    Ok(ClaimItem {
        seq: Seq(item.number("seq")?),
        event_id: item.parsed("event_id")?,
        key: EntityKey {
            kind: Kind(item.text("kind")?),
            id: item.parsed("entity_id")?,
        },
        request: item.bytes("request")?,
    })
}
