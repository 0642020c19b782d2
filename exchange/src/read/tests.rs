//! Files of every format, small and made by hand; and files that are none.

mod hostile;
mod round_trip;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const DAYLIO_CSV: &str = include_str!("../../tests/files/daylio.csv");
const DAYLIO_JSON: &str = include_str!("../../tests/files/daylio.json");
const PIXY: &str = include_str!("../../tests/files/pixy.json");
const PIXELS: &str = include_str!("../../tests/files/pixels.json");
const MOODTRACKER_JSON: &str = include_str!("../../tests/files/moodtracker.json");
const MOODTRACKER_CSV: &str = include_str!("../../tests/files/moodtracker.csv");
const APPLE: &str = include_str!("../../tests/files/apple.json");

/// The backup as Daylio packs it.
fn daylio_archive() -> Vec<u8> {
    let inside = STANDARD.encode(DAYLIO_JSON);
    zip::packed(&[
        ("assets/photos/1", b"photo"),
        ("backup.daylio", inside.as_bytes()),
    ])
}

/// A row as one line.
fn line(row: &Row) -> String {
    let Held::Found(found) = &row.held else {
        return format!("{} {}", row.number, row.id);
    };
    let when = match (found.moment.local, found.moment.at) {
        (Some(local), Some(at)) => format!("{local} {at}"),
        (Some(local), None) => local.to_string(),
        (None, Some(at)) => at.to_string(),
        (None, None) => String::new(),
    };
    format!(
        "{} {when} {:?} {:?} {:?} {:?}",
        row.number,
        found.moods,
        found.valence,
        found.tags,
        found.note.as_deref().unwrap_or_default()
    )
}

fn check(bytes: &[u8], format: Format, rows: &[&str], bad: &[(u64, Problem)]) -> Opened {
    let opened = open(bytes).unwrap();
    assert_eq!(opened.summary.format, format);
    assert_eq!(opened.rows.iter().map(line).collect::<Vec<_>>(), rows);
    let found: Vec<_> = opened
        .summary
        .bad
        .iter()
        .map(|bad| (bad.number, bad.problem.clone()))
        .collect();
    assert_eq!(found, bad);
    assert_eq!(opened.summary.rows, rows.len() as u64);
    opened
}

fn ids(opened: &Opened) -> Vec<EntityId> {
    opened.rows.iter().map(|row| row.id).collect()
}

fn names(opened: &Opened) -> Vec<(&str, u64, Option<&str>, bool)> {
    let names = opened.summary.names.iter();
    names
        .map(|name| {
            (
                name.name.as_str(),
                name.count,
                name.mood.as_deref(),
                name.is_known,
            )
        })
        .collect()
}

#[test]
fn the_table_of_daylio_is_read() {
    let opened = check(
        DAYLIO_CSV.as_bytes(),
        Format::DaylioCsv,
        &[
            r#"2 2024-01-05T20:30:00.000 ["rad"] Some(0.8) ["family", "board games"] "Cake\n\nTwo \"layers\",\nand candles""#,
            r#"3 2024-01-05T09:15:00.000 ["chuffed"] None [] """#,
            r#"4 2024-01-04T00:05:00.000 ["awful"] Some(-0.8) ["work", "bad sleep"] "No\nsleep""#,
        ],
        &[(5, Problem::BadTime), (6, Problem::NoMood)],
    );

    assert_eq!(
        names(&opened),
        [
            ("awful", 1, Some("sad"), true),
            ("chuffed", 1, None, false),
            ("rad", 1, Some("joyful"), true),
        ]
    );
    let days = opened
        .summary
        .days
        .map(|(first, last)| format!("{first} {last}"));
    assert_eq!(days.as_deref(), Some("2024-01-04 2024-01-05"));
}

