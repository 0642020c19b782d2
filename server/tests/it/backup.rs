//! `lume-server backup` and `lume-server restore`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use lume_core::ids::EntityId;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::app::{PASSWORD, mood};
use crate::program::{Running, command, complaint};

const WRITERS: u8 = 3;

fn serve(data: &Path) -> Running {
    let mut command = command(data);
    command.args(["--port", "0"]);
    command.env("LUME_REQUESTS_PER_MINUTE", "0");
    Running::start(command)
}

fn run(data: &Path, what: &str, file: &Path) -> Output {
    command(data).arg(what).arg(file).output().expect("it runs")
}

fn succeed(data: &Path, what: &str, file: &Path) -> String {
    let output = run(data, what, file);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said} {complained}");
    said
}

fn json(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

/// Signs in or up, and returns the header with the token.
fn bearer(running: &Running, path: &str) -> String {
    let body = format!(
        r#"{{"email": "a@example.org", "password": "{PASSWORD}", "name": "A", "date_of_birth": "1990-01-01"}}"#
    );
    let answer = running.send("POST", path, &[], &body);
    let token = json(&answer)["data"]["access_token"].clone();
    format!("Bearer {}", token.as_str().expect("a token"))
}

fn number(writer: u8, count: u8) -> EntityId {
    let mut bytes = [writer; 16];
    bytes[15] = count;
    EntityId::from_random_bytes(bytes)
}

fn create(running: &Running, bearer: &str, id: EntityId) {
    let key = format!("create-{id}");
    let headers = [("authorization", bearer), ("idempotency-key", key.as_str())];
    let answer = running.send(
        "POST",
        "/api/v1/moods",
        &headers,
        &mood(id, "Cake").to_string(),
    );
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

fn ids(file: &Path, query: &str) -> BTreeSet<String> {
    let connection = Connection::open(file).expect("a database");
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// Three people write without a pause while the backup is made. It holds what had been answered before it began, and
/// of what came meanwhile each effect with its answer or neither. A server on the restored data is the same one with
/// another epoch, everybody signs in again, and finds everything.
#[test]
fn a_backup_under_writes_is_whole_and_can_be_restored() {
    let data = TempDir::new().unwrap();
    let running = serve(data.path());
    let token = bearer(&running, "/api/v1/auth/register");
    let before: BTreeSet<String> = (0..20)
        .map(|count| {
            create(&running, &token, number(99, count));
            number(99, count).to_string()
        })
        .collect();
    let file = data.path().join("backup.sqlite3");
    let done = AtomicBool::new(false);

    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (running, token, done) = (&running, &token, &done);
            scope.spawn(move || {
                for count in 0..u8::MAX {
                    create(running, token, number(writer, count));
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        let said = succeed(data.path(), "backup", &file);
        done.store(true, Ordering::SeqCst);
        assert!(said.contains("backup.sqlite3"), "{said}");
    });

    let entries = ids(&file, "SELECT id FROM entities");
    assert!(entries.is_superset(&before));
    assert_eq!(ids(&file, "SELECT entity_id FROM changes"), entries);
    let answered = ids(
        &file,
        "SELECT substr(key, 8) FROM idempotency WHERE status = 201",
    );
    assert_eq!(answered, entries);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(
            mode & 0o777,
            0o600,
            "it is as private as what it was made of"
        );
    }

    let elsewhere = TempDir::new().unwrap();
    let capabilities =
        |running: &Running| json(&running.get("/api/v1/capabilities"))["data"].clone();
    let old = capabilities(&running);
    succeed(elsewhere.path(), "restore", &file);
    let restored = serve(elsewhere.path());
    let new = capabilities(&restored);
    assert_eq!(new["server_id"], old["server_id"]);
    assert_ne!(new["server_epoch"], old["server_epoch"]);
    let refused = restored.send("GET", "/api/v1/users/me", &[("authorization", &token)], "");
    assert!(
        refused.starts_with("HTTP/1.1 401"),
        "sessions are not restored: {refused}"
    );
    let token = bearer(&restored, "/api/v1/auth/login");
    let list = restored.send(
        "GET",
        "/api/v1/moods?limit=500",
        &[("authorization", &token)],
        "",
    );
    let found: BTreeSet<String> = json(&list)["data"]["moods"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|mood| mood["id"].as_str().expect("an id").to_owned())
        .collect();
    let entries: BTreeSet<String> = entries.into_iter().take(500).collect();
    assert_eq!(found.len(), entries.len());
    create(&restored, &token, number(200, 0));
}

#[test]
fn a_restore_keeps_what_was_there_under_another_name() {
    let data = TempDir::new().unwrap();
    let running = serve(data.path());
    let token = bearer(&running, "/api/v1/auth/register");
    create(&running, &token, number(1, 0));
    let file = data.path().join("backup.sqlite3");
    succeed(data.path(), "backup", &file);
    create(&running, &token, number(1, 1));
    // Killed rather than stopped: its log is still beside the database.
    drop(running);

    let said = succeed(data.path(), "restore", &file);

    let database = data.path().join("lume.sqlite3");
    assert_eq!(ids(&database, "SELECT id FROM entities").len(), 1);
    let aside = said.trim_end().rsplit(' ').next().expect("its name");
    assert_eq!(
        ids(Path::new(aside), "SELECT id FROM entities").len(),
        2,
        "{said}"
    );
}

#[test]
fn a_restore_under_a_running_server_is_refused_and_changes_nothing() {
    let data = TempDir::new().unwrap();
    let running = serve(data.path());
    let token = bearer(&running, "/api/v1/auth/register");
    let file = data.path().join("backup.sqlite3");
    succeed(data.path(), "backup", &file);

    let said = complaint(command(data.path()).arg("restore").arg(&file));

    assert!(
        said.contains("another lume-server is using the data folder"),
        "{said}"
    );
    create(&running, &token, number(1, 0));
}

#[test]
fn what_is_no_backup_is_refused_and_the_database_stays() {
    let data = TempDir::new().unwrap();
    let running = serve(data.path());
    let token = bearer(&running, "/api/v1/auth/register");
    for count in 0..30 {
        create(&running, &token, number(1, count));
    }
    let good = data.path().join("good.sqlite3");
    succeed(data.path(), "backup", &good);
    #[cfg(unix)]
    assert!(running.stop("-TERM").success());
    #[cfg(not(unix))]
    drop(running);
    let bytes = std::fs::read(&good).unwrap();
    let database = data.path().join("lume.sqlite3");
    let before = std::fs::read(&database).unwrap();
    let mut torn = bytes.clone();
    // A page in the middle, as a disk with a bad sector gives it back.
    torn[5 * 4096..6 * 4096].fill(0xff);
    let bad: [(&str, Vec<u8>, &str); 5] = [
        ("empty", Vec::new(), "not a backup of Lume's"),
        (
            "text",
            b"dear diary".repeat(1_000),
            "not a backup of Lume's",
        ),
        (
            "cut off",
            bytes[..bytes.len() / 2].to_vec(),
            "not a backup of Lume's",
        ),
        ("torn", torn, "not a backup of Lume's"),
        ("newer", with_schema(&good, 999), "schema 999"),
    ];
    for (what, bytes, complaint_about) in bad {
        let file = data.path().join("bad.sqlite3");
        std::fs::write(&file, bytes).unwrap();
        let said = complaint(command(data.path()).arg("restore").arg(&file));
        assert!(said.contains(complaint_about), "{what}: {said}");
        assert_eq!(std::fs::read(&database).unwrap(), before, "{what}");
    }
    let other = data.path().join("other.sqlite3");
    let connection = Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE diary (page); PRAGMA user_version = 1")
        .unwrap();
    for (file, complaint_about) in [
        (other.as_path(), "not a backup of Lume's"),
        (Path::new("/nowhere/at/all"), "there is no file"),
    ] {
        let said = complaint(command(data.path()).arg("restore").arg(file));
        assert!(said.contains(complaint_about), "{said}");
    }
    let left: Vec<_> = std::fs::read_dir(data.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("before") || name.contains("restoring"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

fn with_schema(good: &Path, schema: i64) -> Vec<u8> {
    let copy = good.with_extension("copy");
    std::fs::copy(good, &copy).expect("a copy");
    let connection = Connection::open(&copy).expect("a database");
    connection
        .pragma_update(None, "user_version", schema)
        .expect("a version");
    drop(connection);
    std::fs::read(&copy).expect("its bytes")
}

#[test]
fn a_backup_of_nothing_or_over_a_file_is_refused() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("backup.sqlite3");
    let said = complaint(command(data.path()).arg("backup").arg(&file));
    assert!(said.contains("there is no database in"), "{said}");
    assert!(!file.exists() && !data.path().join("lume.sqlite3").exists());

    let _running = serve(data.path());
    std::fs::write(&file, "precious").unwrap();
    let said = complaint(command(data.path()).arg("backup").arg(&file));
    assert!(said.contains("a backup overwrites nothing"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
}

/// Also without a server, and nothing that was deleted comes along.
#[test]
fn a_backup_of_a_stopped_server_holds_nothing_that_was_deleted() {
    let data = TempDir::new().unwrap();
    let running = serve(data.path());
    let token = bearer(&running, "/api/v1/auth/register");
    create(&running, &token, number(1, 0));
    let body = format!(r#"{{"password": "{PASSWORD}"}}"#);
    let gone = running.send(
        "DELETE",
        "/api/v1/users/me",
        &[("authorization", &token)],
        &body,
    );
    assert!(gone.starts_with("HTTP/1.1 204"), "{gone}");
    drop(running);
    let file = data.path().join("backup.sqlite3");

    succeed(data.path(), "backup", &file);

    assert!(ids(&file, "SELECT id FROM entities").is_empty());
    let bytes = std::fs::read(&file).unwrap();
    for word in ["Cake", "a@example.org"] {
        assert!(
            !bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes()),
            "{word}"
        );
    }
}
