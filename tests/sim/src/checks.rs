//! What must hold, checked whenever something happens that could hurt it.
//!
//! Safety is checked at every commit ([`data`], [`events`]), every request and every effect at the server
//! ([`requests`]); that everything comes to its end is checked once the faults have stopped ([`crate::calm`]).

mod batches;
pub(crate) mod data;
mod events;
mod gates;
mod merging;
mod requests;
mod sessions;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_sync::rows::{ClaimItem, EntityKey, Seq};

use crate::disk::Commit;
use crate::queue::TaskId;
use crate::world::World;

pub(crate) use batches::request as batch_of;
pub(crate) use gates::forget_with;
pub(crate) use requests::{About, on_answer, on_handled, on_send};

/// The promises, by the numbers they have in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// What the person was told is saved is on the device.
    I1 = 1,
    /// Entity and event: both or neither.
    I2 = 2,
    /// An event takes effect at most once.
    I3 = 3,
    /// Each event that nobody gave up takes effect in the end.
    I4 = 4,
    /// The server applies a lane's events in their order.
    I5 = 5,
    /// The bytes sent under one event's id are always the same.
    I7 = 7,
    /// Nothing is sent under another account, after a sign-out, or while the app is locked.
    I8 = 8,
    /// What is shown is the last server state with the lane's events applied.
    I9 = 9,
    /// A pull never changes what an event that waits has set, unless that is put aside.
    I10 = 10,
    /// The place in the feed never passes a change that is not known.
    I11 = 11,
    /// Nothing that was deleted comes back by itself.
    I12 = 12,
    /// A base's revision never goes back.
    I13 = 13,
    /// Two flushers never hold one event at a time.
    I14 = 14,
    /// A late failure of an older claim changes nothing.
    I15 = 15,
    /// Reasons that are no event's never change its attempts or state.
    I16 = 16,
    /// Nothing is acknowledged that the server does not have.
    I17 = 17,
    /// A failed event says why.
    I18 = 18,
    /// A stuck lane delays no other.
    I19 = 19,
    /// Few requests while nothing comes of them, and none before the time that the server asked for.
    I20 = 20,
    /// After faults stop, everything arrives and both sides are equal.
    I21 = 21,
    /// Nothing needs a reload to go on.
    I22 = 22,
    /// A refresh token is used once, or again within its grace, and kept until the server has refused it.
    I23 = 23,
    /// An upgrade keeps everything, and an older app changes nothing afterwards.
    I24 = 24,
    /// What is derived is what the entities come to, or is marked as stale.
    I25 = 25,
}

/// A broken promise.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Which one.
    pub invariant: Invariant,
    /// How it shows.
    pub what: String,
    /// When, in virtual milliseconds.
    pub at_ms: u64,
}

/// What the checks remember.
#[derive(Default)]
pub(crate) struct Audit {
    /// Every event that was ever in an outbox.
    pub(crate) events: BTreeMap<EventId, Known>,
    /// What was sent for each event.
    pub(crate) sent: BTreeMap<EventId, Sent>,
    /// Every claimed item, newest last: a request without a key may go out after its claim was taken over.
    pub(crate) claimed: Vec<(usize, ClaimItem)>,
    /// Events whose effect the server has.
    pub(crate) effective: BTreeSet<EventId>,
    /// Answers that each event's attempts may count, not yet counted.
    pub(crate) countable: BTreeMap<EventId, u32>,
    /// The last event of each lane that took effect.
    pub(crate) last_effect: BTreeMap<EntityId, Seq>,
    /// Effects looked at.
    pub(crate) effects_seen: usize,
    /// The generation that each access token was stored under.
    pub(crate) generations: BTreeMap<String, u64>,
    /// Events whose keys the server no longer knows the answers to.
    pub(crate) expired: BTreeSet<EventId>,
    /// Events of which the server said that it has another version.
    pub(crate) conflicted: BTreeSet<EventId>,
    /// Which task made a claim.
    pub(crate) claimers: BTreeMap<ClaimId, TaskId>,
    /// When a refresh token was replaced on the device.
    pub(crate) replaced: BTreeMap<String, u64>,
    /// Tasks that the server has asked to wait, and that have not said so to the database yet, and until when.
    pub(crate) told_to_wait: BTreeMap<TaskId, u64>,
    /// Tokens that the server was heard to refuse.
    pub(crate) refused: BTreeSet<String>,
    /// Entities whose deletion took effect, and the place of the event that did it.
    pub(crate) deleted: BTreeMap<EntityId, Seq>,
    /// What the server asked for, as it is stored in a database: since when, and until when.
    pub(crate) asked: BTreeMap<usize, (u64, u64)>,
    /// For each database the sign-outs: the generation after it, and when.
    pub(crate) sign_outs: BTreeMap<usize, Vec<(u64, u64)>>,
    /// The last requests of which nothing came.
    pub(crate) fruitless: VecDeque<Fruitless>,
    /// What happened how often.
    pub(crate) counts: Counts,
}

/// A request of which nothing has come yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fruitless {
    pub(crate) at_ms: u64,
    pub(crate) tab: usize,
    pub(crate) database: usize,
    /// Whether the database knows of it: what a tab has not written down is forgotten with it.
    pub(crate) written: bool,
}

/// An event, as it was first seen.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) database: usize,
    pub(crate) key: EntityKey,
    pub(crate) seq: Seq,
    pub(crate) account: String,
}

/// What goes over the wire for an event, apart from who sends it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) if_match: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
}

/// What happened how often in a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Transactions that wrote.
    pub commits: u64,
    /// Requests sent.
    pub requests: u64,
    /// Effects at the server.
    pub effects: u64,
    /// Things that the person was told are saved.
    pub saved: u64,
    /// Events that ended dead or parked.
    pub failed: u64,
    /// Tabs that ended or were loaded anew at an await, power cuts among them.
    pub crashes: u64,
    /// Databases that a newer app has made newer.
    pub upgrades: u64,
    /// Times that the browser started the worker.
    pub workers: u64,
    /// The most requests in a minute without any progress.
    pub fruitless_most: u64,
}

/// Judges a commit by what was written and by whom.
pub(crate) fn on_commit(world: &mut World, tab: usize, database: usize, commit: &Commit) {
    world.audit.counts.commits += 1;
    let errand = world.current.map(|current| current.errand);
    let number = commit.number;
    world.say(
        &[6, database as u64, number, commit.writes.len() as u64],
        || {
            let names: Vec<_> = commit.writes.iter().map(events::name_of).collect();
            format!(
                "tab {tab} db {database} commit {number} of {errand:?}: {}",
                names.join(", ")
            )
        },
    );
    let version = world.databases[database].version;
    if version != world.app_of(tab) {
        let what = format!("tab {tab} wrote into db {database} of version {version}");
        world.violate(Invariant::I24, what);
    }
    let touched = data::touched(commit);
    sessions::check(world, database, commit);
    gates::check(world, tab, database, commit);
    events::check(world, database, commit, &touched);
    data::check(world, database, commit, &touched);
}
