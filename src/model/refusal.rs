//! Why an event waits for the person: what happened, field by field, what it means for the entry, what can be done.

use lume_core::entry::{ASSOCIATIONS_MAX, LABELS_MAX, NOTE_CHARS_MAX, SOURCE_ID_CHARS_MAX, field};
use lume_core::label::LABEL_CHARS_MAX;
use lume_sync::content::{Content, Operation};
use lume_sync::rows::{Failure, FailureReason};
use serde_json::Value;

use crate::i18n::t;

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What happened.
    pub(crate) what: &'static str,
    /// Each refused field, in a sentence.
    pub(crate) fields: Vec<String>,
    /// What it means for the entry.
    pub(crate) means: &'static str,
    /// What can be done.
    pub(crate) remedy: &'static str,
}

/// The words for a failed event. `entity` is what the entry says now.
pub(crate) fn refusal(
    failure: &Failure,
    operation: Operation,
    entity: Option<&Content>,
) -> Refusal {
    let (what, remedy) = words(failure.reason);
    let can_be_edited = operation != Operation::Deleted;
    Refusal {
        what,
        fields: failure
            .fields
            .iter()
            .map(|(name, code)| field_sentence(name, code, entity))
            .collect(),
        means: means(failure.reason, operation),
        remedy: if can_be_edited {
            remedy
        } else {
            t::why::deleted_do()
        },
    }
}

fn words(reason: FailureReason) -> (&'static str, &'static str) {
    match reason {
        FailureReason::BadRequest => (t::why::bad_request(), t::why::bad_request_do()),
        FailureReason::Forbidden => (t::why::forbidden(), t::why::forbidden_do()),
        FailureReason::Invalid => (t::why::invalid(), t::why::invalid_do()),
        FailureReason::TooLarge => (t::why::too_large(), t::why::too_large_do()),
        FailureReason::KeyReused => (t::why::key_reused(), t::why::key_reused_do()),
        FailureReason::GaveUp => (t::why::gave_up(), t::why::gave_up_do()),
        FailureReason::Refused => (t::why::refused(), t::why::refused_do()),
        FailureReason::Version => (t::why::version(), t::why::conflict_do()),
        FailureReason::Exists => (t::why::exists(), t::why::conflict_do()),
        FailureReason::Gone => (t::why::gone(), t::why::conflict_do()),
        FailureReason::Natural => (t::why::natural(), t::why::conflict_do()),
    }
}

fn means(reason: FailureReason, operation: Operation) -> &'static str {
    match (reason, operation) {
        (FailureReason::GaveUp, Operation::Created | Operation::Updated) => t::why::means_unsure(),
        (
            FailureReason::Exists
            | FailureReason::Natural
            | FailureReason::Gone
            | FailureReason::Version,
            Operation::Created | Operation::Updated,
        ) => t::why::means_other(),
        (_, Operation::Created) => t::why::means_created(),
        (_, Operation::Updated) => t::why::means_updated(),
        (_, Operation::Deleted) => t::why::means_deleted(),
    }
}

/// Whether sending the same again can help. A conflict stays one, and so does a key that is taken for another's.
pub(crate) const fn can_retry(reason: FailureReason) -> bool {
    match reason {
        FailureReason::BadRequest
        | FailureReason::Forbidden
        | FailureReason::Invalid
        | FailureReason::TooLarge
        | FailureReason::GaveUp
        | FailureReason::Refused => true,
        FailureReason::KeyReused
        | FailureReason::Version
        | FailureReason::Exists
        | FailureReason::Gone
        | FailureReason::Natural => false,
    }
}

/// What is wrong with a field, in a sentence: `name` as it travels or as it is stored, `code` as the backend gave it.
pub(crate) fn field_sentence(name: &str, code: &str, entity: Option<&Content>) -> String {
    let part = t::parts::by_name(name).map_or_else(|| t::refused::other_field(name), str::to_owned);
    // In a list it is one item that is too long or empty; that the list itself is, has codes of its own.
    let item = t::items::by_name(name)
        .filter(|_| entity.is_none_or(|entity| length(entity, name) != Some(0)))
        .map_or_else(|| part.clone(), str::to_owned);
    let is_item = item != part;
    match code {
        "required" if is_item => t::refused::empty(&item),
        "required" => t::refused::required(&part),
        "too_long" => too_long(name, &item, entity),
        "too_many" => match count_max(name) {
            Some(max) => t::refused::too_many_max(max as u64, &part),
            None => t::refused::too_many(&part),
        },
        "too_short" => t::refused::too_short(&part),
        "out_of_range" => t::refused::out_of_range(&part),
        "in_the_future" => t::refused::in_the_future(&part),
        "inconsistent" => t::refused::inconsistent(&part),
        "invalid" => t::refused::invalid(&item),
        "taken" => t::refused::taken(&part),
        "wrong" => t::refused::wrong(&part),
        unknown => t::refused::unknown(unknown, &part),
    }
}

/// Names the limit, and says so where this backend's is lower than the one that the app keeps.
fn too_long(name: &str, part: &str, entity: Option<&Content>) -> String {
    match chars_max(name) {
        None => t::refused::too_long(part),
        Some(max) if entity.is_some_and(|entity| longest(entity, name) <= max) => {
            t::refused::too_long_less(max as u64, part)
        }
        Some(max) => t::refused::too_long_max(max as u64, part),
    }
}

