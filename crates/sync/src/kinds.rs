//! The registry of kinds: what the engine needs to know of each, one line a kind.
//!
//! Adding a kind means adding a line here; the engine's other modules know no kind by name.

use lume_core::entry::{ASSOCIATIONS_MAX, LABELS_MAX, MoodEntry, NOTE_CHARS_MAX, field};
use lume_core::ids::{EntityId, UserId};
use lume_wire::{mood, paths};
use serde_json::Value;

use crate::content::Content;
use crate::derived::{Facts, fold};
use crate::merge::{Rule, Rules};
use crate::rows::Kind;

/// What the engine knows of a kind.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// Its name in rows and in event types.
    pub name: &'static str,
    /// Its collection's path at the backend.
    pub path: &'static str,
    /// The body that creates an entity.
    pub create: fn(&Content, UserId, EntityId) -> Content,
    /// The body that changes one: the patch, and the whole with the patch applied.
    pub patch: fn(&Content, &Content) -> Content,
    /// The content of a body that the backend sends.
    pub read: fn(&Content) -> Option<(EntityId, Content)>,
    /// How its fields are merged.
    pub rules: Rules,
    /// What statistics and searching need of one; `None` where it can't be read.
    pub facts: fn(&Content) -> Option<Facts>,
}

/// Mood entries.
pub const MOOD: KindSpec = KindSpec {
    name: mood::KIND,
    path: paths::MOODS,
    create: mood::to_wire,
    patch: mood::patch_to_wire,
    read: mood::from_wire,
    rules: mood_rule,
    facts: mood_facts,
};

/// All kinds.
pub const KINDS: [&KindSpec; 1] = [&MOOD];

/// How a mood entry's fields are merged.
fn mood_rule(name: &str) -> Option<Rule> {
    Some(match name {
        field::AT | field::ZONE | field::LOCAL_TIME => Rule::Moment,
        field::LABELS => Rule::Ranked { max: LABELS_MAX },
        field::ASSOCIATIONS => Rule::Set {
            max: ASSOCIATIONS_MAX,
        },
        field::NOTE => Rule::Text {
            chars_max: NOTE_CHARS_MAX,
        },
        field::VALENCE | field::SOURCE | field::SOURCE_ID => Rule::Scalar,
        field::UPDATED_AT => Rule::Latest,
        field::CREATED_AT => Rule::Earliest,
        _ => return None,
    })
}

/// What a mood entry says, for statistics and searching.
fn mood_facts(content: &Content) -> Option<Facts> {
    let entry = MoodEntry::from_content(content).ok()?;
    Some(Facts {
        moment: entry.moment(),
        text: entry.note.as_deref().map(fold).unwrap_or_default(),
    })
}

impl KindSpec {
    /// As it stands in rows.
    pub fn kind(&self) -> Kind {
        Kind(self.name.to_owned())
    }
}

impl Kind {
    /// What the engine knows of it; `None` for a kind of a newer version.
    pub fn spec(&self) -> Option<&'static KindSpec> {
        KINDS.into_iter().find(|spec| spec.name == self.0)
    }
}

/// What a row's header shows of its content: the same three fields for every kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) local_time: String,
    pub(crate) source: String,
    pub(crate) source_id: Option<String>,
}

impl Header {
    pub(crate) fn of(content: &Content) -> Self {
        let text = |name: &str| content.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            local_time: text("local_time").unwrap_or_default(),
            source: text("source").unwrap_or_else(|| "manual".to_owned()),
            source_id: text("source_id"),
        }
    }
}
