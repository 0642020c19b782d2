//! Deletion, and the way back.

use axum::http::Method;
use serde_json::json;

use crate::app::{App, id, item, mood};

#[tokio::test]
async fn a_deleted_entry_is_gone_and_deleting_it_again_is_no_error() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;

    let deleted = alice.delete(id(1), "k1").await;
    let again = alice.delete(id(1), "k2").await;
    let never = alice.delete(id(2), "k3").await;

    assert_eq!((deleted.status.as_u16(), deleted.bytes.len()), (204, 0));
    assert_eq!((again.status.as_u16(), never.status.as_u16()), (204, 204));
    let shown = alice.show(id(1)).await;
    assert_eq!(shown.refused(), (410, "deleted"));
    assert_eq!(shown.body["error"]["rev"], deleted.rev());
}

#[tokio::test]
async fn a_deletion_based_on_a_stale_revision_is_refused_unless_it_is_gone_anyway() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;
    let current = alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "k1")
        .await
        .rev();
    let delete = async |rev: i64| {
        let ask = alice
            .ask(Method::DELETE, &item(id(1)))
            .header("if-match", &format!("\"{rev}\""));
        app.send(ask.empty()).await
    };

    let stale = delete(rev).await;
    assert_eq!(stale.refused(), (412, "version"));
    assert_eq!(stale.body["error"]["entity"]["note"], "Tea");
    assert_eq!(delete(current).await.status, 204);
    assert_eq!(delete(rev).await.status, 204);
}

#[tokio::test]
async fn an_update_of_a_deleted_entry_gets_410_with_the_tombstones_revision() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;
    let tombstone = alice.delete(id(1), "k1").await.rev();

    let update = alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "k2")
        .await;
    let create = alice.create(&mood(id(1), "Cake"), "k3").await;

    for reply in [update, create] {
        assert_eq!(reply.refused(), (410, "deleted"));
        assert_eq!(reply.body["error"]["rev"], tombstone);
        assert_eq!(reply.rev(), tombstone);
    }
}

#[tokio::test]
async fn the_tombstones_revision_revives_the_entry_with_what_the_bin_kept() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let tombstone = alice.delete(id(1), "k1").await.rev();

    let revived = alice
        .update(id(1), tombstone, &json!({ "mood": "sad" }), "k2")
        .await;

    assert_eq!(
        (revived.status.as_u16(), revived.rev()),
        (200, tombstone + 1)
    );
    assert_eq!(
        (&revived.data()["mood"], &revived.data()["note"]),
        (&json!("sad"), &json!("Cake"))
    );
    assert_eq!(alice.show(id(1)).await.status, 200);
    assert_eq!(
        alice.get("/api/v1/moods").await.data()["moods"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn once_the_bin_is_emptied_a_revival_must_bring_everything() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let tombstone = alice.delete(id(1), "k1").await.rev();
    app.pass_days(31);
    app.service.sweep().unwrap();
    let login = json!({ "email": "alice@example.org", "password": crate::app::PASSWORD });
    let alice = crate::app::Person::of(&app, &app.post("/api/v1/auth/login", login).await);

    let partial = alice
        .update(id(1), tombstone, &json!({ "note": "Tea" }), "k2")
        .await;
    let whole = alice
        .update(id(1), tombstone, &mood(id(1), "Tea"), "k3")
        .await;

    assert_eq!(partial.refused(), (422, "validation"));
    assert_eq!(
        (partial.field("date"), partial.field("mood")),
        ("required", "required")
    );
    assert_eq!(whole.status, 200);
    assert_eq!(
        whole.data()["created_at"],
        "2025-01-15T10:30:00.000Z",
        "made when the device says"
    );
}
