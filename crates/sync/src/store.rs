//! The port to a profile's database, made so that a transaction can't await anything but its own reads.
//!
//! A [`Program`] is asked for its next step with the answers to its last reads, until it says what to write. A store
//! runs it inside one transaction: it awaits the reads, issues the writes without waiting between them, commits, and
//! gives the output only when the commit is known to be complete. Programs decide; stores do.
//!
//! Architecture invariant: no implementation knows what a row means, and no program touches a database.

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_core::time::Timestamp;

use crate::limits::EVENT_WAIT_MS_MAX;
use crate::rows::{
    BaseRow, ClaimRow, Counts, DerivedRow, EntityKey, EntityRow, EventState, HistoryRow, Kind,
    OutboxRow, Seq, Shelf,
};

/// What a read asks for. Each gives the [`Answer`] of the same name.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// The row of one entity → [`Answer::Entity`].
    Entity(EntityKey),
    /// Its last server state → [`Answer::Base`].
    Base(EntityKey),
    /// All its events in order of seq → [`Answer::Outbox`].
    Lane(EntityKey),
    /// The event with this id → [`Answer::Outbox`], none or one.
    Event(EventId),
    /// Pending events whose time has come, by [`is_due`], in order of `not_before`, then seq → [`Answer::Outbox`].
    Due {
        /// Now.
        now: Timestamp,
        /// At most so many.
        limit: usize,
    },
    /// The pending event with the smallest `not_before` → [`Answer::Outbox`], none or one.
    NextDue,
    /// Events after `after` in order of seq → [`Answer::Outbox`].
    Outbox {
        /// Only these states; empty means all.
        states: Vec<EventState>,
        /// Only later ones.
        after: Option<Seq>,
        /// At most so many.
        limit: usize,
    },
    /// How many events are in each state → [`Answer::Counts`].
    Counts,
    /// All claims → [`Answer::Claims`].
    Claims,
    /// A named record → [`Answer::Bytes`].
    Meta(String),
    /// An unsaved note or form → [`Answer::Bytes`].
    Draft(String),
    /// Entities of a kind, newest `local_time` first, then by id downwards → [`Answer::Entities`].
    ///
    /// For the eye alone: a row that the store can't read stands there with an empty body, and is not to be written.
    Timeline {
        /// Which kind.
        kind: Kind,
        /// The deleted ones, or the others.
        deleted: bool,
        /// From this `local_time` on (inclusive); `None` is from the beginning.
        from: Option<String>,
        /// Only those before this `(local_time, id)`.
        before: Option<(String, EntityId)>,
        /// At most so many.
        limit: usize,
    },
    /// Entities of a kind in order of id → [`Answer::Entities`].
    EntitiesById {
        /// Which kind.
        kind: Kind,
        /// Only later ones.
        after: Option<EntityId>,
        /// At most so many.
        limit: usize,
    },
    /// How many entities of a kind are not deleted → [`Answer::Count`].
    CountEntities(Kind),
    /// The smallest and the greatest `local_time` of entities of a kind that are not deleted, among those that begin with
    /// a digit → [`Answer::Ends`].
    Ends(Kind),
    /// Derived rows of a kind, newest week first → [`Answer::Derived`].
    Derived {
        /// Which.
        shelf: Shelf,
        /// Of which kind.
        kind: Kind,
        /// From this week on (inclusive); empty is from the beginning.
        from: String,
        /// Only those before this week.
        before: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Rows of a store that holds bodies, in order of their keys, without those that can't be read → [`Answer::Sweep`].
    Sweep {
        /// Which store.
        store: StoreName,
        /// Only those after this key, as [`Swept::next`] gave it.
        after: Option<String>,
        /// At most so many are looked at.
        limit: usize,
    },
    /// What was put aside of an entity, newest first → [`Answer::History`].
    History {
        /// Whose.
        key: EntityKey,
        /// At most so many.
        limit: usize,
    },
    /// The newest log lines, oldest of them first → [`Answer::Log`].
    Log {
        /// At most so many.
        limit: usize,
    },
}

/// Whether a pending event's time has come; a remaining wait that is longer than any wait that is ever set means that
/// the wall clock jumped back, and the event goes at once.
pub fn is_due(not_before: Timestamp, now: Timestamp) -> bool {
    let remaining = not_before.as_millis() - now.as_millis();
    remaining <= 0 || remaining > i64::try_from(EVENT_WAIT_MS_MAX).unwrap_or(i64::MAX)
}

