//! Health, capabilities, consultations.

use lume_wire::ErrorCode::{self, ApiKey, BadRequest, TokenExpired, Unauthorized, Upgrade};
use lume_wire::consultations::{ConsultationStatus, LIMIT_DEFAULT, LIMIT_MAX, Persona};
use serde_json::{Value, json};

use super::{Operation, Security, data, query, reference, refusals, with_headers};

pub(super) fn paths() -> Vec<(String, Value)> {
    vec![
        ("/health".to_owned(), json!({ "get": health("health") })),
        (
            "/api/v1/health".to_owned(),
            json!({ "get": health("apiHealth") }),
        ),
        (
            "/api/v1/capabilities".to_owned(),
            json!({ "get": capabilities() }),
        ),
        (
            "/api/v1/consultations".to_owned(),
            json!({ "get": consultations() }),
        ),
    ]
}

fn health(id: &'static str) -> Value {
    let schema = json!({
        "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } }
    });
    let answer = json!({ "description": "It runs.", "content": { "application/json": { "schema": schema } } });
    Operation {
        tag: "System",
        id,
        summary: "Whether the server runs",
        security: Security::Nobody,
        parameters: Vec::new(),
        body: None,
        answers: vec![(200, with_headers(answer))],
    }
    .describe()
}

fn capabilities() -> Value {
    let mut answers = vec![data(
        200,
        "Who the server is and what it can do.",
        &reference("Capabilities"),
    )];
    answers.extend(refusals(&[ApiKey, Upgrade]));
    Operation {
        tag: "System",
        id: "capabilities",
        summary: "Who the server is and what it can do",
        security: Security::App,
        parameters: Vec::new(),
        body: None,
        answers,
    }
    .describe()
}

fn consultations() -> Value {
    let words = |known: Vec<&str>| json!({ "type": "string", "enum": known });
    let status = words(
        ConsultationStatus::KNOWN
            .iter()
            .map(ConsultationStatus::as_str)
            .collect(),
    );
    let persona = words(Persona::KNOWN.iter().map(Persona::as_str).collect());
    let limit =
        json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT });
    let offset = json!({ "type": "integer", "minimum": 0, "default": 0 });
    let codes: [ErrorCode; 5] = [BadRequest, Unauthorized, TokenExpired, ApiKey, Upgrade];
    let mut answers = vec![data(200, "The page.", &reference("ConsultationsPage"))];
    answers.extend(refusals(&codes));
    Operation {
        tag: "Consultations",
        id: "listConsultations",
        summary: "One's consultations, page by page",
        security: Security::Person,
        parameters: vec![
            query("status", &status, "Default active."),
            query("persona", &persona, "Any where left out."),
            query("limit", &limit, "How many."),
            query("offset", &offset, "How many to skip."),
        ],
        body: None,
        answers,
    }
    .describe()
}
