//! What the server keeps on the disk is its owner's alone, and the app's key comes from a file as well.

use std::path::Path;

use tempfile::TempDir;

use crate::program::{Running, command, complaint};

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}

/// Started by somebody whose files are everybody's to read, as the umask of most systems has it.
#[cfg(unix)]
#[test]
fn the_data_folder_and_all_in_it_are_the_owners_alone() {
    let parent = TempDir::new().unwrap();
    let data = parent.path().join("data");
    let mut command = command(&data);
    command.args(["--port", "0"]);
    let running = Running::start(command);
    let body = r#"{"email": "a@example.org", "password": "seven kind otters", "name": "A", "date_of_birth": "1990-01-01"}"#;
    running.send("POST", "/api/v1/auth/register", &[], body);

    assert_eq!(mode(&data), 0o700);
    let files: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    for name in [
        "lume.sqlite3",
        "lume.sqlite3-wal",
        "lume.sqlite3-shm",
        "lume.lock",
    ] {
        assert!(files.contains(&data.join(name)), "{name} in {files:?}");
    }
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[cfg(unix)]
#[test]
fn a_database_that_everybody_could_read_is_closed_to_them_at_the_next_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = TempDir::new().unwrap();
    let start = || {
        let mut command = command(data.path());
        command.args(["--port", "0"]);
        Running::start(command)
    };
    assert!(start().stop("-TERM").success());
    let file = data.path().join("lume.sqlite3");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();

    let _running = start();

    assert_eq!(mode(&file), 0o600);
}

#[test]
fn the_app_s_key_is_read_from_a_file() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("key");
    std::fs::write(&file, "a key of ours\n".replace(' ', "-")).unwrap();
    let mut command = command(data.path());
    command
        .env("LUME_API_KEY_FILE", &file)
        .args(["--port", "0"]);
    let running = Running::start(command);

    let without = running.get("/api/v1/capabilities");
    let with = running.send(
        "GET",
        "/api/v1/capabilities",
        &[("x-api-key", "a-key-of-ours")],
        "",
    );

    assert!(without.starts_with("HTTP/1.1 401"), "{without}");
    assert!(with.starts_with("HTTP/1.1 200"), "{with}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a-key-of-ours\n");
}

#[test]
fn a_key_that_is_missing_is_drawn_once_and_kept_for_its_owner() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("key");
    let start = || {
        let mut command = command(data.path());
        command.args(["--port", "0", "--api-key-file"]).arg(&file);
        Running::start(command)
    };
    let first = start();
    let key = std::fs::read_to_string(&file).unwrap();
    assert_eq!(key.trim().len(), 64, "32 bytes");
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600);
    assert!(
        first
            .get("/api/v1/capabilities")
            .starts_with("HTTP/1.1 401")
    );
    drop(first);

    let second = start();

    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
    let answer = second.send(
        "GET",
        "/api/v1/capabilities",
        &[("x-api-key", key.trim())],
        "",
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_file_that_is_no_key_and_two_keys_at_once_are_refused() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("notes.txt");
    std::fs::write(&file, "not a key\nbut notes\n").unwrap();

    let said = complaint(
        command(data.path())
            .args(["--port", "0", "--api-key-file"])
            .arg(&file),
    );
    assert!(
        said.contains("notes.txt: one line with a key is expected"),
        "{said}"
    );
    assert!(!said.contains("but notes"), "{said}");

    let mut both = command(data.path());
    both.args(["--api-key", "a", "--api-key-file"]).arg(&file);
    assert!(!both.output().unwrap().status.success());
}
