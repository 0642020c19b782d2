//! An unsent event as the Sync screen shows it.

use lume_core::mood_def::MoodDef;
use lume_core::time::LocalDateTime;
use lume_sync::content::{Content, Operation};
use lume_sync::kinds::{MOOD, MOOD_DEF};
use lume_sync::reading::{Entity, ShownSync};
use lume_sync::rows::{EntityKey, EventState, SyncState};
use lume_sync::unsent::{Outlook, Unsent};

use crate::i18n::t;
use crate::model::entry_view::EntryView;
use crate::model::refusal::can_retry;

/// How much of a note tells which one it is, in characters.
const NOTE_CHARS_SHOWN: usize = 80;

/// What tells an entry from others: mood, time, the note's beginning.
#[derive(Clone, PartialEq)]
pub(crate) struct Glimpse {
    /// The mood's label; empty where this version can't read the entry.
    pub(crate) mood: String,
    /// The feelings in words, the mood first.
    pub(crate) words: String,
    /// When it was, on the clocks of its zone.
    pub(crate) when: Option<LocalDateTime>,
    /// The note's beginning, in quotation marks; empty where there is none.
    pub(crate) note: String,
}

impl Glimpse {
    /// A glimpse of an entity's content.
    pub(crate) fn of(key: &EntityKey, content: &Content) -> Self {
        if key.kind == MOOD_DEF.kind()
            && let Ok(def) = MoodDef::from_content(content)
        {
            return Self {
                mood: def.label.into(),
                words: t::own_moods::glimpse(&def.name),
                when: None,
                note: String::new(),
            };
        }
        let view = EntryView::of(&Entity {
            key: key.clone(),
            content: content.clone(),
            deleted: false,
            sync: ShownSync::Stored(SyncState::Local),
        });
        Self {
            mood: view.mood().to_owned(),
            words: view.words(),
            when: view.local_time(),
            note: view.note().map(beginning).unwrap_or_default(),
        }
    }

    /// The entry of an event: as it is shown, else as the event carries it.
    pub(crate) fn of_event(event: &Unsent) -> Option<Self> {
        let shown = event.entity.as_ref().map(|entity| &entity.content);
        let content = shown.or(event.content.as_ref())?;
        let glimpse = Self::of(&event.key, content);
        (!glimpse.words.is_empty()).then_some(glimpse)
    }
}

/// The first line of a note, cut between characters, in quotation marks.
fn beginning(note: &str) -> String {
    let line = note.trim().lines().next().unwrap_or_default();
    let cut = line.char_indices().nth(NOTE_CHARS_SHOWN);
    let is_all = cut.is_none() && line.len() == note.trim().len();
    let text = cut.map_or(line, |(place, _)| line[..place].trim_end());
    let text = if is_all {
        text.to_owned()
    } else {
        format!("{text}…")
    };
    t::sync::note_quoted(&text)
}

/// What a person can do about a failed event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choices {
    /// Send it again.
    pub(crate) retry: bool,
    /// Change the entry.
    pub(crate) edit: bool,
    /// Give it up.
    pub(crate) discard: bool,
}

/// What can be done about an event.
pub(crate) fn choices(event: &Unsent) -> Choices {
    let is_there = event
        .entity
        .as_ref()
        .is_some_and(|entity| !entity.deleted && EntryView::of(entity).entry.is_ok());
    let can_retry = event
        .failure
        .as_ref()
        .is_none_or(|failure| can_retry(failure.reason));
    Choices {
        retry: event.state == EventState::Dead && can_retry,
        edit: event.key.kind == MOOD.kind() && event.operation != Operation::Deleted && is_there,
        discard: event.outlook != Outlook::Unknown,
    }
}

/// What giving an event up would do, in a sentence that ends before the entry it is about.
pub(crate) fn outlook_words(event: &Unsent) -> &'static str {
    match (&event.outlook, event.operation) {
        (Outlook::Vanishes { .. }, _) => t::sync::discard_vanishes(),
        (Outlook::Deleted, _) => t::sync::discard_gone(),
        (Outlook::Becomes { .. }, Operation::Deleted) => t::sync::discard_back_deletion(),
        (Outlook::Becomes { .. }, Operation::Created | Operation::Updated) => {
            t::sync::discard_back_change()
        }
        (Outlook::Stays, _) => t::sync::discard_stays(),
        (Outlook::Unknown, _) => t::sync::discard_unknown(),
    }
}

/// What becomes of later changes of the same entry.
pub(crate) fn outlook_later(event: &Unsent) -> Option<String> {
    match &event.outlook {
        Outlook::Vanishes { later } if *later > 0 => {
            Some(t::sync::discard_later_gone(*later as u64))
        }
        Outlook::Becomes { later, .. } if *later > 0 => {
            Some(t::sync::discard_later_stays(*later as u64))
        }
        Outlook::Vanishes { .. }
        | Outlook::Becomes { .. }
        | Outlook::Deleted
        | Outlook::Stays
        | Outlook::Unknown => None,
    }
}

