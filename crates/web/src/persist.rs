//! Asking the browser to keep the data, and how much of it there is.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{global, js};

/// Storage used and granted, in bytes, as the browser estimates them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Used by this origin.
    pub used: u64,
    /// What it may use.
    pub quota: u64,
}

/// Asks that the browser not evict the data on its own; `None` where it can't be asked. Some browsers ask the person.
pub async fn request_persistence() -> Option<bool> {
    ask("persist").await.map(|answer| answer.is_truthy())
}

/// Whether the browser keeps the data; `None` where it does not say.
pub async fn is_persistent() -> Option<bool> {
    ask("persisted").await.map(|answer| answer.is_truthy())
}

/// How much is used; `None` where the browser does not say.
pub async fn usage() -> Option<Usage> {
    let estimate = ask("estimate").await?;
    Some(Usage {
        used: bytes(&estimate, "usage")?,
        quota: bytes(&estimate, "quota")?,
    })
}

async fn ask(what: &str) -> Option<JsValue> {
    let storage = global::navigator("storage")?;
    let answer: Promise = js::call(&storage, what, &[]).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of bytes"
)]
fn bytes(estimate: &JsValue, name: &str) -> Option<u64> {
    js::property(estimate, name)?
        .as_f64()
        .map(|bytes| bytes as u64)
}
