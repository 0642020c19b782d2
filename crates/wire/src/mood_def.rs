//! A mood of a person's own on the wire, and the way to and from the content that the engine stores.
//!
//! Every field has one name on both sides; what the wire has besides says whose it is and which. A field that this version
//! does not know passes through both ways.

use lume_core::ids::{EntityId, UserId};
use serde_json::Value;

use crate::mood::Fields;

/// The kind's name in event types, stores and the changes feed.
pub const KIND: &str = "mood_def";

/// The wire's fields that do not belong in content.
const WIRE_ONLY: &[&str] = &["id", "user_id", "rev", "deleted_at"];

/// The body of `POST /mood-defs` for a definition's content.
pub fn to_wire(content: &Fields, user_id: UserId, entity_id: EntityId) -> Fields {
    let mut body = patch_to_wire(content, content);
    body.retain(|_, value| !value.is_null());
    body.insert("id".to_owned(), entity_id.to_string().into());
    body.insert("user_id".to_owned(), user_id.to_string().into());
    body
}

/// The body of `PUT /mood-defs/{id}` for a patch of a definition's content; null clears.
pub fn patch_to_wire(patch: &Fields, _whole: &Fields) -> Fields {
    without_wire_only(patch)
}

/// The content of a body that the backend sends, with its id; `None` without an id or a label.
pub fn from_wire(body: &Fields) -> Option<(EntityId, Fields)> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let id: EntityId = text("id")?.parse().ok()?;
    text("label")?;
    let mut content = without_wire_only(body);
    content.retain(|_, value| !value.is_null());
    Some((id, content))
}

fn without_wire_only(fields: &Fields) -> Fields {
    let kept = fields
        .iter()
        .filter(|(name, _)| !WIRE_ONLY.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    const USER: &str = "0b9d1e0c-3c1f-4f5e-9c55-0d6d7a5a2d11";

    fn fields(value: &Value) -> Fields {
        value.as_object().expect("an object").clone()
    }

    fn content() -> Fields {
        fields(&json!({
            "label": "Zen", "name": "Zen", "icon": "wind", "valence": 0.4, "archived": false,
            "created_at": "2025-01-15T22:31:00.000Z", "updated_at": "2025-01-15T22:31:00.000Z",
            "colour_later": "#fff"
        }))
    }

    #[test]
    fn content_survives_the_way_there_and_back_unknown_fields_included() {
        let mut body = to_wire(&content(), USER.parse().unwrap(), ID.parse().unwrap());
        assert_eq!((&body["id"], &body["user_id"]), (&json!(ID), &json!(USER)));
        body.insert("rev".to_owned(), 7.into());

        let (id, back) = from_wire(&body).unwrap();

        assert_eq!(id, ID.parse().unwrap());
        assert_eq!(back, content());
    }

    #[test]
    fn a_patch_says_what_changes_and_nothing_of_what_stays() {
        let patch = fields(&json!({"name": "Calm", "archived": true}));
        assert_eq!(patch_to_wire(&patch, &content()), patch);
    }

    #[test]
    fn what_has_no_id_or_label_is_no_definition() {
        assert!(from_wire(&fields(&json!({"label": "Zen"}))).is_none());
        assert!(from_wire(&fields(&json!({"id": ID, "name": "Zen"}))).is_none());
    }
}
