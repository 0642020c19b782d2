//! The API's description of itself: OpenAPI 3.1, and a page to read it on that loads nothing from elsewhere.
//!
//! Written by hand, one file per area, next to the code it describes; a test calls every operation in it and finds a
//! route, and every answer of the tests' requests has a status that is listed.

mod accounts;
mod entities;
mod page;
mod push;
mod schemas;
mod sync;
mod system;

use lume_wire::ErrorCode;
use serde_json::{Map, Value, json};

pub(crate) use page::{STYLE, page};

/// The whole document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for (path, item) in system::paths()
        .into_iter()
        .chain(accounts::paths())
        .chain(entities::paths())
        .chain(sync::paths())
        .chain(push::paths())
    {
        paths.insert(path, item);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Lume",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Keeps accounts and mood entries for the Lume app. Every answer under /api carries \
                X-Lume-Protocol: 1 and the envelope {success, data} or {success, error}. Times are RFC 3339 in UTC.",
            "license": { "name": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "System", "description": "Who the server is and how it does." },
            { "name": "Accounts", "description": "Accounts and sessions." },
            { "name": "Moods", "description": "Mood entries." },
            { "name": "Own moods", "description": "What a person's own moods are called and look like." },
            { "name": "Sync", "description": "Changes of a device and of the others." },
            { "name": "Reminders", "description": "Reminders by Web Push, while the app is closed." },
            { "name": "Consultations", "description": "Conversations with a persona." }
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "The access token." },
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "X-API-Key",
                    "description": "Where the operator has set one."
                }
            },
            "schemas": schemas::all(),
            "headers": {
                "Protocol": {
                    "description": "Marks every answer of this server.",
                    "schema": { "type": "string", "const": "1" }
                },
                "ETag": { "description": "The entity's revision, quoted.", "schema": { "type": "string" } },
                "RetryAfter": { "description": "Seconds to wait.", "schema": { "type": "integer" } }
            }
        }
    })
}

/// An operation; `security` is who may call it.
struct Operation {
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    security: Security,
    parameters: Vec<Value>,
    body: Option<&'static str>,
    answers: Vec<(u16, Value)>,
}

#[derive(Clone, Copy)]
enum Security {
    /// Anybody.
    Nobody,
    /// Who has the API key.
    App,
    /// Who is signed in.
    Person,
}

impl Security {
    /// What every call may be answered, whatever it is: too many of them, a body that does not arrive, a server that is
    /// overloaded.
    fn refusals(self) -> Vec<(u16, Value)> {
        match self {
            Self::Nobody => Vec::new(),
            Self::App | Self::Person => refusals(&[
                ErrorCode::Timeout,
                ErrorCode::RateLimited,
                ErrorCode::Unavailable,
            ]),
        }
    }
}

impl Operation {
    fn describe(self) -> Value {
        let mut answers = Map::new();
        for (status, answer) in self.answers.into_iter().chain(self.security.refusals()) {
            answers.entry(status.to_string()).or_insert(answer);
        }
        let security = match self.security {
            Security::Nobody => json!([]),
            Security::App => json!([{ "apiKey": [] }]),
            Security::Person => json!([{ "apiKey": [], "bearer": [] }]),
        };
        let mut operation = json!({
            "tags": [self.tag], "operationId": self.id, "summary": self.summary, "security": security,
            "responses": answers,
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(schema) = self.body {
            operation["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": reference(schema) } }
            });
        }
        operation
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// An answer with data in the envelope.
fn data(status: u16, description: &str, schema: &Value) -> (u16, Value) {
    let envelope = json!({
        "type": "object",
        "required": ["success", "data"],
        "properties": { "success": { "const": true }, "data": schema }
    });
    (
        status,
        with_headers(json!({
            "description": description,
            "content": { "application/json": { "schema": envelope } }
        })),
    )
}

fn no_content(description: &str) -> (u16, Value) {
    (204, with_headers(json!({ "description": description })))
}

/// Refusals, one per status, with the codes they carry.
fn refusals(codes: &[ErrorCode]) -> Vec<(u16, Value)> {
    let mut by_status: std::collections::BTreeMap<u16, Vec<&str>> =
        std::collections::BTreeMap::new();
    for code in codes {
        by_status
            .entry(code.status())
            .or_default()
            .push(code.as_str());
    }
    by_status
        .into_iter()
        .map(|(status, codes)| {
            let answer = json!({
                "description": format!("`{}`", codes.join("`, `")),
                "content": { "application/json": { "schema": reference("Failure") } }
            });
            (status, with_headers(answer))
        })
        .collect()
}

fn with_headers(mut answer: Value) -> Value {
    answer["headers"] = json!({ "X-Lume-Protocol": { "$ref": "#/components/headers/Protocol" } });
    answer
}

fn query(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            found.push(target);
        }
        let parts: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(fields) => fields.values().collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        for part in parts {
            references(part, found);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for target in found {
            let pointer = target
                .strip_prefix('#')
                .expect("references stay in the document");
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let document = document();
        let operations = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|item| item.as_object().unwrap().values());
        let ids: Vec<&str> = operations
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len());
    }

    #[test]
    fn the_page_names_every_path_and_holds_no_script() {
        let page = page();
        for path in document()["paths"].as_object().unwrap().keys() {
            assert!(page.contains(path.as_str()), "{path}");
        }
        assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("http://"));
    }
}