/// What a read found. Its `Debug` shows no bytes.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// An entity's row.
    Entity(Option<EntityRow>),
    /// Several entities' rows.
    Entities(Vec<EntityRow>),
    /// A base row.
    Base(Option<BaseRow>),
    /// Events.
    Outbox(Vec<OutboxRow>),
    /// Claims.
    Claims(Vec<ClaimRow>),
    /// A named record.
    Bytes(Option<Vec<u8>>),
    /// Numbers of events.
    Counts(Counts),
    /// A number of rows.
    Count(u64),
    /// What was put aside.
    History(Vec<HistoryRow>),
    /// Two civil times, the earlier first.
    Ends(Option<(String, String)>),
    /// Derived rows.
    Derived(Vec<DerivedRow>),
    /// Log lines, serialised.
    Log(Vec<Vec<u8>>),
    /// Rows of one store.
    Sweep(Swept),
}

/// What [`Query::Sweep`] found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Swept {
    /// The rows that can be read.
    pub rows: Vec<SweptRow>,
    /// The key of the last row that was looked at, if there may be more after it.
    pub next: Option<String>,
}

/// A row of any store that holds bodies. Its `Debug` shows no bytes.
#[derive(Clone, PartialEq)]
pub enum SweptRow {
    /// An entity.
    Entity(EntityRow),
    /// A last server state.
    Base(BaseRow),
    /// An event.
    Event(OutboxRow),
    /// A claim.
    Claim(ClaimRow),
    /// A draft with its name.
    Draft(String, Vec<u8>),
    /// Something that was put aside.
    History(HistoryRow),
}

impl SweptRow {
    /// The write that puts it where it was.
    pub fn into_put(self) -> Write {
        match self {
            Self::Entity(row) => Write::PutEntity(row),
            Self::Base(row) => Write::PutBase(row),
            Self::Event(row) => Write::PutEvent(row),
            Self::Claim(row) => Write::PutClaim(row),
            Self::Draft(name, bytes) => Write::PutDraft(name, bytes),
            Self::History(row) => Write::PutHistory(row),
        }
    }
}

impl std::fmt::Debug for SweptRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entity(row) => row.fmt(f),
            Self::Base(row) => row.fmt(f),
            Self::Event(row) => row.fmt(f),
            Self::Claim(row) => row.fmt(f),
            Self::Draft(name, _) => write!(f, "Draft({name})"),
            Self::History(row) => row.fmt(f),
        }
    }
}

/// What a write does. Its `Debug` shows no bytes.
#[derive(Clone, PartialEq)]
pub enum Write {
    /// Puts an entity's row.
    PutEntity(EntityRow),
    /// Removes an entity's row.
    RemoveEntity(EntityKey),
    /// Puts a base row.
    PutBase(BaseRow),
    /// Removes a base row.
    RemoveBase(EntityKey),
    /// Puts an event; one without a seq gets the next.
    PutEvent(OutboxRow),
    /// Removes an event.
    RemoveEvent(Seq),
    /// Puts a claim.
    PutClaim(ClaimRow),
    /// Removes a claim.
    RemoveClaim(ClaimId),
    /// Puts a named record.
    PutMeta(String, Vec<u8>),
    /// Removes a named record.
    RemoveMeta(String),
    /// Puts a draft.
    PutDraft(String, Vec<u8>),
    /// Removes a draft.
    RemoveDraft(String),
    /// Puts something aside; one without a seq gets the next, and of all entities together the oldest beyond
    /// [`crate::limits::HISTORY_ROWS_MAX`] go.
    PutHistory(HistoryRow),
    /// Puts a derived row.
    PutDerived(DerivedRow),
    /// Removes a kind's derived rows of some weeks.
    RemoveDerived {
        /// Which.
        shelf: Shelf,
        /// Of which kind.
        kind: Kind,
        /// From this week on (inclusive); empty is from the beginning.
        from: String,
        /// Only those before this week.
        before: Option<String>,
    },
    /// Removes all derived rows of a shelf, whatever their kind.
    ClearShelf(Shelf),
    /// Adds a log line and drops the oldest beyond [`crate::limits::LOG_LINES_MAX`].
    AppendLog(Vec<u8>),
}

