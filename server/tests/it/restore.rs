//! After a restore no revision is given out again that somebody may still hold.

use lume_server::{DATABASE_FILE, Database, ManualWorld, back_up, restore};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{App, PASSWORD, Person, START, id, mood};

async fn sign_in(app: &App) -> Person<'_> {
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

/// A device got some revisions of an entry, and then a backup with the first one was restored; twice. What is written
/// since has revisions that no life before has given out, so that the device's changes conflict instead of overwriting
/// what it has never seen.
#[tokio::test]
async fn a_revision_of_before_matches_nothing_that_came_after_a_restore() {
    let mut app = App::new();
    let alice = app.alice().await;
    let mut given = vec![alice.created(&mood(id(1), "Cake")).await];
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup.sqlite3");
    back_up(app.data(), &backup).unwrap();
    given.extend(edit_thrice(&alice, "first").await);

    for life in ["second", "third"] {
        let before = epoch(&app).await;
        app = app.restored(&backup);
        assert_ne!(epoch(&app).await, before, "{life}");
        let alice = sign_in(&app).await;
        let shown = alice.show(id(1)).await;
        assert_eq!((&shown.data()["note"], shown.rev()), (&json!("Cake"), 1));
        assert_late_ones_conflict(&alice, &given[1..], life).await;

        let new = edit_thrice(&alice, life).await;

        for rev in &new {
            assert!(!given.contains(rev), "{life}: {rev} again");
        }
        assert_late_ones_conflict(&alice, &given, &format!("{life} end")).await;
        given.extend(new);
    }
}

async fn epoch(app: &App) -> Value {
    let capabilities = app.get("/api/v1/capabilities").await;
    capabilities.data()["server_epoch"].clone()
}

async fn edit_thrice(alice: &Person<'_>, life: &str) -> Vec<i64> {
    let mut revs = Vec::new();
    for note in ["Tea", "Pie", "Jam"] {
        let rev = alice.show(id(1)).await.rev();
        let key = format!("{life}-{note}");
        let patch = json!({ "note": note });
        let reply = alice.update(id(1), rev, &patch, &key).await;
        revs.push(reply.rev());
    }
    revs
}

async fn assert_late_ones_conflict(alice: &Person<'_>, revs: &[i64], life: &str) {
    for rev in revs {
        let key = format!("{life}-late-{rev}").replace(' ', "-");
        let patch = json!({ "note": "late" });
        let late = alice.update(id(1), *rev, &patch, &key).await;
        assert_eq!(late.refused(), (412, "version"), "{key}");
    }
}

/// With the database that is replaced at hand, also a clock that went back gives no number out again.
#[tokio::test]
async fn a_clock_that_went_back_gives_no_revision_out_again() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup.sqlite3");
    back_up(app.data(), &backup).unwrap();
    app.pass_days(1_000);
    let app = app.restored(&backup);
    let last = sign_in(&app).await.created(&mood(id(2), "Tea")).await;

    app.pass_days(-1_000);
    let app = app.restored(&backup);

    let next = sign_in(&app).await.created(&mood(id(2), "Pie")).await;
    assert!(next > last, "{next} comes after {last}");
}

/// Numbers stay such that every reader of JSON can hold them.
#[tokio::test]
async fn a_damaged_database_is_no_hindrance_and_numbers_stay_exact() {
    let app = App::new();
    app.alice().await.created(&mood(id(1), "Cake")).await;
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup.sqlite3");
    back_up(app.data(), &backup).unwrap();
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join(DATABASE_FILE), "torn").unwrap();
    let world = ManualWorld::new(START.parse().unwrap(), 7);

    let aside = restore(data.path(), &backup, &world).unwrap();

    assert!(aside.is_some());
    let database = Database::open(data.path(), &world).unwrap();
    let commit_no: i64 = database
        .read(|transaction| {
            Ok(transaction.query_row("SELECT commit_no FROM users", [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(commit_no, 1_736_942_400_000 * 1_024);
    assert!(commit_no < 1 << 53);
}
