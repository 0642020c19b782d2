//! What Lume writes is what it reads.

use lume_core::entry::MoodEntry;
use lume_core::time::{UtcOffsetMinutes, ZoneName};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::write::{Entity, Export, Head, Kind};

fn head() -> Head {
    Head {
        exported_at: "2025-01-16T08:00:00Z".parse().unwrap(),
        app_version: "0.1.0".to_owned(),
        account: Some("server/account".to_owned()),
        own_moods: Vec::new(),
    }
}

fn own_mood(number: u8, label: &str) -> Entity {
    let content = json!({
        "label": label, "name": format!("{label}, renamed"), "icon": "wind", "valence": 0.45, "archived": number.is_multiple_of(2),
        "created_at": "2025-01-14T08:00:00.000Z", "updated_at": "2025-01-15T08:00:00.000Z", "later": {"x": [1]}
    });
    Entity {
        id: EntityId::from_random_bytes([100 + number; 16]),
        entity: content.as_object().unwrap().clone(),
    }
}

fn file_with_moods(kind: Kind, own_moods: Vec<Entity>, entries: &[Entity]) -> Vec<u8> {
    let head = Head {
        own_moods,
        ..head()
    };
    let mut export = Export::new(kind, head);
    let mut bytes = export.write(entries);
    bytes.extend(export.finish());
    bytes
}

fn file(kind: Kind, parts: &[Vec<Entity>]) -> Vec<u8> {
    let mut export = Export::new(kind, head());
    let mut bytes: Vec<u8> = parts.iter().flat_map(|part| export.write(part)).collect();
    bytes.extend(export.finish());
    bytes
}

fn entity(number: u8, change: impl FnOnce(&mut Map<String, Value>)) -> Entity {
    let mut content = json!({
        "at": "2025-01-15T22:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30:00.000",
        "labels": ["happy", "zen | <3"], "associations": ["family", "a\\b"], "note": "=1+1\r\n\"Cake\", 'tis", "valence": 0.1,
        "source": "import", "source_id": "daylio:1", "created_at": "2025-01-15T22:31:00.000Z",
        "updated_at": "2025-01-15T22:32:00.000Z", "later": {"x": [1, "=2"]}
    });
    let content = content.as_object_mut().unwrap();
    change(content);
    Entity {
        id: EntityId::from_random_bytes([number; 16]),
        entity: content.clone(),
    }
}

fn plain(number: u8) -> Entity {
    entity(number, |content| {
        for name in ["note", "valence", "later", "source_id"] {
            content.remove(name);
        }
        content.insert("associations".to_owned(), json!([]));
    })
}

pub(super) fn own_files() -> [Vec<u8>; 2] {
    let parts = [vec![entity(1, |_| {}), plain(2)], vec![plain(3)]];
    [file(Kind::Json, &parts), file(Kind::Csv, &parts)]
}

fn back(bytes: &[u8]) -> Vec<Entity> {
    let opened = open(bytes).unwrap();
    assert_eq!(opened.summary.bad, []);
    let rows = opened.rows.into_iter();
    rows.map(|row| match row.held {
        Held::Entry(entity) => Entity { id: row.id, entity },
        Held::Found(_) => panic!("it is an entry of Lume"),
    })
    .collect()
}

fn expect_same(parts: &[Vec<Entity>]) {
    let all = parts.concat();
    for kind in [Kind::Json, Kind::Csv] {
        let found = back(&file(kind, parts));
        // Content itself shows what differs; `Debug` of an entity does not.
        let contents = |entities: &[Entity]| -> Vec<_> {
            entities
                .iter()
                .map(|entity| json!([entity.id, entity.entity]))
                .collect()
        };
        assert_eq!(contents(&found), contents(&all), "{kind:?}");
    }
}

#[test]
fn both_files_lead_back_to_the_same_entries() {
    expect_same(&[vec![entity(1, |_| {}), plain(2)], vec![], vec![plain(3)]]);
}

#[test]
fn a_file_without_entries_is_whole() {
    for kind in [Kind::Json, Kind::Csv] {
        let opened = open(&file(kind, &[])).unwrap();
        assert_eq!((opened.rows.len(), opened.summary.bad_count), (0, 0));
        assert_eq!(opened.summary.days, None);
    }
}

