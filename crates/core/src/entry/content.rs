//! An entry as a map of fields, which is what stores and the engine hold.
//!
//! Reading is lenient where a field is absent and strict where its shape is wrong: a label too long or a note of a
//! megabyte can be read, shown and corrected, while `"labels": 3` can't. No error quotes a value.

use serde_json::{Map, Value};

use super::{MoodEntry, Source, field};
use crate::fields::{Reader, put, unknown};
use crate::validate::FieldErrors;

impl MoodEntry {
    /// Returns the entry's fields: absent ones left out, times in the form with milliseconds, unknown fields as they
    /// were.
    ///
    /// Two contents of one entry are comparable field by field only when both were written here: another client may
    /// write the same instant or number otherwise.
    pub fn to_content(&self) -> Map<String, Value> {
        let mut content = self.unknown.clone();
        put(&mut content, field::AT, &self.at);
        put(&mut content, field::ZONE, &self.zone);
        put(&mut content, field::LOCAL_TIME, &self.local_time);
        put(&mut content, field::LABELS, &self.labels);
        put(&mut content, field::VALENCE, &self.valence);
        put(&mut content, field::ASSOCIATIONS, &self.associations);
        put(&mut content, field::NOTE, &self.note);
        put(&mut content, field::SOURCE, &self.source);
        put(&mut content, field::SOURCE_ID, &self.source_id);
        put(&mut content, field::CREATED_AT, &self.created_at);
        put(&mut content, field::UPDATED_AT, &self.updated_at);
        content
    }

    /// Reads an entry from its fields. A field that is null counts as absent.
    ///
    /// Instant, zone and civil time must be there; what else is absent is empty, manual, or as old as the instant.
    ///
    /// # Errors
    ///
    /// Every field that is missing or of a wrong shape. Whether the values are allowed is for
    /// [`MoodEntry::validate`] to say.
    pub fn from_content(content: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut reader = Reader::new(content);
        let at = reader.required(field::AT);
        let zone = reader.required(field::ZONE);
        let local_time = reader.required(field::LOCAL_TIME);
        let labels = reader.optional(field::LABELS).unwrap_or_default();
        let valence = reader.optional(field::VALENCE);
        let associations = reader.optional(field::ASSOCIATIONS).unwrap_or_default();
        let note = reader.optional(field::NOTE);
        let source = reader.optional::<Source>(field::SOURCE).unwrap_or_default();
        let source_id = reader.optional(field::SOURCE_ID);
        let created_at = reader.optional(field::CREATED_AT);
        let updated_at = reader.optional(field::UPDATED_AT);
        match (at, zone, local_time) {
            (Some(at), Some(zone), Some(local_time)) if reader.errors.is_empty() => Ok(Self {
                at,
                zone,
                local_time,
                labels,
                valence,
                associations,
                note,
                source,
                source_id,
                created_at: created_at.unwrap_or(at),
                updated_at: updated_at.or(created_at).unwrap_or(at),
                unknown: unknown(content, &KNOWN),
            }),
            _ => Err(reader.errors),
        }
    }
}

impl TryFrom<Map<String, Value>> for MoodEntry {
    type Error = FieldErrors;

    fn try_from(content: Map<String, Value>) -> Result<Self, FieldErrors> {
        Self::from_content(&content)
    }
}

impl From<MoodEntry> for Map<String, Value> {
    fn from(entry: MoodEntry) -> Self {
        entry.to_content()
    }
}

/// Every field this version knows; all others are kept as they are.
const KNOWN: [&str; 11] = [
    field::AT,
    field::ZONE,
    field::LOCAL_TIME,
    field::LABELS,
    field::VALENCE,
    field::ASSOCIATIONS,
    field::NOTE,
    field::SOURCE,
    field::SOURCE_ID,
    field::CREATED_AT,
    field::UPDATED_AT,
];
