//! What bodies look like.

use lume_core::entry::{ASSOCIATIONS_MAX, LABELS_MAX, NOTE_CHARS_MAX, SOURCE_ID_CHARS_MAX};
use lume_core::label::LABEL_CHARS_MAX;
use lume_core::mood::Mood;
use lume_wire::ErrorCode;
use lume_wire::auth::{
    DEVICE_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
};
use lume_wire::batch::{BATCH_EVENTS_MAX, BatchStatus};
use serde_json::{Map, Value, json};

use super::reference;

pub(super) fn all() -> Value {
    let codes: Vec<&str> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
    let mut schemas = accounts();
    schemas.extend(moods());
    schemas.extend(mood_defs());
    schemas.extend(sync());
    schemas.extend(super::push::schemas());
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
    let device = json!({
        "type": ["string", "null"], "maxLength": DEVICE_CHARS_MAX,
        "description": "How the device calls itself; shown in the history of entries."
    });
    let register = json!({
        "device": device, "email": email, "password": new_password, "name": name,
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
                &json!({ "email": text(), "password": text(), "device": device }),
            ),
        ),
        (
            "Refresh".to_owned(),
            object(
                &["refresh_token"],
                &json!({ "refresh_token": text(), "device": device }),
            ),
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
    let mut listed = shown.clone();
    listed["deleted_at"] =
        json!({ "type": "string", "format": "date-time", "description": "In the bin alone." });
    let always = [
        "id",
        "user_id",
        "date",
        "mood",
        "created_at",
        "updated_at",
        "rev",
    ];
    Map::from_iter([
        (
            "NewMood".to_owned(),
            object(&["id", "date", "mood"], &whole),
        ),
        ("MoodPatch".to_owned(), object(&[], &common)),
        ("Mood".to_owned(), object(&always, &shown)),
        ("ListedMood".to_owned(), object(&always, &listed)),
    ])
}

fn mood_defs() -> Map<String, Value> {
    let icons: Vec<&str> = Mood::ALL.iter().map(|mood| mood.icon()).collect();
    let name = json!({ "type": "string", "minLength": 1, "maxLength": LABEL_CHARS_MAX });
    let common = json!({
        "name": name,
        "icon": { "enum": icons },
        "valence": { "type": "number", "minimum": -1, "maximum": 1 },
        "archived": { "type": ["boolean", "null"], "description": "Put away: no longer offered." },
        "created_at": format("date-time"),
        "updated_at": format("date-time")
    });
    let mut whole = common.clone();
    whole["id"] = format("uuid");
    whole["user_id"] = format("uuid");
    whole["label"] = json!({
        "type": "string", "minLength": 1, "maxLength": LABEL_CHARS_MAX,
        "description": "What entries name it by: none of the catalogue's, and never changed."
    });
    let mut shown = whole.clone();
    shown["rev"] = json!({ "type": "integer", "description": "The revision, as in ETag." });
    let mut listed = shown.clone();
    listed["deleted_at"] =
        json!({ "type": "string", "format": "date-time", "description": "In the bin alone." });
    let always = [
        "id",
        "user_id",
        "label",
        "name",
        "icon",
        "valence",
        "archived",
        "created_at",
        "updated_at",
        "rev",
    ];
    Map::from_iter([
        (
            "NewMoodDef".to_owned(),
            object(&["id", "label", "name", "icon", "valence"], &whole),
        ),
        ("MoodDefPatch".to_owned(), object(&[], &common)),
        ("MoodDef".to_owned(), object(&always, &shown)),
        ("ListedMoodDef".to_owned(), object(&always, &listed)),
    ])
}

fn sync() -> Map<String, Value> {
    let rev = json!({ "type": "integer", "minimum": 0 });
    let entity = json!({ "type": ["object", "null"] });
    let event = json!({
        "event_id": format("uuid"),
        "type": { "type": "string", "description": "Such as mood.created, mood.updated, mood.deleted." },
        "entity_id": format("uuid"),
        "base_rev": {
            "type": ["integer", "null"], "minimum": 0,
            "description": "As in If-Match. Left out after another event of the same entity, it is the revision that \
                one led to."
        },
        "payload": { "type": "object", "description": "The body of a single request." }
    });
    let events = json!({
        "events": {
            "type": "array", "minItems": 1, "maxItems": BATCH_EVENTS_MAX,
            "items": object(&["event_id", "type", "entity_id"], &event)
        }
    });
    let statuses: Vec<&str> = BatchStatus::KNOWN.iter().map(BatchStatus::as_str).collect();
    let result = json!({
        "event_id": format("uuid"),
        "status": { "type": "string", "enum": statuses },
        "rev": rev, "entity": entity, "error": reference("Error")
    });
    let results = json!({
        "results": { "type": "array", "items": object(&["event_id", "status"], &result) }
    });
    let change = json!({
        "kind": text(), "entity_id": format("uuid"), "rev": rev, "deleted": { "type": "boolean" },
        "entity": entity, "origin_event_id": { "type": ["string", "null"], "format": "uuid" },
        "modified_at": format("date-time")
    });
    let changes = json!({
        "changes": {
            "type": "array",
            "items": object(
                &["kind", "entity_id", "rev", "deleted", "entity", "origin_event_id", "modified_at"],
                &change
            )
        },
        "next_cursor": text(), "has_more": { "type": "boolean" }, "server_epoch": text(),
        "server_now": format("date-time")
    });
    let revision = json!({
        "rev": rev, "at": format("date-time"), "device": { "type": ["string", "null"] },
        "deleted": { "type": "boolean" }, "entity": entity
    });
    let history = json!({
        "revisions": {
            "type": "array",
            "items": object(&["rev", "at", "device", "deleted", "entity"], &revision)
        },
        "next_cursor": { "type": ["string", "null"], "description": "Null on the last page." }
    });
    Map::from_iter([
        ("Batch".to_owned(), object(&["events"], &events)),
        ("BatchResults".to_owned(), object(&["results"], &results)),
        (
            "ChangesPage".to_owned(),
            object(
                &[
                    "changes",
                    "next_cursor",
                    "has_more",
                    "server_epoch",
                    "server_now",
                ],
                &changes,
            ),
        ),
        (
            "HistoryPage".to_owned(),
            object(&["revisions", "next_cursor"], &history),
        ),
    ])
}
