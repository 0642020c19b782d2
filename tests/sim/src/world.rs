//! The world behind the ports: time, disk, network, tabs' fates, and what is checked about all of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use lume_core::time::Timestamp;

use crate::checks::{Audit, Invariant, Violation};
use crate::disk::Database;
use crate::locks::LockTable;
use crate::mix::{Fault, Mix};
use crate::model::Model;
use crate::net::Net;
use crate::queue::{Event, Queue, TaskId};
use crate::report::Report;
use crate::rng::Rng;
use crate::strokes::Strokes;
use crate::trace::Trace;
use crate::turns::Turns;

/// The world as ports and executor share it. Never borrowed while a future is polled or dropped.
pub(crate) type Shared = Rc<RefCell<World>>;

/// The version of the app that everybody has at first.
pub(crate) const FIRST_APP: u32 = 1;
/// When virtual time begins, by the server's clock.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// What a task is about, so that a commit can be judged by who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Choosing the backend.
    SetUp,
    /// A pass.
    Pass,
    /// Something that the person wrote; the number is the model's.
    Write(u64),
    /// A decision about a failed event; the number is the model's.
    Decide(u64),
    /// Signing in.
    SignIn,
    /// Tying a database to an account.
    Bind,
    /// Signing out.
    SignOut,
    /// Turning sync on or off.
    Mode,
}

/// The task that is being polled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Current {
    pub(crate) task: TaskId,
    pub(crate) errand: Errand,
}

/// See the [module](self).
pub(crate) struct World {
    pub(crate) now_ms: u64,
    pub(crate) wall_offset_ms: i64,
    pub(crate) rng: Rng,
    pub(crate) mix: Mix,
    pub(crate) queue: Queue,
    pub(crate) databases: Vec<Database>,
    pub(crate) net: Net,
    pub(crate) locks: LockTable,
    pub(crate) turns: Turns,
    pub(crate) strokes: Strokes,
    /// The app is locked until then.
    pub(crate) locked_until_ms: u64,
    /// Tabs that do not run at the moment.
    pub(crate) frozen: BTreeSet<usize>,
    /// The version of the app in tabs that have a newer one than the first.
    pub(crate) apps: BTreeMap<usize, u32>,
    /// Whether the backend keeps the contract in this run.
    pub(crate) faithful: bool,
    pub(crate) model: Model,
    pub(crate) audit: Audit,
    pub(crate) trace: Trace,
    pub(crate) current: Option<Current>,
    pub(crate) alive: BTreeSet<TaskId>,
    pub(crate) reports: Vec<Report>,
    pub(crate) violation: Option<Violation>,
}

impl World {
    /// The server's clock.
    pub(crate) fn server_now(&self) -> Timestamp {
        BEGINNING.plus_millis(i64::try_from(self.now_ms).unwrap_or(i64::MAX))
    }

    /// The device's wall clock.
    pub(crate) fn wall_now(&self) -> Timestamp {
        self.server_now().plus_millis(self.wall_offset_ms)
    }

    /// The version of the app in a tab.
    pub(crate) fn app_of(&self, tab: usize) -> u32 {
        self.apps.get(&tab).copied().unwrap_or(FIRST_APP)
    }

    /// Whether the app is locked.
    pub(crate) fn is_locked(&self) -> bool {
        self.locked_until_ms > self.now_ms
    }

    /// Whether a fault strikes now.
    pub(crate) fn strikes(&mut self, fault: Fault) -> bool {
        let rate = self.mix.rate(fault);
        self.strokes.strikes(fault, rate)
    }

    /// Plans an event so many milliseconds from now.
    pub(crate) fn after(&mut self, ms: u64, event: Event) {
        self.queue.push(self.now_ms.saturating_add(ms), event);
    }

    /// Says what happened.
    pub(crate) fn say(&mut self, numbers: &[u64], words: impl FnOnce() -> String) {
        self.trace.add(self.now_ms, numbers, words);
    }

    /// Notes that an invariant does not hold; the first one counts.
    pub(crate) fn violate(&mut self, invariant: Invariant, what: impl Into<String>) {
        let what = what.into();
        self.say(&[99, invariant as u64], || {
            format!("VIOLATION {invariant:?}: {what}")
        });
        if self.violation.is_none() {
            self.violation = Some(Violation {
                invariant,
                what,
                at_ms: self.now_ms,
            });
        }
    }
}
