//! A mood of a person's own: what the label of an entry stands for where the catalogue does not have it.
//!
//! Entries hold the label alone, and it never changes: a mood can get another name, icon or valence, and be put away, and
//! no entry has to be written anew. One that is put away is no longer offered, and entries go on showing its name.
//!
//! Two devices that make a mood of one name without knowing of each other make one label, and two definitions of it; see
//! [`MoodDef::rank`] for which one holds.
//!
//! What it deliberately does not do: delete. An entry without the definition of its label shows the label.

use std::fmt;

use serde_json::{Map, Value};

use crate::fields::{Reader, put, unknown};
use crate::ids::EntityId;
use crate::label::{LABEL_CHARS_MAX, problem};
use crate::mood::{Mood, MoodLabel};
use crate::time::Timestamp;
use crate::validate::{FieldCode, FieldErrors};

/// The longest name, in characters (Unicode scalar values).
pub const NAME_CHARS_MAX: usize = LABEL_CHARS_MAX;

/// How many labels are tried for a name.
const LABELS_TRIED_MAX: u32 = 1_000;

/// The names of a definition's fields, in its content and in what validation says.
pub mod field {
    /// The label in entries; never changed.
    pub const LABEL: &str = "label";
    /// What it is called.
    pub const NAME: &str = "name";
    /// The id of its icon.
    pub const ICON: &str = "icon";
    /// How pleasant, −1 to 1.
    pub const VALENCE: &str = "valence";
    /// Whether it is put away.
    pub const ARCHIVED: &str = "archived";
    /// When it was made.
    pub const CREATED_AT: &str = "created_at";
    /// When it was last changed.
    pub const UPDATED_AT: &str = "updated_at";
}

/// Every field this version knows; all others are kept as they are.
const KNOWN: [&str; 7] = [
    field::LABEL,
    field::NAME,
    field::ICON,
    field::VALENCE,
    field::ARCHIVED,
    field::CREATED_AT,
    field::UPDATED_AT,
];

/// A mood of a person's own.
///
/// The invariants are those of [`MoodDef::validate`]; one that was read from elsewhere may break them.
#[derive(Clone, PartialEq)]
pub struct MoodDef {
    /// The label by which entries name it.
    pub label: MoodLabel,
    /// What it is called.
    pub name: String,
    /// The id of its icon, one of the catalogue's: [`is_icon`].
    pub icon: String,
    /// How pleasant, −1 to 1: what an entry gets that is logged with it.
    pub valence: f64,
    /// Whether it is put away: not offered, but shown where an entry has it.
    pub archived: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Fields that this version does not know.
    pub unknown: Map<String, Value>,
}

/// What a person says about a mood of their own.
#[derive(Clone, PartialEq)]
pub struct MoodDefForm {
    /// What it is called.
    pub name: String,
    /// The id of its icon.
    pub icon: String,
    /// How pleasant, −1 to 1.
    pub valence: f64,
}

impl MoodDef {
    /// Makes a mood. Its label comes of its first name, and is none that `is_taken` knows nor one of the catalogue's.
    ///
    /// Validated by [`MoodDef::validate`], not here.
    pub fn new(form: MoodDefForm, is_taken: impl Fn(&str) -> bool, now: Timestamp) -> Self {
        let name = form.name.trim().to_owned();
        Self {
            label: fresh_label(&name, is_taken),
            name,
            icon: form.icon,
            valence: form.valence,
            archived: false,
            created_at: now,
            updated_at: now,
            unknown: Map::new(),
        }
    }

    /// Returns the mood as the form says, with its label; itself where nothing changed.
    #[must_use]
    pub fn edited(&self, form: MoodDefForm, now: Timestamp) -> Self {
        self.changed(now, |edited| {
            form.name.trim().clone_into(&mut edited.name);
            edited.icon = form.icon;
            edited.valence = form.valence;
        })
    }

    /// Returns the mood put away, or offered again.
    #[must_use]
    pub fn put_away(&self, archived: bool, now: Timestamp) -> Self {
        self.changed(now, |edited| edited.archived = archived)
    }

