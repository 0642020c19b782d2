//! Reading a file: whose it is, its rows, and what can be said of all of them.
//!
//! Whose a file is, is told from what is in it. Of JSON no more is looked at than the names at its outside, so that what an
//! app keeps beside the entries, such as a passcode, is passed over without being read.

mod apple;
mod daylio;
mod fields;
mod lume;
mod moodtracker;
mod pixels;
mod pixy;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use lume_core::entry::NOTE_CHARS_MAX;
use lume_core::ids::EntityId;
use lume_core::mood::Mood;
use lume_core::mood_def::field;
use lume_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::ident;
use crate::names;
use crate::row::{
    BAD_ROWS_MAX, BadRow, FILE_BYTES_MAX, FileError, Format, Found, FoundName, Held, NAMES_MAX,
    Problem, ROWS_MAX, Row, Summary,
};
use crate::text;
use crate::write::Entity;
use crate::zip;

/// How every file in the age format begins.
const AGE: &[u8] = b"age-encryption.org/";

/// A file that was read. Its `Debug` shows no content.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// What can be said of it.
    pub summary: Summary,
    /// What can be imported, in the file's order.
    pub rows: Vec<Row>,
}

/// Reads a file. A row that can't be read does not hide the others.
///
/// # Errors
///
/// [`FileError`] where there is nothing to read rows from.
pub fn open(bytes: &[u8]) -> Result<Opened, FileError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    if bytes.starts_with(AGE) {
        return Err(FileError::Encrypted);
    }
    let found = if zip::is_archive(bytes) {
        daylio::archive(bytes)?
    } else {
        let text = text::decode(bytes)?;
        let text = text.trim_start();
        if text.starts_with(['{', '[']) {
            json(text)?
        } else if let Some(inner) = daylio::bare(text) {
            daylio::backup(&inner)?
        } else {
            table::read(text)?
        }
    };
    Ok(found.finish())
}

/// The names at the outside of a file, with what stands there unread.
#[derive(Deserialize)]
struct Outside<'a> {
    #[serde(borrow, default)]
    format: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "dayEntries")]
    day_entries: Option<&'a RawValue>,
    #[serde(borrow, default)]
    moods: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "stateOfMind")]
    state_of_mind: Option<&'a RawValue>,
}

fn json(text: &str) -> Result<Rows, FileError> {
    if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| FileError::Damaged)?;
        return list(&items);
    }
    let outside: Outside<'_> = serde_json::from_str(text).map_err(|_| FileError::Damaged)?;
    if let Some(format) = outside.format {
        return lume::json(text, format);
    }
    if outside.day_entries.is_some() {
        return daylio::backup(text);
    }
    if let Some(moods) = outside.moods {
        return moodtracker::store(moods);
    }
    if outside.items.is_some() {
        return pixy::backup(text);
    }
    match (outside.state_of_mind, outside.data) {
        (Some(list), _) => apple::states(list),
        (None, Some(data)) => apple::export(data),
        (None, None) => Err(FileError::Unknown),
    }
}

/// Two apps write a list without anything around it; the first of its items says whose it is.
fn list(items: &[&RawValue]) -> Result<Rows, FileError> {
    if items.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let first = items.iter().find_map(|item| fields::object(item));
    let first = first.ok_or(FileError::Unknown)?;
    if first.contains_key("scores") {
        Ok(pixels::pixels(items))
    } else if first.contains_key("createdAt") && first.contains_key("mood") {
        Ok(moodtracker::moods(items))
    } else {
        Err(FileError::Unknown)
    }
}

/// What is gathered while a file is read.
struct Rows {
    format: Format,
    good: Vec<Row>,
    bad: Vec<BadRow>,
    exported_at: Option<Timestamp>,
    account: Option<String>,
    own_moods: Vec<Entity>,
    ids: BTreeSet<EntityId>,
    /// Those of own moods.
    labels: BTreeSet<String>,
    /// How many rows had this source's id before: those that nothing tells apart are numbered.
    alike: BTreeMap<String, u64>,
}

impl Rows {
    fn new(format: Format) -> Self {
        Self {
            format,
            good: Vec::new(),
            bad: Vec::new(),
            exported_at: None,
            account: None,
            own_moods: Vec::new(),
            ids: BTreeSet::new(),
            labels: BTreeSet::new(),
            alike: BTreeMap::new(),
        }
    }

