//! How far this database has followed the backend's feed of changes: one record, written with what it speaks of.
//!
//! Life cycle: [`Phase::First`] lists everything once, [`Phase::Following`] takes in what changes. A cursor that the
//! backend no longer accepts, another epoch, or a kind that an earlier version did not know begin a new round:
//! everything is listed anew ([`Phase::Listing`]), each base that is seen is marked with the round, and then
//! [`Phase::Sweeping`] goes through those that were not. Every step commits with its record, so that a round can be
//! stopped anywhere and goes on where it was; a round that begins anew marks anew, and none sweeps before its listing
//! has come to its end.
//!
//! What it deliberately does not do: ask anybody. That is `crate::pull`.

use lume_core::time::Timestamp;
use lume_wire::changes::ChangesPage;
use serde::{Deserialize, Serialize};

use crate::kinds::KINDS;
use crate::limits::{FEED_WAIT_MS_MAX, FEED_WAIT_MS_MIN, SKEW_MS_MAX};
use crate::merge::{self, Side};
use crate::meta::Backend;
use crate::mutant::{self, Mutant};

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// The backend's epoch; none before the first page.
    pub epoch: Option<String>,
    /// Where to go on. Opaque; empty is the beginning.
    pub cursor: String,
    /// What is being done.
    pub phase: Phase,
    /// Grows with each listing.
    pub round: u32,
    /// The first round of this epoch: bases of earlier ones are of a database that is no more.
    pub era_from: u32,
    /// Changes taken in since this listing began.
    pub count: u64,
    /// Whether more is there already.
    pub more: bool,
    /// When the end was last reached, by this device's clock.
    pub reached_at: Option<Timestamp>,
    /// How the clocks stand to each other.
    pub skew: Option<Skew>,
    /// The kinds that are taken in: a new one needs a new listing.
    pub kinds: Vec<String>,
    /// The versions that have passed over an entity that they could not read, or have listed everything since one did:
    /// any other one may read it, and needs a new listing.
    #[serde(default)]
    pub passed_over_by: Vec<String>,
    /// Failures in a row that concern the feed alone.
    pub failures: u32,
    /// After such a failure: not asked before this wall time.
    pub until: Option<Timestamp>,
    /// How long that wait was when it was set, in milliseconds.
    pub wait_ms: u64,
}

/// What is being done about the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Everything is listed for the first time.
    First,
    /// What changes is taken in.
    Following,
    /// Everything is listed anew.
    Listing(Missing),
    /// What was not listed is dealt with.
    Sweeping {
        /// How.
        missing: Missing,
        /// Everything up to this base is done.
        after: Option<String>,
    },
}

/// What becomes of entities that the backend does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// They were deleted so long ago that their tombstones are gone.
    Gone,
    /// The backend has lost them: they are created there again.
    SentAgain,
}

/// How the backend's clock stands to this device's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skew {
    /// How far the backend's is ahead, in milliseconds.
    pub ahead_ms: i64,
    /// Since when that has been so, by this device's clock: an edit of before was dated by a clock that was set since.
    pub since: Timestamp,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            epoch: None,
            cursor: String::new(),
            phase: Phase::First,
            round: 1,
            era_from: 0,
            count: 0,
            more: false,
            reached_at: None,
            skew: None,
            kinds: kinds(),
            passed_over_by: Vec::new(),
            failures: 0,
            until: None,
            wait_ms: 0,
        }
    }
}

impl Feed {
    /// The record, or the one to begin with: at a backend whose epoch is known from signing in.
    pub(crate) fn of(stored: Option<Self>, backend: &Backend) -> Self {
        stored.unwrap_or_else(|| Self {
            epoch: backend.epoch.clone(),
            ..Self::default()
        })
    }

    /// Whether something is to be done that nobody needs to ask for.
    pub fn is_unfinished(&self) -> bool {
        match self.phase {
            Phase::First => self.more,
            Phase::Following => self.more || self.has_new_kinds(),
            Phase::Listing(_) | Phase::Sweeping { .. } => true,
        }
    }

    /// Whether there are kinds that were not taken in so far.
    pub(crate) fn has_new_kinds(&self) -> bool {
        self.kinds != kinds()
    }

    /// Whether this version may read what others have passed over.
    pub(crate) fn is_to_be_read_by(&self, version: &str) -> bool {
        let known = &self.passed_over_by;
        !known.is_empty() && !known.iter().any(|by| by == version)
    }

    /// Lists everything anew for a version that may read what others have passed over: once, or two versions side by side
    /// that both can't would list for each other without an end.
    pub(crate) fn begin_for(&mut self, version: &str) {
        let mut known = std::mem::take(&mut self.passed_over_by);
        known.push(version.to_owned());
        self.begin(Missing::Gone);
        self.passed_over_by = known;
    }

    /// Notes that this version has passed over what it can't read.
    pub(crate) fn pass_over(&mut self, version: &str) {
        if self.phase == Phase::Following {
            // It is new: nobody else has seen it.
            self.passed_over_by.clear();
        }
        if !self.passed_over_by.iter().any(|by| by == version) {
            self.passed_over_by.push(version.to_owned());
        }
    }

