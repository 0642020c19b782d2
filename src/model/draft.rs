//! What a person is in the middle of saying: the content of the form, and of the draft that outlives it.

use lume_core::association::AssociationLabel;
use lume_core::entry::{EntryForm, EntryInput, MoodEntry, Source, When};
use lume_core::mood::MoodLabel;
use lume_core::time::{LocalDateTime, ZoneName};
use lume_sync::content::Content;
use serde::{Deserialize, Serialize};

/// The form's content, stored as JSON while it is unsaved.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// The mood first, then the feelings beside it.
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// What it is about.
    #[serde(default)]
    pub(crate) associations: Vec<String>,
    /// The note as typed.
    #[serde(default)]
    pub(crate) note: String,
    /// The date and time as the form's field has them; `None` is now.
    #[serde(default)]
    pub(crate) when: Option<String>,
    /// What the entry said when its form was opened; none for a new entry.
    #[serde(default)]
    pub(crate) begun_on: Option<Content>,
}

/// A field as it was typed, or as it is now where it was not touched.
fn pick<T: Clone + PartialEq>(typed: T, before: &T, now: &T) -> T {
    if typed == *before { now.clone() } else { typed }
}

/// Why a form can't become an entry yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// No mood is chosen.
    Mood,
    /// The date or the time is missing.
    When,
}

impl Draft {
    /// The form of an entry that exists.
    pub(crate) fn of(entry: &MoodEntry) -> Self {
        let form = entry.form();
        Self {
            labels: form.labels.into_iter().map(String::from).collect(),
            associations: form.associations.into_iter().map(String::from).collect(),
            note: form.note.unwrap_or_default(),
            when: Some(field_text(form.local_time)),
            begun_on: Some(entry.to_content()),
        }
    }

    /// What was typed, over the form of an entry that may have changed since: what nobody touched is as it is now.
    pub(crate) fn over(self, now: &Self) -> Self {
        let begun_on = self.begun_on.as_ref();
        let before = begun_on.and_then(|content| MoodEntry::from_content(content).ok());
        let Some(before) = before.map(|entry| Self::of(&entry)) else {
            // An earlier version did not say what it was begun on.
            return Self {
                begun_on: now.begun_on.clone(),
                ..self
            };
        };
        let touched = Self {
            labels: pick(self.labels, &before.labels, &now.labels),
            associations: pick(self.associations, &before.associations, &now.associations),
            note: pick(self.note, &before.note, &now.note),
            when: pick(self.when, &before.when, &now.when),
            begun_on: now.begun_on.clone(),
        };
        if touched == *now {
            return touched;
        }
        Self {
            begun_on: self.begun_on,
            ..touched
        }
    }

    /// What a change of an entry was made on, field by field: what it said when its form was opened, or, of what nobody
    /// touched, what it said when the form was built.
    pub(crate) fn made_on(&self, built_on: &Content, made: &Content) -> Content {
        let begun_on = self.begun_on.as_ref().unwrap_or(built_on);
        let names = begun_on.keys().chain(built_on.keys());
        let value = |name: &String| {
            let from = if made.get(name) == built_on.get(name) {
                built_on
            } else {
                begun_on
            };
            Some((name.clone(), from.get(name)?.clone()))
        };
        names.filter_map(value).collect()
    }

    /// The mood: the first label.
    pub(crate) fn mood(&self) -> Option<&str> {
        self.labels.first().map(String::as_str)
    }

    /// The feelings beside the mood.
    pub(crate) fn feelings(&self) -> &[String] {
        self.labels.get(1..).unwrap_or_default()
    }

    /// Whether there is nothing in it that would be missed.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty()
            && self.associations.is_empty()
            && self.note.trim().is_empty()
            && self.when.is_none()
    }

    /// Makes this the mood. The one before it goes, and a feeling of that name is the mood now.
    pub(crate) fn pick_mood(&mut self, label: &str) {
        let mut labels = vec![label.to_owned()];
        labels.extend(
            self.feelings()
                .iter()
                .filter(|other| *other != label)
                .cloned(),
        );
        self.labels = labels;
    }

    /// Adds or removes a feeling beside the mood; the mood itself stays.
    pub(crate) fn toggle_feeling(&mut self, label: &str) {
        if self.mood() == Some(label) {
            return;
        }
        toggle(&mut self.labels, label);
    }

    /// Adds or removes what it is about.
    pub(crate) fn toggle_association(&mut self, label: &str) {
        toggle(&mut self.associations, label);
    }

    /// Puts a text behind what the note says, as a paragraph of its own.
    pub(crate) fn append_note(&mut self, text: &str) {
        if !self.note.trim().is_empty() {
            self.note.push_str("\n\n");
        }
        self.note.push_str(text);
    }

    /// The entry that this describes, made at a moment in a zone.
    pub(crate) fn input(&self, now: When, zone: &ZoneName) -> Result<EntryInput, Incomplete> {
        if self.labels.is_empty() {
            return Err(Incomplete::Mood);
        }
        let when = match &self.when {
            None => now,
            Some(text) => When::Local {
                local_time: text.parse().map_err(|_| Incomplete::When)?,
                zone: zone.clone(),
            },
        };
        Ok(EntryInput {
            when,
            labels: self.mood_labels(),
            valence: None,
            associations: self.association_labels(),
            note: Some(self.note.clone()),
            source: Source::Manual,
            source_id: None,
        })
    }

    /// What the entry's editable fields become.
    pub(crate) fn form(&self, entry: &MoodEntry) -> Result<EntryForm, Incomplete> {
        if self.labels.is_empty() {
            return Err(Incomplete::Mood);
        }
        let text = self.when.as_deref().ok_or(Incomplete::When)?;
        let before = entry.form();
        let same_mood = before.labels.first().map(MoodLabel::as_str) == self.mood();
        Ok(EntryForm {
            local_time: text.parse().map_err(|_| Incomplete::When)?,
            labels: self.mood_labels(),
            // A valence given by hand belongs to the mood it was given for.
            valence: before.valence.filter(|_| same_mood),
            associations: self.association_labels(),
            note: Some(self.note.clone()),
            zone: before.zone,
        })
    }

    fn mood_labels(&self) -> Vec<MoodLabel> {
        self.labels
            .iter()
            .map(|label| MoodLabel::from(label.as_str()))
            .collect()
    }

    fn association_labels(&self) -> Vec<AssociationLabel> {
        self.associations
            .iter()
            .map(|label| AssociationLabel::from(label.as_str()))
            .collect()
    }
}

