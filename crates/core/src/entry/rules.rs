//! What makes an entry valid.

use super::{MoodEntry, Source, field};
use crate::association::AssociationLabel;
use crate::label::problem;
use crate::mood::MoodLabel;
use crate::time::{DAY_MS, HOUR_MS, Timestamp, UtcOffsetMinutes};
use crate::validate::{FieldCode, FieldErrors};

/// The longest note, in characters (Unicode scalar values).
pub const NOTE_CHARS_MAX: usize = 4_000;
/// The most moods in one entry: more than the catalogue has.
pub const LABELS_MAX: usize = 32;
/// The most associations in one entry: more than the catalogue has.
pub const ASSOCIATIONS_MAX: usize = 32;
/// The longest id at a source, in characters.
pub const SOURCE_ID_CHARS_MAX: usize = 200;
/// How far ahead of now an entry may lie: clocks are wrong, and a little ahead is no error.
pub const DATE_AHEAD_MS_MAX: i64 = 24 * HOUR_MS;

impl MoodEntry {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// The fields that are wrong, each with the first thing wrong with it.
    pub fn validate(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let found = [
            (field::AT, self.problem_of_at(now)),
            (field::LOCAL_TIME, self.problem_of_local_time()),
            (field::LABELS, self.problem_of_labels()),
            (field::VALENCE, self.problem_of_valence()),
            (field::ASSOCIATIONS, self.problem_of_associations()),
            (
                field::NOTE,
                problem_of_length(self.note.as_deref(), NOTE_CHARS_MAX),
            ),
            (field::SOURCE, self.problem_of_source()),
            (
                field::SOURCE_ID,
                problem_of_length(self.source_id.as_deref(), SOURCE_ID_CHARS_MAX),
            ),
        ];
        let mut errors = FieldErrors::default();
        for (field, code) in found {
            if let Some(code) = code {
                errors.add(field, code);
            }
        }
        errors.into_result()
    }

    fn problem_of_at(&self, now: Timestamp) -> Option<FieldCode> {
        (self.at > now.plus_millis(DATE_AHEAD_MS_MAX)).then_some(FieldCode::InTheFuture)
    }

    /// A day of difference is let pass although no zone has it: a client that sends its date without its offset
    /// leaves the day as all that is known.
    fn problem_of_local_time(&self) -> Option<FieldCode> {
        let ahead = self
            .local_time
            .to_instant(UtcOffsetMinutes::ZERO)
            .millis_since(self.at);
        (ahead.abs() > DAY_MS).then_some(FieldCode::Inconsistent)
    }

    fn problem_of_labels(&self) -> Option<FieldCode> {
        match self.labels.len() {
            0 => Some(FieldCode::Required),
            1..=LABELS_MAX => self.labels.iter().find_map(MoodLabel::problem),
            _ => Some(FieldCode::TooMany),
        }
    }

    fn problem_of_valence(&self) -> Option<FieldCode> {
        let valence = self.valence?;
        (!(-1.0..=1.0).contains(&valence)).then_some(FieldCode::OutOfRange)
    }

    fn problem_of_associations(&self) -> Option<FieldCode> {
        if self.associations.len() > ASSOCIATIONS_MAX {
            return Some(FieldCode::TooMany);
        }
        self.associations.iter().find_map(AssociationLabel::problem)
    }

    /// A source of a newer version is let pass: refusing it would keep its entries from being edited here.
    fn problem_of_source(&self) -> Option<FieldCode> {
        match &self.source {
            Source::Manual | Source::Import | Source::Api => None,
            Source::Other(name) => problem(name),
        }
    }
}

fn problem_of_length(text: Option<&str>, chars_max: usize) -> Option<FieldCode> {
    (text?.chars().count() > chars_max).then_some(FieldCode::TooLong)
}
