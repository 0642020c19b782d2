//! The rows of a profile's database: a plain header with what indices need, and a sealed body.
//!
//! Every store implementation writes these rows as they are; what a body holds is between `crate::body` and the
//! engine. Times are milliseconds since the epoch (UTC). `Debug` leaves sealed bytes out: unlocked, they hold notes.

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_core::time::Timestamp;
use lume_wire::Rev;
use serde::{Deserialize, Serialize};

use crate::content::Operation;
use crate::store::StoreName;

/// The name of a kind of entity, as in `mood`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub String);

/// The place of an event in its outbox: given by the store, growing, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Names one entity: lanes, bases and rows are found by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityKey {
    /// Which kind of entity.
    pub kind: Kind,
    /// Which one.
    pub id: EntityId,
}

/// Where an entity stands with the backend, for the eye; the outbox is what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SyncState {
    /// On this device alone; no event was made.
    Local,
    /// At least one event waits.
    Waiting,
    /// The backend has it.
    Synced,
    /// An event was refused or given up, and waits for the person.
    Failed,
    /// The backend has another version; parked.
    Conflict,
}

/// One entity as the person sees it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EntityRow {
    /// Which entity.
    pub key: EntityKey,
    /// Civil date and time in its zone, sortable as text: `2025-01-15T11:30:00.000`.
    pub local_time: String,
    /// Deleted rows keep their body, for undo and the bin.
    pub deleted: bool,
    /// The last revision the backend gave it.
    pub rev: Option<Rev>,
    /// Shown beside it.
    pub sync: SyncState,
    /// Where it came from: `manual`, `import` or `api`.
    pub source: String,
    /// Its id at that source.
    pub source_id: Option<String>,
    /// Sealed content.
    pub body: Vec<u8>,
    /// Sealed two versions of a text that was changed here and elsewhere in the same place, until the person has settled
    /// them: [`crate::merge::Overlap`].
    pub overlap: Option<Vec<u8>>,
}

/// The last state of an entity that the backend is known to have.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BaseRow {
    /// Which entity.
    pub key: EntityKey,
    /// Its revision there; none with a basic backend.
    pub rev: Option<Rev>,
    /// Whether it is deleted there.
    pub deleted: bool,
    /// Sealed content; of a deleted one the last content known, or empty.
    pub body: Vec<u8>,
    /// The round of listing in which the backend was last seen to have it: [`crate::feed::Feed::round`]. 0 is never.
    #[serde(default)]
    pub round: u32,
    /// A later state, that came while an event of the lane was on its way.
    pub ahead: Option<Ahead>,
}

impl BaseRow {
    /// Whether the backend is not known to have anything, and the row is there for what waits beside it.
    pub const fn stands_for_none(&self) -> bool {
        self.deleted && self.rev.is_none() && self.ahead.is_some()
    }
}

/// A state of the backend's that waits beside the base for the answer to an event whose bytes are fixed: what that event
/// was based on is still needed for the merge.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// What became of the entity.
    pub state: AheadState,
    /// Its revision; none for one that the backend does not have.
    pub rev: Option<Rev>,
    /// When it was written, by the backend's clock.
    pub modified_at: Option<Timestamp>,
    /// The round in which it came.
    pub round: u32,
    /// Sealed content of a live one, else empty.
    pub body: Vec<u8>,
}

/// What became of an entity at the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AheadState {
    /// It is there.
    Live,
    /// It was deleted.
    Deleted,
    /// The backend knows nothing of it.
    Absent,
}

/// What an entity had been made of by a side that lost in a merge.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Given by the store at the first put; `None` asks for a new one.
    pub seq: Option<Seq>,
    /// Whose it is.
    pub key: EntityKey,
    /// When it was put aside.
    pub at: Timestamp,
    /// Sealed [`crate::merge::Loser`].
    pub body: Vec<u8>,
}

/// What a derived row is: everything that is derived can be made again from the entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// What statistics need of a week's entities.
    Digests,
    /// What searching needs of them.
    Texts,
    /// That an entity of the week was changed since: its digest and its texts count for nothing. Without a body.
    Stale,
}

impl Shelf {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Digests, Self::Texts, Self::Stale];

    /// The object store.
    pub const fn store(self) -> StoreName {
        match self {
            Self::Digests | Self::Stale => StoreName::Stats,
            Self::Texts => StoreName::Search,
        }
    }

    /// Its word in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digests => "digests",
            Self::Texts => "texts",
            Self::Stale => "stale",
        }
    }
}

/// What is derived from the entities of a week.
#[derive(Clone, PartialEq)]
pub struct DerivedRow {
    /// What it is.
    pub shelf: Shelf,
    /// Of which kind.
    pub kind: Kind,
    /// The week's first date, sortable as text: `2025-01-13`.
    pub week: String,
    /// Sealed; what it holds is between `crate::derived` and its readers.
    pub body: Vec<u8>,
}

/// Where an event stands. A claimed event stays [`EventState::Pending`]; the claim is a record of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventState {
    /// First of its lane; goes out when `not_before` has come.
    Pending,
    /// Behind another event of its lane.
    Held,
    /// Refused or given up: stays until the person decides. See [`Failure`].
    Dead,
    /// Met another version at the backend.
    Parked,
}

