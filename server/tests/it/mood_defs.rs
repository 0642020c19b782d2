//! Moods of a person's own: a kind of its own, with everything that moods have.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, Person, Reply, id, mood};

const COLLECTION: &str = "/api/v1/mood-defs";

fn zen(number: u8) -> Value {
    json!({
        "id": id(number).to_string(), "label": "Zen", "name": "Zen", "icon": "wind", "valence": 0.3,
        "created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00Z"
    })
}

fn item(number: u8) -> String {
    format!("{COLLECTION}/{}", id(number))
}

async fn create(person: &Person<'_>, body: &Value, key: &str) -> Reply {
    let ask = person.ask(Method::POST, COLLECTION);
    person
        .app
        .send(ask.header("idempotency-key", key).json(body))
        .await
}

async fn update(person: &Person<'_>, number: u8, rev: i64, patch: &Value, key: &str) -> Reply {
    let ask = person.ask(Method::PUT, &item(number));
    let ask = ask.header("if-match", &format!("\"{rev}\""));
    person
        .app
        .send(ask.header("idempotency-key", key).json(patch))
        .await
}

#[tokio::test]
async fn the_server_says_that_it_takes_them() {
    let app = App::new();
    let capabilities = app.get("/api/v1/capabilities").await;
    let features = capabilities.data()["features"].as_array().expect("a list");
    assert!(features.contains(&json!("mood_defs")));
}

#[tokio::test]
async fn one_is_made_changed_and_deleted_and_its_label_stays() {
    let app = App::new();
    let alice = app.alice().await;

    let made = create(&alice, &zen(1), "k1").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.data()["archived"], false);
    assert_eq!(create(&alice, &zen(1), "k1").await.data(), made.data());

    let patch = json!({"name": "Calm", "label": "Calm", "archived": true});
    let changed = update(&alice, 1, made.rev(), &patch, "k2").await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let now = changed.data();
    assert_eq!(
        (&now["label"], &now["name"], &now["archived"]),
        (&json!("Zen"), &json!("Calm"), &json!(true))
    );
    let late = update(&alice, 1, made.rev(), &json!({"name": "Late"}), "k3").await;
    assert_eq!(late.refused(), (412, "version"));

    let gone = alice.ask(Method::DELETE, &item(1)).empty();
    assert_eq!(app.send(gone).await.status, 204);
    assert_eq!(alice.get(&item(1)).await.refused(), (410, "deleted"));
}

#[tokio::test]
async fn they_are_listed_apart_from_entries_and_are_in_one_feed_with_them() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    create(&alice, &zen(1), "k1").await;
    alice.created(&mood(id(2), "Cake")).await;

    let listed = alice.get(COLLECTION).await;
    let names = listed.data()["mood_defs"].as_array().expect("a list");
    assert_eq!(names.len(), 1);
    assert_eq!(names[0]["name"], "Zen");
    let entries = alice.get("/api/v1/moods").await;
    assert_eq!(entries.data()["moods"].as_array().map(Vec::len), Some(1));

    let feed = alice.get("/api/v1/changes").await;
    let changes = feed.data()["changes"].as_array().expect("a list");
    let kinds: Vec<_> = changes.iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, [&json!("mood_def"), &json!("mood")]);
    assert_eq!(changes[0]["entity"]["icon"], "wind");

    assert_eq!(bob.get(&item(1)).await.status, 404);
    assert_eq!(create(&bob, &zen(1), "k").await.status, 403);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = App::new();
    let alice = app.alice().await;
    let mut wrong = zen(1);
    wrong["icon"] = json!("settings");
    wrong["label"] = json!("happy");

    let refused = create(&alice, &wrong, "k1").await;

    assert_eq!(refused.refused(), (422, "validation"));
    assert_eq!(refused.field("icon"), "invalid");
    assert_eq!(refused.field("label"), "invalid");
}
