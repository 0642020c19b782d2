use lume_core::entry::MoodEntry;
use lume_core::validate::FieldCode;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::kinds::MOOD;

const ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const OTHER_ID: &str = "0b9d1e0c-3c1f-4f5e-9c55-0d6d7a5a2d11";

fn check(_: &Kind, content: &Content) -> Result<Content, FieldErrors> {
    MoodEntry::from_content(content).map(|entry| entry.to_content())
}

fn entity(id: &str) -> Value {
    json!({
        "kind": "mood", "id": id, "at_backend": "maybe", "deleted": false,
        "entity": {
            "at": "2025-01-15T22:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30:00.000",
            "labels": ["happy"], "associations": [], "note": "Cake", "source": "manual",
            "created_at": "2025-01-15T22:31:00.000Z", "updated_at": "2025-01-15T22:31:00.000Z", "later": {"x": 1}
        },
        "events": []
    })
}

fn file(entities: &Value) -> Value {
    json!({
        "format": FORMAT, "version": VERSION, "exported_at": "2025-01-16T08:00:00.000Z", "account": "server/account",
        "entities": entities
    })
}

fn read(file: &Value) -> Result<ImportFile, FileError> {
    decode(file.to_string().as_bytes(), check)
}

fn problems(entities: &Value) -> Vec<(usize, RowProblem)> {
    let read = read(&file(entities)).unwrap();
    read.bad
        .into_iter()
        .map(|bad| (bad.number, bad.problem))
        .collect()
}

#[test]
fn a_file_is_read_with_fields_that_this_version_does_not_know() {
    let read = read(&file(&json!([entity(ID)]))).unwrap();

    assert_eq!(read.account.as_deref(), Some("server/account"));
    assert_eq!(read.exported_at, "2025-01-16T08:00:00Z".parse().ok());
    assert!(read.bad.is_empty());
    let row = &read.rows[0];
    assert_eq!(
        (row.number, row.key.kind.clone(), row.at_backend),
        (1, MOOD.kind(), AtBackend::Maybe)
    );
    let Target::Live(content) = &row.target else {
        panic!("it is not deleted")
    };
    assert_eq!(json!(content), entity(ID)["entity"]);
}

#[test]
fn what_is_no_file_of_ours_says_what_it_is() {
    let ours = |change: fn(&mut Value)| {
        let mut file = file(&json!([]));
        change(&mut file);
        file.to_string().into_bytes()
    };
    let cut = file(&json!([entity(ID)])).to_string();
    let cases: [(&[u8], FileError); 11] = [
        (b"", FileError::Empty),
        (b" \r\n", FileError::Empty),
        (b"\xEF\xBB\xBF", FileError::Empty),
        (b"Dear diary", FileError::NotJson),
        (b"\xFF\xFE{}", FileError::NotJson),
        (&cut.as_bytes()[..cut.len() / 2], FileError::NotJson),
        (b"[]", FileError::OtherFormat),
        (br#"{"format": "somebody-else"}"#, FileError::OtherFormat),
        (
            &ours(|file| file["version"] = json!(VERSION + 1)),
            FileError::Newer,
        ),
        (
            &ours(|file| file["version"] = json!("1")),
            FileError::Damaged,
        ),
        (
            &ours(|file| file["entities"] = json!({})),
            FileError::Damaged,
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(decode(bytes, check).err(), Some(error));
    }
}

#[test]
fn a_file_with_the_mark_of_an_editor_in_front_is_read() {
    let mut bytes = BYTE_ORDER_MARK.to_vec();
    bytes.extend(file(&json!([entity(ID)])).to_string().bytes());

    assert_eq!(decode(&bytes, check).unwrap().rows.len(), 1);
}

#[test]
fn each_bad_row_is_named_and_the_good_ones_are_read_all_the_same() {
    let with = |name: &str, value: Value| {
        let mut entity = entity(OTHER_ID);
        entity[name] = value;
        entity
    };
    let mut no_time = entity(OTHER_ID);
    no_time["entity"]["at"] = json!("yesterday");
    let rows = json!([
        entity(ID),
        5,
        with("kind", json!("dream")),
        with("id", json!("17")),
        with("entity", json!(null)),
        no_time,
        entity(&ID.to_uppercase()),
        entity(OTHER_ID),
    ]);

    assert_eq!(read(&file(&rows)).unwrap().rows.len(), 2);
    let wrong: FieldErrors = [("at".to_owned(), FieldCode::Invalid)]
        .into_iter()
        .collect();
    assert_eq!(
        problems(&rows),
        [
            (2, RowProblem::NotAnEntity),
            (3, RowProblem::UnknownKind),
            (4, RowProblem::BadId),
            (5, RowProblem::NoContent),
            (6, RowProblem::BadFields(wrong)),
            (7, RowProblem::Twice),
        ]
    );
}

#[test]
fn a_deletion_needs_no_content() {
    let mut deleted = entity(ID);
    deleted["deleted"] = json!(true);
    deleted["entity"] = json!(null);

    let read = read(&file(&json!([deleted]))).unwrap();

    assert_eq!(read.rows[0].target, Target::Deleted);
}

#[test]
fn debug_shows_no_content() {
    let read = read(&file(&json!([entity(ID)]))).unwrap();

    assert!(!format!("{read:?}").contains("Cake"));
}

/// JSON of any shape, with our own words among its names and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just(FORMAT.to_owned()),
        Just(ID.to_owned()),
        proptest::sample::select(vec![
            "format",
            "version",
            "entities",
            "kind",
            "mood",
            "id",
            "entity",
            "deleted",
            "at_backend",
            "at",
            "labels",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..4).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        drop(decode(&bytes, check));
    }

    #[test]
    fn any_rows_are_read_or_named_each_once(rows in proptest::collection::vec(any_json(), 0..8)) {
        let read = read(&file(&json!(rows))).unwrap();

        let mut numbers: Vec<_> = read.rows.iter().map(|row| row.number).collect();
        numbers.extend(read.bad.iter().map(|bad| bad.number));
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (1..=rows.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_was_damaged_at_one_place_is_read_or_refused(place in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = file(&json!([entity(ID), entity(OTHER_ID)])).to_string().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;

        if let Ok(read) = decode(&bytes, check) {
            prop_assert_eq!(read.rows.len() + read.bad.len(), 2);
        }
    }
}
