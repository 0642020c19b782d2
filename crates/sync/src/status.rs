//! The published state: what the small sign in the corner and the Sync screen show.

use lume_core::time::Timestamp;

use crate::engine::Engine;
use crate::feed::{Feed, Phase};
use crate::gate::{Blocked, Gate};
use crate::meta::{self, Adoption, AppMode, Profile, Progress, StoredSession};
use crate::ports::{Clock, Ports, Transport};
use crate::rows::Counts;
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, is_due};

/// Everything a pass or a screen wants to know first, read in one transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overview {
    pub(crate) profile: Profile,
    pub(crate) session: StoredSession,
    pub(crate) gate: Gate,
    pub(crate) progress: Progress,
    pub(crate) counts: Counts,
    pub(crate) next_due: Option<Timestamp>,
    pub(crate) feed: Option<Feed>,
}

impl Overview {
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.next_due.is_some_and(|next| is_due(next, now))
    }

    /// When a pass may send something; `None` if nothing waits, or only for the person.
    fn next_attempt(
        &self,
        now: Timestamp,
        rest: &Gate,
        pull_in_ms: Option<u64>,
    ) -> Option<Timestamp> {
        let person = self.profile.mode == AppMode::Device
            || self.session.sealed.is_empty()
            || self.gate.blocked == Some(Blocked::Auth);
        let feed = self.feed.as_ref();
        let rests_ms = feed.map_or(0, |feed| feed.wait_left(now));
        // A listing that was interrupted goes on by itself.
        let listing = feed.filter(|feed| feed.is_unfinished()).map(|_| rests_ms);
        let pull = pull_in_ms.map(|ms| ms.max(rests_ms));
        let in_ms = |ms: u64| now.plus_millis(i64::try_from(ms).unwrap_or(i64::MAX));
        let pulls = [listing, pull].into_iter().flatten().map(in_ms);
        let due = self.next_due.into_iter().chain(pulls).min();
        let due = due.filter(|_| !person)?;
        let due = if is_due(due, now) { now } else { due };
        let waits = [self.gate.next_attempt(now), rest.next_attempt(now)];
        Some(waits.into_iter().flatten().fold(due, Timestamp::max))
    }

    /// Whether whoever holds the lock has made no progress for so long.
    pub(crate) fn is_stalled(&self, now: Timestamp, limit_ms: u64) -> bool {
        self.progress
            .heartbeat
            .is_none_or(|at| now.millis_since(at).unsigned_abs() > limit_ms)
    }
}

/// The published state.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts for the eye; no decision is made of them"
)]
pub struct Status {
    /// Whether entries leave the device.
    pub mode: AppMode,
    /// Whether there is a session.
    pub signed_in: bool,
    /// Whose.
    pub email: Option<String>,
    /// Whether a pass runs in this tab.
    pub processing: bool,
    /// What the platform believes about the network.
    pub online: bool,
    /// Whether the last requests reached nobody.
    pub unreachable: bool,
    /// Numbers of events.
    pub counts: Counts,
    /// When an event was last acknowledged.
    pub last_sync: Option<Timestamp>,
    /// When the next event may go out, if one waits.
    pub next_attempt: Option<Timestamp>,
    /// Why nothing is sent.
    pub blocked: Option<Blocked>,
    /// How far earlier entries have been queued.
    pub adoption: Option<Adoption>,
    /// How far a listing of everything that the backend has has come; `None` once it is over.
    pub listing: Option<Listing>,
    /// When everything that changed elsewhere was last taken in, by this device's clock.
    pub last_pull: Option<Timestamp>,
}

/// A listing under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Whether it is the first one of this database: before it ends, entries may be missing here.
    pub first: bool,
    /// Changes taken in so far.
    pub count: u64,
}

/// What passes have left, for whoever may have another one made when this tab is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remainder {
    /// Nothing that a pass could send: all is delivered, or what is left waits for the person.
    Nothing,
    /// A pass may send something from this wall time on.
    From(Timestamp),
}

/// The published state in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownStatus {
    /// On this device.
    Device,
    /// All synced.
    Synced,
    /// Some wait.
    Waiting,
    /// Some are on their way.
    Syncing,
    /// No network, or no backend.
    Offline,
    /// Needs the person.
    Attention,
}