impl EventState {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Held, Self::Dead, Self::Parked];

    /// The number that stands for it in an index key.
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Held => 1,
            Self::Dead => 2,
            Self::Parked => 3,
        }
    }
}

/// Why an event is dead or parked. Says codes and names of fields, never content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened.
    pub reason: FailureReason,
    /// The HTTP status that said so, if one did.
    pub status: Option<u16>,
    /// Refused fields with their codes.
    pub fields: Vec<(String, String)>,
    /// When.
    pub at: Timestamp,
}

/// The reasons a person can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The backend did not understand the request.
    BadRequest,
    /// Not allowed for this account.
    Forbidden,
    /// Refused by a rule; `fields` says which.
    Invalid,
    /// Too large on its own.
    TooLarge,
    /// The key was used for another content: an alarm, since the engine never does that.
    KeyReused,
    /// The server failed on it six times in all.
    GaveUp,
    /// Another refusal.
    Refused,
    /// The backend has another version of the entity.
    Version,
    /// The backend knows the id with other content.
    Exists,
    /// The backend has deleted it.
    Gone,
    /// The backend has something else under the same natural key.
    Natural,
}

impl FailureReason {
    /// Whether the event's effect may be at the server all the same, so that its id and bytes must be used again.
    pub const fn is_ambiguous(self) -> bool {
        match self {
            Self::GaveUp => true,
            Self::BadRequest
            | Self::Forbidden
            | Self::Invalid
            | Self::TooLarge
            | Self::KeyReused
            | Self::Refused
            | Self::Version
            | Self::Exists
            | Self::Gone
            | Self::Natural => false,
        }
    }
}

/// One event on its way to the backend.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Given by the store at the first put; `None` asks for a new one.
    pub seq: Option<Seq>,
    /// The idempotency key; random.
    pub event_id: EventId,
    /// Its lane.
    pub key: EntityKey,
    /// What it does.
    pub operation: Operation,
    /// Where it stands.
    pub state: EventState,
    /// Not to be sent before this wall time; 0 is at once.
    pub not_before: Timestamp,
    /// How long that wait was when it was set, in milliseconds: a longer remainder means that the clock jumped back.
    pub wait_ms: u64,
    /// Outcomes in which the server answered about this very event and failed.
    pub attempts: u32,
    /// The revision that the person's action was based on. `None` for the first event of an entity, and for one that
    /// follows another of its lane until that one is acknowledged.
    pub base_rev: Option<Rev>,
    /// When the person acted.
    pub created_at: Timestamp,
    /// The account it belongs to, and the only one it may be sent under.
    pub account: String,
    /// The version of the format of `body`.
    pub schema_v: u16,
    /// Sealed exact request, once it may have been sent; never changed afterwards.
    pub request: Option<Vec<u8>>,
    /// Why it is dead or parked.
    pub failure: Option<Failure>,
    /// Sealed content or patch.
    pub body: Vec<u8>,
}

/// One claimed event with the exact request that will be sent.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimItem {
    /// The row.
    pub seq: Seq,
    /// The row's event, so that a claim never settles another one.
    pub event_id: EventId,
    /// The row's entity.
    pub key: EntityKey,
    /// Sealed request.
    pub request: Vec<u8>,
}

/// A batch that one flusher has taken, for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// Random.
    pub id: ClaimId,
    /// Who took it: one engine's life.
    pub owner: String,
    /// Grows with each claim; a late failure of an older epoch changes nothing.
    pub epoch: u64,
    /// When the lease is over.
    pub until: Timestamp,
    /// The events.
    pub items: Vec<ClaimItem>,
}

/// Numbers of events by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Waiting or being sent.
    pub pending: u64,
    /// Waiting behind another one of the same entity.
    pub held: u64,
    /// Refused or given up.
    pub dead: u64,
    /// In conflict.
    pub parked: u64,
}

impl Counts {
    /// Events that are not at the backend yet and need nobody's decision.
    pub const fn waiting(&self) -> u64 {
        self.pending + self.held
    }

    /// Events that wait for the person.
    pub const fn needs_person(&self) -> u64 {
        self.dead + self.parked
    }
}

/// Gives rows a `Debug` of the fields that hold nothing private.
macro_rules! debug_without_bytes {
    ($($row:ident { $($field:ident),+ })+) => {$(
        impl std::fmt::Debug for $row {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($row));
                $(shown.field(stringify!($field), &self.$field);)+
                shown.finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_bytes! {
    EntityRow { key, local_time, deleted, rev, sync, source }
    BaseRow { key, rev, deleted, round, ahead }
    Ahead { state, rev, modified_at, round }
    HistoryRow { seq, key, at }
    DerivedRow { shelf, kind, week }
    OutboxRow {
        seq, event_id, key, operation, state, not_before, wait_ms, attempts, base_rev, created_at, account, schema_v,
        failure
    }
    ClaimItem { seq, event_id, key }
}