#[test]
fn own_moods_come_back_field_by_field_in_their_order_and_are_no_entries() {
    let moods = vec![own_mood(2, "Zen"), own_mood(1, "Free"), own_mood(3, "Old")];

    for entries in [vec![], vec![plain(1), plain(2)]] {
        let bytes = file_with_moods(Kind::Json, moods.clone(), &entries);
        let opened = open(&bytes).unwrap();

        assert_eq!(json!(opened.summary.own_moods), json!(moods));
        assert_eq!(opened.summary.rows, entries.len() as u64);
        assert_eq!(opened.summary.names, []);
        assert_eq!(back(&bytes), entries);
    }
}

#[test]
fn the_table_holds_entries_alone() {
    let entries = [plain(1)];

    let table = file_with_moods(Kind::Csv, vec![own_mood(1, "Zen")], &entries);

    assert_eq!(table, file(Kind::Csv, &[entries.to_vec()]));
}

#[test]
fn an_own_mood_that_is_not_as_it_may_be_is_a_bad_row_and_takes_nothing_with_it() {
    let row =
        |kind: &str, mood: &Entity| json!({"kind": kind, "id": mood.id, "entity": mood.entity});
    let with = |number: u8, label: &str, name: &str, value: Value| {
        let mut mood = own_mood(number, label);
        mood.entity.insert(name.to_owned(), value);
        row("mood_def", &mood)
    };
    let mut no_time = own_mood(7, "Timeless");
    no_time.entity.remove("created_at");
    let entities = json!([
        row("mood_def", &own_mood(1, "Zen")),
        with(2, "Far", "valence", json!(1.5)),
        with(3, "Odd", "icon", json!("settings")),
        with(4, "happy", "name", json!("Happy")),
        with(5, "Wide", "archived", json!("no")),
        row("mood_def", &own_mood(1, "Zen again")),
        row("mood_def", &own_mood(6, "Zen")),
        row("mood_def", &no_time),
        {"kind": "mood_def", "id": "17", "entity": {}},
        {"kind": "mood_def", "id": own_mood(8, "Empty").id},
        {"kind": "mood", "id": plain(1).id, "entity": plain(1).entity},
        row("mood_def", &own_mood(9, "Last")),
    ]);
    let file = json!({"format": "lume-export", "version": 1, "later": [1], "entities": entities});

    let opened = open(file.to_string().as_bytes()).unwrap();

    let labels = opened.summary.own_moods.iter();
    let labels: Vec<_> = labels.map(|mood| &mood.entity["label"]).collect();
    assert_eq!(labels, ["Zen", "Last"]);
    assert_eq!(opened.rows.len(), 1);
    let bad = opened.summary.bad.into_iter();
    let bad: Vec<_> = bad.map(|bad| (bad.number, bad.problem)).collect();
    let fields = |name: &str| Problem::BadFields(vec![name.to_owned()]);
    assert_eq!(
        bad,
        [
            (2, fields("valence")),
            (3, fields("icon")),
            (4, fields("label")),
            (5, fields("archived")),
            (6, Problem::Twice),
            (7, fields("label")),
            (8, fields("created_at")),
            (9, Problem::BadId),
            (10, Problem::NotAnEntry),
        ]
    );
}

#[test]
fn the_head_says_when_and_whose() {
    let summary = open(&own_files()[0]).unwrap().summary;

    assert_eq!(summary.format, Format::LumeJson);
    assert_eq!(summary.exported_at, Some(head().exported_at));
    assert_eq!(summary.account, head().account);
    let days = summary.days.map(|(first, last)| format!("{first} {last}"));
    assert_eq!(days.as_deref(), Some("2025-01-15 2025-01-15"));
}

#[test]
fn the_table_is_for_spreadsheets_and_has_no_formulas() {
    let [_, table] = own_files();
    let table = String::from_utf8(table).unwrap();

    assert!(table.starts_with(
        "\u{feff}date,time,mood,feelings,valence,associations,note,zone,local_time,at,source,source_id,created_at,updated_at,more,lume_id\r\n\
         2025-01-15,23:30,happy,zen \\| <3,0.1,family | a\\\\b,\"'=1+1\r\n"
    ));
    assert_eq!(table.matches("\u{feff}").count(), 1);
    // A zone west of Greenwich must not begin a formula either.
    let west = entity(1, |content| {
        content.insert("source_id".to_owned(), json!("@SUM(A1)"));
        content.insert("valence".to_owned(), json!(-0.5));
    });
    let table = String::from_utf8(file(Kind::Csv, &[vec![west]])).unwrap();
    assert!(table.contains(",'@SUM(A1),") && table.contains(",'-0.5,"));
}

