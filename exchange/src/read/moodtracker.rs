//! `MoodTracker`: moods from 0 to 10 with what the person wrote about them.
//!
//! What it exports was read in its source (github.com/benji6/moodtracker, `client/src/components/shared/ExportControls.tsx`
//! and `client/src/types.ts`, August 2026): JSON is a list of `{createdAt, experiencedAt, mood, exploration, description,
//! location, weather}`, a table has the same as columns, in the order of their names, those of `location` and `weather` as
//! `location:latitude`. Exports of 2020 have no `experiencedAt`. Its store, `{moods: {allIds, byId}}`, is read as well.
//!
//! Where a person was and the weather there are not taken along.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Rows;
use super::fields::{self, Fields};
use crate::row::{FileError, Format, Found, Problem, ROWS_MAX};
use crate::times;

const MOOD_MAX: f64 = 10.0;

#[derive(Deserialize)]
struct Store<'a> {
    #[serde(borrow, rename = "byId")]
    by_id: BTreeMap<String, &'a RawValue>,
}

/// A list of moods.
pub(super) fn moods(items: &[&RawValue]) -> Rows {
    let mut rows = Rows::new(Format::MoodtrackerJson);
    for (number, item) in (1..).zip(items) {
        let found = fields::object(item)
            .ok_or(Problem::NotAnEntry)
            .and_then(|item| mood(&item));
        rows.unique(number, found);
    }
    rows
}

/// The app's store of moods, by when they were made.
pub(super) fn store(moods: &RawValue) -> Result<Rows, FileError> {
    let store: Store<'_> = serde_json::from_str(moods.get()).map_err(|_| FileError::Unknown)?;
    if store.by_id.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let mut rows = Rows::new(Format::MoodtrackerJson);
    for (number, (id, item)) in (1..).zip(store.by_id) {
        let found = fields::object(item)
            .ok_or(Problem::NotAnEntry)
            .and_then(|mut item| {
                item.entry("createdAt").or_insert(Value::String(id));
                mood(&item)
            });
        rows.unique(number, found);
    }
    Ok(rows)
}

/// One mood. A row of a table has the same fields.
pub(super) fn mood(item: &Fields) -> Result<Found, Problem> {
    let created = fields::text(item, "createdAt").ok_or(Problem::BadTime)?;
    let when = fields::text(item, "experiencedAt").unwrap_or(created);
    let moment = times::moment(when).ok_or(Problem::BadTime)?;
    let mood = fields::number(item, "mood").ok_or(Problem::NoMood)?;
    if !(0.0..=MOOD_MAX).contains(&mood) {
        return Err(Problem::BadFields(vec!["mood".to_owned()]));
    }
    let written = ["description", "exploration"].map(|name| fields::text(item, name));
    let note: Vec<_> = written.into_iter().flatten().collect();
    Ok(Found {
        moment,
        moods: vec![mood.to_string()],
        valence: Some(mood / MOOD_MAX * 2.0 - 1.0),
        tags: Vec::new(),
        note: (!note.is_empty()).then(|| note.join("\n\n")),
        source_id: format!("moodtracker:{}", created.trim()),
    })
}
