//! What was refused of an entry, beside the form in which it can be corrected.

use lume_core::entry::field;
use lume_sync::rows::EventState;
use lume_sync::unsent::Unsent;

use crate::i18n::t;
use crate::model::draft::Draft;
use crate::model::refusal::field_sentence;

/// Which part of the entry's form a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FormPart {
    /// The note.
    Note,
    /// The mood and the feelings beside it.
    Feelings,
    /// What it is about.
    About,
    /// Date and time.
    When,
    /// Nothing that can be edited there.
    Elsewhere,
}

impl FormPart {
    /// The part of a field, by its name as it travels or as it is stored.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            field::NOTE => Self::Note,
            "mood" | field::LABELS => Self::Feelings,
            field::ASSOCIATIONS => Self::About,
            "date"
            | "local_date"
            | "time_zone"
            | "utc_offset_minutes"
            | field::AT
            | field::ZONE
            | field::LOCAL_TIME => Self::When,
            _ => Self::Elsewhere,
        }
    }
}

/// What was refused of an entry, beside the form in which it can be corrected.
#[derive(Clone, Default)]
pub(crate) struct RefusedForm {
    /// What is wrong with which part.
    marks: Vec<(FormPart, String)>,
    /// What no part stands for.
    elsewhere: Vec<String>,
    /// The form as it was refused.
    form: Draft,
    is_conflict: bool,
}

impl RefusedForm {
    /// What was refused of a form.
    pub(crate) fn new(event: &Unsent, form: Draft) -> Self {
        let entity = event.entity.as_ref().map(|entity| &entity.content);
        let mut refused = Self {
            form,
            is_conflict: event.state == EventState::Parked,
            ..Self::default()
        };
        for (name, code) in event.failure.iter().flat_map(|failure| &failure.fields) {
            let words = field_sentence(name, code, entity);
            match FormPart::of(name) {
                FormPart::Elsewhere => refused.elsewhere.push(words),
                part @ (FormPart::Note | FormPart::Feelings | FormPart::About | FormPart::When) => {
                    refused.marks.push((part, words));
                }
            }
        }
        refused
    }

    /// What it means to edit this entry.
    pub(crate) fn say(&self) -> &'static str {
        if self.is_conflict {
            t::edit::parked()
        } else if self.marks.is_empty() {
            t::edit::refused_unmarked()
        } else {
            t::edit::refused()
        }
    }

    /// What is wrong that no part of the form stands for.
    pub(crate) fn elsewhere(&self) -> &[String] {
        &self.elsewhere
    }

    /// What is wrong with a part, for as long as it is as it was when it was refused.
    pub(crate) fn mark(&self, part: FormPart, form: &Draft) -> Option<String> {
        let is_same = match part {
            FormPart::Note => form.note == self.form.note,
            FormPart::Feelings => form.labels == self.form.labels,
            FormPart::About => form.associations == self.form.associations,
            FormPart::When => form.when == self.form.when,
            FormPart::Elsewhere => true,
        };
        let words: Vec<_> = self
            .marks
            .iter()
            .filter(|(marked, _)| *marked == part && is_same)
            .map(|(_, words)| words.as_str())
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use lume_core::ids::{EntityId, EventId};
    use lume_core::time::Timestamp;
    use lume_sync::content::Operation;
    use lume_sync::kinds::MOOD;
    use lume_sync::rows::{EntityKey, Failure, FailureReason, Seq};
    use lume_sync::unsent::Outlook;

    use super::*;

    #[test]
    fn a_field_belongs_to_the_part_of_the_form_that_shows_it() {
        assert_eq!(FormPart::of("mood"), FormPart::Feelings);
        assert_eq!(FormPart::of("time_zone"), FormPart::When);
        assert_eq!(FormPart::of("source_id"), FormPart::Elsewhere);
    }

    #[test]
    fn a_refused_part_is_marked_until_it_is_changed() {
        let event = Unsent {
            seq: Seq(1),
            event_id: EventId::from_random_bytes([1; 16]),
            key: EntityKey {
                kind: MOOD.kind(),
                id: EntityId::from_random_bytes([2; 16]),
            },
            operation: Operation::Created,
            state: EventState::Dead,
            attempts: 1,
            not_before: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
            failure: Some(Failure {
                reason: FailureReason::Invalid,
                status: Some(422),
                fields: vec![
                    ("note".to_owned(), "too_long".to_owned()),
                    ("source".to_owned(), "invalid".to_owned()),
                ],
                at: Timestamp::UNIX_EPOCH,
            }),
            content: None,
            entity: None,
            outlook: Outlook::Vanishes { later: 0 },
        };
        let mut form = Draft {
            note: "long".to_owned(),
            ..Draft::default()
        };
        let refused = RefusedForm::new(&event, form.clone());

        assert!(
            refused
                .mark(FormPart::Note, &form)
                .is_some_and(|words| words.starts_with("The note is too long"))
        );
        assert_eq!(refused.mark(FormPart::Feelings, &form), None);
        assert_eq!(refused.elsewhere().len(), 1);
        assert_eq!(refused.say(), t::edit::refused());
        form.note = "short".to_owned();
        assert_eq!(refused.mark(FormPart::Note, &form), None);
    }
}
