//! What an entry was, as its history shows it: what it said, and what of it was other than before.

use std::collections::BTreeSet;

use lume_core::entry::{MoodEntry, field};
use lume_core::time::LocalDateTime;
use lume_sync::content::Content;
use lume_sync::kept::Was;
use serde_json::Value;

use crate::i18n::t;
use crate::model::entry_view::{association_name, mood_name};

/// What an entry said.
#[derive(Clone, PartialEq)]
pub(crate) struct Said {
    /// The mood's label; empty where there is none.
    pub(crate) mood: String,
    /// The feelings in words, the mood first.
    pub(crate) words: String,
    /// When it was, on the clocks of its zone.
    pub(crate) when: LocalDateTime,
    /// What it was about, in words.
    pub(crate) topics: Vec<String>,
    /// Its note.
    pub(crate) note: Option<String>,
    /// What is not shown, and makes it another one all the same.
    zone: String,
    valence: Option<f64>,
}

impl Said {
    /// What a content says; `None` if this version can't read it.
    pub(crate) fn of(content: &Content) -> Option<Self> {
        let entry = MoodEntry::from_content(content).ok()?;
        let labels = entry.labels.iter();
        let associations = entry.associations.iter();
        Some(Self {
            mood: entry
                .mood()
                .map(|mood| mood.as_str().to_owned())
                .unwrap_or_default(),
            words: labels
                .map(|label| mood_name(label.as_str()))
                .collect::<Vec<_>>()
                .join(", "),
            when: entry.local_time,
            topics: associations
                .map(|label| association_name(label.as_str()))
                .collect(),
            zone: entry.zone.as_str().to_owned(),
            valence: entry.effective_valence(),
            note: entry.note,
        })
    }

    /// What of this is other than before, in words.
    fn changed_since(&self, before: &Self) -> String {
        let is_other = self.zone != before.zone || self.valence != before.valence;
        let parts = [
            (self.words != before.words, t::versions::feelings()),
            (self.note != before.note, t::versions::note()),
            (self.topics != before.topics, t::versions::topics()),
            (self.when != before.when, t::versions::when()),
        ];
        let shown: Vec<_> = parts
            .into_iter()
            .filter_map(|(is_other, words)| is_other.then_some(words))
            .collect();
        if shown.is_empty() && is_other {
            return t::versions::other_details().to_owned();
        }
        shown.join(", ")
    }
}

/// What an entry was at a revision.
#[derive(Clone, PartialEq)]
pub(crate) enum Told {
    /// It was deleted.
    Deleted,
    /// This version can't read it.
    Unreadable,
    /// It said this.
    Said(Said),
}

/// What was before a revision.
#[derive(Clone, Copy)]
pub(crate) enum Before<'a> {
    /// Nothing: it was made with it.
    Nothing,
    /// It is not known yet, or is not kept any more.
    NotKnown,
    /// This.
    Told(&'a Told),
}

impl Told {
    /// What a content tells.
    pub(crate) fn of(content: &Content) -> Self {
        Said::of(content).map_or(Self::Unreadable, Self::Said)
    }

    /// What a revision tells.
    pub(crate) fn of_revision(was: &Was) -> Self {
        match was {
            Was::Deleted => Self::Deleted,
            Was::Unreadable => Self::Unreadable,
            Was::Content(content) => Self::of(content),
        }
    }

    /// What of this is other than before, in words; empty where that is not known.
    pub(crate) fn changes(&self, before: Before<'_>) -> String {
        let said = match self {
            Self::Deleted => return t::versions::deleted().to_owned(),
            Self::Unreadable => return t::entry::unreadable().to_owned(),
            Self::Said(said) => said,
        };
        match before {
            Before::Nothing => t::versions::made().to_owned(),
            Before::NotKnown | Before::Told(Self::Unreadable) => String::new(),
            Before::Told(Self::Deleted) => t::versions::brought_back().to_owned(),
            Before::Told(Self::Said(before)) => said.changed_since(before),
        }
    }
}

