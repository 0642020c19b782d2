//! Version 2: what is derived of entries is kept in `stats` and `search`, which were empty until now. Nothing is to be
//! made for it; but an app that writes entries without marking what they make stale must stay away.

use wasm_bindgen::JsValue;

use crate::idb::Upgrade;

#[expect(
    clippy::unnecessary_wraps,
    reason = "a step is one of a list of functions that may fail"
)]
pub(super) fn migrate(_upgrade: &Upgrade) -> Result<(), JsValue> {
    Ok(())
}