fn chars_max(name: &str) -> Option<usize> {
    match name {
        field::NOTE => Some(NOTE_CHARS_MAX),
        field::LABELS | field::ASSOCIATIONS | "mood" => Some(LABEL_CHARS_MAX),
        field::SOURCE_ID => Some(SOURCE_ID_CHARS_MAX),
        _ => None,
    }
}

fn count_max(name: &str) -> Option<usize> {
    match name {
        field::LABELS => Some(LABELS_MAX),
        field::ASSOCIATIONS => Some(ASSOCIATIONS_MAX),
        _ => None,
    }
}

/// The number of items, where the entry has such a list.
fn length(entity: &Content, name: &str) -> Option<usize> {
    entity.get(name).and_then(Value::as_array).map(Vec::len)
}

/// The characters of a text, or of a list's longest text.
fn longest(entity: &Content, name: &str) -> usize {
    // What travels as the mood is the first of the labels.
    let value = entity.get(if name == "mood" { field::LABELS } else { name });
    match value {
        Some(Value::String(text)) => text.chars().count(),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(|text| text.chars().count())
            .max()
            .unwrap_or(0),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    use lume_core::time::Timestamp;
    use lume_core::validate::FieldCode;
    use serde_json::json;

    use super::*;

    const REASONS: [FailureReason; 11] = [
        FailureReason::BadRequest,
        FailureReason::Forbidden,
        FailureReason::Invalid,
        FailureReason::TooLarge,
        FailureReason::KeyReused,
        FailureReason::GaveUp,
        FailureReason::Refused,
        FailureReason::Version,
        FailureReason::Exists,
        FailureReason::Gone,
        FailureReason::Natural,
    ];

    fn failure(reason: FailureReason) -> Failure {
        Failure {
            reason,
            status: Some(422),
            fields: vec![("note".to_owned(), "too_long".to_owned())],
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn entry(fields: &Value) -> Content {
        fields.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn every_reason_says_what_happened_what_it_means_and_what_to_do() {
        for reason in REASONS {
            for operation in [Operation::Created, Operation::Updated, Operation::Deleted] {
                let words = refusal(&failure(reason), operation, None);
                assert!(
                    !words.what.is_empty() && !words.means.is_empty() && !words.remedy.is_empty(),
                    "{reason:?} {operation:?}"
                );
                assert!(
                    words.means.contains("on this device"),
                    "{reason:?} {operation:?} says that it is still here"
                );
            }
        }
    }

    #[test]
    fn nobody_is_told_to_try_again_where_it_can_not_help() {
        for reason in REASONS.into_iter().filter(|reason| !can_retry(*reason)) {
            let words = refusal(&failure(reason), Operation::Updated, None);
            assert!(
                !words.remedy.to_lowercase().contains("try again"),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn a_long_note_is_told_with_its_limit() {
        let entity = entry(&json!({"note": "x".repeat(4_001)}));

        assert_eq!(
            field_sentence("note", "too_long", Some(&entity)),
            "The note is too long: at most 4000 characters."
        );
    }

    #[test]
    fn a_backend_with_a_lower_limit_is_told_from_a_note_beyond_ours() {
        let entity = entry(&json!({"note": "short"}));

        let words = field_sentence("note", "too_long", Some(&entity));

        assert!(words.contains("too long for this backend"), "{words}");
    }

    #[test]
    fn a_list_and_one_of_its_items_are_told_apart() {
        let entity = entry(&json!({"labels": ["x".repeat(41)], "associations": ["work"]}));
        let say = |name, code| field_sentence(name, code, Some(&entity));

        assert_eq!(
            say("labels", "too_long"),
            "One of the feelings is too long: at most 40 characters."
        );
        assert_eq!(
            say("labels", "too_many"),
            "The list of feelings is too long: at most 32."
        );
        assert_eq!(
            say("associations", "required"),
            "One of the topics is empty."
        );
        let empty = entry(&json!({"labels": []}));
        assert_eq!(
            field_sentence("labels", "required", Some(&empty)),
            "The list of feelings is missing."
        );
    }

    /// The codes of the entry's own rules and those that the server adds for accounts.
    #[test]
    fn every_code_has_words_and_an_unknown_one_is_named() {
        let known = [
            FieldCode::Required,
            FieldCode::TooLong,
            FieldCode::TooMany,
            FieldCode::OutOfRange,
            FieldCode::InTheFuture,
            FieldCode::Inconsistent,
            FieldCode::Invalid,
        ]
        .map(FieldCode::as_str)
        .into_iter()
        .chain(["too_short", "taken", "wrong"]);
        let unknown = t::refused::unknown("", "");
        for code in known {
            let words = field_sentence("note", code, None);
            assert!(words.starts_with("The note "), "{words}");
            assert!(
                !words.contains(code) || code == "wrong" || code == "taken",
                "{words}"
            );
            assert_ne!(words, unknown);
        }
        assert!(field_sentence("note", "too_sad", None).contains("too_sad"));
        assert!(field_sentence("hat", "required", None).contains("“hat”"));
    }

    #[test]
    fn every_field_of_the_wire_has_a_name() {
        for name in [
            "date",
            "mood",
            "note",
            "created_at",
            "updated_at",
            "valence",
            "labels",
            "associations",
            "local_date",
            "time_zone",
            "utc_offset_minutes",
            "source",
            "source_id",
            "id",
            "user_id",
            "at",
            "zone",
            "local_time",
        ] {
            assert!(t::parts::by_name(name).is_some(), "{name}");
        }
    }
}
