//! The schema's steps, each a file of its own, applied in order and never changed once released.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::ServerError;

/// The step at index n leads from schema n to n + 1; SQLite's `user_version` says how far a database has come.
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_first.sql"),
    include_str!("../../migrations/0002_sync.sql"),
    include_str!("../../migrations/0003_push.sql"),
];

/// Brings a database up to date; each step is one transaction with its number.
pub(super) fn run(connection: &mut Connection) -> Result<(), ServerError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    refuse_newer(found)?;
    for (number, step) in (1..).zip(STEPS).filter(|(number, _)| *number > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Refuses a schema that this program does not know.
pub(super) fn refuse_newer(found: i64) -> Result<(), ServerError> {
    let known = i64::try_from(STEPS.len()).expect("there are few steps");
    if found > known {
        return Err(ServerError::Newer { found, known });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_database_comes_to_the_latest_schema_and_a_second_run_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        run(&mut connection).unwrap();
        let version: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(usize::try_from(version).unwrap(), STEPS.len());
    }

    #[test]
    fn a_database_of_a_later_version_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(
            run(&mut connection),
            Err(ServerError::Newer { found: 999, .. })
        ));
    }
}
