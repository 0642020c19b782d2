//! Mood entries.

use lume_core::association::AssociationLabel;
use lume_core::entry::{
    ASSOCIATIONS_MAX, DATE_AHEAD_MS_MAX, LABELS_MAX, NOTE_CHARS_MAX, SOURCE_ID_CHARS_MAX,
};
use lume_core::mood::MoodLabel;
use lume_core::time::{LocalDate, Timestamp, UtcOffsetMinutes, ZoneName};
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::mood::{Fields, KIND};
use serde_json::Value;

use super::reader::Reader;
use super::{Checked, Kind, overlay};

/// Mood entries, at `/moods`.
pub const MOOD: Kind = Kind {
    name: KIND,
    collection: "moods",
    check,
    patch,
};

/// Where an entry may come from.
const SOURCES: &[&str] = &["manual", "import", "api"];

fn check(fields: &Fields, now: Timestamp) -> Result<Checked, FieldErrors> {
    let mut reader = Reader::new(fields);
    reader.demand("date");
    reader.demand("mood");

    let at: Option<Timestamp> = reader.parsed("date");
    if at.is_some_and(|at| at.millis_since(now) > DATE_AHEAD_MS_MAX) {
        reader.wrong("date", FieldCode::InTheFuture);
    }
    let mood = reader
        .text("mood", label_problem)
        .map(|mood| mood.trim().to_owned());
    if let Some(mood) = &mood {
        reader.keep("mood", mood.as_str());
    }
    reader.text("note", |note| longer_than(note, NOTE_CHARS_MAX));
    reader.instant_or("created_at", now);
    reader.instant_or("updated_at", now);

    reader.valence("valence");
    labels(&mut reader, mood);
    reader.texts("associations", ASSOCIATIONS_MAX, |label| {
        AssociationLabel::from(label).problem()
    });
    reader.parsed::<LocalDate>("local_date");
    reader.parsed::<ZoneName>("time_zone");
    utc_offset(&mut reader);
    reader.text("source", |source| {
        (!SOURCES.contains(&source)).then_some(FieldCode::Invalid)
    });
    reader.text("source_id", |id| longer_than(id, SOURCE_ID_CHARS_MAX));
    reader.finish(at)
}

/// A new mood takes the first label's place, and a new date moves the local date with it, where the patch does not say
/// otherwise.
fn patch(fields: &Fields, patch: &Fields) -> Fields {
    let mut result = overlay(fields, patch);
    let says = |name: &str| patch.contains_key(name);
    if says("mood") && !says("labels") {
        let mood = result.get("mood").cloned();
        if let (Some(mood), Some(Value::Array(labels))) = (mood, result.get_mut("labels"))
            && let Some(first) = labels.first_mut()
        {
            *first = mood;
        }
    }
    if (says("date") || says("utc_offset_minutes")) && !says("local_date") {
        match local_date(&result) {
            Some(date) => result.insert("local_date".to_owned(), date.to_string().into()),
            None => result.remove("local_date"),
        };
    }
    result
}

fn local_date(fields: &Fields) -> Option<LocalDate> {
    let at: Timestamp = fields.get("date")?.as_str()?.parse().ok()?;
    let offset =
        UtcOffsetMinutes::new(i16::try_from(fields.get("utc_offset_minutes")?.as_i64()?).ok()?)?;
    Some(at.to_local(offset).date())
}

/// All named moods, the mood itself first; left out where it is the only one.
fn labels(reader: &mut Reader<'_>, mood: Option<String>) {
    let (Some(labels), Some(mood)) = (reader.texts("labels", LABELS_MAX, label_problem), mood)
    else {
        return;
    };
    let mut all = vec![mood];
    for label in labels {
        if !all.contains(&label) {
            all.push(label);
        }
    }
    if all.len() > 1 {
        reader.keep("labels", all);
    } else {
        reader.drop_field("labels");
    }
}

fn utc_offset(reader: &mut Reader<'_>) {
    let Some(value) = reader.value("utc_offset_minutes") else {
        return;
    };
    match value
        .as_i64()
        .map(|minutes| i16::try_from(minutes).ok().and_then(UtcOffsetMinutes::new))
    {
        Some(Some(offset)) => reader.keep("utc_offset_minutes", offset.get()),
        Some(None) => reader.wrong("utc_offset_minutes", FieldCode::OutOfRange),
        None => reader.wrong("utc_offset_minutes", FieldCode::Invalid),
    }
}

fn label_problem(label: &str) -> Option<FieldCode> {
    MoodLabel::from(label).problem()
}

