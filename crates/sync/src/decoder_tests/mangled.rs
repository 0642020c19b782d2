//! What an honest sender sends, a little or very wrong.
//!
//! Random bytes alone never get past a parser's first byte. So a sample is changed at a few places, in its values or
//! in its bytes.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Some id.
pub(super) const ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const CHANGES_MAX: usize = 4;

/// A change of one place of a value.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Twice,
    Rename(String),
}

/// The sample as bytes, mangled.
pub(super) fn mangled(sample: Value) -> impl Strategy<Value = Vec<u8>> {
    let steps = prop::collection::vec((any::<Index>(), changes()), 0..=CHANGES_MAX);
    let changed = steps.prop_map(move |steps| {
        let mut value = sample.clone();
        for (place, change) in steps {
            let mut left = place.index(places(&value));
            apply(&mut value, &mut left, &change);
        }
        value.to_string().into_bytes()
    });
    let changed = changed.boxed();
    prop_oneof![
        6 => changed.clone(),
        3 => damaged(changed),
        1 => prop::collection::vec(any::<u8>(), 0..80),
        1 => (0..200_usize, prop::bool::ANY).prop_map(|(depth, list)| deep(depth, list)),
    ]
}

/// The sample as text, mangled.
pub(super) fn mangled_text(sample: &'static str) -> impl Strategy<Value = String> {
    let damaged = damaged(Just(sample.as_bytes().to_vec()))
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![
        4 => damaged,
        1 => Just(sample.to_owned()),
        1 => "\\PC{0,40}",
        1 => "[-+0-9:.TZ ]{0,40}",
        1 => any::<i128>().prop_map(|number| number.to_string()),
    ]
}

/// Bytes that are cut off, changed or added at a few places.
fn damaged(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let cuts = prop::collection::vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..=CHANGES_MAX);
    (bytes, cuts).prop_map(|(mut bytes, cuts)| {
        for (place, byte, what) in cuts {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match what {
                0 => bytes.truncate(place),
                1 => bytes.insert(place, byte),
                2 => drop(bytes.remove(place)),
                _ => bytes[place] = byte,
            }
        }
        bytes
    })
}

fn deep(depth: usize, list: bool) -> Vec<u8> {
    let (open, close) = if list { ("[", "]") } else { ("{\"a\":", "}") };
    [open.repeat(depth), "0".to_owned(), close.repeat(depth)]
        .concat()
        .into_bytes()
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => odd_values().prop_map(Change::Replace),
        2 => Just(Change::Remove),
        1 => Just(Change::Twice),
        1 => "\\PC{0,8}".prop_map(Change::Rename),
    ]
}

/// What programs stumble over.
fn odd_values() -> impl Strategy<Value = Value> {
    let chosen = prop::sample::select(vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(-0.0),
        json!(1.5),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!("\u{202e}\u{1F600}"),
        json!("0000-00-00T00:00:00Z"),
        json!("9999-12-31T23:59:59.999999999Z"),
        json!("-271821-04-20T00:00:00Z"),
        json!("2025-02-30"),
        json!("x".repeat(5_000)),
        json!(ID),
        json!([]),
        json!({}),
        json!([[]]),
    ]);
    prop_oneof![
        4 => chosen,
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => "\\PC{0,40}".prop_map(Value::from),
    ]
}

/// How many places a value has: itself, and those of its parts.
fn places(value: &Value) -> usize {
    let parts: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    1 + parts.into_iter().map(places).sum::<usize>()
}

/// Goes on to the place, counting down. A part that is to be removed, doubled or renamed is so in its parent.
fn apply(value: &mut Value, left: &mut usize, change: &Change) -> bool {
    if *left == 0 {
        if let Change::Replace(other) = change {
            *value = other.clone();
        }
        return true;
    }
    match value {
        Value::Array(items) => {
            for at in 0..items.len() {
                *left -= 1;
                let here = *left == 0;
                if apply(&mut items[at], left, change) {
                    match change {
                        Change::Remove if here => drop(items.remove(at)),
                        Change::Twice if here => items.insert(at, items[at].clone()),
                        Change::Replace(_) | Change::Remove | Change::Twice | Change::Rename(_) => {
                        }
                    }
                    return true;
                }
            }
            false
        }
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            for name in names {
                *left -= 1;
                let here = *left == 0;
                let field = fields.get_mut(&name).expect("it is one of the names");
                if apply(field, left, change) {
                    match change {
                        Change::Remove if here => drop(fields.remove(&name)),
                        Change::Rename(other) if here => {
                            let field = fields.remove(&name).expect("it is one of the names");
                            fields.insert(other.clone(), field);
                        }
                        Change::Replace(_) | Change::Remove | Change::Twice | Change::Rename(_) => {
                        }
                    }
                    return true;
                }
            }
            false
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
