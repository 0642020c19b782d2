//! Pixy: a backup of logs, tags and settings.
//!
//! What it writes was read in its source (github.com/mrzmyr/pixy-mood-tracker-app, `src/hooks/useDatagate.ts` and
//! `src/types/index.ts`, August 2026): `{version, tags: [{id, title, color}], items: [{id, date, dateTime, rating, sleep,
//! message, createdAt, tags: [{id}], emotions}], settings}`. Older ones have `items` by their date, and the tags, with a
//! `name`, within the settings.
//!
//! The settings hold a passcode. Nothing of them is read but those older tags.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Rows;
use super::fields::{self, Fields};
use crate::ident;
use crate::row::{FileError, Format, Found, Moment, Problem, ROWS_MAX};
use crate::times;

/// How pleasant each rating is.
const RATINGS: [(&str, f64); 7] = [
    ("extremely_good", 0.9),
    ("very_good", 0.6),
    ("good", 0.3),
    ("neutral", 0.0),
    ("bad", -0.3),
    ("very_bad", -0.6),
    ("extremely_bad", -0.9),
];

#[derive(Deserialize)]
struct Backup<'a> {
    #[serde(borrow)]
    items: &'a RawValue,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
    #[serde(borrow, default)]
    settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Settings<'a> {
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}

pub(super) fn backup(text: &str) -> Result<Rows, FileError> {
    let backup: Backup<'_> = serde_json::from_str(text).map_err(|_| FileError::Damaged)?;
    let items = items(backup.items).ok_or(FileError::Unknown)?;
    if items.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let settings: Option<Settings<'_>> = backup
        .settings
        .and_then(|settings| serde_json::from_str(settings.get()).ok());
    let tags = backup.tags.or(settings.and_then(|settings| settings.tags));
    let tags = tags.map(names).unwrap_or_default();
    let mut rows = Rows::new(Format::Pixy);
    for (number, item) in (1..).zip(items) {
        let item = fields::object(item).ok_or(Problem::NotAnEntry);
        let has_id = item.as_ref().is_ok_and(|item| item.contains_key("id"));
        let found = item.and_then(|item| log(&item, &tags));
        if has_id {
            rows.unique(number, found);
        } else {
            rows.alike(number, found);
        }
    }
    Ok(rows)
}

fn items(items: &RawValue) -> Option<Vec<&RawValue>> {
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(items.get()) {
        return Some(list);
    }
    let by_date: BTreeMap<String, &RawValue> = serde_json::from_str(items.get()).ok()?;
    Some(by_date.into_values().collect())
}

/// Tags' names by their ids.
fn names(tags: &RawValue) -> BTreeMap<String, String> {
    let tags: Vec<&RawValue> = serde_json::from_str(tags.get()).unwrap_or_default();
    let tags = tags.into_iter().filter_map(fields::object);
    tags.filter_map(|tag| {
        let name = fields::text(&tag, "title").or_else(|| fields::text(&tag, "name"))?;
        Some((fields::id(&tag, "id")?, name.to_owned()))
    })
    .collect()
}

fn log(item: &Fields, tags: &BTreeMap<String, String>) -> Result<Found, Problem> {
    let rating = fields::text(item, "rating").ok_or(Problem::NoMood)?;
    let valence = RATINGS
        .iter()
        .find(|(name, _)| *name == rating)
        .map(|(_, valence)| *valence);
    let moment = moment(item).ok_or(Problem::BadTime)?;
    let mut moods = vec![rating.replace('_', " ")];
    moods.extend(
        fields::texts(item, "emotions")
            .iter()
            .map(|emotion| emotion.replace('_', " ")),
    );
    let source_id = match fields::id(item, "id") {
        Some(id) => format!("pixy:{id}"),
        None => ident::hashed("pixy", &[fields::text(item, "date").unwrap_or_default()]),
    };
    Ok(Found {
        moment,
        moods,
        valence,
        tags: tags_of(item, tags),
        note: fields::text(item, "message").map(str::to_owned),
        source_id,
    })
}

/// Its tags by name, and how it says that the night was.
fn tags_of(item: &Fields, names: &BTreeMap<String, String>) -> Vec<String> {
    let tags = fields::items(item, "tags").iter().filter_map(|tag| {
        let tag = tag.as_object()?;
        let name = fields::id(tag, "id").and_then(|id| names.get(&id).cloned());
        name.or_else(|| {
            let own = fields::text(tag, "title").or_else(|| fields::text(tag, "name"))?;
            Some(own.to_owned())
        })
    });
    let sleep = item.get("sleep").and_then(serde_json::Value::as_object);
    let sleep = sleep.and_then(|sleep| fields::text(sleep, "quality"));
    tags.chain(sleep.map(|quality| format!("sleep: {}", quality.replace('_', " "))))
        .collect()
}

/// Old logs have a day alone.
fn moment(item: &Fields) -> Option<Moment> {
    let exact = fields::text(item, "dateTime").and_then(times::moment);
    exact.or_else(|| {
        let date = times::date(fields::text(item, "date")?)?;
        Some(Moment::local(times::noon(date)))
    })
}
