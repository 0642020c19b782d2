use jiff::tz::TimeZone;
use lume_core::time::UnknownZone;
use serde_json::json;

use super::*;

struct Bundled;

impl ZoneRules for Bundled {
    fn offset_at(&self, zone: &ZoneName, at: Timestamp) -> Result<UtcOffsetMinutes, UnknownZone> {
        let unknown = || UnknownZone(zone.clone());
        let found = TimeZone::get(zone.as_str()).map_err(|_| unknown())?;
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).map_err(|_| unknown())?;
        let minutes = i16::try_from(found.to_offset(at).seconds() / 60).map_err(|_| unknown())?;
        UtcOffsetMinutes::new(minutes).ok_or_else(unknown)
    }
}

fn here() -> Here<'static, Bundled> {
    Here {
        rules: &Bundled,
        zone: "Europe/Berlin".parse().unwrap(),
        now: "2025-06-01T10:00:00Z".parse().unwrap(),
    }
}

fn found() -> Found {
    Found {
        moment: Moment::local("2024-01-05T20:30".parse().unwrap()),
        moods: vec!["Rad".to_owned()],
        valence: Some(0.8),
        tags: Vec::new(),
        note: None,
        source_id: "daylio:1".to_owned(),
    }
}

fn content(found: Found, wishes: &Wishes) -> Result<Map<String, Value>, Problem> {
    let row = Row {
        number: 2,
        id: crate::ident::entity_id(&found.source_id),
        held: Held::Found(found),
    };
    content_of(&row, wishes, &here())
}

#[test]
fn a_row_becomes_an_entry_in_the_zone_of_this_device() {
    let entry = content(found(), &Wishes::default()).unwrap();

    assert_eq!(
        Value::Object(entry),
        json!({
            "at": "2024-01-05T19:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2024-01-05T20:30:00.000",
            "labels": ["joyful"], "valence": 0.8, "associations": [], "source": "import", "source_id": "daylio:1",
            "created_at": "2025-06-01T10:00:00.000Z", "updated_at": "2025-06-01T10:00:00.000Z"
        })
    );
}

#[test]
fn an_entry_from_elsewhere_keeps_what_clocks_showed_there() {
    let at = |local: &str, minutes| {
        let offset = UtcOffsetMinutes::new(minutes).unwrap();
        let local: LocalDateTime = local.parse().unwrap();
        let moment = Moment::offset(local.to_instant(offset), offset);
        let entry = content(Found { moment, ..found() }, &Wishes::default()).unwrap();
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        (text("zone"), text("local_time"), text("at"))
    };
    let expect =
        |zone: &str, local: &str, at: &str| (zone.to_owned(), local.to_owned(), at.to_owned());

    assert_eq!(
        at("2024-01-05T23:00", 60),
        expect(
            "Europe/Berlin",
            "2024-01-05T23:00:00.000",
            "2024-01-05T22:00:00.000Z"
        )
    );
    assert_eq!(
        at("2024-01-05T23:00", 9 * 60),
        expect(
            "Etc/GMT-9",
            "2024-01-05T23:00:00.000",
            "2024-01-05T14:00:00.000Z"
        )
    );
    assert_eq!(
        at("2024-01-05T23:00", -8 * 60),
        expect(
            "Etc/GMT+8",
            "2024-01-05T23:00:00.000",
            "2024-01-06T07:00:00.000Z"
        )
    );
    assert_eq!(
        at("2024-01-05T23:00", 330),
        expect(
            "Europe/Berlin",
            "2024-01-05T23:00:00.000",
            "2024-01-05T17:30:00.000Z"
        )
    );
}

#[test]
fn names_are_taken_for_what_the_person_says_and_else_kept() {
    let moods = ["chuffed", "Happy", "Zen 🧘", "chuffed"]
        .map(str::to_owned)
        .to_vec();
    let wishes = Wishes {
        moods: [("chuffed".to_owned(), "proud".to_owned())].into(),
        cuts_notes: false,
    };

    let entry = content(Found { moods, ..found() }, &wishes).unwrap();

    assert_eq!(entry["labels"], json!(["proud", "happy", "Zen 🧘"]));
}

#[test]
fn tags_become_associations_and_nothing_of_them_is_lost() {
    let long = "x".repeat(41);
    let tags = ["Family", "Exercise", "fitness", "board games", &long]
        .map(str::to_owned)
        .to_vec();

    let entry = content(
        Found {
            tags,
            note: Some("Cake".to_owned()),
            ..found()
        },
        &Wishes::default(),
    )
    .unwrap();

    assert_eq!(
        entry["associations"],
        json!(["family", "fitness", "board games"])
    );
    assert_eq!(entry["note"], json!(format!("Cake\n• {long}")));
}

#[test]
fn a_note_that_is_too_long_is_left_out_or_cut_as_the_person_says() {
    let long = Found {
        note: Some("ä".repeat(4_001)),
        ..found()
    };

    assert_eq!(
        content(long.clone(), &Wishes::default()),
        Err(Problem::LongNote(4_001))
    );
    let wishes = Wishes {
        cuts_notes: true,
        ..Wishes::default()
    };
    assert_eq!(
        content(long, &wishes).unwrap()["note"],
        json!("ä".repeat(4_000))
    );
}

#[test]
fn a_time_far_ahead_is_a_problem_of_its_row() {
    let moment = Moment::local("2099-01-05T20:30".parse().unwrap());

    assert_eq!(
        content(Found { moment, ..found() }, &Wishes::default()),
        Err(Problem::BadFields(vec!["at".to_owned()]))
    );
}

#[test]
fn an_entry_of_lume_is_taken_as_it_is() {
    let held = json!({ "at": "2024-01-05T19:30:00.000Z", "hat": "red" });
    let row = Row {
        number: 1,
        id: crate::ident::entity_id("x"),
        held: Held::Entry(held.as_object().cloned().unwrap()),
    };

    assert_eq!(
        content_of(&row, &Wishes::default(), &here()).map(Value::Object),
        Ok(held)
    );
}
