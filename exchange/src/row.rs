//! What is found in a file: rows, what is wrong with some of them, and what can be said of the file as a whole.
//!
//! Both sides of the web worker use these types: it writes them as JSON, and the app reads them.

use std::fmt;

use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, LocalDateTime, Timestamp, UtcOffsetMinutes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::write::Entity;

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most that a packed file is unpacked to, in bytes.
pub const UNPACKED_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The most rows of a file.
pub const ROWS_MAX: usize = 200_000;
/// The most bad rows that are told one by one.
pub const BAD_ROWS_MAX: usize = 1_000;
/// The most names that are told with how often they are found.
pub const NAMES_MAX: usize = 500;

/// Whose file it is. Told from what is in it, never from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Lume's own, with everything: `docs/export.md`.
    LumeJson,
    /// Lume's own for spreadsheets, or a table like it.
    LumeCsv,
    /// The table that Daylio exports.
    DaylioCsv,
    /// The backup of Daylio.
    DaylioBackup,
    /// What `MoodTracker` exports as JSON.
    MoodtrackerJson,
    /// What `MoodTracker` exports as a table.
    MoodtrackerCsv,
    /// The backup of Pixy.
    Pixy,
    /// The backup of Pixels.
    Pixels,
    /// States of mind of Apple Health, as Health Auto Export writes them.
    AppleHealth,
}

/// Why a file can't be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FileError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`], or unpacks to more than [`UNPACKED_BYTES_MAX`].
    #[error("the file is too large")]
    TooLarge,
    /// It has more than [`ROWS_MAX`] rows.
    #[error("the file has too many rows")]
    TooManyRows,
    /// It is no text in UTF-8 or UTF-16, and nothing else that is known.
    #[error("the file is not text")]
    NotText,
    /// A passphrase opens it.
    #[error("the file is encrypted")]
    Encrypted,
    /// It is nothing that is known.
    #[error("the file is of no format that is known")]
    Unknown,
    /// It is Lume's file of unsent work, which is imported elsewhere.
    #[error("the file is an export of unsent work")]
    UnsentWork,
    /// A newer version of Lume wrote it.
    #[error("the file was written by a newer version")]
    Newer,
    /// It begins as one that is known, and is not whole.
    #[error("the file is damaged")]
    Damaged,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It is no entry.
    NotAnEntry,
    /// Its kind is unknown to this version.
    UnknownKind,
    /// Its id is missing or no UUID.
    BadId,
    /// It has no date or time that can be read.
    BadTime,
    /// It has no mood.
    NoMood,
    /// An earlier row has the same id.
    Twice,
    /// Its note has so many characters; it is left out unless the note is cut.
    LongNote(u64),
    /// These fields are missing or not as they may be.
    BadFields(Vec<String>),
}

/// A row with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Its place in the file: the line's record in a table, where the names of the columns are the first, or the place in
    /// the list; from 1.
    pub number: u64,
    /// What is wrong.
    pub problem: Problem,
}

/// When a row's entry was, as far as the file says. One of the two is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// What clocks showed there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local: Option<LocalDateTime>,
    /// The instant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Timestamp>,
}

impl Moment {
    /// A time of day without a zone.
    pub const fn local(local: LocalDateTime) -> Self {
        Self {
            local: Some(local),
            at: None,
        }
    }

    /// An instant, wherever it was.
    pub const fn instant(at: Timestamp) -> Self {
        Self {
            local: None,
            at: Some(at),
        }
    }

    /// An instant where clocks were so far ahead of UTC.
    pub fn offset(at: Timestamp, offset: UtcOffsetMinutes) -> Self {
        Self {
            local: Some(at.to_local(offset)),
            at: Some(at),
        }
    }

    /// The day, on the clocks there or else in UTC.
    pub fn day(&self) -> Option<LocalDate> {
        let local = self
            .local
            .or_else(|| Some(self.at?.to_local(UtcOffsetMinutes::ZERO)))?;
        Some(local.date())
    }
}

/// An entry of another app, as it was found. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// When it was.
    pub moment: Moment,
    /// The names of its moods, its own first.
    pub moods: Vec<String>,
    /// How pleasant it was, −1 to 1, where the file says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valence: Option<f64>,
    /// What it is about.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tags: Vec<String>,
    /// Its note, whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// By what it is known again: the app, and the entry's id there or what else tells it from others.
    pub source_id: String,
}

/// What a row holds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// An entry of Lume, field by field.
    Entry(Map<String, Value>),
    /// An entry of another app.
    Found(Found),
}

/// A row that can be imported. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its place in the file, as in [`BadRow::number`].
    pub number: u64,
    /// The id that its entry gets: the one in the file, or one that follows from [`Found::source_id`]. So a second import
    /// finds the entry there, on this device and on others.
    pub id: EntityId,
    /// What it holds.
    pub held: Held,
}

/// The name of a mood that was found. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundName {
    /// As it was found first.
    pub name: String,
    /// By which a mapping names it: [`crate::names::fold`].
    pub key: String,
    /// In how many rows.
    pub count: u64,
    /// The label of the mood of Lume that it is taken for.
    pub mood: Option<String>,
    /// Whether that is certain; else the person is asked.
    pub is_known: bool,
}

/// A file that was read, without its rows. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Whose it is.
    pub format: Format,
    /// How many rows can be imported.
    pub rows: u64,
    /// The first rows that can't, or not as they are, in the file's order.
    pub bad: Vec<BadRow>,
    /// How many those are in all.
    pub bad_count: u64,
    /// How many of the rows have a note that is too long for Lume.
    pub long_notes: u64,
    /// Which names of moods are in it, the most frequent first.
    pub names: Vec<FoundName>,
    /// The days of the earliest and the latest row.
    pub days: Option<(LocalDate, LocalDate)>,
    /// When Lume wrote it.
    pub exported_at: Option<Timestamp>,
    /// The account whose entries it holds.
    pub account: Option<String>,
    /// The person's own moods, in the file's order. They are no rows: no two have one label.
    pub own_moods: Vec<Entity>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({:?})", self.moment)
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(_) => f.write_str("Entry"),
            Self::Found(found) => found.fmt(f),
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({}, {}, {:?})", self.number, self.id, self.held)
    }
}

impl fmt::Debug for FoundName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoundName({})", self.count)
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary")
            .field("format", &self.format)
            .field("rows", &self.rows)
            .field("bad", &self.bad)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
