//! Lume's own files: the one with everything, and the table.

use std::collections::BTreeMap;

use lume_core::entry::{MoodEntry, field};
use lume_core::ids::EntityId;
use lume_core::mood_def::MoodDef;
use lume_core::time::{LocalDate, LocalDateTime, Timestamp};
use lume_core::validate::FieldErrors;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Rows;
use super::fields;
use crate::cells::{self, Column};
use crate::ident;
use crate::row::{FileError, Format, Found, Held, Moment, Problem, ROWS_MAX};
use crate::times;
use crate::write::{Entity, FORMAT, KIND_MOOD, KIND_MOOD_DEF, VERSION};

/// What the file of unsent work calls itself.
const UNSENT: &str = "lume-unsent";

#[derive(Deserialize)]
struct File<'a> {
    #[serde(default)]
    version: Value,
    #[serde(default)]
    exported_at: Value,
    #[serde(default)]
    account: Value,
    #[serde(borrow, default)]
    entities: Option<&'a RawValue>,
}

/// A file that names its format.
pub(super) fn json(text: &str, format: &RawValue) -> Result<Rows, FileError> {
    match serde_json::from_str::<Value>(format.get()) {
        Ok(Value::String(name)) if name == FORMAT => {}
        Ok(Value::String(name)) if name == UNSENT => return Err(FileError::UnsentWork),
        _ => return Err(FileError::Unknown),
    }
    let file: File<'_> = serde_json::from_str(text).map_err(|_| FileError::Damaged)?;
    match file.version.as_u64() {
        Some(VERSION) => {}
        Some(version) if version > VERSION => return Err(FileError::Newer),
        Some(_) | None => return Err(FileError::Damaged),
    }
    let entities = file.entities.ok_or(FileError::Damaged)?;
    let entities: Vec<&RawValue> =
        serde_json::from_str(entities.get()).map_err(|_| FileError::Damaged)?;
    if entities.len() > ROWS_MAX {
        return Err(FileError::TooManyRows);
    }
    let mut rows = Rows::new(Format::LumeJson);
    rows.exported_at = file.exported_at.as_str().and_then(|text| text.parse().ok());
    rows.account = file.account.as_str().map(str::to_owned);
    for (number, entity) in (1..).zip(entities) {
        match entity_of(entity) {
            Ok(Read::Entry(Entity { id, entity })) => rows.add(number, id, Held::Entry(entity)),
            Ok(Read::OwnMood(mood)) => rows.own_mood(number, mood),
            Err(problem) => rows.bad(number, problem),
        }
    }
    Ok(rows)
}

/// An entity of the file.
enum Read {
    Entry(Entity),
    OwnMood(Entity),
}

fn entity_of(entity: &RawValue) -> Result<Read, Problem> {
    let mut entity = fields::object(entity).ok_or(Problem::NotAnEntry)?;
    let is_entry = match fields::text(&entity, "kind") {
        Some(KIND_MOOD) => true,
        Some(KIND_MOOD_DEF) => false,
        Some(_) | None => return Err(Problem::UnknownKind),
    };
    let id = fields::text(&entity, "id").and_then(|id| id.parse().ok());
    let id = id.ok_or(Problem::BadId)?;
    let Some(Value::Object(content)) = entity.remove("entity") else {
        return Err(Problem::NotAnEntry);
    };
    Ok(if is_entry {
        let entity = checked(&content)?;
        Read::Entry(Entity { id, entity })
    } else {
        let entity = checked_mood(&content).map_err(|errors| bad_fields(&errors))?;
        Read::OwnMood(Entity { id, entity })
    })
}

/// An entry in the one form in which it is kept. Only its shape counts: what a backend would refuse is a person's too.
fn checked(content: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let entry = MoodEntry::from_content(content).map_err(|errors| bad_fields(&errors))?;
    if entry.labels.is_empty() {
        return Err(Problem::NoMood);
    }
    Ok(entry.to_content())
}

/// A mood of the person's own. Of these the values count as well: an entry whose mood can't be shown still shows its label.
fn checked_mood(content: &Map<String, Value>) -> Result<Map<String, Value>, FieldErrors> {
    let mood = MoodDef::from_content(content)?;
    mood.validate()?;
    Ok(mood.to_content())
}

fn bad_fields(errors: &FieldErrors) -> Problem {
    Problem::BadFields(errors.iter().map(|(name, _)| name.to_owned()).collect())
}

