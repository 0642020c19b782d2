//! The SQLite database: one connection writes, a few read.
//!
//! Every call here blocks, and is meant for a thread that may. A write is one `BEGIN IMMEDIATE` transaction under the
//! writer's mutex: account commit numbers are therefore given out in commit order, and SQLite never reports a busy
//! writer. With `synchronous=FULL` a commit that was reported survives a power cut.
//!
//! Architecture Invariant: no SQL outside this folder's users hands a connection across an await.

mod backup;
mod files;
mod migrations;
mod readers;

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use self::readers::Readers;
use crate::error::ServerError;
use crate::push::VapidKey;
use crate::world::World;

pub use backup::{back_up, restore};
pub(crate) use files::make_private;

/// Name of the database file in the data folder.
pub const DATABASE_FILE: &str = "lume.sqlite3";
/// How long a connection waits for another program's lock, for instance a backup's.
const BUSY_TIMEOUT_MS: u32 = 5_000;

/// Who the server is; drawn once, when the database is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For ever.
    pub server_id: String,
    /// Until the database is replaced.
    pub server_epoch: String,
}

/// The open database.
pub struct Database {
    writer: Mutex<Connection>,
    /// None for a database in memory, which has one connection for everything.
    readers: Option<Readers>,
    identity: Identity,
    push_key: VapidKey,
    _lock: Option<File>,
}

impl Database {
    /// Opens the database in a folder, makes both where they are missing, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// Where the folder can't be written, another process uses it, or the database is newer than this program.
    pub fn open(folder: &Path, world: &dyn World) -> Result<Self, ServerError> {
        let unwritable = |reason| ServerError::DataFolder {
            path: folder.to_owned(),
            reason,
        };
        let lock = files::take(folder)?;
        let file = folder.join(DATABASE_FILE);
        files::make_private(&file).map_err(unwritable)?;
        let writer = Connection::open(&file).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
                unwritable(std::io::Error::other("the database file cannot be opened"))
            }
            _ => ServerError::Database(error),
        })?;
        Self::prepare(writer, Some(file), Some(lock), world)
    }

    /// A database that lives as long as this value.
    ///
    /// # Errors
    ///
    /// Where SQLite fails to make one.
    pub fn in_memory(world: &dyn World) -> Result<Self, ServerError> {
        Self::prepare(Connection::open_in_memory()?, None, None, world)
    }

    fn prepare(
        mut writer: Connection,
        file: Option<std::path::PathBuf>,
        lock: Option<File>,
        world: &dyn World,
    ) -> Result<Self, ServerError> {
        configure(&writer)?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrations::run(&mut writer)?;
        let identity = identify(&writer, world)?;
        let push_key = VapidKey::of(&writer, world)?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: file.map(Readers::new),
            identity,
            push_key,
            _lock: lock,
        })
    }

    /// Who the server is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key by which push services know the server.
    pub(crate) fn push_key(&self) -> &VapidKey {
        &self.push_key
    }

    /// Runs one write transaction: committed where `work` returns `Ok`, rolled back where it does not or panics.
    ///
    /// # Errors
    ///
    /// `work`'s own, or the database's.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ServerError>,
    ) -> Result<T, ServerError> {
        let mut writer = unpoisoned(&self.writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Runs `work` on one snapshot of the database.
    ///
    /// # Errors
    ///
    /// `work`'s own, or the database's.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ServerError>,
    ) -> Result<T, ServerError> {
        let Some(readers) = &self.readers else {
            let mut only = unpoisoned(&self.writer);
            return work(&only.transaction()?);
        };
        let mut reader = readers.lend()?;
        work(&reader.connection().transaction()?)
    }

    /// Folds the write-ahead log into the database file and empties it: what was deleted is in neither then, and a
    /// stopped server leaves one file. Where somebody is reading the log just now, it stays until the next time.
    pub fn fold(&self) {
        if let Some(readers) = &self.readers {
            readers.close_idle();
        }
        let writer = unpoisoned(&self.writer);
        let folded = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, bool>(0)
        });
        match folded {
            Ok(false) => {}
            Ok(true) => tracing::debug!("the write-ahead log is being read and stays for now"),
            Err(error) => tracing::warn!(%error, "the write-ahead log stays for now"),
        }
    }
}

/// A panic under the lock rolled its transaction back, so the connection behind it is sound.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn configure(connection: &Connection) -> Result<(), ServerError> {
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS.into()))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // What an account's deletion removes is overwritten too.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(())
}

fn identify(writer: &Connection, world: &dyn World) -> Result<Identity, ServerError> {
    let value_of = |name: &str| -> Result<String, ServerError> {
        let known = writer
            .query_row("SELECT value FROM server WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?;
        if let Some(value) = known {
            return Ok(value);
        }
        let value = crate::ids::draw_uuid(world).to_string();
        writer.execute(
            "INSERT INTO server (name, value) VALUES (?1, ?2)",
            params![name, value],
        )?;
        Ok(value)
    };
    Ok(Identity {
        server_id: value_of("server_id")?,
        server_epoch: value_of("server_epoch")?,
    })
}
