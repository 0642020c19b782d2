//! The engine's gate: reasons to send nothing that are no event's fault.
//!
//! A gate never changes an event and never counts an attempt. It is one small record in the database, so that every
//! tab and the worker wait for the same thing, and a reload does not forget what a server asked for. Waits are stored
//! as a length and a wall time: if more than the length is left, the wall clock jumped back, and the wait is over.

use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{
    BACKOFF_MS_MAX, BACKOFF_MS_MIN, FRUITLESS_REQUESTS_PER_MINUTE_MAX, GATE_PROBE_MS, NUDGE_MS_MIN,
    PASS_REQUESTS_ROOM,
};
use crate::mutant::{self, Mutant};

const MINUTE_MS: i64 = 60_000;
/// The shortest wait: bad luck with the jitter must not make a hot loop.
const WAIT_MS_MIN: u64 = 500;

/// Why nothing is sent until something happens outside the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// The backend no longer accepts the session: sign in again.
    Auth,
    /// The backend does not accept the API key.
    ApiKey,
    /// This app or the backend is too old for the other.
    Upgrade,
    /// This device's storage is full.
    Quota,
    /// The account can't take more.
    Account,
    /// A portal answers in the backend's place.
    Captive,
    /// The app is locked.
    Locked,
}

impl Blocked {
    /// Its word in the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::ApiKey => "api_key",
            Self::Upgrade => "upgrade",
            Self::Quota => "quota",
            Self::Account => "account",
            Self::Captive => "captive",
            Self::Locked => "locked",
        }
    }

    /// Whether only the person can end it.
    pub const fn needs_person(self) -> bool {
        match self {
            Self::Auth
            | Self::ApiKey
            | Self::Upgrade
            | Self::Quota
            | Self::Account
            | Self::Locked => true,
            Self::Captive => false,
        }
    }
}

/// What started a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The app started.
    Start,
    /// The interval is over.
    Timer,
    /// The browser says that there is a network.
    Online,
    /// The app is looked at again.
    Foreground,
    /// Something was saved.
    Saved,
    /// The backend says that something changed elsewhere.
    Changed,
    /// The person asked.
    Manual,
}

impl Trigger {
    /// What stands for two that were heard while a pass ran: one that asks what changed elsewhere before any other.
    pub(crate) fn and(self, later: Self) -> Self {
        match (self, later) {
            (Self::Changed, _) | (_, Self::Changed) => Self::Changed,
            (Self::Manual, _) | (_, Self::Manual) => Self::Manual,
            (_, later) => later,
        }
    }
}

/// The record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Set while blocked.
    pub blocked: Option<Blocked>,
    /// No request before this wall time.
    pub until: Option<Timestamp>,
    /// How long that wait was when it was set, in milliseconds.
    pub wait_ms: u64,
    /// Whether the server asked for the wait; then nothing brings it forward.
    pub asked_for: bool,
    /// Outcomes in a row that said nothing about an event.
    pub failures: u32,
    /// When the last attempt was brought forward.
    pub nudged_at: Option<Timestamp>,
    /// Something arrived since this record was read: what others have counted before is over. Not stored.
    #[serde(skip)]
    progressed: bool,
    /// When the last requests went out that have led to nothing yet, at most
    /// [`FRUITLESS_REQUESTS_PER_MINUTE_MAX`] of them, oldest first.
    pub fruitless: Vec<Timestamp>,
}

/// What the gate says to a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Go.
    Open,
    /// Go, and remember that a wait was cut short.
    Nudged,
    /// Not before so many milliseconds.
    Wait(u64),
    /// Not until somebody signs in.
    SignIn,
}

impl Gate {
    /// Whether a pass may send now.
    pub fn permit(&self, now: Timestamp, trigger: Trigger) -> Permit {
        if self.blocked == Some(Blocked::Auth) {
            return Permit::SignIn;
        }
        let left = self.minute_left(now, PASS_REQUESTS_ROOM);
        if left > 0 {
            return Permit::Wait(left);
        }
        let left = remaining(self.until, self.wait_ms, now);
        if left == 0 {
            return Permit::Open;
        }
        let rested = self.nudged_at.is_none_or(|at| {
            let since = now.millis_since(at);
            since < 0 || since >= i64::try_from(NUDGE_MS_MIN).unwrap_or(i64::MAX)
        });
        match trigger {
            Trigger::Online | Trigger::Foreground | Trigger::Manual | Trigger::Start
                if rested && !self.asked_for =>
            {
                Permit::Nudged
            }
            Trigger::Start
            | Trigger::Timer
            | Trigger::Online
            | Trigger::Foreground
            | Trigger::Saved
            | Trigger::Changed
            | Trigger::Manual => Permit::Wait(left),
        }
    }

    /// The next attempt's wall time, if the gate makes it wait.
    pub fn next_attempt(&self, now: Timestamp) -> Option<Timestamp> {
        let left =
            remaining(self.until, self.wait_ms, now).max(self.minute_left(now, PASS_REQUESTS_ROOM));
        (left > 0).then(|| now.plus_millis(i64::try_from(left).unwrap_or(i64::MAX)))
    }

    /// Whether a wait that the server asked for is running.
    pub fn is_asked_to_wait(&self, now: Timestamp) -> bool {
        self.asked_for && remaining(self.until, self.wait_ms, now) > 0
    }

