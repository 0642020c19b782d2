//! Writing a person's entries, a part at a time: as JSON with everything, and as a table for spreadsheets.
//!
//! Both are described in `docs/export.md`. A part that was written is handed over and forgotten, so that a hundred thousand
//! entries need no more room than a few.

use csv::{Terminator, WriterBuilder};
use lume_core::entry::MoodEntry;
use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cells::{self, Column};

/// What the file with everything calls itself.
pub const FORMAT: &str = "lume-export";
/// The version of that format that is written, and the newest that is read.
pub const VERSION: u64 = 1;
/// The kind of the entries.
pub(crate) const KIND_MOOD: &str = "mood";
/// The kind of a person's own moods.
pub(crate) const KIND_MOOD_DEF: &str = "mood_def";
/// By which spreadsheets know UTF-8.
const UTF8_MARK: &str = "\u{feff}";

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// JSON with everything.
    Json,
    /// A table.
    Csv,
}

/// What stands at the beginning of a file with everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it is written.
    pub exported_at: Timestamp,
    /// The app's version.
    pub app_version: String,
    /// The account whose entries they are.
    pub account: Option<String>,
    /// The person's own moods, in the order in which they were made. A table has no place for them.
    pub own_moods: Vec<Entity>,
}

/// One entity to be written. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its id.
    pub id: EntityId,
    /// What it says, field by field.
    pub entity: Map<String, Value>,
}

impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entity({})", self.id)
    }
}

/// A file on its way. Each call gives the bytes of the next part.
#[derive(Debug)]
pub struct Export {
    kind: Kind,
    head: Head,
    is_begun: bool,
    has_rows: bool,
}

impl Export {
    /// Begins a file.
    pub const fn new(kind: Kind, head: Head) -> Self {
        Self {
            kind,
            head,
            is_begun: false,
            has_rows: false,
        }
    }

    /// The next part, with these entries. An entry that a table has no columns for, since a newer version wrote it in
    /// another form, is in the file with everything alone.
    pub fn write(&mut self, entities: &[Entity]) -> Vec<u8> {
        let mut part = self.begin();
        match self.kind {
            Kind::Json => part.push_str(&self.lines(KIND_MOOD, entities)),
            Kind::Csv => part.push_str(&records(entities)),
        }
        part.into_bytes()
    }

    /// The last part.
    pub fn finish(mut self) -> Vec<u8> {
        let mut part = self.begin();
        if self.kind == Kind::Json {
            part.push_str("\n]}\n");
        }
        part.into_bytes()
    }

    fn begin(&mut self) -> String {
        if std::mem::replace(&mut self.is_begun, true) {
            return String::new();
        }
        match self.kind {
            Kind::Json => {
                let head = json!({
                    "format": FORMAT,
                    "version": VERSION,
                    "exported_at": self.head.exported_at,
                    "app_version": self.head.app_version,
                    "account": self.head.account,
                });
                let head = head.to_string();
                // The list of entities is the last field, and stays open.
                let head = head.strip_suffix('}').unwrap_or(&head);
                // First what entries name.
                let own_moods = std::mem::take(&mut self.head.own_moods);
                let own_moods = self.lines(KIND_MOOD_DEF, &own_moods);
                format!("{head},\"entities\":[{own_moods}")
            }
            Kind::Csv => {
                let names = Column::ALL.map(|column| column.name().to_owned());
                format!("{UTF8_MARK}{}", table(&[names]))
            }
        }
    }

    fn lines(&mut self, kind: &str, entities: &[Entity]) -> String {
        let mut lines = String::new();
        for entity in entities {
            if std::mem::replace(&mut self.has_rows, true) {
                lines.push(',');
            }
            lines.push('\n');
            let row = json!({ "kind": kind, "id": entity.id, "entity": entity.entity });
            lines.push_str(&row.to_string());
        }
        lines
    }
}

fn records(entities: &[Entity]) -> String {
    let records: Vec<_> = entities.iter().filter_map(record).collect();
    table(&records)
}

fn record(entity: &Entity) -> Option<[String; Column::ALL.len()]> {
    let entry = MoodEntry::from_content(&entity.entity).ok()?;
    let local = entry.local_time;
    let labels = || entry.labels.iter().map(lume_core::mood::MoodLabel::as_str);
    let topics = entry
        .associations
        .iter()
        .map(lume_core::association::AssociationLabel::as_str);
    let source = serde_json::to_value(&entry.source).ok()?;
    let cell = |column: Column| match column {
        Column::Date => local.date().to_string(),
        Column::Time => format!("{:02}:{:02}", local.hour(), local.minute()),
        Column::Mood => labels().next().unwrap_or_default().to_owned(),
        Column::Feelings => cells::joined(labels().skip(1)),
        Column::Valence => entry
            .valence
            .map(|valence| valence.to_string())
            .unwrap_or_default(),
        Column::Associations => cells::joined(topics.clone()),
        Column::Note => entry.note.clone().unwrap_or_default(),
        Column::Zone => entry.zone.to_string(),
        Column::LocalTime => local.to_string(),
        Column::At => entry.at.to_string(),
        Column::Source => source.as_str().unwrap_or_default().to_owned(),
        Column::SourceId => entry.source_id.clone().unwrap_or_default(),
        Column::CreatedAt => entry.created_at.to_string(),
        Column::UpdatedAt => entry.updated_at.to_string(),
        Column::More if entry.unknown.is_empty() => String::new(),
        Column::More => Value::Object(entry.unknown.clone()).to_string(),
        Column::Id => entity.id.to_string(),
    };
    Some(Column::ALL.map(|column| cells::defused(&cell(column)).into_owned()))
}

/// Records as RFC 4180 has them.
fn table(records: &[[String; Column::ALL.len()]]) -> String {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for record in records {
        writer
            .write_record(record)
            .expect("a list of bytes takes everything, and all records are as long");
    }
    let bytes = writer
        .into_inner()
        .expect("a list of bytes takes everything");
    String::from_utf8(bytes).expect("cells are text")
}
