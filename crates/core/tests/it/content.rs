//! Entries as maps of fields.

use lume_core::association::Association;
use lume_core::entry::{MoodEntry, Source};
use lume_core::mood::Mood;
use lume_core::time::{Timestamp, UtcOffsetMinutes};
use lume_core::validate::FieldCode;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{at_instant, entry, parse};

fn map(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_fields_of_an_entry_are_the_documented_ones() {
    let mut entry = entry(at_instant("2025-01-15T10:30:00Z", "Europe/Berlin"));
    entry.labels = vec![Mood::Happy.into(), "zen".into()];
    entry.associations = vec![Association::SelfCare.into(), "gardening".into()];
    entry.valence = Some(0.5);
    entry.note = Some("Cake".to_owned());
    entry.source = Source::Import;
    entry.source_id = Some("42".to_owned());
    let expect = json!({
        "at": "2025-01-15T10:30:00.000Z",
        "zone": "Europe/Berlin",
        "local_time": "2025-01-15T11:30:00.000",
        "labels": ["happy", "zen"],
        "valence": 0.5,
        "associations": ["selfCare", "gardening"],
        "note": "Cake",
        "source": "import",
        "source_id": "42",
        "created_at": "2025-06-01T12:00:00.000Z",
        "updated_at": "2025-06-01T12:00:00.000Z",
    });
    assert_eq!(entry.to_content(), map(expect));
}

#[test]
fn what_an_entry_lacks_is_left_out_of_its_fields() {
    let content = entry(at_instant("2025-01-15T10:30:00Z", "UTC")).to_content();
    for absent in ["note", "valence", "source_id"] {
        assert!(!content.contains_key(absent), "{absent}");
    }
    assert_eq!(content["associations"], json!([]));
}

#[test]
fn fields_of_a_newer_version_are_kept() {
    let mut content = entry(at_instant("2025-01-15T10:30:00Z", "UTC")).to_content();
    content.insert(
        "sleep".to_owned(),
        json!({"hours": 7.25, "dreams": [null, true]}),
    );
    content.insert("place".to_owned(), Value::Null);
    content.insert("source".to_owned(), json!("watch"));
    let read = MoodEntry::from_content(&content).unwrap();
    assert_eq!(read.source, Source::Other("watch".to_owned()));
    assert_eq!(read.to_content(), content);
}

#[test]
fn an_edit_keeps_the_fields_of_a_newer_version() {
    let mut before = entry(at_instant("2025-01-15T10:30:00Z", "UTC"));
    before.unknown.insert("sleep".to_owned(), json!(7));
    let mut form = before.form();
    form.note = Some("later".to_owned());
    let edited = before
        .edited(form, &crate::support::Tzdb::new(), crate::support::now())
        .unwrap();
    assert_eq!(edited.to_content()["sleep"], json!(7));
}

#[test]
fn a_field_that_is_absent_or_null_has_a_plain_default() {
    let content = map(json!({
        "at": "2025-01-15T10:30:00Z", "zone": "UTC", "local_time": "2025-01-15T10:30",
        "labels": ["sad"], "note": null,
    }));
    let entry = MoodEntry::from_content(&content).unwrap();
    assert_eq!(
        (entry.note, entry.valence, entry.source),
        (None, None, Source::Manual)
    );
    assert_eq!((entry.created_at, entry.updated_at), (entry.at, entry.at));
}

#[test]
fn every_field_of_a_wrong_shape_is_named_at_once() {
    let content = map(json!({
        "at": "yesterday", "zone": "UTC", "labels": [1], "valence": "high", "associations": {}, "note": 3,
        "source": 1, "source_id": [], "created_at": 5, "updated_at": "",
    }));
    let errors = MoodEntry::from_content(&content).unwrap_err();
    assert_eq!(errors.get("local_time"), Some(FieldCode::Required));
    assert_eq!(errors.get("zone"), None);
    let invalid: Vec<_> = errors
        .iter()
        .filter(|(_, code)| *code == FieldCode::Invalid)
        .map(|(name, _)| name)
        .collect();
    let expect = [
        "associations",
        "at",
        "created_at",
        "labels",
        "note",
        "source",
        "source_id",
        "updated_at",
        "valence",
    ];
    assert_eq!(invalid, expect);
}

#[test]
fn an_entry_that_breaks_the_rules_can_still_be_read() {
    let mut content = entry(at_instant("2025-01-15T10:30:00Z", "UTC")).to_content();
    content.insert("labels".to_owned(), json!(["x".repeat(500)]));
    content.insert("note".to_owned(), json!("y".repeat(5_000)));
    let read = MoodEntry::from_content(&content).unwrap();
    assert_eq!(read.to_content(), content);
}

prop_compose! {
    fn entries()(
        at in 0..4_000_000_000_000_i64,
        offset in -14 * 60..=14 * 60_i16,
        labels in prop::collection::vec("\\PC{1,40}", 1..5),
        valence in prop::option::of(-1.0..=1.0_f64),
        associations in prop::collection::vec("[a-zA-Z]{1,40}", 0..5),
        note in prop::option::of("(?s).{1,200}"),
        sleep in prop::option::of(any::<f64>().prop_filter("json has no others", |n| n.is_finite())),
    ) -> MoodEntry {
        let at = Timestamp::from_millis(at);
        let mut entry = entry(at_instant("2025-01-15T10:30:00Z", "UTC"));
        entry.at = at;
        entry.local_time = at.to_local(UtcOffsetMinutes::new(offset).unwrap());
        entry.zone = parse("Etc/GMT+5");
        entry.labels = labels.into_iter().map(Into::into).collect();
        entry.valence = valence;
        entry.associations = associations.into_iter().map(Into::into).collect();
        entry.note = note;
        entry.unknown.extend(sleep.map(|hours| ("sleep".to_owned(), hours.into())));
        entry
    }
}

proptest! {
    #[test]
    fn an_entry_survives_a_round_trip_through_its_fields_and_text(entry in entries()) {
        prop_assert!(MoodEntry::from_content(&entry.to_content()).unwrap() == entry);
        let text = serde_json::to_string(&entry).unwrap();
        prop_assert!(serde_json::from_str::<MoodEntry>(&text).unwrap() == entry);
    }
}
