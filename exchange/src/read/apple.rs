//! States of mind of Apple Health, as the app Health Auto Export writes them.
//!
//! Its format is documented at help.healthyapps.dev (export-format/state-of-mind, February 2026): `{"data":
//! {"stateOfMind": [{id, start, end, kind, labels, associations, valence, valenceClassification, metadata}]}}`, times as
//! `2024-02-06 14:00:00 -0800`. Programs that read its files show both a word and a number as classification, and a
//! `stateOfMind` within another.

use serde_json::Value;
use serde_json::value::RawValue;

use super::Rows;
use super::fields::{self, Fields};
use crate::ident;
use crate::row::{FileError, Format, Found, Problem, ROWS_MAX};
use crate::times;

/// The seven words of the Health app with the upper end of each: they share the scale in equal parts.
const CLASSES: [(&str, f64); 7] = [
    ("very unpleasant", -5.0 / 7.0),
    ("unpleasant", -3.0 / 7.0),
    ("slightly unpleasant", -1.0 / 7.0),
    ("neutral", 1.0 / 7.0),
    ("slightly pleasant", 3.0 / 7.0),
    ("pleasant", 5.0 / 7.0),
    ("very pleasant", 1.0),
];

#[derive(serde::Deserialize)]
struct Data<'a> {
    #[serde(borrow, default, rename = "stateOfMind")]
    states: Option<&'a RawValue>,
}

/// An export, which has other data of Apple Health as well.
pub(super) fn export(data: &RawValue) -> Result<Rows, FileError> {
    let data: Data<'_> = serde_json::from_str(data.get()).map_err(|_| FileError::Unknown)?;
    states(data.states.ok_or(FileError::Unknown)?)
}

/// The list of states, or what has it inside.
pub(super) fn states(list: &RawValue) -> Result<Rows, FileError> {
    let items = items(list)
        .or_else(|| {
            let inner: Data<'_> = serde_json::from_str(list.get()).ok()?;
            items(inner.states?)
        })
        .ok_or(FileError::Unknown)?;
    if items.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let mut rows = Rows::new(Format::AppleHealth);
    for (number, item) in (1..).zip(items) {
        let item = fields::object(item).ok_or(Problem::NotAnEntry);
        let has_id = item.as_ref().is_ok_and(|item| item.contains_key("id"));
        let found = item.and_then(|item| state(&item));
        if has_id {
            rows.unique(number, found);
        } else {
            rows.alike(number, found);
        }
    }
    Ok(rows)
}

fn items(list: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(list.get()).ok()
}

fn state(item: &Fields) -> Result<Found, Problem> {
    let start = fields::text(item, "start").or_else(|| fields::text(item, "date"));
    let start = start.ok_or(Problem::BadTime)?;
    let moment = times::moment(start).ok_or(Problem::BadTime)?;
    let valence = fields::number(item, "valence").filter(|valence| (-1.0..=1.0).contains(valence));
    let mut moods = fields::texts(item, "labels");
    if moods.is_empty() {
        moods.extend(class(item, valence));
    }
    if moods.is_empty() {
        return Err(Problem::NoMood);
    }
    let source_id = match fields::id(item, "id") {
        Some(id) => format!("apple-health:{}", id.to_lowercase()),
        None => ident::hashed("apple-health", &[start, &moods.join("|")]),
    };
    Ok(Found {
        moment,
        moods,
        valence,
        tags: fields::texts(item, "associations"),
        note: None,
        source_id,
    })
}

/// How the Health app would say it, of a state without any label.
fn class(item: &Fields, valence: Option<f64>) -> Option<String> {
    let by_valence = valence.and_then(|valence| CLASSES.iter().find(|(_, end)| valence <= *end));
    if let Some((word, _)) = by_valence {
        return Some((*word).to_owned());
    }
    let said = item.get("valenceClassification").and_then(Value::as_str)?;
    Some(said.trim().replace('_', " "))
}
