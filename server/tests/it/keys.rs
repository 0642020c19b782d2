//! Idempotency keys.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;
use tower::ServiceExt as _;

use crate::app::{App, Person, id, item, mood};

#[tokio::test]
async fn a_key_has_its_effect_once_and_its_answer_as_often_as_asked() {
    let app = App::new();
    let alice = app.alice().await;

    let first = alice.create(&mood(id(1), "Cake"), "k1").await;
    let second = alice.create(&mood(id(1), "Cake"), "k1").await;

    assert_eq!(first.status, 201);
    assert_eq!(
        (first.status, &first.body, first.rev()),
        (second.status, &second.body, second.rev())
    );
}

#[tokio::test]
async fn the_answer_is_the_stored_one_whatever_happened_since() {
    let app = App::new();
    let alice = app.alice().await;
    let first = alice.create(&mood(id(1), "Cake"), "k1").await;
    let update = alice
        .update(id(1), first.rev(), &json!({ "note": "Tea" }), "k2")
        .await;
    alice.delete(id(1), "k3").await;

    let created = alice.create(&mood(id(1), "Cake"), "k1").await;
    let updated = alice
        .update(id(1), first.rev(), &json!({ "note": "Tea" }), "k2")
        .await;
    let deleted = alice.delete(id(1), "k3").await;

    assert_eq!((created.status.as_u16(), created.body), (201, first.body));
    assert_eq!((updated.status.as_u16(), updated.body), (200, update.body));
    assert_eq!(deleted.status, 204);
    assert_eq!(
        alice.show(id(1)).await.status,
        410,
        "and nothing took effect again"
    );
}

#[tokio::test]
async fn a_rejection_is_stored_as_well() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;
    let refused = [
        alice.create(&mood(id(1), "Tea"), "exists").await,
        alice
            .update(id(1), rev + 1, &json!({ "note": "Tea" }), "version")
            .await,
        alice
            .update(id(2), rev, &json!({ "note": "Tea" }), "entity")
            .await,
        alice
            .update(id(1), rev, &json!({ "valence": 2 }), "validation")
            .await,
    ];
    // Now all of them would be accepted.
    alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "k1")
        .await;
    alice.created(&mood(id(2), "")).await;

    let again = [
        alice.create(&mood(id(1), "Tea"), "exists").await,
        alice
            .update(id(1), rev + 1, &json!({ "note": "Tea" }), "version")
            .await,
        alice
            .update(id(2), rev, &json!({ "note": "Tea" }), "entity")
            .await,
        alice
            .update(id(1), rev, &json!({ "valence": 2 }), "validation")
            .await,
    ];

    for (before, after) in refused.iter().zip(&again) {
        assert_eq!(
            (before.refused(), &before.body),
            (after.refused(), &after.body)
        );
    }
}

#[tokio::test]
async fn a_key_with_another_payload_entry_revision_or_verb_is_refused() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.create(&mood(id(1), "Cake"), "k1").await.rev();
    alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "k2")
        .await;

    for reply in [
        alice.create(&mood(id(1), "Tea"), "k1").await,
        alice.create(&mood(id(2), "Cake"), "k1").await,
        alice.delete(id(1), "k1").await,
        alice
            .update(id(1), rev, &json!({ "note": "Pie" }), "k2")
            .await,
        alice
            .update(id(1), rev + 1, &json!({ "note": "Tea" }), "k2")
            .await,
    ] {
        assert_eq!(reply.refused(), (422, "key_reused"));
    }
    assert_eq!(alice.show(id(1)).await.data()["note"], "Tea");
}

#[tokio::test]
async fn a_key_is_its_accounts_own() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;

    assert_eq!(alice.create(&mood(id(1), "Cake"), "k1").await.status, 201);
    assert_eq!(bob.create(&mood(id(2), "Tea"), "k1").await.status, 201);
}