    fn changed(&self, now: Timestamp, change: impl FnOnce(&mut Self)) -> Self {
        let mut edited = self.clone();
        change(&mut edited);
        if edited != *self {
            edited.updated_at = now;
        }
        edited
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// The fields that are wrong, each with the first thing wrong with it.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let label = self.label.known().map(|_| FieldCode::Invalid);
        let valence = (!(-1.0..=1.0).contains(&self.valence)).then_some(FieldCode::OutOfRange);
        let found = [
            (field::LABEL, self.label.problem().or(label)),
            (field::NAME, problem_of_name(&self.name)),
            (
                field::ICON,
                (!is_icon(&self.icon)).then_some(FieldCode::Invalid),
            ),
            (field::VALENCE, valence),
        ];
        found
            .into_iter()
            .filter_map(|(field, code)| Some((field.to_owned(), code?)))
            .collect::<FieldErrors>()
            .into_result()
    }

    /// Returns the fields, as stores and the engine hold them.
    pub fn to_content(&self) -> Map<String, Value> {
        let mut content = self.unknown.clone();
        put(&mut content, field::LABEL, &self.label);
        put(&mut content, field::NAME, &self.name);
        put(&mut content, field::ICON, &self.icon);
        put(&mut content, field::VALENCE, &self.valence);
        put(&mut content, field::ARCHIVED, &self.archived);
        put(&mut content, field::CREATED_AT, &self.created_at);
        put(&mut content, field::UPDATED_AT, &self.updated_at);
        content
    }

    /// Reads a mood from its fields. Label and time must be there; without a name it is called as its label is, without
    /// an icon it has none, and without a valence it is neutral.
    ///
    /// # Errors
    ///
    /// Every field that is missing or of a wrong shape. Whether the values are allowed is for [`MoodDef::validate`] to
    /// say.
    pub fn from_content(content: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut reader = Reader::new(content);
        let label = reader.required::<MoodLabel>(field::LABEL);
        let name = reader.optional::<String>(field::NAME);
        let icon = reader.optional(field::ICON).unwrap_or_default();
        let valence = reader.optional(field::VALENCE).unwrap_or_default();
        let archived = reader.optional(field::ARCHIVED).unwrap_or_default();
        let created_at = reader.required(field::CREATED_AT);
        let updated_at = reader.optional(field::UPDATED_AT);
        match (label, created_at) {
            (Some(label), Some(created_at)) if reader.errors.is_empty() => Ok(Self {
                name: name.unwrap_or_else(|| label.as_str().to_owned()),
                label,
                icon,
                valence,
                archived,
                created_at,
                updated_at: updated_at.unwrap_or(created_at),
                unknown: unknown(content, &KNOWN),
            }),
            _ => Err(reader.errors),
        }
    }

    /// Returns by what definitions of one label are ordered, with the id: the first one holds, on every device alike.
    pub fn rank(&self, id: EntityId) -> (Timestamp, EntityId) {
        (self.created_at, id)
    }
}

/// Whether a mood may have this icon: one of the catalogue's.
pub fn is_icon(id: &str) -> bool {
    Mood::ALL.iter().any(|mood| mood.icon() == id)
}

/// Returns what is wrong with a name; `None` for a good one.
pub fn problem_of_name(name: &str) -> Option<FieldCode> {
    problem(name.trim())
}

/// The name itself, so that the label says what it stands for wherever its definition is not known; with a number where
/// that is taken already.
fn fresh_label(name: &str, is_taken: impl Fn(&str) -> bool) -> MoodLabel {
    let is_free = |label: &str| {
        let lower = label.to_lowercase();
        Mood::by_label(&lower).is_none() && !is_taken(label)
    };
    let numbered = (2..=LABELS_TRIED_MAX).map(|number| {
        let end = format!(" {number}");
        let room = LABEL_CHARS_MAX - end.chars().count();
        let cut: String = name.chars().take(room).collect();
        format!("{}{end}", cut.trim_end())
    });
    let mut labels = std::iter::once(name.to_owned()).chain(numbered);
    let free = labels.find(|label| is_free(label));
    MoodLabel::from(free.unwrap_or_else(|| name.to_owned()))
}

