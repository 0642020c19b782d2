//! A database of an earlier version comes over with what is in it.

use lume_server::DATABASE_FILE;
use rusqlite::{Connection, params};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::app::{App, Person, id, mood};
use crate::batch::{created, event_id, results, told, updated};

const ALICE: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const TOKEN: &str = "lume_at_of_alice";
const NOW_MS: i64 = 1_736_942_400_000;

/// What the server of the first step wrote: an entry that was edited, a tombstone that keeps its content, the answer to
/// the creation, and a session.
fn write_step_1(connection: &Connection) {
    let first = include_str!("../../migrations/0001_first.sql");
    connection.execute_batch(first).expect("it is written");
    let rows = format!(
        "INSERT INTO server VALUES ('server_id', 'the server'), ('server_epoch', 'the epoch');
         INSERT INTO users VALUES ('{ALICE}', 'a@example.org', 'a@example.org', 'Alice', '1990-05-17', x'00', x'00',
             'cost', {NOW_MS}, 4, 0);
         INSERT INTO sessions VALUES (7, '{ALICE}', {NOW_MS}, NULL);
         INSERT INTO changes VALUES ('{ALICE}', 1, 'mood', '{one}', 0, '{event}', {NOW_MS}),
             ('{ALICE}', 2, 'mood', '{one}', 0, 'edit', {NOW_MS}), ('{ALICE}', 3, 'mood', '{two}', 0, 'k', {NOW_MS}),
             ('{ALICE}', 4, 'mood', '{two}', 1, 'gone', {NOW_MS});",
        one = id(1),
        two = id(2),
        event = event_id(1),
    );
    connection.execute_batch(&rows).expect("it is written");
    let token: [u8; 32] = Sha256::digest(TOKEN).into();
    connection
        .execute(
            "INSERT INTO access_tokens VALUES (?1, 7, ?2)",
            params![token, NOW_MS + 900_000],
        )
        .expect("it is written");
    for (number, rev, deleted, note) in [(1, 2, false, "Tea"), (2, 4, true, "Pie")] {
        let mut body = mood(id(number), note);
        body["user_id"] = json!(ALICE);
        connection
            .execute(
                "INSERT INTO entities VALUES ('mood', ?1, ?2, ?3, ?4, ?5, ?6, ?5)",
                params![
                    id(number).to_string(),
                    ALICE,
                    rev,
                    deleted,
                    NOW_MS,
                    body.to_string()
                ],
            )
            .expect("it is written");
    }
    let mut hash = Sha256::new();
    let payload = mood(id(1), "Cake").to_string();
    for part in ["mood", "created", &id(1).to_string(), "", &payload] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let print: [u8; 32] = hash.finalize().into();
    connection
        .execute(
            "INSERT INTO idempotency VALUES (?1, ?2, ?3, 201, 1, '{\"success\": true, \"data\": {}}', ?4)",
            params![ALICE, event_id(1), print, NOW_MS],
        )
        .expect("it is written");
    connection
        .pragma_update(None, "user_version", 1)
        .expect("it is written");
}

#[tokio::test]
async fn a_database_of_step_1_comes_over_with_everything_in_it() {
    let folder = TempDir::new().unwrap();
    let connection = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    write_step_1(&connection);
    drop(connection);

    let app = App::on(folder);

    let alice = Person {
        app: &app,
        user_id: ALICE.to_owned(),
        access: TOKEN.to_owned(),
        refresh: String::new(),
    };
    let capabilities = app.get("/api/v1/capabilities").await;
    assert_eq!(capabilities.data()["server_epoch"], "the epoch");
    assert_eq!(alice.show(id(1)).await.data()["note"], "Tea");
    let feed = alice.get("/api/v1/changes").await;
    let changes = &feed.data()["changes"];
    assert_eq!(changes.as_array().unwrap().len(), 2);
    assert_eq!(
        (&changes[0]["rev"], &changes[1]["deleted"]),
        (&json!(2), &json!(true))
    );
    let bin = alice.get("/api/v1/moods?deleted=true").await;
    assert_eq!(bin.data()["moods"][0]["note"], "Pie");

    let again = alice.create(&mood(id(1), "Cake"), &event_id(1)).await;
    assert_eq!((again.status.as_u16(), again.rev()), (201, 1));
    let events = [
        created(1, id(1), "Cake"),
        updated(2, id(1), Some(2), "Jam"),
        created(3, id(1), "other"),
    ];
    let results = results(&alice, &events).await;
    assert_eq!(
        told(&results),
        [
            ("duplicate", Some(1), ""),
            ("applied", Some(5), ""),
            ("conflict", Some(5), "exists")
        ]
    );
    let history = alice.get(&format!("/api/v1/moods/{}/history", id(1))).await;
    let revisions = history.data()["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 2, "from now on");
    assert_eq!(revisions[1]["entity"]["note"], "Tea");
}
