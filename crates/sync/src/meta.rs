//! The named records of a profile's database.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::Feature;
use serde::{Deserialize, Serialize};

use crate::limits::SYNC_INTERVAL_S;
use crate::store::StoreError;

/// The [`Profile`] record.
pub const PROFILE: &str = "profile";
/// The [`StoredSession`] record.
pub const SESSION: &str = "session";
/// The [`crate::gate::Gate`] record.
pub const GATE: &str = "gate";
/// The epoch of the last claim, a number.
pub const EPOCH: &str = "epoch";
/// The [`crate::sealed::LockMark`] record; none without an app lock.
pub const LOCK: &str = "lock";
/// The [`crate::feed::Feed`] record; none before the first page.
pub const FEED: &str = "feed";
/// The [`crate::derived::Built`] record; none where nothing is derived yet.
pub const DERIVED: &str = "derived";
/// The [`Progress`] record.
pub const PROGRESS: &str = "progress";

/// Whether entries leave the device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppMode {
    /// Everything works, nothing is sent, no event is made.
    #[default]
    Device,
    /// Each change makes an event for the account's backend.
    Synced,
}

/// What a backend can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// The seed's contract only.
    Basic,
    /// Revisions, envelopes and conditional writes.
    Extended,
}

/// What the person or the deployment says about the backend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendChoice {
    /// Ask it.
    #[default]
    Auto,
    /// Basic, without asking.
    Basic,
    /// Extended, without asking.
    Extended,
}

/// Where to send to.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// Origin, and a path if it is not at the root, without a slash at the end; empty until one is chosen.
    pub base_url: String,
    /// Sent as `X-API-Key`; may be empty.
    pub api_key: String,
    /// What was said about it.
    pub choice: BackendChoice,
    /// What it was found to be. Once extended, never basic again.
    pub kind: Option<BackendKind>,
    /// What it was last found to offer; `None` if it was not asked.
    #[serde(default)]
    pub features: Option<Vec<Feature>>,
    /// Its epoch when it was first asked: what is acknowledged before the feed is followed belongs to it.
    #[serde(default)]
    pub epoch: Option<String>,
}

impl Backend {
    /// Forgets that it had no feed of changes: it may have been renewed since.
    pub(crate) fn ask_again_for_changes(&mut self) {
        let lacks = |features: &Vec<Feature>| !features.contains(&Feature::Changes);
        if self.features.as_ref().is_some_and(lacks) {
            self.features = None;
        }
    }
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Backend({:?}, {:?})", self.choice, self.kind)
    }
}

/// The account that this database is bound to, for ever.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The server's id from its capabilities; a basic backend's address.
    pub server_id: String,
    /// The account there.
    pub user_id: UserId,
    /// To show, and to fill the form in with.
    pub email: String,
    /// To show.
    pub name: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.user_id)
    }
}

impl Account {
    /// What tells it from every other account anywhere.
    pub fn key(&self) -> String {
        format!("{}/{}", self.server_id, self.user_id)
    }
}

/// How far giving earlier entries their events has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// Everything up to this entity is done.
    pub after: Option<EntityId>,
    /// Entities looked at.
    pub done: u64,
    /// Entities there were at the start.
    pub total: u64,
    /// Events made.
    pub events: u64,
}

/// What this database is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Whether entries leave the device.
    pub mode: AppMode,
    /// Whose they are; `None` until somebody signs in.
    pub account: Option<Account>,
    /// Where they go.
    pub backend: Backend,
    /// How often a pass runs, in seconds.
    pub interval_s: u32,
    /// Set while earlier entries are given their events.
    pub adoption: Option<Adoption>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            mode: AppMode::Device,
            account: None,
            backend: Backend::default(),
            interval_s: SYNC_INTERVAL_S,
            adoption: None,
        }
    }
}

impl Profile {
    /// The account that events are made for, in synced mode.
    pub fn syncing(&self) -> Option<&Account> {
        match self.mode {
            AppMode::Synced => self.account.as_ref(),
            AppMode::Device => None,
        }
    }
}

/// The session, its tokens sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSession {
    /// Grows with each sign-in, refresh and sign-out.
    pub generation: u64,
    /// Whose it is: [`Account::key`]. Sign-out leaves `None`.
    pub account: Option<String>,
    /// When the access token ends, by this device's clock.
    pub expires_at: Option<Timestamp>,
    /// [`Tokens`] as JSON, sealed by the vault; empty after sign-out or a refusal.
    pub sealed: Vec<u8>,
}

/// What to present to the backend.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// For requests.
    pub access: String,
    /// For the next pair.
    pub refresh: String,
}

impl std::fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredSession(generation {})", self.generation)
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

/// When things last went well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When an event was last acknowledged.
    pub last_sync: Option<Timestamp>,
    /// The last step of a flusher that held the lock: a holder that shows no progress is passed by.
    pub heartbeat: Option<Timestamp>,
}

/// A record as it is stored: JSON, not sealed, since the engine needs it before anything is unlocked.
pub(crate) fn to_bytes<T: Serialize>(record: &T) -> Vec<u8> {
    serde_json::to_vec(record).expect("records hold plain values only")
}

/// Reads a record; a missing one is the default.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if it is there and can't be read.
pub(crate) fn from_bytes<T: serde::de::DeserializeOwned + Default>(
    bytes: Option<&[u8]>,
) -> Result<T, StoreError> {
    bytes.map_or_else(
        || Ok(T::default()),
        |bytes| {
            serde_json::from_slice(bytes).map_err(|error| {
                StoreError::Corrupt(format!("a record, column {}", error.column()))
            })
        },
    )
}