fn toggle(list: &mut Vec<String>, label: &str) {
    if let Some(place) = list.iter().position(|other| other == label) {
        list.remove(place);
    } else {
        list.push(label.to_owned());
    }
}

/// A civil time as a date-and-time field holds it: to the minute.
pub(crate) fn field_text(local: LocalDateTime) -> String {
    let mut text = local.to_string();
    text.truncate("2025-01-15T11:30".len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(labels: &[&str]) -> Draft {
        Draft {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..Draft::default()
        }
    }

    #[test]
    fn another_mood_takes_the_place_of_the_first_and_leaves_the_feelings() {
        let mut form = draft(&["happy", "proud"]);

        form.pick_mood("sad");

        assert_eq!(form.labels, ["sad", "proud"]);
    }

    #[test]
    fn a_feeling_that_becomes_the_mood_is_there_once() {
        let mut form = draft(&["happy", "proud", "hopeful"]);

        form.pick_mood("proud");

        assert_eq!(form.labels, ["proud", "hopeful"]);
    }

    #[test]
    fn the_mood_is_not_removed_as_a_feeling() {
        let mut form = draft(&["happy"]);

        form.toggle_feeling("happy");
        form.toggle_feeling("proud");
        form.toggle_feeling("hopeful");
        form.toggle_feeling("proud");

        assert_eq!(form.labels, ["happy", "hopeful"]);
    }

    #[test]
    fn a_time_that_is_not_whole_is_no_time() {
        let zone = ZoneName::utc();
        let now = || When::Instant {
            at: lume_core::time::Timestamp::UNIX_EPOCH,
            zone: ZoneName::utc(),
        };
        let mut form = draft(&["happy"]);
        form.when = Some(String::new());

        assert_eq!(form.input(now(), &zone).err(), Some(Incomplete::When));
        assert_eq!(
            Draft::default().input(now(), &zone).err(),
            Some(Incomplete::Mood)
        );
    }

    #[test]
    fn a_draft_of_an_older_version_is_read() {
        let old: Draft =
            serde_json::from_str(r#"{"labels":["sad"],"later":1}"#).expect("it is valid");

        assert!(old == draft(&["sad"]));
    }

    fn entry(mood: &str, note: &str) -> MoodEntry {
        let content = serde_json::json!({
            "at": "2025-01-15T22:30:00.000Z", "zone": "UTC", "local_time": "2025-01-15T22:30:00.000",
            "labels": [mood], "associations": [], "note": note, "source": "manual",
            "created_at": "2025-01-15T22:31:00.000Z", "updated_at": "2025-01-15T22:31:00.000Z"
        });
        let content: Content = serde_json::from_value(content).expect("it is a map");
        MoodEntry::from_content(&content).expect("it is an entry")
    }

    #[test]
    fn what_nobody_touched_of_a_draft_is_as_the_entry_is_now() {
        let (before, now) = (entry("happy", "Lunch"), entry("grateful", "Lunch"));
        let mut typed = Draft::of(&before);
        typed.note = "Lunch with Bob".to_owned();

        let form = typed.over(&Draft::of(&now));

        assert_eq!(
            (form.mood(), form.note.as_str()),
            (Some("grateful"), "Lunch with Bob")
        );
        let made = entry("grateful", "Lunch with Bob").to_content();
        let made_on = form.made_on(&now.to_content(), &made);
        assert_eq!(made_on, now.to_content());
    }

    #[test]
    fn what_was_typed_over_something_newer_was_made_on_what_it_was_begun_on() {
        let (before, now) = (
            entry("happy", "Lunch"),
            entry("grateful", "Lunch in the park"),
        );
        let mut typed = Draft::of(&before);
        typed.note = "Lunch with Bob".to_owned();

        let form = typed.over(&Draft::of(&now));

        let made = entry("grateful", "Lunch with Bob").to_content();
        let made_on = form.made_on(&now.to_content(), &made);
        assert_eq!(
            (&made_on["note"], &made_on["labels"][0]),
            (&"Lunch".into(), &"grateful".into())
        );
    }

    #[test]
    fn a_draft_in_which_nothing_was_touched_is_none() {
        let (before, now) = (entry("happy", "Lunch"), entry("grateful", "Dinner"));

        assert!(Draft::of(&before).over(&Draft::of(&now)) == Draft::of(&now));
    }

    #[test]
    fn what_is_appended_takes_nothing_away() {
        let mut form = Draft::default();

        form.append_note("One");
        form.append_note("Two");

        assert_eq!(form.note, "One\n\nTwo");
    }

    #[test]
    fn a_field_shows_minutes() {
        let local: LocalDateTime = "2025-01-15T11:30:59.123".parse().expect("it is valid");

        assert_eq!(field_text(local), "2025-01-15T11:30");
    }
}
