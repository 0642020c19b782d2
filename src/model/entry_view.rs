//! An entry as screens show it.

use lume_core::association::AssociationLabel;
use lume_core::entry::MoodEntry;
use lume_core::ids::EntityId;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDateTime;
use lume_sync::content::Content;
use lume_sync::reading::{Entity, Listed, ShownSync, Unreadable};
use lume_sync::rows::{EntityKey, SyncState};

use crate::i18n::t;

/// What a card shows.
#[derive(Clone, PartialEq)]
pub(crate) struct EntryView {
    /// Which entry.
    pub(crate) key: EntityKey,
    /// The content, for editing, or why it can't be shown.
    pub(crate) entry: Result<MoodEntry, Unreadable>,
    /// Where it stands with the backend.
    pub(crate) sync: ShownSync,
    /// As its row is sorted.
    pub(crate) sort: String,
    /// Whether two versions of its note wait for the person.
    pub(crate) overlaps: bool,
}

/// An entry from its fields. Of a shape that this version does not know, they are a newer version's.
fn entry_of(content: &Content) -> Result<MoodEntry, Unreadable> {
    MoodEntry::from_content(content).map_err(|_| Unreadable::Newer)
}

impl EntryView {
    /// The view of an entity.
    pub(crate) fn of(entity: &Entity) -> Self {
        let sort = entity
            .content
            .get(lume_core::entry::field::LOCAL_TIME)
            .and_then(serde_json::Value::as_str);
        Self {
            key: entity.key.clone(),
            entry: entry_of(&entity.content),
            sync: entity.sync,
            sort: sort.unwrap_or_default().to_owned(),
            overlaps: false,
        }
    }

    /// The view of one in a list.
    pub(crate) fn listed(listed: &Listed) -> Self {
        let content = listed.content.as_ref().map_err(|why| *why);
        Self {
            key: listed.key.clone(),
            entry: content.and_then(entry_of),
            sync: listed.sync,
            sort: listed.local_time.clone(),
            overlaps: listed.overlaps,
        }
    }

    /// Changes whenever its card has to be drawn anew.
    pub(crate) fn version(&self) -> String {
        let updated = self
            .entry
            .as_ref()
            .map_or(0, |entry| entry.updated_at.as_millis());
        format!(
            "{} {} {updated} {} {}",
            self.key.id,
            self.sync.code(),
            self.sort,
            self.overlaps
        )
    }

    /// When it was, on the clocks of its zone; of an entry that can't be read, as its row is sorted.
    pub(crate) fn local_time(&self) -> Option<LocalDateTime> {
        match &self.entry {
            Ok(entry) => Some(entry.local_time),
            Err(_) => self.sort.parse().ok(),
        }
    }

    /// Where it stands in a list.
    pub(crate) fn place(&self) -> (String, EntityId) {
        (self.sort.clone(), self.key.id)
    }

    /// The label of its mood.
    pub(crate) fn mood(&self) -> &str {
        let mood = self.entry.as_ref().ok().and_then(MoodEntry::mood);
        mood.map_or("", MoodLabel::as_str)
    }

    /// Its feelings in words, the mood first; or why it can't be read.
    pub(crate) fn words(&self) -> String {
        let labels = match &self.entry {
            Ok(entry) => entry.labels.as_slice(),
            Err(Unreadable::Newer) => return t::entry::unreadable().to_owned(),
            Err(Unreadable::Damaged) => return t::entry::damaged().to_owned(),
        };
        labels
            .iter()
            .map(|label| mood_name(label.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// What it is about, in words.
    pub(crate) fn topics(&self) -> Vec<String> {
        let labels = self
            .entry
            .as_ref()
            .map(|entry| entry.associations.as_slice())
            .unwrap_or_default();
        labels
            .iter()
            .map(|label| association_name(label.as_str()))
            .collect()
    }

    /// Its note.
    pub(crate) fn note(&self) -> Option<&str> {
        self.entry.as_ref().ok()?.note.as_deref()
    }
}

/// A mood's name; one of the person's own is shown as it is.
pub(crate) fn mood_name(label: &str) -> String {
    t::moods::by_name(label).unwrap_or(label).to_owned()
}

/// An association's name; one of the person's own is shown as it is.
pub(crate) fn association_name(label: &str) -> String {
    t::associations::by_name(label).unwrap_or(label).to_owned()
}

/// The icon of a mood's label.
pub(crate) fn mood_icon(label: &str) -> &'static str {
    MoodLabel::from(label)
        .known()
        .map_or("own", lume_core::mood::Mood::icon)
}

/// The question that invites a note.
pub(crate) fn prompt(label: Option<&str>) -> &'static str {
    label
        .and_then(t::prompts::by_name)
        .unwrap_or_else(t::log::other_prompt)
}

/// The label of an association as the catalogue has it.
pub(crate) fn association_labels() -> Vec<String> {
    lume_core::association::Association::ALL
        .into_iter()
        .map(|association| String::from(AssociationLabel::from(association)))
        .collect()
}

/// Icon and word of where an entry stands.
pub(crate) fn sync_words(sync: ShownSync) -> (&'static str, &'static str) {
    match sync {
        ShownSync::Stored(SyncState::Local) => ("device", t::entry::sync_local()),
        ShownSync::Stored(SyncState::Waiting) => ("waiting", t::entry::sync_waiting()),
        ShownSync::Sending => ("sync", t::entry::sync_sending()),
        ShownSync::Stored(SyncState::Synced) => ("synced", t::entry::sync_synced()),
        ShownSync::Stored(SyncState::Failed) => ("attention", t::entry::sync_failed()),
        ShownSync::Stored(SyncState::Conflict) => ("attention", t::entry::sync_conflict()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_the_persons_own_are_shown_as_they_are() {
        assert_eq!(mood_name("zen <3"), "zen <3");
        assert_eq!(mood_icon("zen <3"), "own");
        assert_eq!(mood_name("sad"), "Sad");
        assert_eq!(mood_icon("sad"), "rain");
        assert_eq!(association_name("gardening"), "gardening");
    }

    #[test]
    fn every_association_has_a_name() {
        assert!(
            association_labels()
                .iter()
                .all(|label| t::associations::by_name(label).is_some())
        );
    }
}
