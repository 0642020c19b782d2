//! The feed of changes: in commit order, each entity once, and nothing ever missed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use lume_core::ids::EntityId;
use lume_server::ChangesQuery;
use lume_wire::Secret;
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, Person, Reply, id, mood};
use crate::batch::{created, deleted, event_id, results, updated};

const CHANGES: &str = "/api/v1/changes";

async fn page(person: &Person<'_>, cursor: &str, limit: u32) -> Reply {
    person
        .get(&format!("{CHANGES}?limit={limit}&cursor={cursor}"))
        .await
}

fn cursor(reply: &Reply) -> String {
    let cursor = reply.data()["next_cursor"].as_str().expect("a cursor");
    cursor.to_owned()
}

fn changes(reply: &Reply) -> Vec<Value> {
    reply.data()["changes"].as_array().expect("a list").clone()
}

/// Entity and revision of each change.
fn told(reply: &Reply) -> Vec<(String, i64)> {
    let one = |change: &Value| {
        let entity = change["entity_id"].as_str().expect("an id").to_owned();
        (entity, change["rev"].as_i64().expect("a revision"))
    };
    changes(reply).iter().map(one).collect()
}

fn at(entity: EntityId, rev: i64) -> (String, i64) {
    (entity.to_string(), rev)
}

fn assert_resync(reply: &Reply, problem: &str) {
    assert_eq!(reply.refused(), (410, "resync"));
    assert_eq!(reply.field("cursor"), problem);
}

async fn signed_in_again(app: &App) -> Person<'_> {
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

#[tokio::test]
async fn a_page_shows_each_entity_once_at_its_last_change() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    bob.created(&mood(id(9), "Bob's")).await;
    results(
        &alice,
        &[
            created(1, id(1), "Cake"),
            created(2, id(2), "Tea"),
            created(3, id(3), "Pie"),
            updated(4, id(1), None, "Jam"),
            deleted(5, id(2), None),
        ],
    )
    .await;

    let reply = alice.get(CHANGES).await;

    assert_eq!(told(&reply), [at(id(3), 3), at(id(1), 4), at(id(2), 5)]);
    let all = changes(&reply);
    assert_eq!(
        all[1],
        json!({
            "kind": "mood", "entity_id": id(1), "rev": 4, "deleted": false,
            "entity": alice.show(id(1)).await.data(),
            "origin_event_id": event_id(4), "modified_at": "2025-01-15T12:00:00.000Z"
        })
    );
    assert_eq!(
        (
            &all[2]["deleted"],
            &all[2]["entity"],
            &all[2]["origin_event_id"]
        ),
        (&json!(true), &Value::Null, &json!(event_id(5)))
    );
    let data = reply.data();
    let capabilities = app.get("/api/v1/capabilities").await;
    assert_eq!(data["has_more"], false);
    assert_eq!(data["server_epoch"], capabilities.data()["server_epoch"]);
    assert_eq!(data["server_now"], "2025-01-15T12:00:00.000Z");
}

#[tokio::test]
async fn a_cursor_leads_to_what_came_after_it() {
    let app = App::new();
    let alice = app.alice().await;
    let nothing = alice.get(CHANGES).await;
    assert!(changes(&nothing).is_empty());
    for number in 1..=5 {
        alice.created(&mood(id(number), "Cake")).await;
    }

    let first = page(&alice, &cursor(&nothing), 2).await;
    assert_eq!(told(&first), [at(id(1), 1), at(id(2), 2)]);
    assert_eq!(first.data()["has_more"], true);
    // What was read changes again, and what was not as well: that is where it is read then.
    alice
        .update(id(1), 1, &json!({ "note": "Tea" }), "k1")
        .await;
    alice
        .update(id(3), 3, &json!({ "note": "Tea" }), "k2")
        .await;
    let second = page(&alice, &cursor(&first), 2).await;
    assert_eq!(told(&second), [at(id(4), 4), at(id(5), 5)]);
    let third = page(&alice, &cursor(&second), 2).await;
    assert_eq!(told(&third), [at(id(1), 6), at(id(3), 7)]);
    assert_eq!(third.data()["has_more"], false);
    let end = page(&alice, &cursor(&third), 2).await;
    assert!(changes(&end).is_empty());
    assert_eq!(cursor(&end), cursor(&third), "one place, one cursor");
}

#[tokio::test]
async fn a_key_that_is_no_event_s_id_is_no_origin() {
    let app = App::new();
    let alice = app.alice().await;
    alice.create(&mood(id(1), "Cake"), "any-text").await;

    let reply = alice.get(CHANGES).await;

    assert_eq!(changes(&reply)[0]["origin_event_id"], Value::Null);
}

#[tokio::test]
async fn a_limit_is_from_one_to_five_hundred() {
    let app = App::new();
    let alice = app.alice().await;
    for limit in ["0", "501", "-1", "many", ""] {
        let reply = alice.get(&format!("{CHANGES}?limit={limit}")).await;
        assert_eq!(reply.refused(), (400, "bad_request"), "{limit}");
        assert_eq!(reply.field("limit"), "out_of_range", "{limit}");
    }
    assert_eq!(page(&alice, "", 500).await.status, 200);
}

