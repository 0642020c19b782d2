//! Mood entries.

use lume_wire::ErrorCode::{
    self, ApiKey, BadRequest, Deleted, Entity, Exists, InProgress, KeyExpired, KeyReused,
    Permission, PreconditionRequired, TokenExpired, TooLarge, Unauthorized, UnsupportedMediaType,
    Upgrade, Validation, Version,
};
use lume_wire::history::REVISIONS_MAX;
use serde_json::{Value, json};

use super::{Operation, Security, data, no_content, query, reference, refusals};
use crate::entities::{LIMIT_DEFAULT, LIMIT_MAX, REVISIONS_DEFAULT};

const ANY: &[ErrorCode] = &[BadRequest, Unauthorized, TokenExpired, ApiKey, Upgrade];
const CHANGE: &[ErrorCode] = &[Permission, InProgress, KeyReused, KeyExpired];
const BODY: &[ErrorCode] = &[TooLarge, UnsupportedMediaType, Validation];

pub(super) fn paths() -> Vec<(String, Value)> {
    let mut one = json!({ "get": show(), "put": update(), "delete": delete() });
    let mut revisions = json!({ "get": history() });
    for item in [&mut one, &mut revisions] {
        item["parameters"] = json!([{
            "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
            "description": "Compared without regard to case."
        }]);
    }
    vec![
        (
            "/api/v1/moods".to_owned(),
            json!({ "get": list(), "post": create() }),
        ),
        ("/api/v1/moods/{id}".to_owned(), one),
        ("/api/v1/moods/{id}/history".to_owned(), revisions),
    ]
}

fn operation(
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<&'static str>,
    successes: Vec<(u16, Value)>,
    codes: &[&[ErrorCode]],
) -> Value {
    let mut answers = successes;
    answers.extend(refusals(&codes.concat()));
    Operation {
        tag: "Moods",
        id,
        summary,
        security: Security::Person,
        parameters,
        body,
        answers,
    }
    .describe()
}

fn key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        "description": "The event's id: the change takes effect once under it, and its answer is given again."
    })
}

fn if_match(required: bool) -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": required,
        "schema": { "type": "string", "pattern": "^(\\*|\"[0-9]+\")$" },
        "description": "The revision the change is based on, quoted."
    })
}

fn tagged(mut success: (u16, Value)) -> (u16, Value) {
    success.1["headers"]["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
    success
}

fn create() -> Value {
    operation(
        "createMood",
        "Add an entry under an id made by the device",
        vec![key()],
        Some("NewMood"),
        vec![
            tagged(data(201, "Added.", &reference("Mood"))),
            tagged(data(
                200,
                "It was there already with the same content.",
                &reference("Mood"),
            )),
        ],
        &[ANY, CHANGE, BODY, &[Exists, Deleted]],
    )
}

fn update() -> Value {
    operation(
        "updateMood",
        "Change the fields that are named, null clearing; with the tombstone's revision, bring a deleted entry back",
        vec![if_match(true), key()],
        Some("MoodPatch"),
        vec![tagged(data(
            200,
            "The entry as it is now.",
            &reference("Mood"),
        ))],
        &[
            ANY,
            CHANGE,
            BODY,
            &[Entity, Deleted, Version, PreconditionRequired],
        ],
    )
}

fn delete() -> Value {
    operation(
        "deleteMood",
        "Delete an entry; gone already is as good as done",
        vec![if_match(false), key()],
        None,
        vec![no_content("It is gone.")],
        &[ANY, CHANGE, &[Version]],
    )
}

fn show() -> Value {
    operation(
        "getMood",
        "One entry",
        Vec::new(),
        None,
        vec![tagged(data(200, "The entry.", &reference("Mood")))],
        &[ANY, &[Entity, Deleted]],
    )
}

fn list() -> Value {
    let moment = json!({
        "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "string", "format": "date" }]
    });
    let limit =
        json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT });
    let page = json!({
        "type": "object",
        "required": ["moods", "next_cursor"],
        "properties": {
            "moods": { "type": "array", "items": reference("ListedMood") },
            "next_cursor": { "type": ["string", "null"], "description": "Null on the last page." }
        }
    });
    operation(
        "listMoods",
        "Entries, newest first, page by page; or those in the bin, deleted last first",
        vec![
            query(
                "from",
                &moment,
                "Nothing before this instant, or this day of UTC.",
            ),
            query(
                "to",
                &moment,
                "Nothing after this instant, or this day of UTC.",
            ),
            query(
                "deleted",
                &json!({ "type": "boolean", "default": false }),
                "The bin: entries deleted in the last 30 days. An update with their revision brings them back.",
            ),
            query("limit", &limit, "How many."),
            query(
                "cursor",
                &json!({ "type": "string" }),
                "The next_cursor of the page before.",
            ),
        ],
        None,
        vec![data(200, "The page.", &page)],
        &[ANY],
    )
}

fn history() -> Value {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": REVISIONS_MAX, "default": REVISIONS_DEFAULT });
    operation(
        "moodHistory",
        "What an entry was, newest first: at most 100 revisions, each for 180 days after another took its place",
        vec![
            query("limit", &limit, "How many."),
            query(
                "cursor",
                &json!({ "type": "string" }),
                "The next_cursor of the page before.",
            ),
        ],
        None,
        vec![data(200, "The page.", &reference("HistoryPage"))],
        &[ANY, &[Entity, Deleted]],
    )
}
