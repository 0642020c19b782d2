//! Events of a batch that fail, the rest of their lanes, and batches that are none.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, id, mood};
use crate::batch::{BATCH, created, deleted, event_id, results, send, told, updated};

#[tokio::test]
async fn after_a_failure_the_rest_of_its_lane_waits_and_other_lanes_go_on() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let events = [
        updated(1, id(1), Some(7), "stale"),
        updated(2, id(1), Some(1), "Tea"),
        created(3, id(2), "Pie"),
        deleted(4, id(1), None),
    ];

    let first = results(&alice, &events).await;

    let blocked = ("blocked_by", None, "");
    assert_eq!(
        told(&first),
        [
            ("conflict", Some(1), "version"),
            blocked,
            ("applied", Some(2), ""),
            blocked
        ]
    );
    assert_eq!(alice.show(id(1)).await.data()["note"], "Cake");
    // What waited has no answer yet: its keys are as good as new.
    let then = results(&alice, &events[1..2]).await;
    assert_eq!(told(&then), [("applied", Some(3), "")]);
}

#[tokio::test]
async fn a_conflict_shows_what_the_server_has() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    alice.created(&mood(id(2), "Tea")).await;
    alice.delete(id(2), "k").await;

    let found = results(
        &alice,
        &[
            created(1, id(1), "other"),
            updated(2, id(2), Some(2), "other"),
            updated(3, id(3), Some(1), "other"),
            created(4, id(2), "Tea"),
        ],
    )
    .await;

    assert_eq!(
        told(&found),
        [
            ("conflict", Some(1), "exists"),
            ("conflict", Some(3), "deleted"),
            ("conflict", None, "entity"),
            ("blocked_by", None, "")
        ]
    );
    assert_eq!(found[0]["entity"]["note"], "Cake");
    assert_eq!(found[0]["entity"]["rev"], 1);
    assert!(found[1]["entity"].is_null());
    // The same by themselves.
    let alone = alice.create(&mood(id(1), "other"), &event_id(1)).await;
    assert_eq!(alone.refused(), (409, "exists"));
    assert_eq!(alone.body["error"]["entity"], found[0]["entity"]);
}

#[tokio::test]
async fn what_breaks_a_rule_is_rejected_for_good_with_its_fields() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    bob.created(&mood(id(9), "Bob's")).await;
    let mut invalid = created(1, id(1), "Cake");
    invalid["payload"]["valence"] = json!(2);
    let events = [invalid, created(2, id(9), "mine")];

    for _ in 0..2 {
        let found = results(&alice, &events).await;
        assert_eq!(
            told(&found),
            [
                ("rejected", None, "validation"),
                ("rejected", None, "permission")
            ]
        );
        assert_eq!(found[0]["error"]["fields"]["valence"], "out_of_range");
    }
    let single = alice.delete(id(9), &event_id(2)).await;
    assert_eq!(single.refused(), (422, "key_reused"), "it is stored");
    assert_eq!(bob.show(id(9)).await.data()["note"], "Bob's");
}

#[tokio::test]
async fn what_was_never_understood_is_rejected_and_does_not_use_its_key_up() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(2), "Tea")).await;
    // Each in a lane of its own.
    let typed = |event: u8, text: &str| {
        let mut one = created(event, id(10 + event), "Cake");
        one["type"] = json!(text);
        one
    };
    let mut other_id = created(4, id(3), "Cake");
    other_id["payload"]["id"] = json!(id(4));

    let found = results(
        &alice,
        &[
            typed(1, "dream.created"),
            typed(2, "mood.eaten"),
            typed(3, "mood"),
            other_id,
            updated(5, id(2), None, "no base"),
        ],
    )
    .await;

    let bad = ("rejected", None, "bad_request");
    assert_eq!(
        told(&found),
        [
            bad,
            bad,
            bad,
            bad,
            ("rejected", None, "precondition_required")
        ]
    );
    assert_eq!(found[0]["error"]["fields"]["type"], "unknown");
    assert_eq!(found[3]["error"]["fields"]["id"], "invalid");
    let again = results(
        &alice,
        &[
            created(1, id(11), "Cake"),
            created(4, id(3), "Cake"),
            updated(5, id(2), Some(1), "no base"),
        ],
    )
    .await;
    assert!(told(&again).iter().all(|one| one.0 == "applied"));
}