/// A reader that has been away for longer than tombstones are kept has missed one, and is told; one that has seen it
/// goes on, and so does one that begins anew, however many pages that takes.
#[tokio::test]
async fn a_cursor_from_before_the_horizon_is_answered_with_resync() {
    let app = App::new();
    let alice = app.alice().await;
    for number in 1..=4 {
        alice.created(&mood(id(number), "Cake")).await;
    }
    let old = cursor(&alice.get(CHANGES).await);
    alice.delete(id(4), "k").await;
    let seen = cursor(&alice.get(CHANGES).await);

    app.pass_days(180);
    app.service.sweep().unwrap();
    let alice = signed_in_again(&app).await;
    let young = alice.get(CHANGES).await;
    assert_eq!(changes(&young).len(), 4, "with the tombstone");
    assert_eq!(page(&alice, &old, 500).await.status, 200);
    app.pass_days(1);
    app.service.sweep().unwrap();
    let alice = signed_in_again(&app).await;

    assert_resync(&page(&alice, &old, 500).await, "too_old");
    assert_eq!(page(&alice, &seen, 500).await.status, 200);
    let mut next = String::new();
    for number in 1..=3 {
        let reply = page(&alice, &next, 1).await;
        assert_eq!(told(&reply), [at(id(number), i64::from(number))]);
        next = cursor(&reply);
    }
    assert_eq!(next, seen);
}

#[tokio::test]
async fn a_cursor_that_this_database_did_not_give_is_answered_with_resync() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    alice.created(&mood(id(1), "Cake")).await;
    let hers = cursor(&alice.get(CHANGES).await);

    for strange in ["x", "0", "~", "7~7", &hers[1..], &format!("{hers}0~1~1")] {
        assert_resync(&page(&alice, strange, 500).await, "unknown");
    }
    assert_resync(&page(&bob, &hers, 500).await, "unknown");
    assert_eq!(page(&alice, &hers, 500).await.status, 200);
}

/// An app that finds another epoch in the pages keeps what the server lacks.
#[tokio::test]
async fn a_cursor_of_another_epoch_is_answered_with_resync_and_the_pages_have_the_new_one() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let old = alice.get(CHANGES).await;
    let kept = alice.keep();
    let replaced = "UPDATE server SET value = 'another' WHERE name = 'server_epoch'";
    app.service
        .database()
        .write(|transaction| Ok(transaction.execute_batch(replaced)?))
        .unwrap();
    let app = app.restarted();
    let alice = kept.back_at(&app);

    let refused = page(&alice, &cursor(&old), 500).await;
    let anew = page(&alice, "", 500).await;

    assert_resync(&refused, "unknown");
    assert_eq!(anew.data()["server_epoch"], "another");
    assert_eq!(changes(&anew), changes(&old));
}

#[tokio::test]
async fn an_account_that_was_deleted_a_moment_ago_has_no_feed() {
    let app = App::new();
    let alice = app.alice().await;
    let caller = app
        .service
        .authenticate(Some(&Secret::from(alice.access.as_str())))
        .unwrap();
    let ask = alice.ask(Method::DELETE, "/api/v1/users/me");
    app.send(ask.json(&json!({ "password": PASSWORD }))).await;

    let answer = app
        .service
        .changes(caller, &ChangesQuery::read(&[]).unwrap());

    assert_eq!(answer.status, 401);
}

/// The database is as it was some commits ago, with the epoch that a cursor knows.
#[tokio::test]
async fn a_cursor_ahead_of_the_server_is_answered_with_resync() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let before = cursor(&alice.get(CHANGES).await);
    alice.created(&mood(id(2), "Tea")).await;
    let ahead = cursor(&alice.get(CHANGES).await);
    let back = "DELETE FROM entities WHERE rev = 2; UPDATE users SET commit_no = 1";
    app.service
        .database()
        .write(|transaction| Ok(transaction.execute_batch(back)?))
        .unwrap();

    assert_resync(&page(&alice, &ahead, 500).await, "ahead");
    assert_eq!(page(&alice, &before, 500).await.status, 200);
}

/// Several devices write at once, one by one and in batches, while another one reads on and on from where it is. Each
/// page begins after its cursor, and when all is quiet the reader has what is there, with nothing missed on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cursor_never_passes_a_change_that_is_still_to_come() {
    const WRITERS: u8 = 4;
    const ROUNDS: u8 = 25;
    let app = Arc::new(App::new());
    let kept = Arc::new(app.alice().await.keep());
    let writing = Arc::new(AtomicBool::new(true));
    let reader = {
        let (app, kept, writing) = (Arc::clone(&app), Arc::clone(&kept), Arc::clone(&writing));
        tokio::spawn(async move {
            let alice = kept.back_at(&app);
            let mut known: BTreeMap<String, i64> = BTreeMap::new();
            let (mut next, mut last, mut quiet) = (String::new(), 0, false);
            loop {
                let reply = page(&alice, &next, 3).await;
                for (entity, rev) in told(&reply) {
                    assert!(rev > last, "{rev} comes after {last}");
                    last = rev;
                    known.insert(entity, rev);
                }
                next = cursor(&reply);
                if reply.data()["has_more"] == false {
                    if quiet {
                        return known;
                    }
                    quiet = !writing.load(Ordering::SeqCst);
                }
            }
        })
    };
    let writers = (0..WRITERS).map(|writer| {
        let (app, kept) = (Arc::clone(&app), Arc::clone(&kept));
        tokio::spawn(async move {
            let alice = kept.back_at(&app);
            for round in 0..ROUNDS {
                let number = writer * ROUNDS + round;
                let entity = id(number);
                let key = format!("w{number}");
                let rev = alice.create(&mood(entity, "Cake"), &key).await.rev();
                let event = updated(number, entity, Some(rev), "Tea");
                let other = created(number + 128, id(number + 128), "Pie");
                results(&alice, &[event, other]).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("it writes");
    }
    writing.store(false, Ordering::SeqCst);

    let known = reader.await.expect("it reads");

    let alice = kept.back_at(&app);
    let all: BTreeMap<String, i64> = told(&alice.get(CHANGES).await).into_iter().collect();
    assert_eq!(all.len(), usize::from(WRITERS) * usize::from(ROUNDS) * 2);
    assert_eq!(known, all);
}