/// The object stores of a profile's database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreName {
    /// Entities of all kinds that have no store of their own.
    Entries,
    /// Last server states.
    Base,
    /// Events.
    Outbox,
    /// Claims.
    Claims,
    /// Named records.
    Meta,
    /// Unsaved forms.
    Drafts,
    /// What lost in a merge.
    History,
    /// Log lines.
    Log,
    /// Derived for statistics, and what of all that is derived is stale.
    Stats,
    /// Derived for searching.
    Search,
}

/// Whether a transaction may write, and how firmly its commit is to be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Reads only.
    Read,
    /// Writes; complete means flushed to the disk.
    Strict,
    /// Writes; complete means handed to the operating system. For what may be lost: drafts and log lines.
    Relaxed,
}

/// What a program wants next.
#[derive(Debug)]
pub enum Step<T> {
    /// These reads, all at once; their answers come in the same order.
    Read(Vec<Query>),
    /// These writes, then the commit, then this output.
    Write(Vec<Write>, T),
}

/// One transaction's decisions. Any `FnMut(Answers) -> Step<T>` is one.
///
/// The first call has no answers. Everything that is written is serialised and sealed inside the call.
pub trait Program {
    /// What the caller gets once the commit is complete.
    type Output;

    /// Takes the answers to the last reads and says what comes next.
    fn step(&mut self, answers: Answers) -> Step<Self::Output>;
}

impl<T, F: FnMut(Answers) -> Step<T>> Program for F {
    type Output = T;

    fn step(&mut self, answers: Answers) -> Step<T> {
        self(answers)
    }
}

/// A profile's database.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs on one thread; nothing needs to be Send"
)]
pub trait Store {
    /// Runs a program in one transaction over the named stores.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; after [`StoreError::Unknown`] the writes may or may not be there.
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError>;

    /// Whether the app is locked, as far as it is known: what rows hold can't be read or written now.
    fn is_locked(&self) -> bool {
        false
    }
}

/// Why a transaction's output can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was written: no room.
    #[error("storage is full")]
    Full,
    /// Nothing was written.
    #[error("the transaction was aborted: {0}")]
    Aborted(String),
    /// It may or may not have been written: look it up.
    #[error("the outcome of the commit is unknown: {0}")]
    Unknown(String),
    /// The database can't be opened or was closed, and opening it again failed too.
    #[error("the database can't be opened: {0}")]
    Unavailable(String),
    /// A newer version of the app made this database.
    #[error("the database was made by a newer version")]
    Newer,
    /// Another tab keeps an older version open; or nobody says what holds the open up, as with a tab that is frozen.
    #[error("another tab holds the database up")]
    Blocked,
    /// The app is locked. Nothing was written.
    #[error("the app is locked")]
    Locked,
    /// A row can't be read.
    #[error("a stored row can't be read: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether trying again later may help without anybody doing anything.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Aborted(_) | Self::Unknown(_) | Self::Unavailable(_) => true,
            Self::Full | Self::Newer | Self::Blocked | Self::Locked | Self::Corrupt(_) => false,
        }
    }
}

/// The answers to a program's last reads, taken in the order in which they were asked for.
///
/// # Panics
///
/// The `take_*` methods panic when the program takes another type than it asked for: a mistake in the program, which
/// its first test shows.
#[derive(Debug, Default)]
pub struct Answers(pub(crate) std::collections::VecDeque<Answer>);

macro_rules! take {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&mut self) -> $type {
            match self.0.pop_front() {
                Some(Answer::$variant(value)) => value,
                other => panic!(concat!("asked for ", stringify!($variant), ", got {:?}"), other.is_some()),
            }
        }
    };
}

impl Answers {
    /// What a store hands to a program.
    pub fn new(answers: Vec<Answer>) -> Self {
        Self(answers.into())
    }

