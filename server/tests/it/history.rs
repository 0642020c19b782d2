//! What an entry was, and what is in the bin.

use axum::http::Method;
use lume_core::ids::EntityId;
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, Person, Reply, ask, id, item, mood};

fn history(id: EntityId) -> String {
    format!("{}/history", item(id))
}

fn list<'a>(reply: &'a Reply, name: &str) -> &'a Vec<Value> {
    reply.data()[name].as_array().expect("a list")
}

fn revisions(reply: &Reply) -> &Vec<Value> {
    list(reply, "revisions")
}

fn count(app: &App) -> usize {
    app.rows()["revisions"].len()
}

async fn sign_in<'a>(app: &'a App, device: &Value) -> Person<'a> {
    let login = json!({ "email": "alice@example.org", "password": PASSWORD, "device": device });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

#[tokio::test]
async fn a_history_has_every_revision_newest_first_with_its_device() {
    let app = App::new();
    let alice = app.alice().await;
    let phone = sign_in(&app, &json!("  Alice's phone ")).await;
    alice.created(&mood(id(1), "Cake")).await;
    app.pass_seconds(60);
    phone
        .update(id(1), 1, &json!({ "note": "Tea" }), "k1")
        .await;
    alice.delete(id(1), "k2").await;
    phone
        .update(id(1), 3, &json!({ "note": "Pie" }), "k3")
        .await;

    let reply = phone.get(&history(id(1))).await;

    let told: Vec<_> = revisions(&reply)
        .iter()
        .map(|revision| {
            (
                revision["rev"].as_i64().unwrap(),
                revision["device"].as_str(),
                revision["deleted"].as_bool().unwrap(),
                revision["entity"]["note"].as_str(),
            )
        })
        .collect();
    let device = Some("Alice's phone");
    assert_eq!(
        told,
        [
            (4, device, false, Some("Pie")),
            (3, None, true, None),
            (2, device, false, Some("Tea")),
            (1, None, false, Some("Cake"))
        ]
    );
    let all = revisions(&reply);
    assert_eq!(all[3]["at"], "2025-01-15T12:00:00.000Z");
    assert_eq!(all[2]["at"], "2025-01-15T12:01:00.000Z");
    assert_eq!(all[0]["entity"], *phone.show(id(1)).await.data());
    assert_eq!(reply.data()["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_revision_comes_back_by_an_ordinary_update() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    alice
        .update(id(1), 1, &json!({ "note": "Tea" }), "k1")
        .await;
    let reply = alice.get(&history(id(1))).await;
    let before = revisions(&reply)[1]["entity"].clone();

    let restored = alice.update(id(1), 2, &before, "k2").await;

    assert_eq!((restored.status.as_u16(), restored.rev()), (200, 3));
    assert_eq!(restored.data()["note"], "Cake");
}

#[tokio::test]
async fn a_history_comes_in_pages() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "0")).await;
    for rev in 1..5 {
        let patch = json!({ "note": rev.to_string() });
        alice.update(id(1), rev, &patch, &format!("k{rev}")).await;
    }
    let (mut next, mut all) = (String::new(), Vec::new());
    for page in [2, 2, 1] {
        let path = format!("{}?limit=2{next}", history(id(1)));
        let reply = alice.get(&path).await;
        assert_eq!(revisions(&reply).len(), page);
        all.extend(revisions(&reply).iter().map(|one| one["rev"].clone()));
        let cursor = reply.data()["next_cursor"].as_str().unwrap_or_default();
        next = format!("&cursor={cursor}");
    }
    assert_eq!(all, [5, 4, 3, 2, 1]);
    for wrong in ["limit=0", "limit=101", "cursor=x"] {
        let reply = alice.get(&format!("{}?{wrong}", history(id(1)))).await;
        assert_eq!(reply.refused(), (400, "bad_request"), "{wrong}");
    }
}

#[tokio::test]
async fn a_hundred_revisions_are_kept() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "0")).await;
    for rev in 1..=104 {
        let patch = json!({ "note": rev.to_string() });
        alice.update(id(1), rev, &patch, &format!("k{rev}")).await;
    }

    let reply = alice.get(&format!("{}?limit=100", history(id(1)))).await;

    let all = revisions(&reply);
    assert_eq!((all.len(), count(&app)), (100, 99));
    assert_eq!((&all[0]["rev"], &all[99]["rev"]), (&json!(105), &json!(6)));
    assert_eq!(reply.data()["next_cursor"], Value::Null);
}

