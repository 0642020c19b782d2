//! What can go wrong inside the server, apart from refusals that the contract names.

use std::path::PathBuf;

use lume_wire::ApiError;

/// A failure. Only [`ServerError::Refused`] reaches a client as it is; every other one becomes a 500 or 503 without
/// detail, and one line in the log.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The contract says no. Trying again changes nothing.
    #[error("refused: {0}")]
    Refused(#[from] Box<ApiError>),
    /// The database could not do it; retryable where it was only busy.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored value is not what this program writes.
    #[error("stored {0} is not readable")]
    Corrupt(&'static str),
    /// The database was made by a later version.
    #[error(
        "the database has schema {found}, and this version knows up to {known}: use a newer lume-server"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The latest schema this program knows.
        known: i64,
    },
    /// The data folder can't be used.
    #[error("cannot write to the data folder {}: {reason}", path.display())]
    DataFolder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// Another process has the data folder.
    #[error("another lume-server is using the data folder {}", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A backup could not be made or restored.
    #[error("{0}")]
    Backup(String),
    /// The folder of the app holds no app.
    #[error("no index.html in the app's folder {}", path.display())]
    NoApp {
        /// The folder.
        path: PathBuf,
    },
    /// The address can't be listened on.
    #[error("{0}")]
    Listen(String),
    /// A flag's value makes no sense.
    #[error("{0}")]
    Config(String),
    /// A password could not be hashed.
    #[error("password hashing: {0}")]
    Hashing(argon2::Error),
    /// Work on another thread did not come to its end.
    #[error("a worker thread stopped early")]
    Worker,
}

impl ServerError {
    /// Whether the same request may well succeed a moment later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            ),
            Self::Worker => true,
            Self::Refused(_)
            | Self::Corrupt(_)
            | Self::Newer { .. }
            | Self::DataFolder { .. }
            | Self::InUse { .. }
            | Self::Backup(_)
            | Self::NoApp { .. }
            | Self::Listen(_)
            | Self::Config(_)
            | Self::Hashing(_) => false,
        }
    }
}

impl From<ApiError> for ServerError {
    fn from(error: ApiError) -> Self {
        Self::Refused(Box::new(error))
    }
}
