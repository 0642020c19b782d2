//! What a person feels and writes never shows in a log line.

use lume_core::association::Association;
use lume_core::entry::{EntryInput, MoodEntry};
use lume_core::mood::Mood;
use serde_json::json;

use crate::support::{Tzdb, at_instant, now};

const PRIVATE: [&str; 6] = ["lonely", "Lonely", "dating", "Dating", "secret", "0.123"];

fn assert_nothing_private(shown: &str) {
    for text in PRIVATE {
        assert!(!shown.contains(text), "{shown}");
    }
}

fn input() -> EntryInput {
    let mut input = EntryInput::new(at_instant("2025-01-15T10:30:00Z", "UTC"), Mood::Lonely);
    input.labels.push("secret".into());
    input.associations = vec![Association::Dating.into()];
    input.note = Some("a secret".to_owned());
    input.valence = Some(0.123);
    input.source_id = Some("secret".to_owned());
    input
}

#[test]
fn debug_of_an_entry_its_input_and_its_form_shows_times_alone() {
    let mut entry = MoodEntry::new(input(), &Tzdb::new(), now()).unwrap();
    entry.unknown.insert("secret".to_owned(), json!("secret"));
    let shown = format!("{:?} {:#?} {:?} {:?}", entry, entry, input(), entry.form());
    assert!(shown.contains("2025-01-15T10:30:00.000Z"), "{shown}");
    assert_nothing_private(&shown);
}

#[test]
fn debug_of_moods_labels_and_associations_shows_nothing() {
    let entry = MoodEntry::new(input(), &Tzdb::new(), now()).unwrap();
    assert_nothing_private(&format!("{:?} {:?}", entry.labels, entry.associations));
    assert_nothing_private(&format!("{:?} {:?}", Mood::Lonely, Association::Dating));
}

#[test]
fn errors_name_fields_and_quote_nothing() {
    let mut content = MoodEntry::new(input(), &Tzdb::new(), now())
        .unwrap()
        .to_content();
    content.insert("valence".to_owned(), json!("secret"));
    content.insert("labels".to_owned(), json!("lonely"));
    content.insert("at".to_owned(), json!("secret"));
    content.insert("zone".to_owned(), json!("a secret place"));
    let errors = MoodEntry::from_content(&content).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "fields that are not valid: at, labels, valence, zone"
    );
    assert_nothing_private(&format!("{errors:?}"));
    let error = serde_json::from_value::<MoodEntry>(content.into()).unwrap_err();
    assert_nothing_private(&format!("{error} {error:?}"));
}
