//! What is forgotten, and what is not.

use serde_json::json;

use crate::app::{App, PASSWORD, Person, id, mood};

async fn sign_in(app: &App) -> Person<'_> {
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

fn count(app: &App, query: &str) -> i64 {
    let count = app
        .service
        .database()
        .read(|transaction| Ok(transaction.query_row(query, [], |row| row.get(0))?));
    count.expect("a count")
}

#[tokio::test]
async fn a_tombstone_keeps_its_content_thirty_days_and_itself_a_hundred_and_eighty() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let tombstone = alice.delete(id(1), "k1").await.rev();
    let kept = "SELECT count(*) FROM entities WHERE deleted = 1 AND body IS NOT NULL";

    app.pass_days(30);
    app.service.sweep().unwrap();
    assert_eq!(count(&app, kept), 1);
    app.pass_seconds(1);
    app.service.sweep().unwrap();
    assert_eq!(count(&app, kept), 0);
    app.pass_days(149);
    app.service.sweep().unwrap();
    assert_eq!(
        sign_in(&app).await.show(id(1)).await.refused(),
        (410, "deleted")
    );

    app.pass_days(1);
    app.service.sweep().unwrap();
    let alice = sign_in(&app).await;
    assert_eq!(alice.show(id(1)).await.refused(), (404, "entity"));
    assert_eq!(count(&app, "SELECT count(*) FROM changes"), 0);
    assert_eq!(
        count(&app, "SELECT pruned_rev FROM users"),
        tombstone,
        "a cursor below it has missed something"
    );
    assert_eq!(
        alice.created(&mood(id(2), "")).await,
        tombstone + 1,
        "revisions go on"
    );
}

#[tokio::test]
async fn live_entries_and_their_changes_are_never_swept() {
    let app = App::new();
    app.alice().await.created(&mood(id(1), "Cake")).await;

    app.pass_days(4_000);
    app.service.sweep().unwrap();

    assert_eq!(sign_in(&app).await.show(id(1)).await.data()["note"], "Cake");
    assert_eq!(count(&app, "SELECT count(*) FROM changes"), 1);
}

#[tokio::test]
async fn dead_tokens_and_sessions_go_after_a_while() {
    let app = App::new();
    app.alice().await;

    app.pass_days(121);
    app.service.sweep().unwrap();

    for table in ["sessions", "access_tokens", "refresh_tokens"] {
        assert_eq!(
            count(&app, &format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
    assert_eq!(
        sign_in(&app).await.get("/api/v1/users/me").await.status,
        200
    );
}

#[tokio::test]
async fn every_commit_is_in_the_change_log_with_the_event_that_made_it() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.create(&mood(id(1), "Cake"), "e1").await.rev();
    alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "e2")
        .await;
    alice
        .update(id(1), rev, &json!({ "note": "Pie" }), "e3")
        .await;
    alice.delete(id(1), "e4").await;

    let log = app.service.database().read(|transaction| {
        let mut statement = transaction
            .prepare("SELECT rev, deleted, origin_event_id FROM changes ORDER BY rev")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<Vec<(i64, bool, String)>, _>>()?)
    });

    let expected = [(1, false, "e1"), (2, false, "e2"), (3, true, "e4")];
    let expected = expected.map(|(rev, deleted, origin)| (rev, deleted, origin.to_owned()));
    assert_eq!(log.unwrap(), expected);
}
