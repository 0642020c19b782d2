//! What an entry was, as its history shows it: what it said, and what of it was other than before.

use lume_core::entry::MoodEntry;
use lume_core::time::LocalDateTime;
use lume_sync::content::Content;

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
            note: entry.note,
        })
    }

    /// What of this is other than before, in words; all of it where there is no before.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> Vec<&'static str> {
        let Some(before) = before else {
            return vec![t::versions::made()];
        };
        let parts = [
            (self.words != before.words, t::versions::feelings()),
            (self.note != before.note, t::versions::note()),
            (self.topics != before.topics, t::versions::topics()),
            (self.when != before.when, t::versions::when()),
        ];
        parts
            .into_iter()
            .filter_map(|(is_other, words)| is_other.then_some(words))
            .collect()
    }
}

/// The fields of a patch that are shown, with what they say; `when` puts a time in words.
pub(crate) fn field_lines(
    fields: &Content,
    when: fn(LocalDateTime) -> String,
) -> Vec<(&'static str, String)> {
    let list = |name: &str, word: fn(&str) -> String| {
        let items = fields.get(name)?.as_array()?;
        let words = items.iter().filter_map(|item| item.as_str()).map(word);
        Some(words.collect::<Vec<_>>().join(", "))
    };
    let text = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
    let time = || text("local_time")?.parse::<LocalDateTime>().ok();
    let lines = [
        (t::versions::feelings(), list("labels", mood_name)),
        (t::versions::note(), text("note")),
        (
            t::versions::topics(),
            list("associations", association_name),
        ),
        (t::versions::when(), time().map(when)),
    ];
    lines
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
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

    #[test]
    fn only_what_is_other_than_before_is_named() {
        let before = said(&json!({}));
        let after = said(&json!({ "note": "Pie", "labels": ["happy", "proud"] }));

        assert_eq!(
            after.changed_since(Some(&before)),
            [t::versions::feelings(), t::versions::note()]
        );
        assert!(before.changed_since(Some(&before)).is_empty());
    }

    #[test]
    fn the_first_revision_is_where_it_was_made() {
        assert_eq!(said(&json!({})).changed_since(None), [t::versions::made()]);
    }

    #[test]
    fn a_content_that_is_no_entry_says_nothing() {
        assert!(Said::of(&Content::new()).is_none());
    }
}