/// The fields of a patch with what they say; `when` puts a time in words. What has no words of its own is named, and no
/// more: nothing that was put aside goes unmentioned.
pub(crate) fn field_lines(
    fields: &Content,
    when: fn(LocalDateTime) -> String,
) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut others = BTreeSet::new();
    let when = |value: &Value| Some(when(value.as_str()?.parse::<LocalDateTime>().ok()?));
    let has_time = fields.get(field::LOCAL_TIME).and_then(when).is_some();
    for (name, value) in fields {
        match name.as_str() {
            field::LABELS => lines.push((t::versions::feelings(), list(value, mood_name))),
            field::ASSOCIATIONS => {
                lines.push((t::versions::topics(), list(value, association_name)));
            }
            field::NOTE => lines.push((t::versions::note(), note(value))),
            field::LOCAL_TIME | field::AT | field::ZONE if has_time => {
                if let Some(words) = when(value).filter(|_| name == field::LOCAL_TIME) {
                    lines.push((t::versions::when(), words));
                }
            }
            name => {
                others.insert(
                    t::parts::by_name(name)
                        .map_or_else(|| t::refused::other_field(name), str::to_owned),
                );
            }
        }
    }
    if !others.is_empty() {
        let others: Vec<_> = others.into_iter().collect();
        lines.push((t::versions::other_details(), others.join(", ")));
    }
    lines
}

fn list(value: &Value, word: fn(&str) -> String) -> String {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let words: Vec<_> = items.iter().filter_map(Value::as_str).map(word).collect();
    if words.is_empty() {
        return t::versions::none().to_owned();
    }
    words.join(", ")
}

fn note(value: &Value) -> String {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => text.to_owned(),
        Some(_) | None => t::versions::no_note().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(change: &serde_json::Value) -> Said {
        let mut content = json!({
            "at": "2026-01-15T10:30:00.000Z", "zone": "UTC", "local_time": "2026-01-15T10:30:00.000",
            "labels": ["happy"], "associations": ["family"], "note": "Cake",
        });
        let fields = content.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        Said::of(fields).expect("it can be read")
    }

    fn lines(fields: &serde_json::Value) -> Vec<(&'static str, String)> {
        let when = |time: LocalDateTime| time.to_string();
        field_lines(fields.as_object().expect("an object"), when)
    }

    #[test]
    fn only_what_is_other_than_before_is_named() {
        let before = said(&json!({}));
        let after = said(&json!({ "note": "Pie", "labels": ["happy", "proud"] }));

        let named = [t::versions::feelings(), t::versions::note()].join(", ");
        assert_eq!(after.changed_since(&before), named);
        assert_eq!(before.changed_since(&before), "");
    }

    #[test]
    fn a_change_that_is_not_shown_is_named_and_makes_another_one() {
        let before = said(&json!({}));
        let after = said(&json!({ "valence": -0.5 }));

        assert_eq!(after.changed_since(&before), t::versions::other_details());
        assert!(after != before);
    }

    #[test]
    fn the_first_version_is_where_nothing_was_before() {
        let told = Told::Said(said(&json!({})));

        assert_eq!(told.changes(Before::Nothing), t::versions::made());
        assert_eq!(told.changes(Before::NotKnown), "");
        assert_eq!(
            told.changes(Before::Told(&Told::Deleted)),
            t::versions::brought_back()
        );
    }

    #[test]
    fn what_cannot_be_read_is_no_deletion() {
        let told = Told::of_revision(&Was::Content(Content::new()));

        assert_eq!(told.changes(Before::Nothing), t::entry::unreadable());
        assert!(Told::of_revision(&Was::Deleted) == Told::Deleted);
    }

    #[test]
    fn a_field_that_was_cleared_is_said_to_be_empty() {
        let none = t::versions::none().to_owned();
        assert_eq!(
            lines(&json!({ "note": null })),
            [(t::versions::note(), t::versions::no_note().to_owned())]
        );
        assert_eq!(
            lines(&json!({ "associations": [] })),
            [(t::versions::topics(), none)]
        );
    }

    #[test]
    fn a_field_without_words_is_named() {
        let zone = t::parts::by_name("zone").expect("it has a name");
        assert_eq!(
            lines(&json!({ "zone": "UTC" })),
            [(t::versions::other_details(), zone.to_owned())]
        );
    }

    #[test]
    fn a_moment_is_one_line() {
        let fields = json!({
            "at": "2026-01-15T10:30:00.000Z", "zone": "UTC", "local_time": "2026-01-15T10:30:00.000",
        });
        assert_eq!(lines(&fields).len(), 1);
    }
}
