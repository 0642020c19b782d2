//! Changes in batches: each event as if it came by itself, and all of them in one transaction.

use axum::http::Method;
use lume_core::ids::EntityId;
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, Person, Reply, id, item, mood};

pub(crate) const BATCH: &str = "/api/v1/events:batch";

/// The id of an event; those of entities are numbered from below.
pub(crate) fn event_id(number: u8) -> String {
    id(255 - number).to_string()
}

pub(crate) fn created(event: u8, entity: EntityId, note: &str) -> Value {
    let payload = mood(entity, note);
    json!({ "event_id": event_id(event), "type": "mood.created", "entity_id": entity, "payload": payload })
}

pub(crate) fn updated(event: u8, entity: EntityId, base: Option<i64>, note: &str) -> Value {
    json!({
        "event_id": event_id(event), "type": "mood.updated", "entity_id": entity, "base_rev": base,
        "payload": { "note": note }
    })
}

pub(crate) fn deleted(event: u8, entity: EntityId, base: Option<i64>) -> Value {
    json!({ "event_id": event_id(event), "type": "mood.deleted", "entity_id": entity, "base_rev": base })
}

pub(crate) async fn send(person: &Person<'_>, events: &[Value]) -> Reply {
    let ask = person.ask(Method::POST, BATCH);
    person
        .app
        .send(ask.json(&json!({ "events": events })))
        .await
}

/// The results of a batch that was read.
pub(crate) async fn results(person: &Person<'_>, events: &[Value]) -> Vec<Value> {
    let reply = send(person, events).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let results = reply.data()["results"].as_array().expect("a list").clone();
    let ids =
        |list: &[Value]| -> Vec<Value> { list.iter().map(|one| one["event_id"].clone()).collect() };
    assert_eq!(ids(&results), ids(events), "one for each, in order");
    results
}

/// Status, revision and code of each result.
pub(crate) fn told(results: &[Value]) -> Vec<(&str, Option<i64>, &str)> {
    results.iter().map(told_of).collect()
}

fn told_of(result: &Value) -> (&str, Option<i64>, &str) {
    let status = result["status"].as_str().expect("a status");
    let code = result["error"]["code"].as_str().unwrap_or_default();
    (status, result["rev"].as_i64(), code)
}

#[tokio::test]
async fn events_apply_in_order_and_a_chain_is_based_on_what_came_before() {
    let app = App::new();
    let alice = app.alice().await;

    let results = results(
        &alice,
        &[
            created(1, id(1), "Cake"),
            created(2, id(2), "Tea"),
            updated(3, id(1), None, "Pie"),
            updated(4, id(1), None, "Jam"),
            deleted(5, id(2), None),
        ],
    )
    .await;

    let expected = [1, 2, 3, 4, 5].map(|rev| ("applied", Some(rev), ""));
    assert_eq!(told(&results), expected);
    let shown = alice.show(id(1)).await;
    assert_eq!((&shown.data()["note"], shown.rev()), (&json!("Jam"), 4));
    assert_eq!(alice.show(id(2)).await.refused(), (410, "deleted"));
}

#[tokio::test]
async fn a_batch_that_comes_again_takes_no_second_effect() {
    let app = App::new();
    let alice = app.alice().await;
    let events = [
        created(1, id(1), "Cake"),
        updated(2, id(1), None, "Tea"),
        updated(3, id(1), Some(2), "Pie"),
        deleted(4, id(1), None),
    ];
    let first = results(&alice, &events).await;
    let kept = alice.keep();
    let before = app.rows();
    let app = app.restarted();
    let alice = kept.back_at(&app);

    let second = results(&alice, &events).await;

    assert_eq!(
        told(&first),
        [1, 2, 3, 4].map(|rev| ("applied", Some(rev), ""))
    );
    assert_eq!(
        told(&second),
        [1, 2, 3, 4].map(|rev| ("duplicate", Some(rev), ""))
    );
    // An event of the chain that comes by itself, without what it followed.
    for event in [&events[1], &events[3]] {
        let alone = results(&alice, std::slice::from_ref(event)).await;
        assert_eq!(told(&alone)[0].0, "duplicate");
    }
    assert_eq!(app.rows(), before);
}

