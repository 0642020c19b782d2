//! A locale's texts in their order: what `build.rs` numbers, and what the app reads when it starts.

use serde_json::{Map, Value};

/// What a locale says of itself, which is known before its texts are read and is none of them.
pub(crate) const OF_ITSELF: &str = "language";
/// The plural categories of CLDR, in the order in which a plural's texts are stored.
pub(crate) const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The texts of a locale.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Texts {
    /// A plural has one for each category, empty where the language has none.
    pub(crate) texts: Vec<String>,
    /// Tells one set of keys from another one (FNV-1a).
    pub(crate) keys: u64,
}

/// Reads a locale.
pub(crate) fn texts_of(locale: &Map<String, Value>) -> Texts {
    let mut found = Texts {
        texts: Vec::new(),
        keys: 0xcbf2_9ce4_8422_2325,
    };
    for (name, value) in locale.iter().filter(|(name, _)| *name != OF_ITSELF) {
        found.add(name, value);
    }
    found
}

impl Texts {
    fn add(&mut self, name: &str, value: &Value) {
        for byte in name.bytes().chain([b'/']) {
            self.keys = (self.keys ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        match value {
            Value::String(text) => self.texts.push(text.clone()),
            Value::Object(forms) if forms.contains_key("other") => {
                let texts = CATEGORIES.map(|category| forms.get(category).and_then(Value::as_str));
                let texts = texts.map(|text| text.unwrap_or_default().to_owned());
                self.texts.extend(texts);
            }
            Value::Object(inner) => inner.iter().for_each(|(name, value)| self.add(name, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {}
        }
    }
}