fn longer_than(text: &str, chars_max: usize) -> Option<FieldCode> {
    (text.chars().count() > chars_max).then_some(FieldCode::TooLong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2025-01-15T12:00:00Z".parse().unwrap()
    }

    fn fields(value: &Value) -> Fields {
        value.as_object().expect("an object").clone()
    }

    fn entry(name: &str, value: Value) -> Fields {
        let mut entry = fields(&json!({"date": "2025-01-15T10:30:00Z", "mood": "happy"}));
        entry.insert(name.to_owned(), value);
        entry
    }

    fn problem(name: &str, value: Value) -> Option<&'static str> {
        check(&entry(name, value), now())
            .err()
            .and_then(|errors| errors.get(name))
            .map(FieldCode::as_str)
    }

    #[test]
    fn each_wrong_field_is_named_with_its_code() {
        let cases = [
            ("date", json!("yesterday"), "invalid"),
            ("date", json!(null), "required"),
            ("date", json!("2025-01-16T12:00:00.001Z"), "in_the_future"),
            ("mood", json!(""), "required"),
            ("mood", json!(5), "invalid"),
            ("mood", json!("x".repeat(41)), "too_long"),
            ("note", json!("x".repeat(4_001)), "too_long"),
            ("note", json!(["x"]), "invalid"),
            ("valence", json!(1.01), "out_of_range"),
            ("valence", json!("1"), "invalid"),
            ("labels", json!("happy"), "invalid"),
            ("labels", json!(["happy", 5]), "invalid"),
            ("labels", json!(vec!["x"; 51]), "too_many"),
            ("associations", json!([""]), "required"),
            ("local_date", json!("2025-02-30"), "invalid"),
            ("time_zone", json!("not a zone"), "invalid"),
            ("utc_offset_minutes", json!(5_000), "out_of_range"),
            ("utc_offset_minutes", json!(60.5), "invalid"),
            ("source", json!("elsewhere"), "invalid"),
            ("source_id", json!("x".repeat(201)), "too_long"),
            ("created_at", json!("soon"), "invalid"),
        ];
        for (name, value, code) in cases {
            assert_eq!(problem(name, value.clone()), Some(code), "{name} {value}");
        }
    }

    #[test]
    fn the_edges_themselves_are_good() {
        let cases = [
            ("date", json!("2025-01-16T12:00:00Z")),
            ("mood", json!("ö".repeat(40))),
            ("note", json!("ö".repeat(4_000))),
            ("note", json!(null)),
            ("valence", json!(-1)),
            ("utc_offset_minutes", json!(-720)),
        ];
        for (name, value) in cases {
            assert_eq!(problem(name, value.clone()), None, "{name}");
        }
    }

    #[test]
    fn unknown_fields_are_kept_out_and_values_have_one_form() {
        let entry = fields(&json!({
            "date": "2025-01-15T12:30:00+02:00", "mood": " happy ", "valence": 1, "labels": ["proud", "happy"],
            "associations": [], "rev": 7, "hat": "red"
        }));

        let checked = check(&entry, now()).unwrap_or_else(|errors| panic!("{errors}"));

        let expected = json!({
            "date": "2025-01-15T10:30:00.000Z", "mood": "happy", "valence": 1.0, "labels": ["happy", "proud"],
            "created_at": "2025-01-15T12:00:00.000Z", "updated_at": "2025-01-15T12:00:00.000Z"
        });
        assert_eq!(Value::Object(checked.fields), expected);
    }

    #[test]
    fn a_patch_of_the_mood_replaces_the_first_label_only() {
        let stored = entry("labels", json!(["happy", "proud"]));
        let result = patch(&stored, &fields(&json!({"mood": "sad"})));
        assert_eq!(result["labels"], json!(["sad", "proud"]));
    }

    #[test]
    fn a_patch_of_the_date_moves_the_local_date_with_it() {
        let mut stored = entry("utc_offset_minutes", json!(60));
        stored.insert("local_date".to_owned(), json!("2025-01-15"));

        let moved = patch(&stored, &fields(&json!({"date": "2025-01-16T23:30:00Z"})));
        assert_eq!(moved["local_date"], "2025-01-17");

        stored.remove("utc_offset_minutes");
        let unknown = patch(&stored, &fields(&json!({"date": "2025-01-16T23:30:00Z"})));
        assert!(!unknown.contains_key("local_date"));
    }

    #[test]
    fn null_clears_a_field() {
        let result = patch(&entry("note", json!("x")), &fields(&json!({"note": null})));
        assert!(!result.contains_key("note"));
    }
}
