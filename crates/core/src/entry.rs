//! A mood entry: how a person felt, when, about what, in their words.
//!
//! An entry is made once, by [`MoodEntry::new`], which fixes its instant, zone and civil time; [`MoodEntry::edited`]
//! moves them only when the person chose another date or time. So an entry never changes its day because its owner
//! travelled, the clocks were changed or a zone's rules were.
//!
//! In stores and on the way to the engine an entry is a map of fields, see [`MoodEntry::to_content`]. Its id and
//! revision are not in there: they belong to the row that holds it. Fields of a newer version are kept in
//! [`MoodEntry::unknown`] and written back.

mod content;
mod rules;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::association::AssociationLabel;
use crate::day::DayStart;
use crate::mood::MoodLabel;
use crate::time::{
    LocalDate, LocalDateTime, Timestamp, UnknownZone, ZoneName, ZoneRules, instant_at, local_at,
};

pub use rules::{
    ASSOCIATIONS_MAX, DATE_AHEAD_MS_MAX, LABELS_MAX, NOTE_CHARS_MAX, SOURCE_ID_CHARS_MAX,
};

/// The names of an entry's fields, in its content and in what validation says.
pub mod field {
    /// The instant.
    pub const AT: &str = "at";
    /// The zone's name.
    pub const ZONE: &str = "zone";
    /// The civil time in the zone.
    pub const LOCAL_TIME: &str = "local_time";
    /// The moods' labels, the entry's mood first.
    pub const LABELS: &str = "labels";
    /// How pleasant, −1 to 1, where it is not the mood's own.
    pub const VALENCE: &str = "valence";
    /// What it is about.
    pub const ASSOCIATIONS: &str = "associations";
    /// The note.
    pub const NOTE: &str = "note";
    /// Where the entry comes from.
    pub const SOURCE: &str = "source";
    /// The entry's id where it comes from.
    pub const SOURCE_ID: &str = "source_id";
    /// When the entry was made.
    pub const CREATED_AT: &str = "created_at";
    /// When the entry was last edited.
    pub const UPDATED_AT: &str = "updated_at";
}

/// Where an entry comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The person logged it in an app.
    #[default]
    Manual,
    /// It was read from a file.
    Import,
    /// A program wrote it through the API.
    Api,
    /// A source that this version does not know, kept as it is.
    #[serde(untagged)]
    Other(String),
}

/// How a person felt at a moment.
///
/// The invariants are those of [`MoodEntry::validate`]; one that was read from elsewhere may break them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct MoodEntry {
    /// The instant.
    pub at: Timestamp,
    /// The zone in which it was made.
    pub zone: ZoneName,
    /// What clocks in that zone showed.
    pub local_time: LocalDateTime,
    /// The moods, the entry's own first: at least one.
    pub labels: Vec<MoodLabel>,
    /// How pleasant, −1 to 1, where it is not the mood's own; see [`MoodEntry::effective_valence`].
    pub valence: Option<f64>,
    /// What it is about.
    pub associations: Vec<AssociationLabel>,
    /// The note, as typed; never blank.
    pub note: Option<String>,
    /// Where the entry comes from.
    pub source: Source,
    /// Its id there, by which a second import is recognised.
    pub source_id: Option<String>,
    /// When the entry was made; not the moment it is about.
    pub created_at: Timestamp,
    /// When the entry was last edited.
    pub updated_at: Timestamp,
    /// Fields that this version does not know.
    pub unknown: Map<String, Value>,
}

/// The moment an entry is about, as it is known when the entry is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant, seen in a zone: now, mostly.
    Instant {
        /// The instant.
        at: Timestamp,
        /// The zone the person is in.
        zone: ZoneName,
    },
    /// A date and time of day that the person chose.
    Local {
        /// The date and time of day; [`instant_at`] says what holds when clocks are changed just then.
        local_time: LocalDateTime,
        /// The zone the person means.
        zone: ZoneName,
    },
}

/// What a new entry is made of.
#[derive(Clone, PartialEq)]
pub struct EntryInput {
    /// The moment it is about.
    pub when: When,
    /// The moods, the entry's own first; repeated ones count once.
    pub labels: Vec<MoodLabel>,
    /// How pleasant, where the person said so.
    pub valence: Option<f64>,
    /// What it is about; repeated ones count once.
    pub associations: Vec<AssociationLabel>,
    /// The note; a blank one counts as none.
    pub note: Option<String>,
    /// Where the entry comes from.
    pub source: Source,
    /// Its id there.
    pub source_id: Option<String>,
}

impl EntryInput {
    /// Makes the input of an entry that a person logs: a mood and a moment, the rest empty.
    pub fn new(when: When, mood: impl Into<MoodLabel>) -> Self {
        Self {
            when,
            labels: vec![mood.into()],
            valence: None,
            associations: Vec::new(),
            note: None,
            source: Source::Manual,
            source_id: None,
        }
    }
}