/// The day of an entry.
pub(super) fn day(entry: &Map<String, Value>) -> Option<LocalDate> {
    let local: LocalDateTime = entry.get(field::LOCAL_TIME)?.as_str()?.parse().ok()?;
    Some(local.date())
}

/// A row of the table. One that lacks what only Lume writes, as a person's own table does, is an entry of another app.
pub(super) fn row(rows: &mut Rows, number: u64, raw: &BTreeMap<String, String>) {
    let cell = |column: Column| {
        raw.get(column.name())
            .map(|cell| cells::undefused(cell))
            .filter(|cell| !cell.trim().is_empty())
    };
    let id = match cell(Column::Id).map(str::parse::<EntityId>) {
        None => return rows.alike(number, found(&cell)),
        Some(Err(_)) => return rows.bad(number, Problem::BadId),
        Some(Ok(id)) => id,
    };
    match entry(&cell) {
        Some(Ok(content)) => rows.add(number, id, Held::Entry(content)),
        Some(Err(problem)) => rows.bad(number, problem),
        // The columns that fix its moment were taken away.
        None => rows.alike(number, found(&cell)),
    }
}

type Cells<'a> = dyn Fn(Column) -> Option<&'a str> + 'a;

/// The entry as it was written; `None` where its instant, zone and civil time are not all there.
fn entry(cell: &Cells<'_>) -> Option<Result<Map<String, Value>, Problem>> {
    let mut content = match cell(Column::More).map(serde_json::from_str) {
        None => Map::new(),
        Some(Ok(Value::Object(more))) => more,
        Some(_) => return Some(Err(bad(Column::More))),
    };
    let mut put = |name: &str, value: Value| content.insert(name.to_owned(), value);
    put(field::AT, cell(Column::At)?.into());
    put(field::ZONE, cell(Column::Zone)?.into());
    put(field::LOCAL_TIME, cell(Column::LocalTime)?.into());
    let moods = cell(Column::Mood).into_iter().map(str::to_owned);
    let moods = moods.chain(cells::list(cell(Column::Feelings).unwrap_or_default()));
    put(field::LABELS, moods.map(Value::from).collect());
    let topics = cells::list(cell(Column::Associations).unwrap_or_default());
    put(
        field::ASSOCIATIONS,
        topics.into_iter().map(Value::from).collect(),
    );
    if let Some(valence) = cell(Column::Valence) {
        let Ok(valence) = valence.parse::<f64>() else {
            return Some(Err(bad(Column::Valence)));
        };
        put(field::VALENCE, valence.into());
    }
    for (column, name) in [
        (Column::Note, field::NOTE),
        (Column::Source, field::SOURCE),
        (Column::SourceId, field::SOURCE_ID),
        (Column::CreatedAt, field::CREATED_AT),
        (Column::UpdatedAt, field::UPDATED_AT),
    ] {
        if let Some(text) = cell(column) {
            put(name, text.into());
        }
    }
    Some(checked(&content))
}

fn bad(column: Column) -> Problem {
    Problem::BadFields(vec![column.name().to_owned()])
}

fn found(cell: &Cells<'_>) -> Result<Found, Problem> {
    let date = cell(Column::Date).and_then(times::date);
    let date = date.ok_or(Problem::BadTime)?;
    let local = match cell(Column::Time) {
        None => times::noon(date),
        Some(time) => times::time_of_day(date, time).ok_or(Problem::BadTime)?,
    };
    let at: Option<Timestamp> = cell(Column::At).and_then(|text| text.parse().ok());
    let mood = cell(Column::Mood).ok_or(Problem::NoMood)?;
    let note = cell(Column::Note);
    let moods = [mood.to_owned()].into_iter();
    Ok(Found {
        moment: Moment {
            local: Some(local),
            at,
        },
        moods: moods
            .chain(cells::list(cell(Column::Feelings).unwrap_or_default()))
            .collect(),
        valence: cell(Column::Valence)
            .and_then(|valence| valence.parse::<f64>().ok())
            .filter(|valence| (-1.0..=1.0).contains(valence)),
        tags: cells::list(cell(Column::Associations).unwrap_or_default()),
        note: note.map(str::to_owned),
        source_id: ident::hashed(
            "table",
            &[&local.to_string(), mood, note.unwrap_or_default()],
        ),
    })
}