/// What counts is when a revision was replaced: an old entry that is overwritten today can be had back tomorrow.
#[tokio::test]
async fn a_revision_is_kept_a_hundred_and_eighty_days_after_it_was_replaced() {
    let app = App::new();
    app.alice().await.created(&mood(id(1), "Cake")).await;
    app.pass_days(400);
    let alice = sign_in(&app, &Value::Null).await;
    alice.update(id(1), 1, &json!({ "note": "Tea" }), "k").await;

    app.pass_days(180);
    app.service.sweep().unwrap();
    assert_eq!(count(&app), 1);
    app.pass_seconds(1);
    app.service.sweep().unwrap();

    assert_eq!(count(&app), 0);
    let alice = sign_in(&app, &Value::Null).await;
    let reply = alice.get(&history(id(1))).await;
    assert_eq!(revisions(&reply).len(), 1, "what it is stays");
}

#[tokio::test]
async fn a_history_leaves_with_the_bin_s_content_and_never_shows_another_s() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    alice.update(id(1), 1, &json!({ "note": "Tea" }), "k").await;
    alice.delete(id(1), "k1").await;
    let bob = app.bob().await;
    for path in [history(id(1)), history(id(2))] {
        assert_eq!(bob.get(&path).await.refused(), (404, "entity"));
    }
    let gone = alice.get(&history(id(1))).await;
    assert_eq!((gone.refused(), gone.rev()), ((410, "deleted"), 3));
    assert_eq!(count(&app), 2, "for whoever brings it back");

    app.pass_days(31);
    app.service.sweep().unwrap();

    assert_eq!(count(&app), 0);
}

#[tokio::test]
async fn a_device_s_name_is_short_and_can_change_with_a_refresh() {
    let app = App::new();
    let alice = app.alice().await;
    let refresh = async |token: &str, device: Value| {
        let body = json!({ "refresh_token": token, "device": device });
        app.post("/api/v1/auth/refresh", body).await
    };

    for (device, problem) in [
        (json!("x".repeat(61)), "too_long"),
        (json!("a\nb"), "invalid"),
        (json!(5), "invalid"),
    ] {
        let reply = refresh(&alice.refresh, device.clone()).await;
        assert_eq!(reply.refused(), (422, "validation"), "{device}");
        assert_eq!(reply.field("device"), problem, "{device}");
    }
    let pair = refresh(&alice.refresh, json!("ö".repeat(60))).await;
    assert_eq!(pair.status, 200, "no token was used up");
    let next = pair.data()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(refresh(&next, Value::Null).await.status, 200);
    alice.created(&mood(id(1), "Cake")).await;

    let reply = alice.get(&history(id(1))).await;
    assert_eq!(revisions(&reply)[0]["device"], "ö".repeat(60));
}

#[tokio::test]
async fn the_bin_shows_what_was_deleted_in_the_last_thirty_days_newest_first() {
    let app = App::new();
    let alice = app.alice().await;
    app.bob().await.created(&mood(id(9), "Bob's")).await;
    for number in 1..=4 {
        alice.created(&mood(id(number), "Cake")).await;
    }
    alice.delete(id(2), "k1").await;
    app.pass_days(1);
    let alice = sign_in(&app, &Value::Null).await;
    alice.delete(id(1), "k2").await;
    alice.delete(id(4), "k3").await;
    let bin = "/api/v1/moods?deleted=true";

    let first = alice.get(&format!("{bin}&limit=2")).await;
    let cursor = first.data()["next_cursor"].as_str().unwrap().to_owned();
    let second = alice.get(&format!("{bin}&limit=2&cursor={cursor}")).await;

    let told = |reply: &Reply| -> Vec<(Value, Value)> {
        let moods = list(reply, "moods").iter();
        moods
            .map(|mood| (mood["id"].clone(), mood["rev"].clone()))
            .collect()
    };
    let at = |number: u8, rev: i64| (json!(id(number)), json!(rev));
    assert_eq!(told(&first), [at(4, 7), at(1, 6)]);
    assert_eq!(told(&second), [at(2, 5)]);
    assert_eq!(second.data()["next_cursor"], Value::Null);
    let mood = &list(&second, "moods")[0];
    assert_eq!(
        (&mood["note"], &mood["deleted_at"]),
        (&json!("Cake"), &json!("2025-01-15T12:00:00.000Z"))
    );
    let live = alice.get("/api/v1/moods?deleted=false").await;
    assert_eq!(told(&live), [at(3, 3)]);
    assert!(list(&live, "moods")[0]["deleted_at"].is_null());

    // Out of the bin: brought back, or too old, whether it was swept or not.
    alice.update(id(4), 7, &json!({}), "k4").await;
    app.pass_seconds(29 * 86_400 + 1);
    let alice = sign_in(&app, &Value::Null).await;
    assert_eq!(told(&alice.get(bin).await), [at(1, 6)]);
    let wrong = alice.get("/api/v1/moods?deleted=perhaps").await;
    assert_eq!(wrong.refused(), (400, "bad_request"));
    let strange = app.send(ask(Method::GET, bin).empty()).await;
    assert_eq!(strange.status, 401);
}
