//! Daylio: its table, and its backup.
//!
//! The table was seen in fixtures of many programs that read it: `full_date,date,weekday,time,mood,activities,note_title,
//! note`, lately with `scales` before the title; the first ones had `year,date,weekday,time,mood,activities,note`. Times
//! are written as the phone's language does, activities stand between ` | `, newer notes are HTML.
//!
//! A backup was read in the tests of two converters (charistas/daylio-scribe and a converter to Markdown): a zip whose
//! `backup.daylio` is JSON in base64, with `dayEntries` (`id, year, month` from 0, `day, hour, minute, datetime` and
//! `timeZoneOffset` in milliseconds, `mood, tags, note_title, note`), `customMoods` (`id, custom_name, mood_group_id` from
//! 1 for the best, `predefined_name_id` where it has no name of its own) and `tags` (`id, name`). It holds a PIN and
//! settings as well, which are passed over.
//!
//! Both know an entry by its minute and its note, so that who imports the one after the other gets nothing twice.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lume_core::time::{LocalDate, LocalDateTime};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Rows;
use super::fields::{self, Fields};
use crate::html;
use crate::ident;
use crate::names;
use crate::row::{FileError, Format, Found, Moment, Problem, ROWS_MAX};
use crate::text;
use crate::times;
use crate::zip;

const INSIDE: &str = "backup.daylio";
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Backup<'a> {
    #[serde(borrow, rename = "dayEntries")]
    entries: Vec<&'a RawValue>,
    #[serde(borrow, default, rename = "customMoods")]
    moods: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}

struct MoodOf {
    name: String,
    valence: Option<f64>,
}

/// The backup in its archive.
pub(super) fn archive(bytes: &[u8]) -> Result<Rows, FileError> {
    let is_inside = |name: &str| name == INSIDE || name.ends_with("/backup.daylio");
    let inner = zip::unpack(bytes, is_inside)?.ok_or(FileError::Unknown)?;
    let inner = text::decode(&inner).map_err(|_| FileError::Damaged)?;
    let inner = inner.trim();
    if inner.starts_with('{') {
        return backup(inner);
    }
    backup(&bare(inner).ok_or(FileError::Damaged)?)
}

/// The JSON in what stands within the archive, or was taken out of it; `None` for any other text.
pub(super) fn bare(text: &str) -> Option<String> {
    const BEGIN_BYTES: usize = 64;
    // Nearly no text is base64: most are told by how they begin.
    let begin = text.as_bytes().iter().take(BEGIN_BYTES);
    let may_be = begin.clone().all(|byte| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(byte)
    });
    if !may_be {
        return None;
    }
    let packed: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let inner = String::from_utf8(BASE64.decode(packed).ok()?).ok()?;
    inner.trim_start().starts_with('{').then_some(inner)
}

/// The backup's JSON.
pub(super) fn backup(text: &str) -> Result<Rows, FileError> {
    let backup: Backup<'_> = serde_json::from_str(text).map_err(|_| FileError::Damaged)?;
    if backup.entries.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let moods = by_id(backup.moods, mood_of);
    let tags = by_id(backup.tags, |tag| {
        fields::text(tag, "name").map(str::to_owned)
    });
    let mut rows = Rows::new(Format::DaylioBackup);
    for (number, item) in (1..).zip(backup.entries) {
        let found = fields::object(item)
            .ok_or(Problem::NotAnEntry)
            .and_then(|entry| day_entry(&entry, &moods, &tags));
        rows.alike(number, found);
    }
    Ok(rows)
}

fn by_id<T>(list: Option<&RawValue>, read: impl Fn(&Fields) -> Option<T>) -> BTreeMap<String, T> {
    let items: Vec<&RawValue> = list
        .and_then(|list| serde_json::from_str(list.get()).ok())
        .unwrap_or_default();
    let items = items.into_iter().filter_map(fields::object);
    items
        .filter_map(|item| Some((fields::id(&item, "id")?, read(&item)?)))
        .collect()
}

/// A mood's name, and how pleasant its group is. One without a name of its own has that of the group that it came with.
fn mood_of(mood: &Fields) -> Option<MoodOf> {
    let group = fields::int(mood, "mood_group_id").and_then(names::daylio_group);
    let came_with = fields::int(mood, "predefined_name_id").and_then(names::daylio_group);
    let name = fields::text(mood, "custom_name")
        .or(came_with.map(|(name, _)| name))
        .or(group.map(|(name, _)| name))?;
    Some(MoodOf {
        name: name.trim().to_owned(),
        valence: group.or(came_with).map(|(_, valence)| valence),
    })
}