    /// Whether this is the first step, or all answers have been taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    take!(
        /// The next answer, an entity's row.
        take_entity, Entity, Option<EntityRow>
    );
    take!(
        /// The next answer, several entities' rows.
        take_entities, Entities, Vec<EntityRow>
    );
    take!(
        /// The next answer, a base row.
        take_base, Base, Option<BaseRow>
    );
    take!(
        /// The next answer, events.
        take_outbox, Outbox, Vec<OutboxRow>
    );
    take!(
        /// The next answer, claims.
        take_claims, Claims, Vec<ClaimRow>
    );
    take!(
        /// The next answer, a named record.
        take_bytes, Bytes, Option<Vec<u8>>
    );
    take!(
        /// The next answer, numbers of events.
        take_counts, Counts, Counts
    );
    take!(
        /// The next answer, a number of rows.
        take_count, Count, u64
    );
    take!(
        /// The next answer, what was put aside.
        take_history, History, Vec<HistoryRow>
    );
    take!(
        /// The next answer, two civil times.
        take_ends, Ends, Option<(String, String)>
    );
    take!(
        /// The next answer, derived rows.
        take_derived, Derived, Vec<DerivedRow>
    );
    take!(
        /// The next answer, log lines.
        take_log, Log, Vec<Vec<u8>>
    );
    take!(
        /// The next answer, rows of one store.
        take_sweep, Sweep, Swept
    );

    /// The answer to the last of the reads, a named record.
    pub(crate) fn take_last_bytes(&mut self) -> Option<Vec<u8>> {
        match self.0.pop_back() {
            Some(Answer::Bytes(bytes)) => bytes,
            other => panic!("asked for Bytes last, got {:?}", other.is_some()),
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entity(row) => f.debug_tuple("Entity").field(row).finish(),
            Self::Entities(rows) => f.debug_tuple("Entities").field(rows).finish(),
            Self::Base(row) => f.debug_tuple("Base").field(row).finish(),
            Self::Outbox(rows) => f.debug_tuple("Outbox").field(rows).finish(),
            Self::Claims(rows) => f.debug_tuple("Claims").field(rows).finish(),
            Self::Bytes(bytes) => write!(f, "Bytes({:?} bytes)", bytes.as_ref().map(Vec::len)),
            Self::Counts(counts) => f.debug_tuple("Counts").field(counts).finish(),
            Self::Count(count) => f.debug_tuple("Count").field(count).finish(),
            Self::History(rows) => f.debug_tuple("History").field(rows).finish(),
            Self::Ends(ends) => f.debug_tuple("Ends").field(ends).finish(),
            Self::Derived(rows) => f.debug_tuple("Derived").field(rows).finish(),
            Self::Log(lines) => write!(f, "Log({} lines)", lines.len()),
            Self::Sweep(swept) => swept.fmt(f),
        }
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PutEntity(row) => f.debug_tuple("PutEntity").field(row).finish(),
            Self::RemoveEntity(key) => f.debug_tuple("RemoveEntity").field(key).finish(),
            Self::PutBase(row) => f.debug_tuple("PutBase").field(row).finish(),
            Self::RemoveBase(key) => f.debug_tuple("RemoveBase").field(key).finish(),
            Self::PutEvent(row) => f.debug_tuple("PutEvent").field(row).finish(),
            Self::RemoveEvent(seq) => f.debug_tuple("RemoveEvent").field(seq).finish(),
            Self::PutClaim(row) => f.debug_tuple("PutClaim").field(row).finish(),
            Self::RemoveClaim(id) => f.debug_tuple("RemoveClaim").field(id).finish(),
            Self::PutMeta(name, _) => f.debug_tuple("PutMeta").field(name).finish(),
            Self::RemoveMeta(name) => f.debug_tuple("RemoveMeta").field(name).finish(),
            Self::PutDraft(name, _) => f.debug_tuple("PutDraft").field(name).finish(),
            Self::RemoveDraft(name) => f.debug_tuple("RemoveDraft").field(name).finish(),
            Self::PutHistory(row) => f.debug_tuple("PutHistory").field(row).finish(),
            Self::PutDerived(row) => f.debug_tuple("PutDerived").field(row).finish(),
            Self::RemoveDerived {
                shelf,
                from,
                before,
                ..
            } => write!(f, "RemoveDerived({shelf:?}, {from}, {before:?})"),
            Self::ClearShelf(cleared) => f.debug_tuple("ClearShelf").field(cleared).finish(),
            Self::AppendLog(_) => f.write_str("AppendLog"),
        }
    }
}