/// What a person can change in an entry: [`MoodEntry::form`] fills it, [`MoodEntry::edited`] takes it back.
#[derive(Clone, PartialEq)]
pub struct EntryForm {
    /// The date and time of day. A form that shows minutes alone may give back the minute.
    pub local_time: LocalDateTime,
    /// The zone that the time of day is meant in: the entry's own, unless the person says otherwise.
    pub zone: ZoneName,
    /// The moods, the entry's own first.
    pub labels: Vec<MoodLabel>,
    /// How pleasant, where the person said so.
    pub valence: Option<f64>,
    /// What it is about.
    pub associations: Vec<AssociationLabel>,
    /// The note.
    pub note: Option<String>,
}

impl MoodEntry {
    /// Makes an entry and fixes its instant, zone and civil time. `now` is when it is made.
    ///
    /// A civil time that clocks skip becomes the one they show instead, so that the three always agree.
    ///
    /// # Errors
    ///
    /// [`UnknownZone`] where `rules` does not know the zone. The entry is not validated here.
    pub fn new<R: ZoneRules + ?Sized>(
        input: EntryInput,
        rules: &R,
        now: Timestamp,
    ) -> Result<Self, UnknownZone> {
        let Moment {
            at,
            zone,
            local_time,
        } = Moment::resolve(input.when, rules)?;
        Ok(Self {
            at,
            zone,
            local_time,
            labels: unique(input.labels),
            valence: input.valence,
            associations: unique(input.associations),
            note: not_blank(input.note),
            source: input.source,
            source_id: input.source_id,
            created_at: now,
            updated_at: now,
            unknown: Map::new(),
        })
    }

    /// Returns what a person can change, as it stands.
    pub fn form(&self) -> EntryForm {
        EntryForm {
            local_time: self.local_time,
            zone: self.zone.clone(),
            labels: self.labels.clone(),
            valence: self.valence,
            associations: self.associations.clone(),
            note: self.note.clone(),
        }
    }

    /// Returns the entry as the form says; itself, with its old `updated_at`, where nothing changed.
    ///
    /// Instant and civil time stay to the millisecond unless the form's zone, or its civil time to the minute, is
    /// another: an entry made in an hour that clocks showed twice keeps the one it was made in.
    ///
    /// # Errors
    ///
    /// [`UnknownZone`] where the time changed and `rules` does not know the zone. The result is not validated here.
    pub fn edited<R: ZoneRules + ?Sized>(
        &self,
        form: EntryForm,
        rules: &R,
        now: Timestamp,
    ) -> Result<Self, UnknownZone> {
        let mut edited = Self {
            labels: unique(form.labels),
            valence: form.valence,
            associations: unique(form.associations),
            note: not_blank(form.note),
            ..self.clone()
        };
        let local_time = form.local_time;
        let same_time = local_time == self.local_time || local_time == self.local_time.to_minute();
        if !same_time || form.zone != self.zone {
            let moment = Moment::resolve(
                When::Local {
                    local_time,
                    zone: form.zone,
                },
                rules,
            )?;
            edited.at = moment.at;
            edited.zone = moment.zone;
            edited.local_time = moment.local_time;
        }
        if edited != *self {
            edited.updated_at = now;
        }
        Ok(edited)
    }

    /// Returns the entry's mood: its first label. `None` only for an entry that is not valid.
    pub fn mood(&self) -> Option<&MoodLabel> {
        self.labels.first()
    }

    /// Returns how pleasant it was: as the person said, else the mood's own; `None` for a mood of the person's own
    /// without either.
    pub fn effective_valence(&self) -> Option<f64> {
        self.valence
            .or_else(|| Some(self.mood()?.known()?.valence()))
    }

    /// Returns the day the entry belongs to.
    pub fn day(&self, day_start: DayStart) -> LocalDate {
        day_start.day_of(self.local_time)
    }
}

/// A moment, fixed: the three always agree.
struct Moment {
    at: Timestamp,
    zone: ZoneName,
    local_time: LocalDateTime,
}

impl Moment {
    fn resolve<R: ZoneRules + ?Sized>(when: When, rules: &R) -> Result<Self, UnknownZone> {
        let (at, zone) = match when {
            When::Instant { at, zone } => (at, zone),
            When::Local { local_time, zone } => (instant_at(rules, &zone, local_time)?, zone),
        };
        let local_time = local_at(rules, &zone, at)?;
        Ok(Self {
            at,
            zone,
            local_time,
        })
    }
}

fn unique<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut unique = Vec::with_capacity(items.len());
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    unique
}

fn not_blank(note: Option<String>) -> Option<String> {
    note.filter(|note| !note.trim().is_empty())
}

impl fmt::Debug for MoodEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoodEntry")
            .field("at", &self.at)
            .field("zone", &self.zone)
            .field("local_time", &self.local_time)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EntryInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryInput")
            .field("when", &self.when)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EntryForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryForm")
            .field("local_time", &self.local_time)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}
