//! What validation says: a code for each field that is wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is wrong with a field. Codes are for programs; a person gets words in their language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// It is missing or empty.
    Required,
    /// It has too many characters.
    TooLong,
    /// It has too many items.
    TooMany,
    /// A number lies outside its range.
    OutOfRange,
    /// A time lies too far ahead of now.
    InTheFuture,
    /// It contradicts another field.
    Inconsistent,
    /// It is not of the shape this field has. Codes that this version does not know are read as this one.
    #[serde(other)]
    Invalid,
}

impl FieldCode {
    /// Returns the code as it is written in JSON, `too_long`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::InTheFuture => "in_the_future",
            Self::Inconsistent => "inconsistent",
            Self::Invalid => "invalid",
        }
    }
}

/// The fields that are wrong, each with the first thing found wrong with it: `{"note": "too_long"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("fields that are not valid: {}", self.names())]
#[serde(transparent)]
pub struct FieldErrors(BTreeMap<String, FieldCode>);

impl FieldErrors {
    /// Adds what is wrong with a field; the first thing said about it stays.
    pub fn add(&mut self, field: &str, code: FieldCode) {
        self.0.entry(field.to_owned()).or_insert(code);
    }

    /// Returns what is wrong with a field.
    pub fn get(&self, field: &str) -> Option<FieldCode> {
        self.0.get(field).copied()
    }

    /// Says whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns fields and codes, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, FieldCode)> {
        self.0.iter().map(|(field, code)| (field.as_str(), *code))
    }

    /// Returns `Ok` where nothing is wrong, else itself as the error.
    ///
    /// # Errors
    ///
    /// Itself, where a field is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    fn names(&self) -> String {
        self.0
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl FromIterator<(String, FieldCode)> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = (String, FieldCode)>>(pairs: I) -> Self {
        let mut errors = Self::default();
        for (field, code) in pairs {
            errors.add(&field, code);
        }
        errors
    }
}