    /// Whether bases of an earlier epoch are being dealt with.
    pub fn is_rebuilding(&self) -> bool {
        matches!(
            self.phase,
            Phase::Listing(Missing::SentAgain)
                | Phase::Sweeping {
                    missing: Missing::SentAgain,
                    ..
                }
        )
    }

    /// What is left of the wait after a failure, in milliseconds; more than it was long means that the clock jumped back.
    pub fn wait_left(&self, now: Timestamp) -> u64 {
        let left = self.until.map_or(0, |until| until.millis_since(now));
        let left = u64::try_from(left).unwrap_or(0);
        if left > self.wait_ms { 0 } else { left }
    }

    /// After a failure that concerns the feed alone: it is left alone for twice as long as the last time.
    pub(crate) fn back_off(&mut self, now: Timestamp) {
        self.wait_ms = FEED_WAIT_MS_MIN
            .saturating_mul(1 << self.failures.min(10))
            .min(FEED_WAIT_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        self.until = Some(now.plus_millis(i64::try_from(self.wait_ms).unwrap_or(i64::MAX)));
    }

    /// Begins a listing of everything, after which what is missing is dealt with.
    ///
    /// A round that an earlier one has begun and not ended may have bases of another epoch left: then it stays with
    /// sending again what is missing, whatever the reason for the new one.
    pub(crate) fn begin(&mut self, missing: Missing) {
        let missing = if self.is_rebuilding() {
            Missing::SentAgain
        } else {
            missing
        };
        self.phase = match self.phase {
            // Nothing has ever been listed to its end: nothing can be missing in the second attempt either.
            Phase::First if missing == Missing::Gone => Phase::First,
            Phase::First | Phase::Following | Phase::Listing(_) | Phase::Sweeping { .. } => {
                Phase::Listing(missing)
            }
        };
        self.round += 1;
        self.cursor = String::new();
        self.count = 0;
        self.more = true;
        self.kinds = kinds();
        self.passed_over_by.clear();
    }

    /// The database behind the backend was replaced: everything is listed anew, and what was known counts as of before.
    pub(crate) fn begin_epoch(&mut self, epoch: &str) {
        self.begin(Missing::SentAgain);
        self.era_from = self.round;
        self.epoch = Some(epoch.to_owned());
    }

    /// Whether a page is of another epoch than what was taken in.
    pub(crate) fn is_of_another_epoch(&self, page: &ChangesPage) -> bool {
        let known = self.epoch.as_ref();
        known.is_some_and(|known| *known != page.server_epoch) && !mutant::is(Mutant::EpochIgnored)
    }

    /// The record after a page was taken in.
    pub(crate) fn advance(&mut self, page: &ChangesPage, now: Timestamp) {
        self.epoch = Some(page.server_epoch.clone());
        self.cursor.clone_from(&page.next_cursor);
        self.count += page.changes.len() as u64;
        self.more = page.has_more;
        (self.failures, self.until, self.wait_ms) = (0, None, 0);
        self.compare_clocks(page.server_now, now);
        if page.has_more && !mutant::is(Mutant::ResyncSweepsHalf) {
            return;
        }
        match self.phase {
            Phase::First | Phase::Following => self.reach_the_end(now),
            Phase::Listing(missing) => {
                self.phase = Phase::Sweeping {
                    missing,
                    after: None,
                };
            }
            Phase::Sweeping { .. } => {}
        }
    }

    /// The record after a step of the sweep.
    pub(crate) fn swept(&mut self, missing: Missing, next: Option<String>, now: Timestamp) {
        if next.is_some() {
            self.phase = Phase::Sweeping {
                missing,
                after: next,
            };
        } else {
            self.reach_the_end(now);
        }
    }

    fn reach_the_end(&mut self, now: Timestamp) {
        self.phase = Phase::Following;
        self.reached_at = Some(now);
    }

    fn compare_clocks(&mut self, server_now: Timestamp, now: Timestamp) {
        let ahead_ms = server_now.millis_since(now);
        let steady = self.skew.is_some_and(|skew| {
            skew.ahead_ms.abs_diff(ahead_ms) <= SKEW_MS_MAX && skew.since <= now
        });
        if !steady {
            self.skew = Some(Skew {
                ahead_ms,
                since: now,
            });
        }
    }
}

impl Skew {
    /// Who wins between an edit of this device and a change at the backend, each dated by its own clock.
    pub(crate) fn winner(
        self,
        edited_at: Timestamp,
        modified_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Side {
        let mine = (edited_at >= self.since).then(|| now.millis_since(edited_at));
        let server_now = now.plus_millis(self.ahead_ms);
        merge::winner(mine, modified_at.map(|at| server_now.millis_since(at)))
    }
}

/// The names of the kinds that this version takes in.
fn kinds() -> Vec<String> {
    KINDS.iter().map(|spec| spec.name.to_owned()).collect()
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