#[tokio::test]
async fn an_event_that_is_being_worked_on_is_put_off_with_its_lane() {
    let app = App::new();
    let alice = app.alice().await;
    let user = alice.user_id.parse().unwrap();
    let held = app.service.hold_key(user, &event_id(1)).unwrap();
    let events = [
        created(1, id(1), "Cake"),
        updated(2, id(1), None, "Tea"),
        created(3, id(2), "Pie"),
    ];

    let meanwhile = results(&alice, &events).await;
    drop(held);
    let after = results(&alice, &events).await;

    assert_eq!(
        told(&meanwhile),
        [
            ("retry", None, "in_progress"),
            ("blocked_by", None, ""),
            ("applied", Some(1), "")
        ]
    );
    assert_eq!(
        told(&after),
        [
            ("applied", Some(2), ""),
            ("applied", Some(3), ""),
            ("duplicate", Some(1), "")
        ]
    );
}

#[tokio::test]
async fn a_failure_of_ours_undoes_one_event_and_no_other() {
    let app = App::new();
    let alice = app.alice().await;
    let sabotage = format!(
        "CREATE TRIGGER sabotage BEFORE INSERT ON idempotency WHEN new.key = '{}'
         BEGIN SELECT raise(ABORT, 'no'); END",
        event_id(2)
    );
    let run = |sql: &str| {
        let done = app
            .service
            .database()
            .write(|transaction| Ok(transaction.execute_batch(sql)?));
        done.expect("it runs");
    };
    run(&sabotage);
    let events = [
        created(1, id(1), "Cake"),
        created(2, id(2), "Tea"),
        updated(3, id(2), None, "Pie"),
        created(4, id(3), "Jam"),
    ];

    let failed = results(&alice, &events).await;

    assert_eq!(
        told(&failed),
        [
            ("applied", Some(1), ""),
            ("retry", None, "internal"),
            ("blocked_by", None, ""),
            ("applied", Some(2), "")
        ]
    );
    assert!(!failed[1].to_string().contains("sabotage"));
    assert_eq!(alice.show(id(2)).await.refused(), (404, "entity"));
    run("DROP TRIGGER sabotage");
    let again = results(&alice, &events).await;
    assert_eq!(
        told(&again)[1..3],
        [("applied", Some(3), ""), ("applied", Some(4), "")]
    );
}

#[tokio::test]
async fn a_batch_is_one_transaction() {
    let app = App::new();
    let alice = app.alice().await;
    // The whole transaction is lost with the second event.
    let sabotage = format!(
        "CREATE TRIGGER sabotage BEFORE INSERT ON idempotency WHEN new.key = '{}'
         BEGIN SELECT raise(ROLLBACK, 'no'); END",
        event_id(2)
    );
    app.service
        .database()
        .write(|transaction| Ok(transaction.execute_batch(&sabotage)?))
        .unwrap();

    let reply = send(
        &alice,
        &[created(1, id(1), "Cake"), created(2, id(2), "Tea")],
    )
    .await;

    assert_eq!(reply.refused(), (500, "internal"));
    assert_eq!(alice.show(id(1)).await.refused(), (404, "entity"));
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_as_a_whole() {
    let app = App::new();
    let alice = app.alice().await;
    let many = |count: u8| -> Vec<Value> { (0..count).map(|at| created(at, id(at), "")).collect() };
    let mut nonsense = many(3);
    nonsense[1]["entity_id"] = json!("mine");
    let mut negative = many(3);
    negative[2]["base_rev"] = json!(-1);
    for (events, field, problem) in [
        (json!([]), "events", "required"),
        (json!({}), "events", "required"),
        (json!(many(51)), "events", "too_many"),
        (json!(nonsense), "events.1", "invalid"),
        (json!(negative), "events.2", "invalid"),
        (json!(["x"]), "events.0", "invalid"),
    ] {
        let before = app.rows();
        let ask = alice.ask(Method::POST, BATCH);
        let reply = app.send(ask.json(&json!({ "events": events }))).await;
        assert_eq!(reply.refused(), (400, "bad_request"), "{field}");
        assert_eq!(reply.field(field), problem, "{field}");
        assert_eq!(app.rows(), before);
    }
    let fifty = results(&alice, &many(50)).await;
    assert!(told(&fifty).iter().all(|one| one.0 == "applied"));
}

#[tokio::test]
async fn a_batch_has_at_most_sixty_kib() {
    let app = App::new();
    let alice = app.alice().await;
    let body = json!({ "events": [created(1, id(1), "Cake")] }).to_string();
    let sized = |bytes: usize| {
        let ask = alice.ask(Method::POST, BATCH);
        let padding = " ".repeat(bytes - body.len());
        ask.header("content-type", "application/json")
            .bytes(format!("{body}{padding}"))
    };

    let over = app.send(sized(60 * 1024 + 1)).await;
    assert_eq!(over.refused(), (413, "too_large"));
    assert_eq!(alice.show(id(1)).await.status, 404);
    assert_eq!(app.send(sized(60 * 1024)).await.status, 200);
}