    /// Takes in the requests that other flushers have counted, unless something has arrived here meanwhile.
    pub fn learn(&mut self, stored: &Self) {
        if self.progressed || stored.fruitless == self.fruitless {
            return;
        }
        // Those that both know are counted once; of several at one moment, as many as the one who knows of more.
        let mut all = self.fruitless.clone();
        let mut known = self.fruitless.clone();
        for at in &stored.fruitless {
            match known.iter().position(|other| other == at) {
                Some(place) => drop(known.swap_remove(place)),
                None => all.push(*at),
            }
        }
        all.sort_unstable();
        let surplus = all.len().saturating_sub(FRUITLESS_REQUESTS_PER_MINUTE_MAX);
        self.fruitless = all.split_off(surplus);
    }

    /// The gate to store beside what is there: it counts what others have counted, and keeps the wait that a server asked
    /// another flusher for, which no success of ours ends. After a newer session nothing but such a wait is worth keeping.
    #[must_use]
    pub fn beside(&self, stored: &Self, renewed: bool, now: Timestamp) -> Self {
        if renewed {
            return stored.asked_like(self, now);
        }
        let mut next = self.asked_like(stored, now);
        next.learn(stored);
        next
    }

    /// Keeps the longer of two waits that the server asked for.
    fn asked_like(&self, stored: &Self, now: Timestamp) -> Self {
        let (ours, theirs) = (
            remaining(self.until, self.wait_ms, now),
            remaining(stored.until, stored.wait_ms, now),
        );
        if !stored.is_asked_to_wait(now)
            || (self.asked_for && ours >= theirs)
            || mutant::is(Mutant::ForgetsAskedWait)
        {
            return self.clone();
        }
        Self {
            until: stored.until,
            wait_ms: stored.wait_ms,
            asked_for: true,
            ..self.clone()
        }
    }

    /// Cuts a wait short and remembers it.
    pub fn nudge(&mut self, now: Timestamp) {
        self.nudged_at = Some(now);
        self.until = None;
        self.wait_ms = 0;
    }

    /// What is left, in milliseconds, until `room` more fruitless requests fit into the minute before them.
    pub fn minute_left(&self, now: Timestamp, room: usize) -> u64 {
        if mutant::is(Mutant::UnboundedMinute) {
            return 0;
        }
        // A time ahead of now was written before the clock jumped back.
        let within = |at: &&Timestamp| (0..MINUTE_MS).contains(&now.millis_since(**at));
        let recent: Vec<_> = self.fruitless.iter().filter(within).collect();
        let too_many = (recent.len() + room).saturating_sub(FRUITLESS_REQUESTS_PER_MINUTE_MAX);
        let last = too_many.checked_sub(1).and_then(|index| recent.get(index));
        last.map_or(0, |at| {
            u64::try_from(MINUTE_MS - now.millis_since(**at)).unwrap_or(0)
        })
    }

    /// After an outcome that says nothing about an event: waits twice as long as before, up to a minute, with full
    /// jitter, or as long as the server asked. Returns the wait in milliseconds.
    ///
    /// A server that asks for next to no wait, or for one that is over, has asked for none.
    pub fn back_off(
        &mut self,
        now: Timestamp,
        retry_after_ms: Option<u64>,
        below: impl Fn(u64) -> u64,
    ) -> u64 {
        let doubled = BACKOFF_MS_MIN
            .saturating_mul(1 << self.failures.min(10))
            .min(BACKOFF_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        let asked_ms = retry_after_ms.filter(|wait_ms| *wait_ms >= WAIT_MS_MIN);
        self.asked_for = asked_ms.is_some();
        let wait_ms =
            asked_ms.unwrap_or_else(|| WAIT_MS_MIN + below(doubled.saturating_sub(WAIT_MS_MIN)));
        self.wait(now, wait_ms);
        wait_ms
    }

    /// Blocks, with a look from time to time whether the reason is gone.
    pub fn block(&mut self, reason: Blocked, now: Timestamp, below: impl Fn(u64) -> u64) -> u64 {
        self.blocked = Some(reason);
        match reason {
            // A portal goes away once somebody has clicked through it, a disk has room again once somebody has tidied
            // up, and neither says so.
            Blocked::Captive | Blocked::Quota => self.back_off(now, None, below),
            Blocked::Auth
            | Blocked::ApiKey
            | Blocked::Upgrade
            | Blocked::Account
            | Blocked::Locked => {
                self.asked_for = false;
                self.wait(now, GATE_PROBE_MS);
                GATE_PROBE_MS
            }
        }
    }

    /// Something arrived: the way is free.
    pub fn open(&mut self) {
        *self = Self {
            nudged_at: self.nudged_at,
            progressed: true,
            ..Self::default()
        };
    }

    /// The backend answered and nothing stands in the way; only news is progress.
    pub fn answered(&mut self, news: bool) {
        let fruitless = std::mem::take(&mut self.fruitless);
        let progressed = self.progressed;
        self.open();
        if !news {
            self.fruitless = fruitless;
            self.progressed = progressed;
        }
    }

    /// Counts a request that has not led to anything yet.
    pub fn count_request(&mut self, now: Timestamp) {
        if self.fruitless.len() >= FRUITLESS_REQUESTS_PER_MINUTE_MAX {
            self.fruitless.remove(0);
        }
        self.fruitless.push(now);
    }

    fn wait(&mut self, now: Timestamp, wait_ms: u64) {
        let wait_ms = if mutant::is(Mutant::NeverBacksOff) {
            0
        } else {
            wait_ms
        };
        self.wait_ms = wait_ms;
        self.until = Some(now.plus_millis(i64::try_from(wait_ms).unwrap_or(i64::MAX)));
    }
}

/// What is left of a wait, in milliseconds; nothing if more is left than it was long.
fn remaining(until: Option<Timestamp>, wait_ms: u64, now: Timestamp) -> u64 {
    let left = until.map_or(0, |until| {
        u64::try_from(until.millis_since(now)).unwrap_or(0)
    });
    if left > wait_ms { 0 } else { left }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