#[test]
fn the_first_tables_of_daylio_and_those_that_a_spreadsheet_saved_are_read() {
    check(
        b"year,date,weekday,time,mood,activities,note\n2018,18 May,Friday,11:54 pm,happy,\"clean | cook\",\"Went out\"\n",
        Format::DaylioCsv,
        &[r#"2 2018-05-18T23:54:00.000 ["happy"] None ["clean", "cook"] "Went out""#],
        &[],
    );
    check(
        b"\xEF\xBB\xBFfull_date;date;weekday;time;mood;activities;scales;note_title;note\r\n2024-01-05;5 January;Friday;20:30;gut;a | b;Energy 3;;\r\n",
        Format::DaylioCsv,
        &[r#"2 2024-01-05T20:30:00.000 ["gut"] None ["a", "b", "Energy 3"] """#],
        &[],
    );
}

#[test]
fn the_backup_of_daylio_is_read_packed_and_unpacked() {
    let rows = [
        r#"1 2024-01-05T20:30:32.000 2024-01-05T19:30:32.000Z ["rad"] Some(0.8) ["family", "board games"] "Cake\n\nTwo \"layers\",\nand candles""#,
        r#"2 2024-01-05T09:15:00.000 2024-01-05T00:15:00.000Z ["chuffed"] Some(0.4) [] """#,
        r#"3 2024-01-04T00:05:00.000 ["awful"] Some(-0.8) ["work", "bad sleep"] "No\nsleep""#,
    ];
    let bad = [
        (4, Problem::BadTime),
        (5, Problem::NoMood),
        (6, Problem::NotAnEntry),
    ];
    let inside = STANDARD.encode(DAYLIO_JSON);
    for bytes in [
        daylio_archive(),
        zip::packed(&[("backup.daylio", DAYLIO_JSON.as_bytes())]),
        inside.as_bytes().to_vec(),
        inside.trim_end_matches('=').as_bytes().to_vec(),
        DAYLIO_JSON.as_bytes().to_vec(),
    ] {
        let opened = check(&bytes, Format::DaylioBackup, &rows, &bad);
        assert_eq!(
            names(&opened)[1],
            ("chuffed", 1, Some("hopeful"), false),
            "a mood of the person's own is guessed by its group"
        );
    }
}

#[test]
fn table_and_backup_of_daylio_know_the_same_entries() {
    let table = open(DAYLIO_CSV.as_bytes()).unwrap();
    let backup = open(&daylio_archive()).unwrap();

    assert_eq!(ids(&table), ids(&backup));
}

#[test]
fn the_backup_of_pixy_is_read_and_its_settings_are_not() {
    let opened = check(
        PIXY.as_bytes(),
        Format::Pixy,
        &[
            r#"1 2024-01-05T19:30:00.000Z ["very good", "grateful", "in love"] Some(0.6) ["Family", "sleep: very bad"] "Cake""#,
            r#"2 2023-12-31T12:00:00.000 ["extremely bad"] Some(-0.9) [] """#,
        ],
        &[(3, Problem::BadTime), (4, Problem::NoMood)],
    );

    let all = serde_json::to_string(&(&opened.summary, &opened.rows)).unwrap();
    assert!(!all.contains("4711") && !all.contains("passcode"));
}

#[test]
fn an_old_backup_of_pixy_has_its_logs_by_day_and_its_tags_in_the_settings() {
    let old = r#"{"items": {"2022-01-02": {"date": "2022-01-02", "rating": "neutral", "tags": [{"id": "1"}]}},
                  "settings": {"passcode": 4711, "tags": [{"id": "1", "name": "walk", "color": "red"}]}}"#;

    check(
        old.as_bytes(),
        Format::Pixy,
        &[r#"1 2022-01-02T12:00:00.000 ["neutral"] Some(0.0) ["walk"] """#],
        &[],
    );
}

#[test]
fn the_backup_of_pixels_is_read() {
    let opened = check(
        PIXELS.as_bytes(),
        Format::Pixels,
        &[
            r#"1 2024-01-05T12:00:00.000 ["5", "4"] Some(0.75) ["happy", "calm"] "Cake""#,
            r#"2 2024-01-06T12:00:00.000 ["1"] Some(-1.0) [] """#,
        ],
        &[(3, Problem::NoMood), (4, Problem::BadTime)],
    );

    assert_eq!(names(&opened)[0], ("1", 1, Some("sad"), false));
}

#[test]
fn exports_of_moodtracker_are_read_and_know_the_same_entries() {
    let rows = [
        r#"2024-01-05T18:00:00.000Z ["7"] Some(0.3999999999999999) [] "Cake""#,
        r#"2020-07-22T20:06:19.131Z ["2.5"] Some(-0.5) [] "tired\n\nLong day""#,
    ];
    let numbered = |first: usize| -> Vec<String> {
        (first..)
            .zip(rows)
            .map(|(number, row)| format!("{number} {row}"))
            .collect()
    };
    let texts = |rows: &[String]| {
        rows.iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let list = open(MOODTRACKER_JSON.as_bytes()).unwrap();
    let table = open(MOODTRACKER_CSV.as_bytes()).unwrap();
    let lines = |opened: &Opened| opened.rows.iter().map(line).collect::<Vec<_>>();

    assert_eq!(texts(&lines(&list)), texts(&numbered(1)));
    assert_eq!(texts(&lines(&table)), texts(&numbered(2)));
    assert_eq!(ids(&list), ids(&table));
    let bad: Vec<_> = list
        .summary
        .bad
        .iter()
        .map(|bad| (bad.number, bad.problem.clone()))
        .collect();
    assert_eq!(
        bad,
        [
            (3, Problem::Twice),
            (4, Problem::BadTime),
            (5, Problem::BadFields(vec!["mood".to_owned()]))
        ]
    );
    let store = r#"{"moods": {"allIds": ["2024-01-05T19:30:00.131Z"], "byId": {"2024-01-05T19:30:00.131Z": {"mood": 7}}}, "meditations": {}}"#;
    let store = open(store.as_bytes()).unwrap();
    assert_eq!(ids(&store)[0], ids(&list)[0]);
}

#[test]
fn states_of_mind_are_read() {
    check(
        APPLE.as_bytes(),
        Format::AppleHealth,
        &[
            r#"1 2024-02-06T14:30:00.000 2024-02-06T22:30:00.000Z ["Calm", "Grateful"] Some(0.7) ["Self Care", "currentEvents"] """#,
            r#"2 2024-02-06T20:00:00.000 2024-02-06T19:00:00.000Z ["unpleasant"] Some(-0.5) [] """#,
        ],
        &[(3, Problem::BadTime), (4, Problem::NoMood)],
    );
    let nested = r#"{"data": {"stateOfMind": {"stateOfMind": [{"start": "2024-02-06 14:30:00 +0000", "valence": 1}]}}}"#;
    check(
        nested.as_bytes(),
        Format::AppleHealth,
        &[
            r#"1 2024-02-06T14:30:00.000 2024-02-06T14:30:00.000Z ["very pleasant"] Some(1.0) [] """#,
        ],
        &[],
    );
}

#[test]
fn two_rows_that_nothing_tells_apart_are_two_entries_at_every_import() {
    let twice = "full_date,date,weekday,time,mood,activities,note_title,note\n\
                 2024-01-05,,,20:30,rad,,,\n2024-01-05,,,20:30,bad,,,\n";

    let first = open(twice.as_bytes()).unwrap();
    let second = open(twice.as_bytes()).unwrap();

    assert_eq!(first.rows.len(), 2);
    assert_ne!(first.rows[0].id, first.rows[1].id);
    assert_eq!(first, second);
}

#[test]
fn a_note_that_is_too_long_is_named_and_its_row_is_there_whole() {
    let long = "ä".repeat(4_001);
    let table = format!("date,mood,note\n2024-01-05,happy,{long}\n2024-01-06,sad,short\n");

    let opened = open(table.as_bytes()).unwrap();

    assert_eq!(opened.summary.long_notes, 1);
    assert_eq!(
        opened.summary.bad,
        [BadRow {
            number: 2,
            problem: Problem::LongNote(4_001)
        }]
    );
    let Held::Found(found) = &opened.rows[0].held else {
        panic!("it is another app's")
    };
    assert_eq!(found.note.as_deref(), Some(long.as_str()));
}

#[test]
fn debug_shows_no_content() {
    for bytes in [DAYLIO_CSV, PIXY, APPLE, MOODTRACKER_JSON] {
        let shown = format!("{:?}", open(bytes.as_bytes()).unwrap());
        for word in ["Cake", "chuffed", "Grateful", "family", "Family"] {
            assert!(!shown.contains(word), "{word}");
        }
    }
}