impl ShownStatus {
    /// Its word in `data-state`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Synced => "synced",
            Self::Waiting => "waiting",
            Self::Syncing => "syncing",
            Self::Offline => "offline",
            Self::Attention => "attention",
        }
    }
}

impl Status {
    /// The state in a word: what the person can do something about comes first.
    pub fn shown(&self) -> ShownStatus {
        let waiting = self.counts.waiting() > 0 || self.adoption.is_some();
        if self.mode == AppMode::Device {
            ShownStatus::Device
        } else if !self.signed_in
            || self.counts.needs_person() > 0
            || self.blocked.is_some_and(Blocked::needs_person)
        {
            ShownStatus::Attention
        } else if !self.online || (self.unreachable && waiting) {
            ShownStatus::Offline
        } else if self.processing && waiting {
            ShownStatus::Syncing
        } else if waiting {
            ShownStatus::Waiting
        } else {
            ShownStatus::Synced
        }
    }

    /// What another pass could send, and from when on.
    pub fn remainder(&self, now: Timestamp) -> Remainder {
        let only_the_person = !self.signed_in || self.blocked.is_some_and(Blocked::needs_person);
        if self.mode == AppMode::Device || only_the_person {
            return Remainder::Nothing;
        }
        // Entries that are still to be given their events are given them by a pass, whatever waits besides.
        let next = self
            .adoption
            .as_ref()
            .map_or(self.next_attempt, |_| Some(now));
        next.map_or(Remainder::Nothing, Remainder::From)
    }
}

impl<P: Ports> Engine<P> {
    /// The published state.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn status(&self) -> Result<Status, StoreError> {
        let overview = self.overview().await?;
        let now = self.now();
        let (next_attempt, full) = {
            let live = self.live.borrow();
            let now_ms = self.ports().clock().monotonic_ms();
            let pull_in_ms = live.pull_due_ms.map(|at_ms| at_ms.saturating_sub(now_ms));
            let next = overview.next_attempt(now, &live.rest, pull_in_ms);
            (next, live.rest.blocked)
        };
        Ok(Status {
            mode: overview.profile.mode,
            signed_in: !overview.session.sealed.is_empty(),
            email: overview
                .profile
                .account
                .as_ref()
                .map(|account| account.email.clone()),
            processing: self.live.borrow().processing,
            online: self.ports().transport().is_online(),
            unreachable: overview.gate.failures > 0,
            counts: overview.counts,
            last_sync: overview.progress.last_sync,
            next_attempt,
            // A lock and a full disk can't be told of in the database.
            blocked: if self.is_locked() {
                Some(Blocked::Locked)
            } else {
                overview.gate.blocked.or(full)
            },
            adoption: overview.profile.adoption,
            listing: overview.feed.as_ref().and_then(listing),
            last_pull: overview.feed.and_then(|feed| feed.reached_at),
        })
    }

    pub(crate) async fn overview(&self) -> Result<Overview, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![
                    Query::Meta(meta::PROFILE.to_owned()),
                    Query::Meta(meta::SESSION.to_owned()),
                    Query::Meta(meta::GATE.to_owned()),
                    Query::Meta(meta::PROGRESS.to_owned()),
                    Query::Meta(meta::FEED.to_owned()),
                    Query::Counts,
                    Query::NextDue,
                ]);
            }
            let overview = (|| {
                Ok(Overview {
                    profile: meta::from_bytes(answers.take_bytes().as_deref())?,
                    session: meta::from_bytes(answers.take_bytes().as_deref())?,
                    gate: meta::from_bytes(answers.take_bytes().as_deref())?,
                    progress: meta::from_bytes(answers.take_bytes().as_deref())?,
                    feed: meta::from_bytes(answers.take_bytes().as_deref())?,
                    counts: answers.take_counts(),
                    next_due: answers.take_outbox().first().map(|row| row.not_before),
                })
            })();
            Step::Write(Vec::new(), overview)
        };
        self.transact(Mode::Read, &[StoreName::Meta, StoreName::Outbox], read)
            .await?
    }
}

fn listing(feed: &Feed) -> Option<Listing> {
    let first = match feed.phase {
        Phase::First => true,
        Phase::Following => return None,
        Phase::Listing(_) | Phase::Sweeping { .. } => false,
    };
    let count = feed.count;
    Some(Listing { first, count })
}
