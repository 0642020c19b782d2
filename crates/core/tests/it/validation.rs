//! What validation says about each field.

use lume_core::entry::{
    ASSOCIATIONS_MAX, DATE_AHEAD_MS_MAX, LABELS_MAX, MoodEntry, NOTE_CHARS_MAX,
    SOURCE_ID_CHARS_MAX, Source,
};
use lume_core::mood::Mood;
use lume_core::validate::{FieldCode, FieldErrors};

use crate::support::{at_instant, entry, now, parse};

/// Checks the one thing that validation says of an entry changed in this way.
fn check(change: impl FnOnce(&mut MoodEntry), expect: Option<(&str, FieldCode)>) {
    let mut entry = entry(at_instant("2025-01-15T10:30:00Z", "Europe/Berlin"));
    change(&mut entry);
    let said = entry.validate(now()).err().unwrap_or_default();
    let said: Vec<_> = said.iter().collect();
    assert_eq!(said, expect.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_mood_of_the_catalogue_alone_makes_a_valid_entry() {
    for mood in Mood::ALL {
        check(|entry| entry.labels = vec![mood.into()], None);
    }
    check(
        |entry| entry.labels = Mood::ALL.map(Into::into).to_vec(),
        None,
    );
}

#[test]
fn a_label_of_ones_own_has_1_to_40_characters_around_which_space_does_not_count() {
    let labelled = |text: &str| {
        let label = text.into();
        move |entry: &mut MoodEntry| entry.labels = vec![label]
    };
    check(labelled("zen"), None);
    check(labelled(&"ü".repeat(40)), None);
    check(labelled(&format!("  {}  ", "ü".repeat(40))), None);
    check(
        labelled(&"ü".repeat(41)),
        Some(("labels", FieldCode::TooLong)),
    );
    check(labelled(""), Some(("labels", FieldCode::Required)));
    check(labelled(" \t "), Some(("labels", FieldCode::Required)));
    check(labelled("two\nlines"), Some(("labels", FieldCode::Invalid)));
}

#[test]
fn an_entry_has_at_least_one_mood_and_a_bounded_number() {
    let many = |n: usize| (0..n).map(|i| format!("m{i}").into()).collect::<Vec<_>>();
    check(
        |entry| entry.labels.clear(),
        Some(("labels", FieldCode::Required)),
    );
    check(|entry| entry.labels = many(LABELS_MAX), None);
    check(
        |entry| entry.labels = many(LABELS_MAX + 1),
        Some(("labels", FieldCode::TooMany)),
    );
}

#[test]
fn a_note_has_at_most_4000_characters() {
    check(|entry| entry.note = Some("🙂".repeat(NOTE_CHARS_MAX)), None);
    check(
        |entry| entry.note = Some("n".repeat(NOTE_CHARS_MAX + 1)),
        Some(("note", FieldCode::TooLong)),
    );
}

#[test]
fn a_valence_lies_between_minus_one_and_one() {
    for valence in [-1.0, -0.0, 1.0] {
        check(|entry| entry.valence = Some(valence), None);
    }
    for valence in [-1.01, 1.000_001, f64::NAN, f64::INFINITY] {
        check(
            |entry| entry.valence = Some(valence),
            Some(("valence", FieldCode::OutOfRange)),
        );
    }
}

#[test]
fn an_entry_lies_at_most_a_day_ahead() {
    let ahead = |millis: i64| {
        move |entry: &mut MoodEntry| {
            entry.at = now().plus_millis(millis);
            entry.local_time = entry.at.to_local(lume_core::time::UtcOffsetMinutes::ZERO);
        }
    };
    check(ahead(DATE_AHEAD_MS_MAX), None);
    check(
        ahead(DATE_AHEAD_MS_MAX + 1),
        Some(("at", FieldCode::InTheFuture)),
    );
}

#[test]
fn any_past_moment_is_allowed() {
    let long_ago = |entry: &mut MoodEntry| {
        entry.at = parse("1931-05-01T00:00:00Z");
        entry.local_time = parse("1931-04-30T19:00");
    };
    check(long_ago, None);
}

#[test]
fn a_civil_time_more_than_a_day_from_its_instant_contradicts_it() {
    let shown = |local: &str| {
        let local = parse(local);
        move |entry: &mut MoodEntry| entry.local_time = local
    };
    check(shown("2025-01-16T10:30"), None);
    check(shown("2025-01-14T10:30"), None);
    check(
        shown("2025-01-16T10:30:00.001"),
        Some(("local_time", FieldCode::Inconsistent)),
    );
    check(
        shown("2025-01-14T10:29"),
        Some(("local_time", FieldCode::Inconsistent)),
    );
}

#[test]
fn associations_are_bounded_in_number_and_length() {
    let named = |names: Vec<String>| {
        move |entry: &mut MoodEntry| {
            entry.associations = names.into_iter().map(Into::into).collect();
        }
    };
    let many = |n: usize| (0..n).map(|i| format!("a{i}")).collect::<Vec<_>>();
    check(named(many(ASSOCIATIONS_MAX)), None);
    check(
        named(many(ASSOCIATIONS_MAX + 1)),
        Some(("associations", FieldCode::TooMany)),
    );
    check(
        named(vec!["a".repeat(41)]),
        Some(("associations", FieldCode::TooLong)),
    );
    check(
        named(vec![String::new()]),
        Some(("associations", FieldCode::Required)),
    );
}

#[test]
fn a_source_and_its_id_are_bounded_in_length() {
    check(
        |entry| entry.source = Source::Other("watch".to_owned()),
        None,
    );
    check(
        |entry| entry.source = Source::Other("w".repeat(41)),
        Some(("source", FieldCode::TooLong)),
    );
    let too_long = "i".repeat(SOURCE_ID_CHARS_MAX + 1);
    check(
        |entry| entry.source_id = Some(too_long),
        Some(("source_id", FieldCode::TooLong)),
    );
}

#[test]
fn all_wrong_fields_are_said_at_once_as_field_and_code() {
    let mut entry = entry(at_instant("2025-01-15T10:30:00Z", "UTC"));
    entry.labels.clear();
    entry.note = Some("n".repeat(5_000));
    entry.valence = Some(2.0);
    let errors = entry.validate(now()).unwrap_err();
    let json = serde_json::to_string(&errors).unwrap();
    assert_eq!(
        json,
        r#"{"labels":"required","note":"too_long","valence":"out_of_range"}"#
    );
    assert_eq!(serde_json::from_str::<FieldErrors>(&json).unwrap(), errors);
}

#[test]
fn a_code_of_a_newer_version_is_read_as_invalid() {
    let errors: FieldErrors = serde_json::from_str(r#"{"note":"too_loud"}"#).unwrap();
    assert_eq!(errors.get("note"), Some(FieldCode::Invalid));
}

#[test]
fn a_code_is_written_as_its_name_says() {
    use FieldCode::{InTheFuture, Inconsistent, Invalid, OutOfRange, Required, TooLong, TooMany};
    for code in [
        Required,
        TooLong,
        TooMany,
        OutOfRange,
        InTheFuture,
        Inconsistent,
        Invalid,
    ] {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}
