//! A backup while the server runs, and the way back.
//!
//! A backup is a database file of its own, written from one snapshot: it holds every commit that was answered before it
//! began and none in part, and nothing that was deleted. Restoring puts a copy of it in the place of the data folder's
//! database, which is kept under another name. The copy draws a new epoch, by which every app learns that it knows
//! more than the server and sends what is missing; it has no sessions, since those that ended after the backup would be
//! back; and it goes on with revisions that were never given out, since a device may still hold one that was given out
//! after the backup, and would otherwise overwrite what it has never seen.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{BUSY_TIMEOUT_MS, DATABASE_FILE, files, migrations};
use crate::error::ServerError;
use crate::world::World;

/// Revisions begin again above the time of a restore, in milliseconds, times this number: more commits than that take
/// longer than a millisecond, so that no account has come as far by counting. In the year 2248 they no longer fit the
/// numbers of JavaScript (2⁵³).
const COMMITS_IN_A_MS_MAX: i64 = 1 << 10;
/// What SQLite may keep beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Writes a backup of a data folder's database, whether a server runs on it or not.
///
/// # Errors
///
/// Where there is no database, the file is there already, or it can't be written.
pub fn back_up(folder: &Path, into: &Path) -> Result<(), ServerError> {
    let database = folder.join(DATABASE_FILE);
    if !database.is_file() {
        return Err(failed("there is no database in", folder));
    }
    if into.exists() {
        return Err(failed(
            "a backup overwrites nothing, and there is already",
            into,
        ));
    }
    // Under another name until it is complete, so that what has the name is a backup.
    let part = with_suffix(into, ".part");
    let written = write_snapshot(&database, OpenFlags::SQLITE_OPEN_READ_WRITE, &part)
        .and_then(|()| std::fs::rename(&part, into).map_err(|error| unwritable(into, &error)));
    if written.is_err() {
        // What the error says is more than whether this worked.
        std::fs::remove_file(&part).ok();
    }
    written?;
    flush_folder_of(into)
}

/// Writes everything that is committed into a file of its own, and looks at it again.
fn write_snapshot(database: &Path, access: OpenFlags, into: &Path) -> Result<(), ServerError> {
    let file = files::make_private(into).map_err(|error| unwritable(into, &error))?;
    // What a run that was cut off left there.
    file.set_len(0).map_err(|error| unwritable(into, &error))?;
    let name = into
        .to_str()
        .ok_or_else(|| failed("not a name that can be used:", into))?;
    let source = open(database, access)?;
    source.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS.into()))?;
    source.execute("VACUUM INTO ?1", [name])?;
    check(into)?;
    file.sync_all().map_err(|error| unwritable(into, &error))
}

/// Puts a backup in the place of a data folder's database. Returns where that one is now.
///
/// # Errors
///
/// Where a server runs on the folder, or the file is no backup of Lume's, damaged, or made by a later version; the
/// folder is as it was then.
pub fn restore(
    folder: &Path,
    from: &Path,
    world: &dyn World,
) -> Result<Option<PathBuf>, ServerError> {
    let _lock = files::take(folder)?;
    if !from.is_file() {
        return Err(failed("there is no file", from));
    }
    check(from)?;
    let database = folder.join(DATABASE_FILE);
    let copy = with_suffix(&database, ".restoring");
    let prepared = copy_of(from, &copy, commits_so_far(&database, world), world);
    if prepared.is_err() {
        // What the error says is more than whether this worked.
        std::fs::remove_file(&copy).ok();
    }
    prepared?;

    let aside = with_suffix(&database, &format!(".before-{}", world.now().as_millis()));
    let had_one = database.exists();
    for companion in COMPANIONS.into_iter().chain([""]) {
        let old = with_suffix(&database, companion);
        if old.exists() {
            let kept = with_suffix(&aside, companion);
            std::fs::rename(&old, &kept).map_err(|error| unwritable(&kept, &error))?;
        }
    }
    std::fs::rename(&copy, &database).map_err(|error| unwritable(&database, &error))?;
    flush_folder_of(&database)?;
    Ok(had_one.then_some(aside))
}

/// A number that no account's commits have reached, in no life of the server. It follows from the clock, and from the
/// database that is replaced, where that can be read: then it holds with a wrong clock as well.
fn commits_so_far(replaced: &Path, world: &dyn World) -> i64 {
    let by_clock = world.now().as_millis().max(0) * COMMITS_IN_A_MS_MAX;
    // Opening it would make it.
    let replaced = replaced.is_file().then_some(replaced);
    let by_count = replaced.and_then(|file| {
        let connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        let query = "SELECT max(commit_no) FROM users";
        let highest: Result<Option<i64>, _> = connection.query_row(query, [], |row| row.get(0));
        highest.ok().flatten()
    });
    by_clock.max(by_count.unwrap_or_default())
}

/// A copy that is ready to be served: of the newest schema, with an epoch of its own, without sessions, and with
/// revisions that go on above `commits_so_far`.
fn copy_of(
    from: &Path,
    copy: &Path,
    commits_so_far: i64,
    world: &dyn World,
) -> Result<(), ServerError> {
    write_snapshot(from, OpenFlags::SQLITE_OPEN_READ_ONLY, copy)?;
    let mut connection = open(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    migrations::run(&mut connection)?;
    let transaction = connection.transaction()?;
    transaction.execute(
        "UPDATE server SET value = ?1 WHERE name = 'server_epoch'",
        [crate::ids::draw_uuid(world).to_string()],
    )?;
    transaction.execute("DELETE FROM sessions", [])?;
    transaction.execute(
        "UPDATE users SET commit_no = max(commit_no, ?1)",
        [commits_so_far],
    )?;
    transaction.commit()?;
    drop(connection);
    File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|error| unwritable(copy, &error))
}

/// Refuses what is no whole database of Lume's.
fn check(file: &Path) -> Result<(), ServerError> {
    let strange = |_| failed("not a backup of Lume's, or a damaged one:", file);
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(strange)?;
    let server: Option<String> = connection
        .query_row(
            "SELECT value FROM server WHERE name = 'server_id'",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(strange)?;
    let schema: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(strange)?;
    migrations::refuse_newer(schema)?;
    if verdict == "ok" && server.is_some() && schema > 0 {
        Ok(())
    } else {
        Err(failed("not a backup of Lume's, or a damaged one:", file))
    }
}

fn open(file: &Path, flags: OpenFlags) -> Result<Connection, ServerError> {
    Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|_| failed("not a database that can be opened:", file))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A name is safe on the disk once its folder is.
fn flush_folder_of(file: &Path) -> Result<(), ServerError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    // Elsewhere a folder can't be opened, and names are written with their files.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| unwritable(folder, &error))?;
    Ok(())
}

fn failed(what: &str, path: &Path) -> ServerError {
    ServerError::Backup(format!("{what} {}", path.display()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> ServerError {
    ServerError::Backup(format!("cannot use {}: {error}", path.display()))
}