#[tokio::test]
async fn an_event_id_is_one_key_whatever_its_case() {
    let app = App::new();
    let alice = app.alice().await;
    let key = id(9).to_string();

    let first = alice.create(&mood(id(1), "Cake"), &key).await;
    let second = alice
        .create(&mood(id(1), "Cake"), &key.to_uppercase())
        .await;

    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn while_a_key_is_being_worked_on_a_second_request_is_put_off() {
    let app = App::new();
    let alice = app.alice().await;
    let held = app
        .service
        .hold_key(alice.user_id.parse().unwrap(), "k1")
        .unwrap();

    let meanwhile = alice.create(&mood(id(1), "Cake"), "k1").await;
    drop(held);
    let after = alice.create(&mood(id(1), "Cake"), "k1").await;

    assert_eq!(meanwhile.refused(), (409, "in_progress"));
    assert_eq!(meanwhile.header("retry-after"), "1");
    assert_eq!(after.status, 201);
}

/// Whoever comes second either waits its turn and gets the first one's answer, or is put off with 409. Neither gives a
/// second entry or a second revision.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_requests_at_once_with_one_key_have_one_effect() {
    let app = Arc::new(App::new());
    let alice = app.alice().await;
    for round in 0..20 {
        let request = || {
            let ask = alice
                .ask(Method::POST, "/api/v1/moods")
                .header("idempotency-key", &format!("k{round}"));
            app.router().oneshot(ask.json(&mood(id(round), "Cake")))
        };
        let (a, b) = tokio::join!(tokio::spawn(request()), tokio::spawn(request()));
        let mut statuses = [a, b].map(|answer| answer.unwrap().unwrap().status().as_u16());
        statuses.sort_unstable();
        assert!(
            statuses == [201, 201] || statuses == [201, 409],
            "{statuses:?}"
        );
    }
    assert_eq!(alice.created(&mood(id(100), "")).await, 21);
}

#[tokio::test]
async fn an_answer_is_kept_ninety_days_and_its_key_for_ever() {
    let app = App::new();
    app.alice().await.create(&mood(id(1), "Cake"), "k1").await;
    let login = json!({ "email": "alice@example.org", "password": crate::app::PASSWORD });
    let sign_in = async || Person::of(&app, &app.post("/api/v1/auth/login", login.clone()).await);

    app.pass_days(90);
    assert_eq!(
        sign_in()
            .await
            .create(&mood(id(1), "Cake"), "k1")
            .await
            .status,
        201
    );
    app.pass_days(1);
    assert_eq!(
        sign_in()
            .await
            .create(&mood(id(1), "Cake"), "k1")
            .await
            .refused(),
        (410, "key_expired")
    );
    app.service.sweep().unwrap();
    app.pass_days(5_000);
    app.service.sweep().unwrap();
    let alice = sign_in().await;
    assert_eq!(
        alice.create(&mood(id(1), "Cake"), "k1").await.refused(),
        (410, "key_expired")
    );
    assert_eq!(
        alice.create(&mood(id(1), "Tea"), "k1").await.refused(),
        (422, "key_reused")
    );
    assert_eq!(alice.show(id(1)).await.rev(), 1);
}

#[tokio::test]
async fn a_request_that_was_never_understood_does_not_use_its_key_up() {
    let app = App::new();
    let alice = app.alice().await;
    let ask = || {
        alice
            .ask(Method::POST, "/api/v1/moods")
            .header("idempotency-key", "k1")
    };

    let malformed = app
        .send(ask().header("content-type", "application/json").bytes("{"))
        .await;
    let expired = Person {
        access: "x".to_owned(),
        ..alice.clone()
    }
    .create(&mood(id(1), "Cake"), "k1")
    .await;

    assert_eq!(
        (malformed.status.as_u16(), expired.status.as_u16()),
        (400, 401)
    );
    assert_eq!(alice.create(&mood(id(1), "Cake"), "k1").await.status, 201);
}

#[tokio::test]
async fn what_can_be_no_key_is_refused() {
    let app = App::new();
    let alice = app.alice().await;
    for key in ["", "two words", &"x".repeat(201)] {
        let ask = alice
            .ask(Method::DELETE, &item(id(1)))
            .header("idempotency-key", key);
        assert_eq!(
            app.send(ask.empty()).await.refused(),
            (400, "bad_request"),
            "{key}"
        );
    }
    let twice = alice
        .ask(Method::DELETE, &item(id(1)))
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    assert_eq!(
        app.send(twice.empty()).await.refused(),
        (400, "bad_request")
    );
}
