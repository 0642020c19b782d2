//! An entity as a map of fields: what the kinds have in common when they read and write theirs.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::validate::{FieldCode, FieldErrors};

/// The fields that are not among those this version knows, as they were.
pub(crate) fn unknown(content: &Map<String, Value>, known: &[&str]) -> Map<String, Value> {
    let fields = content
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()));
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Sets a field, or removes it where there is nothing to write.
pub(crate) fn put(content: &mut Map<String, Value>, name: &str, value: &impl Serialize) {
    // A number that JSON can't write (NaN, infinities) becomes null, so that it is left out as well.
    let value =
        serde_json::to_value(value).expect("texts, lists of texts and numbers always become json");
    if value.is_null() {
        content.remove(name);
    } else {
        content.insert(name.to_owned(), value);
    }
}

/// Reads fields one by one, and notes those of a wrong shape. A field that is null counts as absent.
pub(crate) struct Reader<'a> {
    content: &'a Map<String, Value>,
    pub(crate) errors: FieldErrors,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(content: &'a Map<String, Value>) -> Self {
        Self {
            content,
            errors: FieldErrors::default(),
        }
    }

    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.content.get(name).filter(|value| !value.is_null())?;
        let read = T::deserialize(value);
        if read.is_err() {
            self.errors.add(name, FieldCode::Invalid);
        }
        read.ok()
    }

    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let read = self.optional(name);
        if read.is_none() {
            // An error of its shape was noted first and stays.
            self.errors.add(name, FieldCode::Required);
        }
        read
    }
}