fn day_entry(
    entry: &Fields,
    moods: &BTreeMap<String, MoodOf>,
    tags: &BTreeMap<String, String>,
) -> Result<Found, Problem> {
    let moment = moment(entry).ok_or(Problem::BadTime)?;
    let id = fields::id(entry, "mood").ok_or(Problem::NoMood)?;
    let (name, valence) = match moods.get(&id) {
        Some(mood) => (mood.name.clone(), mood.valence),
        // The five have these ids in every backup that was seen.
        None => fields::int(entry, "mood")
            .and_then(names::daylio_group)
            .map(|(name, valence)| (name.to_owned(), Some(valence)))
            .ok_or(Problem::NoMood)?,
    };
    let activities = fields::items(entry, "tags");
    let activities = activities.iter().filter_map(|tag| {
        tags.get(&fields::id_of(tag)?)
            .map(|name| name.trim().to_owned())
    });
    Ok(found(
        moment,
        name,
        valence,
        activities.collect(),
        fields::text(entry, "note_title"),
        fields::text(entry, "note"),
    ))
}

/// What clocks showed, and the instant if it is told. The fields are what the person sees and can change, so that the
/// instant follows them where the two do not agree.
fn moment(entry: &Fields) -> Option<Moment> {
    let small = |name: &str| fields::int(entry, name).and_then(|part| u8::try_from(part).ok());
    let date = || {
        let year = u16::try_from(fields::int(entry, "year")?).ok()?;
        LocalDate::new(year, small("month")?.checked_add(1)?, small("day")?)
    };
    let fixed = fields::int(entry, "datetime")
        .and_then(|at| times::instant_with_offset(at, fields::int(entry, "timeZoneOffset")?));
    let shown = date().and_then(|date| {
        let hour = small("hour").unwrap_or(12);
        LocalDateTime::new(date, hour, small("minute").unwrap_or(0), 0, 0)
    });
    match (shown, fixed) {
        (Some(shown), Some(fixed)) => {
            let agrees = fixed.local.map(LocalDateTime::to_minute) == Some(shown);
            Some(if agrees { fixed } else { Moment::local(shown) })
        }
        (Some(shown), None) => Some(Moment::local(shown)),
        (None, fixed) => fixed,
    }
}

/// A row of the table.
pub(super) fn row(cells: &BTreeMap<String, String>) -> Result<Found, Problem> {
    let cell = |name: &str| cells.get(name).map(String::as_str).unwrap_or_default();
    let date = times::date(cell("full_date"))
        .or_else(|| times::date(cell("date")))
        .or_else(|| times::day_of_year(cell("year"), cell("date")))
        .ok_or(Problem::BadTime)?;
    let local = match cell("time").trim() {
        "" => times::noon(date),
        time => times::time_of_day(date, time).ok_or(Problem::BadTime)?,
    };
    let mood = cell("mood").trim();
    if mood.is_empty() {
        return Err(Problem::NoMood);
    }
    let activities = cell("activities")
        .split(" | ")
        .chain(cell("scales").split(" | "));
    let activities = activities.map(str::trim).filter(|name| !name.is_empty());
    let written = |name: &'static str| Some(cell(name)).filter(|text| !text.trim().is_empty());
    Ok(found(
        Moment::local(local),
        mood.to_owned(),
        names::daylio_valence(mood),
        activities.map(str::to_owned).collect(),
        written("note_title"),
        written("note"),
    ))
}

fn found(
    moment: Moment,
    mood: String,
    valence: Option<f64>,
    tags: Vec<String>,
    title: Option<&str>,
    note: Option<&str>,
) -> Found {
    let title = title.map(|title| title.trim().to_owned());
    let note = note.map(html::plain);
    let written: Vec<_> = [title, note].into_iter().flatten().collect();
    let written = written.join("\n\n");
    let local = moment.local.unwrap_or(LocalDateTime::MIN).to_minute();
    let source_id = ident::hashed("daylio", &[&local.to_string(), &names::fold(&written)]);
    Found {
        moment,
        moods: vec![mood],
        valence,
        tags,
        note: (!written.trim().is_empty()).then_some(written),
        source_id,
    }
}
