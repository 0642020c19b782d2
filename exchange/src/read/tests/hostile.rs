//! What is no file of ours, or was one.

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_no_file_of_ours_says_what_it_is() {
    let ours = r#"{"format":"lume-export","version":1,"entities":[]}"#;
    let changed = |from: &str, to: &str| ours.replace(from, to).into_bytes();
    let archive = daylio_archive();
    let cases: [(&[u8], FileError); 19] = [
        (b"", FileError::Empty),
        (b" \r\n", FileError::Empty),
        (b"\xEF\xBB\xBF", FileError::Empty),
        (b"Dear diary", FileError::Unknown),
        (b"a,b,c\n1,2,3\n", FileError::Unknown),
        (b"\x89PNG\r\n\x1a\n\xff", FileError::NotText),
        (b"Gem\xFCt,mood,date\n", FileError::NotText),
        (b"age-encryption.org/v1\n-> scrypt", FileError::Encrypted),
        (b"{}", FileError::Unknown),
        (b"[]", FileError::Unknown),
        (b"[1, 2]", FileError::Unknown),
        (b"{\"data\": 5}", FileError::Unknown),
        (
            br#"{"format":"lume-unsent","version":1}"#,
            FileError::UnsentWork,
        ),
        (br#"{"format":"somebody-else"}"#, FileError::Unknown),
        (&changed(":1,", ":2,"), FileError::Newer),
        (&changed("[]", "{}"), FileError::Damaged),
        (&ours.as_bytes()[..40], FileError::Damaged),
        (&archive[..archive.len() - 30], FileError::Damaged),
        (
            &zip::packed(&[("readme.txt", b"hello")]),
            FileError::Unknown,
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(
            open(bytes).err(),
            Some(error),
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn a_file_is_refused_where_it_has_too_many_bytes_or_rows() {
    assert_eq!(
        open(&vec![b' '; FILE_BYTES_MAX + 1]),
        Err(FileError::TooLarge)
    );
    let list = format!("[{}{{}}]", "{},".repeat(ROWS_MAX));
    assert_eq!(open(list.as_bytes()), Err(FileError::TooManyRows));
    let table = format!("date,mood\n{}", "2024-01-05,happy\n".repeat(ROWS_MAX + 1));
    assert_eq!(open(table.as_bytes()), Err(FileError::TooManyRows));
}

#[test]
fn as_many_rows_as_are_taken_are_read() {
    let table = format!("date,mood\n{}", "2024-01-05,happy\n".repeat(ROWS_MAX));

    assert_eq!(open(table.as_bytes()).unwrap().rows.len(), ROWS_MAX);
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("{{\"format\":{}", "[".repeat(100_000));

    assert_eq!(open(deep.as_bytes()), Err(FileError::Damaged));
}

fn files() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = [
        DAYLIO_CSV,
        DAYLIO_JSON,
        PIXY,
        PIXELS,
        MOODTRACKER_JSON,
        MOODTRACKER_CSV,
        APPLE,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    files.push(daylio_archive());
    files.extend(round_trip::own_files());
    files
}

/// Rows and bad rows of a file that was damaged are still told apart, and their entries can be made.
fn look_at(bytes: &[u8]) {
    let Ok(opened) = open(bytes) else { return };
    assert_eq!(opened.summary.rows, opened.rows.len() as u64);
    for row in &opened.rows {
        assert!(row.number > 0);
        if let Held::Found(found) = &row.held {
            assert!(found.moment.day().is_some());
            assert!(!found.moods.is_empty());
        }
    }
    let text = serde_json::to_string(&(&opened.summary, &opened.rows)).unwrap();
    let back: (Summary, Vec<Row>) = serde_json::from_str(&text).unwrap();
    assert_eq!(back, (opened.summary, opened.rows));
}

proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        look_at(&bytes);
    }

    #[test]
    fn any_text_is_answered_without_a_panic(
        begin in proptest::sample::select(vec!["", "{", "[", "date,mood\n", "[{\"scores\":", "{\"data\":", "{\"items\":", "{\"dayEntries\":[{", "PK\x03\x04"]),
        text in "[-{}\\[\\]\",:;a-z0-9 \\n\\\\]{0,80}",
    ) {
        look_at(format!("{begin}{text}").as_bytes());
    }

    #[test]
    fn a_file_that_was_damaged_is_read_or_refused(
        file in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut content = file.get(&files()).clone();
        let place = place.index(content.len());
        let end = (place + bytes.len()).min(content.len());
        content.splice(place..end, bytes);
        if let Some(cut) = cut.filter(|_| !content.is_empty()) {
            content.truncate(cut.index(content.len()));
        }
        look_at(&content);
    }
}
