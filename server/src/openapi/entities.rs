//! Entities: the same calls for every kind, each in its own words.

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

/// What a kind's calls are called.
struct Words {
    /// Its place under `/api/v1`.
    collection: &'static str,
    tag: &'static str,
    /// The ids of the calls, and their summaries.
    create: (&'static str, &'static str),
    update: (&'static str, &'static str),
    delete: (&'static str, &'static str),
    show: (&'static str, &'static str),
    list: (&'static str, &'static str),
    history: (&'static str, &'static str),
    /// The schemas of a new one, a patch, one as it is, and one in a list.
    new: &'static str,
    patch: &'static str,
    one: &'static str,
    listed: &'static str,
}

const MOODS: Words = Words {
    collection: "moods",
    tag: "Moods",
    create: ("createMood", "Add an entry under an id made by the device"),
    update: (
        "updateMood",
        "Change the fields that are named, null clearing; with the tombstone's revision, bring a deleted entry back",
    ),
    delete: (
        "deleteMood",
        "Delete an entry; gone already is as good as done",
    ),
    show: ("getMood", "One entry"),
    list: (
        "listMoods",
        "Entries, newest first, page by page; or those in the bin, deleted last first",
    ),
    history: (
        "moodHistory",
        "What an entry was, newest first: at most 100 revisions, each for 180 days after another took its place",
    ),
    new: "NewMood",
    patch: "MoodPatch",
    one: "Mood",
    listed: "ListedMood",
};

const MOOD_DEFS: Words = Words {
    collection: "mood-defs",
    tag: "Own moods",
    create: (
        "createMoodDef",
        "Add a mood of the person's own, which entries name by its label",
    ),
    update: (
        "updateMoodDef",
        "Change the fields that are named; the label stays what it is",
    ),
    delete: (
        "deleteMoodDef",
        "Delete a mood of the person's own; entries keep its label",
    ),
    show: ("getMoodDef", "One mood of the person's own"),
    list: (
        "listMoodDefs",
        "Moods of the person's own, made last first, page by page; or those in the bin",
    ),
    history: ("moodDefHistory", "What a mood of the person's own was"),
    new: "NewMoodDef",
    patch: "MoodDefPatch",
    one: "MoodDef",
    listed: "ListedMoodDef",
};

pub(super) fn paths() -> Vec<(String, Value)> {
    [MOODS, MOOD_DEFS].iter().flat_map(Words::paths).collect()
}

impl Words {
    fn paths(&self) -> [(String, Value); 3] {
        let mut one = json!({ "get": self.show(), "put": self.update(), "delete": self.delete() });
        let mut revisions = json!({ "get": self.history() });
        for item in [&mut one, &mut revisions] {
            item["parameters"] = json!([{
                "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
                "description": "Compared without regard to case."
            }]);
        }
        let collection = format!("{}/{}", lume_wire::paths::API, self.collection);
        [
            (
                collection.clone(),
                json!({ "get": self.list(), "post": self.create() }),
            ),
            (format!("{collection}/{{id}}"), one),
            (format!("{collection}/{{id}}/history"), revisions),
        ]
    }

    fn operation(
        &self,
        (id, summary): (&'static str, &'static str),
        parameters: Vec<Value>,
        body: Option<&'static str>,
        successes: Vec<(u16, Value)>,
        codes: &[&[ErrorCode]],
    ) -> Value {
        let mut answers = successes;
        answers.extend(refusals(&codes.concat()));
        Operation {
            tag: self.tag,
            id,
            summary,
            security: Security::Person,
            parameters,
            body,
            answers,
        }
        .describe()
    }

    fn create(&self) -> Value {
        self.operation(
            self.create,
            vec![key()],
            Some(self.new),
            vec![
                tagged(data(201, "Added.", &reference(self.one))),
                tagged(data(
                    200,
                    "It was there already with the same content.",
                    &reference(self.one),
                )),
            ],
            &[ANY, CHANGE, BODY, &[Exists, Deleted]],
        )
    }

    fn update(&self) -> Value {
        self.operation(
            self.update,
            vec![if_match(true), key()],
            Some(self.patch),
            vec![tagged(data(200, "As it is now.", &reference(self.one)))],
            &[
                ANY,
                CHANGE,
                BODY,
                &[Entity, Deleted, Version, PreconditionRequired],
            ],
        )
    }

    fn delete(&self) -> Value {
        self.operation(
            self.delete,
            vec![if_match(false), key()],
            None,
            vec![no_content("It is gone.")],
            &[ANY, CHANGE, &[Version]],
        )
    }

    fn show(&self) -> Value {
        self.operation(
            self.show,
            Vec::new(),
            None,
            vec![tagged(data(200, "As it is.", &reference(self.one)))],
            &[ANY, &[Entity, Deleted]],
        )
    }

    fn list(&self) -> Value {
        let moment = json!({
            "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "string", "format": "date" }]
        });
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT });
        let name = lume_wire::paths::list_name(self.collection);
        let mut page = json!({
            "type": "object",
            "required": [name, "next_cursor"],
            "properties": {
                "next_cursor": { "type": ["string", "null"], "description": "Null on the last page." }
            }
        });
        page["properties"][name] = json!({ "type": "array", "items": reference(self.listed) });
        self.operation(
            self.list,
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
                    "The bin: those deleted in the last 30 days. An update with their revision brings them back.",
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

    fn history(&self) -> Value {
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": REVISIONS_MAX, "default": REVISIONS_DEFAULT });
        self.operation(
            self.history,
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