    fn bad(&mut self, number: u64, problem: Problem) {
        self.bad.push(BadRow { number, problem });
    }

    /// A row whose id the app gave: another one with it is a mistake.
    fn unique(&mut self, number: u64, found: Result<Found, Problem>) {
        match found {
            Ok(found) => {
                let id = ident::entity_id(&found.source_id);
                self.add(number, id, Held::Found(found));
            }
            Err(problem) => self.bad(number, problem),
        }
    }

    /// A row that has no id. Two that nothing tells apart are two entries: the second has a number in its id, and finds
    /// itself again by it at the next import.
    fn alike(&mut self, number: u64, found: Result<Found, Problem>) {
        let found = found.map(|mut found| {
            let before = self.alike.entry(found.source_id.clone()).or_default();
            *before += 1;
            if *before > 1 {
                found.source_id = format!("{}#{before}", found.source_id);
            }
            found
        });
        self.unique(number, found);
    }

    fn add(&mut self, number: u64, id: EntityId, held: Held) {
        if !self.ids.insert(id) {
            return self.bad(number, Problem::Twice);
        }
        let note = match &held {
            Held::Found(found) => found.note.as_deref(),
            // An entry of Lume is taken as it is.
            Held::Entry(_) => None,
        };
        let chars = note.map_or(0, |note| note.chars().count());
        if chars > NOTE_CHARS_MAX {
            self.bad(number, Problem::LongNote(chars as u64));
        }
        self.good.push(Row { number, id, held });
    }

    fn own_mood(&mut self, number: u64, mood: Entity) {
        let label = mood.entity.get(field::LABEL).and_then(Value::as_str);
        let label = label.unwrap_or_default().to_owned();
        if !self.ids.insert(mood.id) {
            self.bad(number, Problem::Twice);
        } else if !self.labels.insert(label) {
            // Entries name it by its label: there is one for each.
            self.bad(number, Problem::BadFields(vec![field::LABEL.to_owned()]));
        } else {
            self.own_moods.push(mood);
        }
    }

    fn finish(self) -> Opened {
        let is_long = |bad: &&BadRow| matches!(bad.problem, Problem::LongNote(_));
        let days = self.good.iter().filter_map(|row| match &row.held {
            Held::Found(found) => found.moment.day(),
            Held::Entry(entry) => lume::day(entry),
        });
        let days = days.fold(None, |days: Option<(_, _)>, day| {
            Some(days.map_or((day, day), |(first, last)| (day.min(first), day.max(last))))
        });
        let summary = Summary {
            format: self.format,
            rows: self.good.len() as u64,
            bad_count: self.bad.len() as u64,
            long_notes: self.bad.iter().filter(is_long).count() as u64,
            bad: self.bad.into_iter().take(BAD_ROWS_MAX).collect(),
            names: names_of(&self.good),
            days,
            exported_at: self.exported_at,
            account: self.account,
            own_moods: self.own_moods,
        };
        Opened {
            summary,
            rows: self.good,
        }
    }
}

#[derive(Default)]
struct Count {
    name: String,
    rows: u64,
    valences: f64,
    valued: u32,
}

/// The names of moods in all rows, with what each is taken for.
fn names_of(rows: &[Row]) -> Vec<FoundName> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for row in rows {
        let Held::Found(found) = &row.held else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for (place, name) in found.moods.iter().enumerate() {
            let key = names::key(name);
            if !seen.insert(key.clone()) {
                continue;
            }
            let count = counts.entry(key).or_default();
            if count.rows == 0 {
                count.name.clone_from(name);
            }
            count.rows += 1;
            if let (0, Some(valence)) = (place, found.valence) {
                count.valences += valence;
                count.valued += 1;
            }
        }
    }
    let mut names: Vec<_> = counts
        .into_iter()
        .map(|(key, count)| {
            let known = names::mood(&key);
            let mean = (count.valued > 0).then(|| count.valences / f64::from(count.valued));
            let mood = known.map(|(mood, _)| mood).or(mean.map(Mood::nearest));
            FoundName {
                name: count.name,
                key,
                count: count.rows,
                mood: mood.map(|mood| mood.label().to_owned()),
                is_known: known.is_some_and(|(_, is_known)| is_known),
            }
        })
        .collect();
    names.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
    names.truncate(NAMES_MAX);
    names
}

#[cfg(test)]
mod tests;
