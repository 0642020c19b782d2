//! The process dies; what was answered holds, and what was not can be asked again.

use serde_json::json;

use crate::app::{App, id, mood};

/// The answer is lost with the connection; the device sends the same bytes under the same key to the server's next
/// life.
#[tokio::test]
async fn an_effect_and_its_answer_survive_together() {
    let app = App::new();
    let alice = app.alice().await;
    let created = alice.create(&mood(id(1), "Cake"), "k1").await;
    let refused = alice.create(&mood(id(1), "Tea"), "k2").await;
    let kept = alice.keep();

    let app = app.restarted();
    let alice = kept.back_at(&app);

    let repeated = alice.create(&mood(id(1), "Cake"), "k1").await;
    assert_eq!(
        (repeated.status, repeated.body),
        (created.status, created.body)
    );
    let repeated = alice.create(&mood(id(1), "Tea"), "k2").await;
    assert_eq!(
        (repeated.status, repeated.body),
        (refused.status, refused.body)
    );
    assert_eq!(
        alice.created(&mood(id(2), "")).await,
        2,
        "one revision was given out before"
    );
}

/// The transaction fails after the entry was written and before the answer was stored: neither is there afterwards.
#[tokio::test]
async fn without_its_answer_an_effect_did_not_happen() {
    let app = App::new();
    let alice = app.alice().await;
    let sabotage =
        "CREATE TRIGGER sabotage BEFORE INSERT ON idempotency BEGIN SELECT raise(ABORT, 'no'); END";
    app.service
        .database()
        .write(|transaction| Ok(transaction.execute_batch(sabotage)?))
        .unwrap();

    let failed = alice.create(&mood(id(1), "Cake"), "k1").await;

    assert_eq!(failed.refused(), (500, "internal"));
    assert!(
        !failed.body.to_string().contains("sabotage"),
        "no detail is told"
    );
    assert_eq!(alice.show(id(1)).await.refused(), (404, "entity"));
    app.service
        .database()
        .write(|transaction| Ok(transaction.execute_batch("DROP TRIGGER sabotage")?))
        .unwrap();
    let created = alice.create(&mood(id(1), "Cake"), "k1").await;
    assert_eq!((created.status.as_u16(), created.rev()), (201, 1));
}

#[tokio::test]
async fn the_server_is_the_same_one_after_a_restart_and_another_one_on_another_database() {
    let app = App::new();
    let before = app.get("/api/v1/capabilities").await.data().clone();
    let app = app.restarted();

    assert_eq!(app.get("/api/v1/capabilities").await.data(), &before);
    assert_eq!(before["protocol"], 1);
    assert_ne!(before["server_id"], before["server_epoch"]);
    let features = json!([
        "batch",
        "changes",
        "live",
        "conditional",
        "consultations",
        "history",
        "bin",
        "mood_defs",
        "push"
    ]);
    assert_eq!(before["features"], features, "only what there is");
}

#[tokio::test]
async fn commits_are_flushed_and_the_log_is_kept_in_wal() {
    let app = App::new();
    let pragma = |name: &str| {
        app.service.database().write(|transaction| {
            Ok(transaction.query_row(&format!("PRAGMA {name}"), [], |row| {
                row.get::<_, rusqlite::types::Value>(0)
            })?)
        })
    };

    assert_eq!(
        pragma("journal_mode").unwrap(),
        rusqlite::types::Value::Text("wal".to_owned())
    );
    assert_eq!(
        pragma("synchronous").unwrap(),
        rusqlite::types::Value::Integer(2)
    );
    assert_eq!(
        pragma("foreign_keys").unwrap(),
        rusqlite::types::Value::Integer(1)
    );
}
