//! Moods of a person's own.

use lume_core::mood::{Mood, MoodLabel};
use lume_core::mood_def::{field, is_icon, problem_of_name};
use lume_core::time::Timestamp;
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::mood::Fields;
use lume_wire::mood_def::KIND;

use super::reader::Reader;
use super::{Checked, Kind, overlay};

/// Moods of a person's own, at `/mood-defs`.
pub const MOOD_DEF: Kind = Kind {
    name: KIND,
    collection: "mood-defs",
    check,
    patch,
};

fn check(fields: &Fields, now: Timestamp) -> Result<Checked, FieldErrors> {
    let mut reader = Reader::new(fields);
    for name in [field::LABEL, field::NAME, field::ICON, field::VALENCE] {
        reader.demand(name);
    }
    let label = reader.text(field::LABEL, problem_of_label);
    if let Some(label) = label {
        reader.keep(field::LABEL, label.trim());
    }
    let name = reader.text(field::NAME, problem_of_name);
    if let Some(name) = name {
        reader.keep(field::NAME, name.trim());
    }
    reader.text(field::ICON, |icon| {
        (!is_icon(icon)).then_some(FieldCode::Invalid)
    });
    reader.valence(field::VALENCE);
    match reader
        .value(field::ARCHIVED)
        .map(serde_json::Value::as_bool)
    {
        None => reader.keep(field::ARCHIVED, false),
        Some(Some(archived)) => reader.keep(field::ARCHIVED, archived),
        Some(None) => reader.wrong(field::ARCHIVED, FieldCode::Invalid),
    }
    let made = reader.instant_or(field::CREATED_AT, now);
    reader.instant_or(field::UPDATED_AT, now);
    reader.finish(made)
}

/// The label stays what it is: entries name the mood by it.
fn patch(fields: &Fields, patch: &Fields) -> Fields {
    let mut result = overlay(fields, patch);
    if let Some(label) = fields.get(field::LABEL) {
        result.insert(field::LABEL.to_owned(), label.clone());
    }
    result
}

/// The catalogue's labels stand for its moods.
fn problem_of_label(label: &str) -> Option<FieldCode> {
    let label = MoodLabel::from(label);
    let of_the_catalogue = || Mood::by_label(label.as_str()).map(|_| FieldCode::Invalid);
    label.problem().or_else(of_the_catalogue)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_736_942_400_000);

    fn fields(value: &Value) -> Fields {
        value.as_object().expect("an object").clone()
    }

    fn zen() -> Fields {
        fields(&json!({"label": " Zen ", "name": "Zen", "icon": "wind", "valence": 1}))
    }

    #[test]
    fn each_wrong_field_is_named_with_its_code() {
        let cases = [
            ("label", json!(null), "required"),
            ("label", json!(" "), "required"),
            ("label", json!("sad"), "invalid"),
            ("label", json!("x".repeat(41)), "too_long"),
            ("name", json!(""), "required"),
            ("name", json!("x".repeat(41)), "too_long"),
            ("icon", json!("settings"), "invalid"),
            ("icon", json!(null), "required"),
            ("valence", json!(1.01), "out_of_range"),
            ("valence", json!("1"), "invalid"),
            ("archived", json!("no"), "invalid"),
            ("created_at", json!("soon"), "invalid"),
        ];
        for (name, value, code) in cases {
            let mut wrong = zen();
            wrong.insert(name.to_owned(), value.clone());
            let found = check(&wrong, NOW).err().and_then(|errors| errors.get(name));
            assert_eq!(found.map(FieldCode::as_str), Some(code), "{name} {value}");
        }
    }

    #[test]
    fn unknown_fields_are_kept_out_and_values_have_one_form() {
        let mut mood = zen();
        mood.insert("hat".to_owned(), json!("red"));

        let checked = check(&mood, NOW).unwrap_or_else(|errors| panic!("{errors}"));

        let expected = json!({
            "label": "Zen", "name": "Zen", "icon": "wind", "valence": 1.0, "archived": false,
            "created_at": "2025-01-15T12:00:00.000Z", "updated_at": "2025-01-15T12:00:00.000Z"
        });
        assert_eq!(Value::Object(checked.fields), expected);
    }

    #[test]
    fn a_patch_never_changes_the_label() {
        let patched = patch(&zen(), &fields(&json!({"label": "Calm", "name": "Calm"})));
        assert_eq!(
            (&patched["label"], &patched["name"]),
            (&json!(" Zen "), &json!("Calm"))
        );
    }
}
