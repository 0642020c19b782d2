//! Fields of other apps' objects, read as liberally as they are written: a number may be a text, and a text a number.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An object's fields.
pub(super) type Fields = Map<String, Value>;

/// The fields of a row; `None` for what is no object.
pub(super) fn object(item: &RawValue) -> Option<Fields> {
    serde_json::from_str(item.get()).ok()
}

/// A text that is not blank, as it is written.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields
        .get(name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// A whole number.
pub(super) fn int(fields: &Fields, name: &str) -> Option<i64> {
    match fields.get(name)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and in range first"
)]
fn whole(number: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT_MAX).then_some(number as i64)
}

/// A number.
pub(super) fn number(fields: &Fields, name: &str) -> Option<f64> {
    let number = match fields.get(name)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number| number.is_finite())
}

/// An id, which may be a number or a text.
pub(super) fn id(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(id_of)
}

/// An id by itself.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// The items of a list; none where it is something else.
pub(super) fn items<'a>(fields: &'a Fields, name: &str) -> &'a [Value] {
    fields
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(super) fn texts(fields: &Fields, name: &str) -> Vec<String> {
    let texts = items(fields, name).iter().filter_map(Value::as_str);
    texts
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
