//! Bugs on purpose. Each is one that an offline-first app was seen to have, or one that this engine had or might have;
//! the simulation must find every one of them, or it proves nothing.
//!
//! Without the feature `mutants` none of them is in the program: each switch is `false` for the compiler.

macro_rules! mutants {
    ($($(#[doc = $what:literal])+ $name:ident),+ $(,)?) => {
        /// A bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[doc = $what])+ $name),+
        }

        #[cfg(feature = "mutants")]
        impl Mutant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What it does wrong, in a sentence.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($what),+).trim_ascii()),+
                }
            }
        }
    };
}

mutants! {
    /// An event is removed when it is claimed, before it is sent.
    DeletesBeforeFetch,
    /// What another flusher has claimed is claimed again.
    IgnoresOtherClaims,
    /// A claim whose flusher is gone is never taken over.
    NeverReleasesLeases,
    /// The time of writing in an event's bytes is that of the attempt.
    RestampsBytes,
    /// An event that was taken over does not keep the bytes that may have been sent.
    ForgetsTakenOverBytes,
    /// A locked app sends what is due all the same.
    SendsWhileLocked,
    /// A claim is committed without waiting for the disk.
    ClaimsRelaxed,
    /// An event older than a week, by the wall clock, is dropped.
    ExpiresEvents,
    /// One event that failed keeps every other from being sent.
    StuckLaneBlocksAll,
    /// A failure is written whoever holds the claim by now.
    LateFailureCounts,
    /// An acknowledgement removes the first event of the lane, whichever was acknowledged.
    AcknowledgesByPlace,
    /// After an acknowledgement the next event of the lane is not let go.
    ForgetsTheNext,
    /// An acknowledgement leaves the last server state as it was.
    ForgetsTheBase,
    /// The answer to a request overwrites what the person has written since.
    AnswerOverwritesData,
    /// A request that got no answer counts as a failed attempt.
    CountsLostRequests,
    /// An event is marked as done after its last retry.
    GivenUpIsDone,
    /// A refused entry is removed together with its event.
    RefusedIsGone,
    /// Any answer with status 200 acknowledges, whoever gave it.
    AcknowledgesAny200,
    /// Any answer with a status of 400 or more ends the event.
    AnyRefusalEnds,
    /// An event is dropped when the session has expired.
    DropsOn401,
    /// A redirect acknowledges.
    AcknowledgesRedirects,
    /// An event that is the first of its kind to meet 404 is taken for applied.
    AcknowledgesMissingRoutes,
    /// `Retry-After` is not looked at.
    IgnoresRetryAfter,
    /// No wait grows: a failure is followed by the next attempt at once.
    NeverBacksOff,
    /// Nothing bounds the requests of a minute.
    UnboundedMinute,
    /// A success ends the wait that the server asked another tab for.
    ForgetsAskedWait,
    /// What is told as saved is committed without waiting for the disk.
    SavesRelaxed,
    /// The entry is written in one transaction and its event in the next.
    SplitsTheWrite,
    /// The entry is written without its event.
    ForgetsTheEvent,
    /// A commit of unknown outcome is told as saved.
    UnknownIsSaved,
    /// A commit of unknown outcome is told as not saved.
    UnknownIsNotSaved,
    /// An edit is merged into an event that is claimed.
    CoalescesClaimed,
    /// An edit is merged into an event that may have been sent.
    CoalescesSent,
    /// Every event of a lane may go at once.
    LaneWithoutHead,
    /// Events of a lane go in the order of the wall clock.
    OrdersByClock,
    /// A discarded event leaves its effect on the screen.
    DiscardKeepsTheEffect,
    /// An entry that comes back brings the fields along that were removed.
    RevivalKeepsFields,
    /// Each attempt has a key of its own.
    NewKeyEachTime,
    /// The key is computed, stored, and not sent.
    SendsNoKey,
    /// A database takes in the events of whoever signs in.
    BindsAnyDatabase,
    /// What was claimed before a sign-out is sent after it.
    SendsAfterSignOut,
    /// A tab that was frozen in the middle of a pass goes on where it was.
    SendsWhatWasFrozen,
    /// Any failed refresh ends the session.
    DropsSessionOnTrouble,
    /// An older pair of tokens overwrites a newer one.
    StoresOlderTokens,
    /// A tab that was frozen in the middle of a refresh presents the token that it had read before.
    RefreshesWithOldTokens,
    /// Of many earlier entries only the first step gets its events.
    AdoptsOneStep,
    /// Adoption remembers its place before the events are made.
    AdoptionSkips,
    /// A lock is waited for, however long its holder shows no life.
    WaitsForTheLock,
    /// A gate that an older session has shut stays shut after signing in again.
    OldSessionShutsTheGate,
    /// An event whose key has expired is taken for applied.
    AcknowledgesExpiredKeys,
    /// What loses in a merge is not kept.
    LoserIsDropped,
    /// An event keeps the revision it was based on when its base has changed.
    BaseRevStays,
    /// A deletion from elsewhere wins over an edit.
    DeleteBeatsEdit,
    /// A deletion wins over an edit from elsewhere.
    DeleteBeatsRemoteEdit,
    /// Another epoch of the backend's is not noticed.
    EpochIgnored,
    /// What was not listed is swept after the first page.
    ResyncSweepsHalf,
    /// The place in the feed is stored before the page is taken in.
    CursorBeforeApply,
    /// What the feed brings is shown in place of what the person has written since.
    PullOverwritesPending,
    /// What is swept takes the events along that wait there.
    SweepsPending,
    /// After the backend was replaced, what it does not have is swept.
    RebuildSweeps,
    /// A change from elsewhere raises the base below an event whose bytes are fixed.
    RaisesBaseUnderClaims,
    /// A conflict with a version from elsewhere is won by this device, without a look at it.
    ConflictSendsAgain,
    /// A conflict with a version from elsewhere gives the entry that version, whatever the person has written.
    ConflictTakesTheirs,
    /// A conflict is merged on the known base though the server was put back to a backup since.
    MergesAcrossEpochs,
    /// The results of a batch are taken by their place.
    ResultsByPlace,
    /// An event of which a batch's answer says nothing is taken for applied.
    MissingResultIsDone,
    /// An entry that is moved to another week stays in the digest of the old one.
    ForgetsTheOldWeek,
    /// A deleted entry stays in the digest of its week.
    DeletionsMarkNothing,
    /// A digest is made of entities that were read before the transaction that writes it.
    DigestsOldReads,
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Runs with one bug in the engine, on this thread.
#[cfg(feature = "mutants")]
pub fn with<T>(mutant: Mutant, run: impl FnOnce() -> T) -> T {
    ACTIVE.set(Some(mutant));
    let result = run();
    ACTIVE.set(None);
    result
}

/// Whether this bug is in the engine.
#[cfg(feature = "mutants")]
pub(crate) fn is(mutant: Mutant) -> bool {
    ACTIVE.get() == Some(mutant)
}

/// Whether this bug is in the engine: never, here.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn is(_mutant: Mutant) -> bool {
    false
}
