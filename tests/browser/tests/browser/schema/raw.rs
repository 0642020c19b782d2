//! Databases as text and back, without any code of the app: see raw.js.

use serde_json::Value;

use crate::support::*;

/// Everything in a database, as JSON text that is the same for the same rows.
pub(crate) async fn dump(name: &str) -> String {
    let text = call("dump", &[name]).await;
    text.as_string().expect("a dump is a text")
}

/// As [`dump`], read.
pub(crate) async fn dumped(name: &str) -> Value {
    parsed(&dump(name).await)
}

/// Makes a database that is what a dump says.
pub(crate) async fn load(name: &str, dump: &Value) {
    call("load", &[name, &dump.to_string()]).await;
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

async fn call(function: &str, arguments: &[&str]) -> wasm_bindgen::JsValue {
    js(include_str!("raw.js"));
    let arguments = serde_json::to_string(arguments).expect("texts are JSON");
    js_wait(&format!("rawDatabase.{function}(...{arguments})")).await
}
