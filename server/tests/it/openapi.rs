//! The description is true: each operation has a route, and each route's answers are listed.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, ask, id, mood};

#[tokio::test]
async fn every_described_operation_has_a_route() {
    let app = App::new();
    let document = app.get("/api/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");

    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", &id(1).to_string());
        for method in ["get", "post", "put", "delete"] {
            let operation = &item[method];
            if operation.is_null() {
                continue;
            }
            operations += 1;
            let ask = ask(method.to_uppercase().parse().unwrap(), &path);
            let reply = app.send(ask.json(&json!({}))).await;
            let status = reply.status.as_u16();
            assert!(!matches!(status, 405 | 500..), "{method} {path}: {status}");
            assert!(
                reply.body["error"]["code"] != "not_found",
                "{method} {path}"
            );
            assert!(
                !operation["responses"][status.to_string()].is_null(),
                "{method} {path}: {status} is not listed"
            );
        }
    }
    assert_eq!(operations, 32);
}

/// The names of an object's fields.
fn names(value: &Value) -> BTreeSet<String> {
    let object = value.as_object().expect("an object");
    object.keys().cloned().collect()
}

/// The schema of the only success that carries a mood names exactly the fields an answer can have.
#[tokio::test]
async fn the_schema_of_an_entry_names_the_fields_of_an_answer() {
    let app = App::new();
    let alice = app.alice().await;
    let document = app.get("/api/openapi.json").await.body;
    let mut body = mood(id(1), "Cake");
    for (name, value) in [
        ("valence", json!(0.5)),
        ("labels", json!(["happy", "proud"])),
        ("associations", json!(["family"])),
        ("local_date", json!("2025-01-15")),
        ("time_zone", json!("Europe/Berlin")),
        ("utc_offset_minutes", json!(60)),
        ("source", json!("manual")),
        ("source_id", json!("7")),
    ] {
        body[name] = value;
    }

    let reply = alice.create(&body, "k").await;

    assert_eq!(
        names(reply.data()),
        names(&document["components"]["schemas"]["Mood"]["properties"])
    );
}

#[tokio::test]
async fn the_schema_of_an_own_mood_names_the_fields_of_an_answer() {
    let app = App::new();
    let alice = app.alice().await;
    let document = app.get("/api/openapi.json").await.body;
    let body = json!({"id": id(1), "label": "Zen", "name": "Zen", "icon": "wind", "valence": 0.3});
    let ask = alice.ask(Method::POST, "/api/v1/mood-defs");

    let reply = app.send(ask.json(&body)).await;

    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(
        names(reply.data()),
        names(&document["components"]["schemas"]["MoodDef"]["properties"])
    );
}

#[tokio::test]
async fn the_readable_page_loads_nothing_from_elsewhere() {
    let app = App::new();

    let page = app.get("/api/docs").await;
    let style = app.send(ask(Method::GET, "/api/docs.css").empty()).await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let html = String::from_utf8(page.bytes.clone()).unwrap();
    assert!(html.contains("POST /api/v1/moods") && html.contains("key_reused"));
    assert!(
        !html.contains("<script") && !html.contains("//"),
        "no address with a host"
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'self'")
    );
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}