#[tokio::test]
async fn a_key_means_the_same_by_itself_and_in_a_batch() {
    let app = App::new();
    let alice = app.alice().await;
    // By themselves first.
    alice.create(&mood(id(1), "Cake"), &event_id(1)).await;
    alice
        .update(id(1), 1, &json!({ "note": "Tea" }), &event_id(2))
        .await;
    alice.delete(id(1), &event_id(3)).await;
    let events = [
        created(1, id(1), "Cake"),
        updated(2, id(1), None, "Tea"),
        deleted(3, id(1), None),
    ];
    let again = results(&alice, &events).await;
    assert_eq!(
        told(&again),
        [1, 2, 3].map(|rev| ("duplicate", Some(rev), ""))
    );

    // In a batch first.
    let events = [
        created(4, id(2), "Cake"),
        updated(5, id(2), None, "Tea"),
        updated(6, id(2), Some(1), "stale"),
        created(7, id(3), "Cake"),
        deleted(8, id(3), None),
    ];
    let first = results(&alice, &events).await;
    assert_eq!(
        told(&first)[2],
        ("conflict", Some(5), "version"),
        "{first:?}"
    );
    let create = alice.create(&mood(id(2), "Cake"), &event_id(4)).await;
    let update = alice
        .update(id(2), 4, &json!({ "note": "Tea" }), &event_id(5))
        .await;
    let stale = alice
        .update(id(2), 1, &json!({ "note": "stale" }), &event_id(6))
        .await;
    let delete = alice.delete(id(3), &event_id(8)).await;
    assert_eq!((create.status.as_u16(), create.rev()), (201, 4));
    assert_eq!((update.status.as_u16(), update.rev()), (200, 5));
    assert_eq!((stale.refused(), stale.rev()), ((412, "version"), 5));
    assert_eq!((delete.status.as_u16(), delete.rev()), (204, 7));
}

#[tokio::test]
async fn a_key_with_another_payload_or_one_that_is_too_old_is_rejected() {
    let app = App::new();
    let alice = app.alice().await;
    results(
        &alice,
        &[created(1, id(1), "Cake"), updated(2, id(1), Some(1), "Tea")],
    )
    .await;

    let reused = results(
        &alice,
        &[
            created(1, id(1), "Pie"),
            created(1, id(2), "Cake"),
            updated(2, id(3), None, "Tea"),
            deleted(2, id(4), None),
        ],
    )
    .await;
    let other_base = results(&alice, &[updated(2, id(1), Some(2), "Tea")]).await;
    for result in told(&reused).iter().chain(&told(&other_base)) {
        assert_eq!(*result, ("rejected", None, "key_reused"));
    }

    app.pass_days(91);
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    let alice = Person::of(&app, &app.post("/api/v1/auth/login", login).await);
    let events = [created(1, id(1), "Cake"), updated(2, id(1), Some(1), "Tea")];
    let expired = results(&alice, &events).await;
    assert_eq!(
        told(&expired),
        [("rejected", None, "key_expired"), ("blocked_by", None, "")]
    );
    assert_eq!(alice.show(id(1)).await.rev(), 2, "no second effect");
}

#[tokio::test]
async fn deleting_what_is_gone_is_as_good_as_done() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    alice.delete(id(1), "k").await;

    let events = [deleted(1, id(1), Some(1)), deleted(2, id(2), None)];
    let first = results(&alice, &events).await;
    let second = results(&alice, &events).await;

    assert_eq!(told(&first), [("applied", None, ""); 2]);
    assert_eq!(told(&second), [("duplicate", None, ""); 2]);
}

/// A chain is based on what its own event led to, and not on what another device made of it since.
#[tokio::test]
async fn the_rest_of_a_chain_does_not_overwrite_what_came_between() {
    let app = App::new();
    let alice = app.alice().await;
    results(&alice, &[created(1, id(1), "Cake")]).await;
    alice
        .update(id(1), 1, &json!({ "note": "by another device" }), "k")
        .await;

    for rest in [updated(2, id(1), None, "Tea"), deleted(3, id(1), None)] {
        let found = results(&alice, &[created(1, id(1), "Cake"), rest]).await;
        assert_eq!(
            told(&found),
            [("duplicate", Some(1), ""), ("conflict", Some(2), "version")]
        );
    }
}

/// The database fails in the middle of one event: it alone is undone, and can come again.
#[tokio::test]
async fn a_session_that_is_over_changes_nothing() {
    let app = App::new();
    let alice = app.alice().await;
    app.send(
        alice
            .ask(Method::POST, "/api/v1/auth/logout")
            .json(&json!({})),
    )
    .await;
    let before = app.rows();

    let reply = send(&alice, &[created(1, id(1), "Cake")]).await;

    assert_eq!(reply.refused(), (401, "unauthorized"));
    assert_eq!(app.rows(), before);
    let other = app.send(alice.ask(Method::GET, &item(id(1))).empty()).await;
    assert_eq!(other.status, 401);
}
