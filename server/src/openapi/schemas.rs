//! What bodies look like.

use lume_core::entry::{ASSOCIATIONS_MAX, LABELS_MAX, NOTE_CHARS_MAX, SOURCE_ID_CHARS_MAX};
use lume_core::label::LABEL_CHARS_MAX;
use lume_wire::ErrorCode;
use lume_wire::auth::{EMAIL_CHARS_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use serde_json::{Map, Value, json};

use super::reference;

pub(super) fn all() -> Value {
    let codes: Vec<&str> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
    let mut schemas = accounts();
    schemas.extend(moods());
    schemas.insert(
        "Failure".to_owned(),
        json!({
            "type": "object",
            "required": ["success", "error"],
            "properties": { "success": { "const": false }, "error": reference("Error") }
        }),
    );
    schemas.insert("Error".to_owned(), json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "enum": codes },
            "message": { "type": "string" },
            "fields": {
                "type": "object", "additionalProperties": { "type": "string" },
                "description": "What is wrong with each field, such as note: too_long."
            },
            "rev": { "type": "integer", "description": "The server's revision, or the tombstone's." },
            "entity": { "type": "object", "description": "The entity as the server has it." }
        }
    }));
    schemas.insert("Capabilities".to_owned(), json!({
        "type": "object",
        "required": ["server_id", "server_epoch", "protocol", "features"],
        "properties": {
            "server_id": text(),
            "server_epoch": { "type": "string", "description": "Changes when the database is replaced." },
            "protocol": { "const": 1 },
            "features": { "type": "array", "items": text() }
        }
    }));
    schemas.insert("ConsultationsPage".to_owned(), json!({
        "type": "object",
        "required": ["consultations", "total_count", "limit", "offset"],
        "properties": {
            "consultations": { "type": "array", "items": { "type": "object" } },
            "total_count": { "type": "integer" }, "limit": { "type": "integer" }, "offset": { "type": "integer" }
        }
    }));
    Value::Object(schemas)
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn format(format: &str) -> Value {
    json!({ "type": "string", "format": format })
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn accounts() -> Map<String, Value> {
    let email = json!({ "type": "string", "format": "email", "maxLength": EMAIL_CHARS_MAX });
    let name = json!({ "type": "string", "minLength": 1, "maxLength": NAME_CHARS_MAX });
    let new_password = json!({
        "type": "string", "minLength": PASSWORD_CHARS_MIN, "maxLength": PASSWORD_CHARS_MAX,
        "description": "Not among the commonest."
    });
    let tokens = json!({
        "access_token": text(), "refresh_token": text(),
        "expires_in": { "type": "integer", "description": "Seconds the access token has left." }
    });
    let mut session = json!({
        "user_id": format("uuid"), "email": text(), "name": text(), "created_at": format("date-time")
    });
    for (field, schema) in tokens.as_object().into_iter().flatten() {
        session[field] = schema.clone();
    }
    let register = json!({
        "email": email, "password": new_password, "name": name,
        "date_of_birth": { "type": "string", "format": "date", "description": "At least 13 years ago." }
    });
    let profile = json!({
        "user_id": format("uuid"), "email": text(), "name": text(), "date_of_birth": format("date"),
        "created_at": format("date-time")
    });
    let patch = json!({
        "name": name, "email": email, "date_of_birth": format("date"),
        "password": { "type": "string", "description": "Asked for again where the email changes." }
    });
    Map::from_iter([
        (
            "Register".to_owned(),
            object(&["email", "password", "name", "date_of_birth"], &register),
        ),
        (
            "Login".to_owned(),
            object(
                &["email", "password"],
                &json!({ "email": text(), "password": text() }),
            ),
        ),
        (
            "Refresh".to_owned(),
            object(&["refresh_token"], &json!({ "refresh_token": text() })),
        ),
        (
            "Logout".to_owned(),
            object(&[], &json!({ "refresh_token": text() })),
        ),
        (
            "Tokens".to_owned(),
            object(&["access_token", "refresh_token", "expires_in"], &tokens),
        ),
        (
            "Session".to_owned(),
            object(
                &[
                    "user_id",
                    "email",
                    "name",
                    "created_at",
                    "access_token",
                    "refresh_token",
                    "expires_in",
                ],
                &session,
            ),
        ),
        (
            "Profile".to_owned(),
            object(
                &["user_id", "email", "name", "date_of_birth", "created_at"],
                &profile,
            ),
        ),
        ("ProfilePatch".to_owned(), object(&[], &patch)),
        (
            "SetPassword".to_owned(),
            object(
                &["current_password", "new_password"],
                &json!({ "current_password": text(), "new_password": new_password }),
            ),
        ),
        (
            "DeleteAccount".to_owned(),
            object(&["password"], &json!({ "password": text() })),
        ),
    ])
}

fn moods() -> Map<String, Value> {
    let label = json!({ "type": "string", "minLength": 1, "maxLength": LABEL_CHARS_MAX });
    let common = json!({
        "date": { "type": "string", "format": "date-time", "description": "At most 24 h ahead." },
        "mood": label,
        "note": { "type": ["string", "null"], "maxLength": NOTE_CHARS_MAX },
        "created_at": format("date-time"),
        "updated_at": format("date-time"),
        "valence": { "type": ["number", "null"], "minimum": -1, "maximum": 1 },
        "labels": {
            "type": ["array", "null"], "items": label, "maxItems": LABELS_MAX,
            "description": "All named moods, the first being mood."
        },
        "associations": { "type": ["array", "null"], "items": label, "maxItems": ASSOCIATIONS_MAX },
        "local_date": { "type": ["string", "null"], "format": "date" },
        "time_zone": { "type": ["string", "null"], "maxLength": 64, "pattern": "^[A-Za-z0-9/_+:-]+$" },
        "utc_offset_minutes": { "type": ["integer", "null"], "minimum": -1080, "maximum": 1080 },
        "source": { "enum": ["manual", "import", "api", null] },
        "source_id": { "type": ["string", "null"], "maxLength": SOURCE_ID_CHARS_MAX }
    });
    let mut whole = common.clone();
    whole["id"] = format("uuid");
    whole["user_id"] = format("uuid");
    let mut shown = whole.clone();
    shown["rev"] = json!({ "type": "integer", "description": "The revision, as in ETag." });
    Map::from_iter([
        (
            "NewMood".to_owned(),
            object(&["id", "date", "mood"], &whole),
        ),
        ("MoodPatch".to_owned(), object(&[], &common)),
        (
            "Mood".to_owned(),
            object(
                &[
                    "id",
                    "user_id",
                    "date",
                    "mood",
                    "created_at",
                    "updated_at",
                    "rev",
                ],
                &shown,
            ),
        ),
    ])
}