impl fmt::Debug for MoodDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoodDef")
            .field("archived", &self.archived)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MoodDefForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MoodDefForm(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn form(name: &str) -> MoodDefForm {
        MoodDefForm {
            name: name.to_owned(),
            icon: "wind".to_owned(),
            valence: 0.4,
        }
    }

    fn mood(name: &str) -> MoodDef {
        MoodDef::new(form(name), |_| false, NOW)
    }

    fn problem_of(mood: &MoodDef, field: &str) -> Option<FieldCode> {
        mood.validate().err().and_then(|errors| errors.get(field))
    }

    #[test]
    fn a_label_is_the_first_name_and_stays_when_the_name_changes() {
        let zen = mood(" Zen ");
        assert_eq!((zen.label.as_str(), zen.name.as_str()), ("Zen", "Zen"));

        let renamed = zen.edited(form("Calm as a lake"), NOW.plus_millis(5));

        assert_eq!(renamed.label, zen.label);
        assert_eq!(renamed.name, "Calm as a lake");
        assert_eq!(renamed.updated_at, NOW.plus_millis(5));
        assert_eq!(zen.edited(form("Zen"), NOW.plus_millis(5)), zen);
    }

    #[test]
    fn a_label_is_neither_the_catalogues_nor_one_that_is_taken() {
        assert_eq!(mood("Happy").label.as_str(), "Happy 2");
        assert_eq!(mood("happy").label.as_str(), "happy 2");
        let taken = |label: &str| ["Zen", "Zen 2"].contains(&label);
        let zen = MoodDef::new(form("Zen"), taken, NOW);
        assert_eq!(zen.label.as_str(), "Zen 3");
        let long = "x".repeat(LABEL_CHARS_MAX);
        let second = MoodDef::new(form(&long), |label| label == long, NOW);
        assert_eq!(second.label.problem(), None);
        assert_ne!(second.label.as_str(), long);
        assert!(second.validate().is_ok());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(mood("Zen").validate().is_ok());
        assert_eq!(
            problem_of(&mood("  "), field::NAME),
            Some(FieldCode::Required)
        );
        let long = mood(&"ö".repeat(NAME_CHARS_MAX + 1));
        assert_eq!(problem_of(&long, field::NAME), Some(FieldCode::TooLong));
        assert!(mood(&"ö".repeat(NAME_CHARS_MAX)).validate().is_ok());
        let mut odd = mood("Zen");
        odd.icon = "settings".to_owned();
        odd.valence = f64::NAN;
        odd.label = MoodLabel::from(Mood::Sad);
        assert_eq!(problem_of(&odd, field::ICON), Some(FieldCode::Invalid));
        assert_eq!(
            problem_of(&odd, field::VALENCE),
            Some(FieldCode::OutOfRange)
        );
        assert_eq!(problem_of(&odd, field::LABEL), Some(FieldCode::Invalid));
    }

    #[test]
    fn a_mood_survives_the_way_through_its_fields_unknown_ones_included() {
        let mut content = mood("Zen").put_away(true, NOW).to_content();
        content.insert("colour".to_owned(), json!("#fff"));

        let read = MoodDef::from_content(&content).unwrap();

        assert_eq!(read.to_content(), content);
        assert!(read.archived);
    }

    #[test]
    fn what_is_absent_has_a_meaning_and_what_is_of_another_shape_is_named() {
        let fields = |value: Value| value.as_object().expect("an object").clone();
        let least =
            MoodDef::from_content(&fields(json!({"label": "Zen", "created_at": NOW}))).unwrap();
        assert_eq!(
            (least.name.as_str(), least.valence, least.archived),
            ("Zen", 0.0, false)
        );

        let wrong = MoodDef::from_content(&fields(json!({"label": 3, "archived": "no"})));
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.get(field::LABEL), Some(FieldCode::Invalid));
        assert_eq!(wrong.get(field::ARCHIVED), Some(FieldCode::Invalid));
        assert_eq!(wrong.get(field::CREATED_AT), Some(FieldCode::Required));
    }

    #[test]
    fn of_two_definitions_of_one_label_the_same_one_holds_everywhere() {
        let (first, second) = (
            EntityId::from_random_bytes([1; 16]),
            EntityId::from_random_bytes([2; 16]),
        );
        let zen = mood("Zen");
        let later = MoodDef::new(form("Zen"), |_| false, NOW.plus_millis(1));
        assert!(zen.rank(second) < later.rank(first), "the older one");
        assert!(zen.rank(first) < zen.rank(second));
    }

    #[test]
    fn debug_never_shows_what_it_is_called() {
        let told = format!("{:?} {:?}", mood("Zen"), form("Zen"));
        assert!(!told.contains("Zen") && !told.contains("wind"));
    }
}