/// The entry that the sentence is about: the one that goes, or what it becomes.
pub(crate) fn outlook_glimpse(event: &Unsent) -> Option<Glimpse> {
    match &event.outlook {
        Outlook::Becomes { content, .. } => Some(Glimpse::of(&event.key, content)),
        Outlook::Vanishes { .. } | Outlook::Deleted | Outlook::Stays | Outlook::Unknown => {
            Glimpse::of_event(event)
        }
    }
}

#[cfg(test)]
mod tests {
    use lume_core::ids::{EntityId, EventId};
    use lume_core::time::Timestamp;
    use lume_sync::rows::{Failure, FailureReason, Seq};
    use serde_json::json;

    use super::*;

    fn content(note: &str) -> Content {
        let content = json!({
            "at": "2025-01-15T22:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30:00.000",
            "labels": ["happy", "proud"], "note": note
        });
        content.as_object().cloned().unwrap_or_default()
    }

    fn event(operation: Operation, state: EventState, outlook: Outlook) -> Unsent {
        let key = EntityKey {
            kind: MOOD.kind(),
            id: EntityId::from_random_bytes([1; 16]),
        };
        Unsent {
            seq: Seq(1),
            event_id: EventId::from_random_bytes([2; 16]),
            operation,
            state,
            attempts: 1,
            not_before: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
            failure: Some(Failure {
                reason: FailureReason::Invalid,
                status: Some(422),
                fields: Vec::new(),
                at: Timestamp::UNIX_EPOCH,
            }),
            content: Some(content("patch")),
            entity: Some(Entity {
                key: key.clone(),
                content: content("Cake"),
                deleted: operation == Operation::Deleted,
                sync: ShownSync::Stored(SyncState::Failed),
            }),
            key,
            outlook,
        }
    }

    #[test]
    fn a_glimpse_tells_mood_time_and_the_notes_beginning() {
        let event = event(
            Operation::Created,
            EventState::Dead,
            Outlook::Vanishes { later: 0 },
        );

        let glimpse = Glimpse::of_event(&event).expect("it can be read");

        assert_eq!(glimpse.words, "Happy, Proud");
        assert_eq!(glimpse.when, "2025-01-15T23:30".parse().ok());
        assert_eq!(glimpse.note, "“Cake”");
    }

    #[test]
    fn a_long_note_is_cut_between_characters_and_says_so() {
        assert_eq!(
            beginning(&"ö".repeat(100)),
            format!("“{}…”", "ö".repeat(80))
        );
        assert_eq!(beginning("first line\nsecond"), "“first line…”");
        assert_eq!(beginning(" all of it \n"), "“all of it”");
        assert_eq!(beginning("👩‍👩‍👧"), "“👩‍👩‍👧”");
    }

    #[test]
    fn an_event_that_can_not_be_read_can_be_neither_edited_nor_given_up() {
        let mut event = event(Operation::Created, EventState::Dead, Outlook::Unknown);
        event.entity = None;
        event.content = None;

        assert!(Glimpse::of_event(&event).is_none());
        assert_eq!(
            choices(&event),
            Choices {
                retry: true,
                edit: false,
                discard: false
            }
        );
    }

    #[test]
    fn a_mood_of_the_persons_own_is_told_by_its_name() {
        let content = json!({
            "label": "Zen", "name": "Calm", "icon": "wind", "valence": 0.3, "created_at": "2025-01-15T10:30:00Z",
        });
        let key = EntityKey {
            kind: MOOD_DEF.kind(),
            id: EntityId::from_random_bytes([1; 16]),
        };

        let glimpse = Glimpse::of(&key, content.as_object().expect("it is one"));

        assert!(glimpse.words.contains("Calm"));
        assert_eq!((glimpse.mood.as_str(), glimpse.when), ("Zen", None));
    }

    #[test]
    fn a_deletion_is_not_edited_and_a_conflict_not_retried() {
        let becomes = || Outlook::Becomes {
            content: content("as before"),
            later: 0,
        };
        let deletion = event(Operation::Deleted, EventState::Dead, becomes());
        let conflict = event(Operation::Updated, EventState::Parked, becomes());

        assert_eq!(
            (choices(&deletion).edit, choices(&deletion).retry),
            (false, true)
        );
        assert_eq!(
            (choices(&conflict).edit, choices(&conflict).retry),
            (true, false)
        );
    }

    #[test]
    fn giving_up_says_what_goes_or_what_comes_back() {
        let vanishes = event(
            Operation::Created,
            EventState::Dead,
            Outlook::Vanishes { later: 2 },
        );
        let back = event(
            Operation::Deleted,
            EventState::Dead,
            Outlook::Becomes {
                content: content("as before"),
                later: 0,
            },
        );

        assert!(outlook_words(&vanishes).contains("gone from this device"));
        assert!(outlook_later(&vanishes).is_some_and(|words| words.starts_with("2 later")));
        assert!(outlook_glimpse(&vanishes).is_some_and(|glimpse| glimpse.note == "“Cake”"));
        assert!(outlook_words(&back).contains("taken back"));
        assert_eq!(outlook_later(&back), None);
        assert!(outlook_glimpse(&back).is_some_and(|glimpse| glimpse.note == "“as before”"));
    }
}
