//! What a dump looks like, whatever it says: names and types, down into the sealed bytes.

use std::collections::BTreeMap;

use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

/// The shape of everything in a dump, a line for each place in it.
pub(crate) fn of_dump(dump: &Value) -> BTreeMap<String, String> {
    let mut shape = BTreeMap::new();
    for (store, described) in dump["stores"].as_object().expect("stores by name") {
        let mut described = described.clone();
        let rows = described["rows"].take();
        shape.insert(store.clone(), described.to_string());
        for row in rows.as_array().expect("a list of rows") {
            let name = row["key"].as_str().filter(|_| store == "meta");
            let place = format!("{store}.{}", name.unwrap_or("*"));
            add(&mut shape, &place, &row["value"]);
        }
    }
    shape
}

fn add(shape: &mut BTreeMap<String, String>, place: &str, value: &Value) {
    let kind = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            for item in items {
                add(shape, &format!("{place}[]"), item);
            }
            "list"
        }
        Value::Object(fields) => {
            if let Some(bytes) = fields.get("$bytes").and_then(Value::as_str) {
                return add_bytes(shape, place, bytes);
            }
            for (name, field) in fields {
                add(shape, &format!("{place}.{name}"), field);
            }
            "object"
        }
    };
    let known = shape.entry(place.to_owned()).or_default();
    if !known.split(", ").any(|known| known == kind) {
        let mut kinds: Vec<_> = known.split(", ").filter(|kind| !kind.is_empty()).collect();
        kinds.push(kind);
        kinds.sort_unstable();
        *known = kinds.join(", ");
    }
}

/// Bytes that hold JSON, behind a version or bare.
fn add_bytes(shape: &mut BTreeMap<String, String>, place: &str, base64: &str) {
    let bytes = decoded(base64);
    if bytes.is_empty() {
        shape.insert(place.to_owned(), "no bytes".to_owned());
        return;
    }
    let (version, json) = match bytes.split_first() {
        Some((version @ 0..=8, json)) => (version.to_string(), json),
        _ => ("none".to_owned(), bytes.as_slice()),
    };
    shape.insert(place.to_owned(), format!("bytes, version {version}"));
    let value = serde_json::from_slice(json).expect("what is sealed is JSON");
    add(shape, &format!("{place}()"), &value);
}

fn decoded(base64: &str) -> Vec<u8> {
    let atob = js_sys::Reflect::get(&js_sys::global(), &"atob".into()).expect("a global");
    let text = atob
        .unchecked_into::<js_sys::Function>()
        .call1(&JsValue::UNDEFINED, &base64.into())
        .expect("it is base64");
    let text = text.as_string().expect("a text");
    text.chars()
        .map(|char| u8::try_from(u32::from(char)).expect("one byte each"))
        .collect()
}