#[test]
fn what_a_newer_version_wrote_in_another_form_is_in_the_file_with_everything() {
    let newer = entity(1, |content| {
        content.insert("labels".to_owned(), json!({"mood": "happy"}));
    });

    let everything = file(Kind::Json, &[vec![newer.clone()]]);
    let text = String::from_utf8(everything.clone()).unwrap();
    assert!(text.contains(r#"{"mood":"happy"}"#));
    let summary = open(&everything).unwrap().summary;
    assert_eq!(
        summary.bad,
        [BadRow {
            number: 1,
            problem: Problem::BadFields(vec!["labels".to_owned()])
        }]
    );
    assert_eq!(open(&file(Kind::Csv, &[vec![newer]])).unwrap().rows, []);
}

#[test]
fn a_table_of_ones_own_with_a_date_and_a_mood_is_read() {
    check(
        b"date,time,mood,note,associations\n2024-01-05,20:30,Happy,Cake,family | friends\n2024-01-06,,meh,,\n",
        Format::LumeCsv,
        &[
            r#"2 2024-01-05T20:30:00.000 ["Happy"] None ["family", "friends"] "Cake""#,
            r#"3 2024-01-06T12:00:00.000 ["meh"] None [] """#,
        ],
        &[],
    );
}

#[test]
fn rows_of_lumes_own_files_name_what_is_wrong_with_them() {
    let good = plain(1);
    let row =
        |kind: &str, id: &str, entity: Value| json!({"kind": kind, "id": id, "entity": entity});
    let id = good.id.to_string();
    let mut no_time = good.entity.clone();
    no_time.remove("at");
    let mut no_mood = good.entity.clone();
    no_mood.insert("labels".to_owned(), json!([]));
    let other = "0b9d1e0c-3c1f-4f5e-9c55-0d6d7a5a2d11";
    let entities = json!([
        row("mood", &id, json!(good.entity)),
        5,
        row("dream", other, json!({})),
        row("mood", "17", json!({})),
        row("mood", other, json!(null)),
        row("mood", other, json!(no_time)),
        row("mood", other, json!(no_mood)),
        row("mood", &id.to_uppercase(), json!(good.entity)),
    ]);
    let file = json!({"format": "lume-export", "version": 1, "entities": entities});

    let opened = open(file.to_string().as_bytes()).unwrap();

    assert_eq!(opened.rows.len(), 1);
    let bad: Vec<_> = opened
        .summary
        .bad
        .into_iter()
        .map(|bad| (bad.number, bad.problem))
        .collect();
    assert_eq!(
        bad,
        [
            (2, Problem::NotAnEntry),
            (3, Problem::UnknownKind),
            (4, Problem::BadId),
            (5, Problem::NotAnEntry),
            (6, Problem::BadFields(vec!["at".to_owned()])),
            (7, Problem::NoMood),
            (8, Problem::Twice),
        ]
    );
}

/// Any entry that Lume may hold, with texts that tables and spreadsheets stumble over.
fn any_entry() -> impl Strategy<Value = Map<String, Value>> {
    let words = "[-=+@'|\\\\\"',;\\n\\r\\ta-z äم😊]{0,12}";
    let label = "[-=+@'|\\\\\"',;a-zäم😊]{1,12}";
    (
        -62_000_000_000_000_i64..253_000_000_000_000,
        -1_080_i16..=1_080,
        proptest::collection::vec(label, 1..4),
        proptest::collection::vec(label, 0..3),
        proptest::option::of(-1.0_f64..=1.0),
        proptest::option::of(words),
        proptest::option::of(label),
        any::<bool>(),
    )
        .prop_map(|(at, offset, labels, topics, valence, note, source_id, is_newer)| {
            let at = Timestamp::from_millis(at);
            let offset = UtcOffsetMinutes::new(offset).unwrap();
            let mut content = json!({
                "at": at, "zone": ZoneName::utc(), "local_time": at.to_local(offset), "labels": labels,
                "associations": topics, "valence": valence, "note": note.filter(|note| !note.trim().is_empty()),
                "source": "manual", "source_id": source_id, "created_at": at, "updated_at": at,
            });
            if is_newer {
                content["later"] = json!({"=x": ["'", 1.5, null]});
            }
            MoodEntry::from_content(content.as_object().unwrap()).unwrap().to_content()
        })
}

proptest! {
    #[test]
    fn any_entries_come_back_from_both_files(contents in proptest::collection::vec(any_entry(), 0..6)) {
        let entities = contents.into_iter().zip(1_u8..).map(|(entity, number)| Entity {
            id: EntityId::from_random_bytes([number; 16]),
            entity,
        });
        expect_same(&[entities.collect()]);
    }
}
