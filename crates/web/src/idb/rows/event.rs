//! Rows of the outbox.

use lume_sync::content::Operation;
use lume_sync::rows::{EntityKey, EventState, Kind, OutboxRow, Seq};
use lume_sync::store::StoreError;
use wasm_bindgen::JsValue;

use super::{RowIn, RowOut};

/// The row; without `seq` where the store is to give it one.
pub(crate) fn event_to_js(row: &OutboxRow) -> JsValue {
    // A reason's codes and names of fields only; serialising them can't fail.
    let failure = row
        .failure
        .as_ref()
        .and_then(|failure| serde_json::to_string(failure).ok());
    RowOut::new()
        .maybe(row.seq, |out, seq| out.number("seq", seq.0))
        .text("event_id", &row.event_id.to_string())
        .text("kind", &row.key.kind.0)
        .text("entity_id", &row.key.id.to_string())
        .text("operation", row.operation.name())
        .number("state", row.state)
        .number("not_before", row.not_before)
        .number("wait_ms", row.wait_ms)
        .number("attempts", row.attempts)
        .maybe(row.base_rev, |out, rev| out.number("base_rev", rev))
        .number("created_at", row.created_at)
        .text("account", &row.account)
        .number("schema_v", u32::from(row.schema_v))
        .maybe(row.request.as_deref(), |out, request| {
            out.bytes("request", request)
        })
        .maybe(failure, |out, failure| out.text("failure", &failure))
        .bytes("body", &row.body)
        .done()
}

pub(crate) fn event_from_js(value: &JsValue) -> Result<OutboxRow, StoreError> {
    let row = RowIn {
        value,
        store: "outbox",
    };
    let failure = row
        .maybe_text("failure")?
        .map(|text| serde_json::from_str(&text).map_err(|_| row.corrupt("failure")))
        .transpose()?;
    Ok(OutboxRow {
        seq: Some(Seq(row.number("seq")?)),
        event_id: row.parsed("event_id")?,
        key: EntityKey {
            kind: Kind(row.text("kind")?),
            id: row.parsed("entity_id")?,
        },
        operation: operation(&row.text("operation")?).ok_or_else(|| row.corrupt("operation"))?,
        state: state(row.number("state")?).ok_or_else(|| row.corrupt("state"))?,
        not_before: row.time("not_before")?,
        wait_ms: row.number("wait_ms")?,
        attempts: row.number("attempts")?,
        base_rev: row.revision("base_rev")?,
        created_at: row.time("created_at")?,
        account: row.text("account")?,
        schema_v: row.number("schema_v")?,
        request: row.maybe_bytes("request")?,
        failure,
        body: row.bytes("body")?,
    })
}

fn operation(name: &str) -> Option<Operation> {
    let operations = [Operation::Created, Operation::Updated, Operation::Deleted];
    operations
        .into_iter()
        .find(|operation| operation.name() == name)
}

fn state(code: u8) -> Option<EventState> {
    EventState::ALL
        .into_iter()
        .find(|state| state.code() == code)
}
