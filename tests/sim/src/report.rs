//! What a task has to say to the executor when it is done.

use lume_sync::account::{AuthError, Authenticated};
use lume_sync::{CommitError, Status, StoreError};

/// See the [module](self).
pub(crate) enum Report {
    /// An engine's backend was chosen, or could not be.
    SetUp {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// Whether it worked.
        done: bool,
    },
    /// A pass is over, or something changed: this is the state now.
    Stands {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// The published state.
        status: Result<Status, StoreError>,
    },
    /// What the person wrote is saved, or is not.
    Wrote {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// Which of the model's actions.
        action: u64,
        /// What the person was told.
        result: Result<(), CommitError>,
    },
    /// A decision about an event is done, or is not.
    Decided {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// Which of the model's actions.
        action: u64,
        /// What the person was told.
        result: Result<(), StoreError>,
    },
    /// The backend gave a session, or did not.
    SignedIn {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// The session.
        result: Result<Box<Authenticated>, AuthError>,
    },
    /// A database was bound, or was not.
    Bound {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// Whether the database was another account's all along.
        must_fail: bool,
        /// What the person was told.
        result: Result<(), AuthError>,
    },
    /// The session is over, or is not.
    SignedOut {
        /// Whose.
        tab: usize,
        /// In which life.
        life: u64,
        /// What the person was told.
        result: Result<(), StoreError>,
    },
}
