//! Connections that read: so many and no more, since each has memory of its own. Whoever finds none free waits.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::configure;
use crate::error::ServerError;

/// Most connections that read at a time. More would only take turns on the processor.
const READERS_MAX: usize = 16;

/// The connections of a database file.
pub(super) struct Readers {
    file: PathBuf,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    lent: usize,
}

/// A connection that is lent; given back when dropped, also by a panic.
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    /// None where it could not be opened.
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Self {
        Self {
            file,
            state: Mutex::default(),
            given_back: Condvar::new(),
        }
    }

    /// Lends a connection, once there is one.
    ///
    /// # Errors
    ///
    /// Where the database can't be opened.
    pub(super) fn lend(&self) -> Result<Reader<'_>, ServerError> {
        let mut state = self
            .given_back
            .wait_while(self.state(), |state| state.lent >= READERS_MAX)
            .unwrap_or_else(PoisonError::into_inner);
        state.lent += 1;
        let idle = state.idle.pop();
        drop(state);
        let mut reader = Reader {
            readers: self,
            connection: idle,
        };
        if reader.connection.is_none() {
            reader.connection = Some(open(&self.file)?);
        }
        Ok(reader)
    }

    /// Closes those that nobody uses.
    pub(super) fn close_idle(&self) {
        self.state().idle.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    pub(super) fn connection(&mut self) -> &mut Connection {
        self.connection
            .as_mut()
            .expect("one that was lent was opened")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut state = self.readers.state();
        state.lent -= 1;
        state.idle.extend(self.connection.take());
        drop(state);
        self.readers.given_back.notify_one();
    }
}

fn open(file: &Path) -> Result<Connection, ServerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(file, flags)?;
    configure(&reader)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(folder: &Path) -> Readers {
        let file = folder.join("file.sqlite3");
        Connection::open(&file).expect("a database");
        Readers::new(file)
    }

    #[test]
    fn many_who_read_at_once_share_a_few_connections() {
        let folder = tempfile::TempDir::new().unwrap();
        let readers = readers(folder.path());
        std::thread::scope(|scope| {
            for _ in 0..4 * READERS_MAX {
                scope.spawn(|| {
                    let mut reader = readers.lend().expect("a connection");
                    assert!(readers.state().lent <= READERS_MAX);
                    let one = reader
                        .connection()
                        .query_row("SELECT 1", [], |row| row.get(0));
                    assert_eq!(one, Ok(1));
                });
            }
        });
        assert_eq!(readers.state().lent, 0);
        assert!((1..=READERS_MAX).contains(&readers.state().idle.len()));
    }

    #[test]
    fn a_panic_and_a_file_that_is_gone_take_no_place_for_ever() {
        let folder = tempfile::TempDir::new().unwrap();
        let lost = Readers::new(folder.path().join("nowhere.sqlite3"));
        let readers = readers(folder.path());
        for _ in 0..=READERS_MAX {
            assert!(lost.lend().is_err());
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _reader = readers.lend();
                panic!("in the middle of it");
            }));
            assert!(panicked.is_err());
        }
        assert!(readers.lend().is_ok());
    }
}
