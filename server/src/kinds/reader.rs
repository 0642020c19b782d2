//! Reads fields one by one, so that each that is wrong is named, and writes each good one in a single form.

use std::str::FromStr;

use lume_core::time::Timestamp;
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::mood::Fields;
use serde_json::Value;

use super::Checked;

pub(super) struct Reader<'a> {
    fields: &'a Fields,
    good: Fields,
    errors: FieldErrors,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a Fields) -> Self {
        Self {
            fields,
            good: Fields::new(),
            errors: FieldErrors::default(),
        }
    }

    /// The value of a field, where it is there and not null.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn wrong(&mut self, name: &str, code: FieldCode) {
        self.errors.add(name, code);
    }

    pub(super) fn keep(&mut self, name: &str, value: impl Into<Value>) {
        self.good.insert(name.to_owned(), value.into());
    }

    pub(super) fn demand(&mut self, name: &str) {
        if self.value(name).is_none() {
            self.wrong(name, FieldCode::Required);
        }
    }

    /// A text, found good by `problem`.
    pub(super) fn text(
        &mut self,
        name: &str,
        problem: impl FnOnce(&str) -> Option<FieldCode>,
    ) -> Option<String> {
        let text = self.value(name)?.as_str();
        match text.map(|text| (text, problem(text))) {
            Some((text, None)) => {
                self.keep(name, text);
                Some(text.to_owned())
            }
            Some((_, Some(code))) => {
                self.wrong(name, code);
                None
            }
            None => {
                self.wrong(name, FieldCode::Invalid);
                None
            }
        }
    }

    /// A text that is the form of a type, kept as the type writes it.
    pub(super) fn parsed<T: FromStr + ToString>(&mut self, name: &str) -> Option<T> {
        let parsed: Option<T> = self
            .value(name)?
            .as_str()
            .and_then(|text| text.parse().ok());
        match &parsed {
            Some(value) => self.keep(name, value.to_string()),
            None => self.wrong(name, FieldCode::Invalid),
        }
        parsed
    }

    /// An instant that is `now` where the field is absent; none where it is wrong.
    pub(super) fn instant_or(&mut self, name: &str, now: Timestamp) -> Option<Timestamp> {
        if self.value(name).is_some() {
            return self.parsed(name);
        }
        self.keep(name, now.to_string());
        Some(now)
    }

    /// How pleasant, −1 to 1.
    pub(super) fn valence(&mut self, name: &str) {
        let Some(value) = self.value(name) else {
            return;
        };
        match value.as_f64() {
            Some(valence) if (-1.0..=1.0).contains(&valence) => self.keep(name, valence),
            Some(_) => self.wrong(name, FieldCode::OutOfRange),
            None => self.wrong(name, FieldCode::Invalid),
        }
    }

    /// A list of texts, each found good by `problem`; an empty one is as if absent.
    pub(super) fn texts(
        &mut self,
        name: &str,
        count_max: usize,
        problem: impl Fn(&str) -> Option<FieldCode>,
    ) -> Option<Vec<String>> {
        let Some(items) = self.value(name)?.as_array() else {
            self.wrong(name, FieldCode::Invalid);
            return None;
        };
        if items.len() > count_max {
            self.wrong(name, FieldCode::TooMany);
            return None;
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item
                .as_str()
                .map(|text| (text.trim(), problem(text.trim())))
            {
                Some((text, None)) => texts.push(text.to_owned()),
                Some((_, Some(code))) => self.wrong(name, code),
                None => self.wrong(name, FieldCode::Invalid),
            }
        }
        if !texts.is_empty() {
            self.keep(name, texts.clone());
        }
        Some(texts)
    }

    pub(super) fn drop_field(&mut self, name: &str) {
        self.good.remove(name);
    }

    /// The fields, where all were good and the kind's moment was among them.
    pub(super) fn finish(self, at: Option<Timestamp>) -> Result<Checked, FieldErrors> {
        self.errors.clone().into_result()?;
        match at {
            Some(at) => Ok(Checked {
                fields: self.good,
                at,
            }),
            None => Err(self.errors),
        }
    }
}
