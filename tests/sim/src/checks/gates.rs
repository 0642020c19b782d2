//! Reasons to send nothing: what the server asked for is kept to (part of I20), and none of them shuts a session out that
//! is good (part of I22).

use lume_sync::gate::Gate;
use lume_sync::limits::{LEASE_MARGIN_MS, LEASE_MS};
use lume_sync::outcome::retry_after_ms;
use lume_sync::ports::Response;
use lume_sync::store::Write;
use lume_sync::{Blocked, meta};

use super::{Invariant, sessions};
use crate::disk::{Commit, record};
use crate::queue::TaskId;
use crate::world::{Errand, World};

/// A look at the gate that is older than this when a request goes out is too old.
const LOOK_MS_MAX: u64 = 6_000;

/// Judges a commit that changed the gate.
pub(super) fn check(world: &mut World, tab: usize, database: usize, commit: &Commit) {
    let is_gate = |write: &Write| matches!(write, Write::PutMeta(name, _) if name == meta::GATE);
    if !commit.writes.iter().any(is_gate) {
        return;
    }
    for request in &mut world.audit.fruitless {
        request.written |= request.tab == tab;
    }
    let gate: Gate = record(&commit.after, meta::GATE);
    let now_ms = world.now_ms;
    let by_pass = world
        .current
        .is_some_and(|current| current.errand == Errand::Pass);
    let wall_now = world.wall_now();
    let left = gate.until.map_or(0, |until| until.millis_since(wall_now));
    // More than the wait was long: the clock was set back since, which ends it.
    let left = u64::try_from(left)
        .ok()
        .filter(|left| *left <= gate.wait_ms)
        .unwrap_or(0);
    let told = world
        .current
        .and_then(|current| world.audit.told_to_wait.remove(&current.task));
    if told.is_some_and(|until_ms| until_ms > now_ms) && !gate.asked_for {
        world.violate(
            Invariant::I20,
            "a wait that the server asked for was not taken",
        );
    }
    let shut = by_pass && gate.blocked == Some(Blocked::Auth);
    let stored = sessions::tokens(&commit.after).filter(|_| shut);
    if stored.is_some_and(|stored| !world.audit.refused.contains(&stored.access)) {
        world.violate(
            Invariant::I22,
            "a session that nobody has refused is shut out",
        );
    }
    let known = world.audit.asked.remove(&database);
    if gate.asked_for && left > 0 {
        let since_ms = known.map_or(now_ms, |(since_ms, _)| since_ms);
        let asked = (since_ms, now_ms + left);
        world.audit.asked.insert(database, asked);
    } else if by_pass && known.is_some_and(|(_, until_ms)| until_ms > now_ms) {
        world.violate(
            Invariant::I20,
            "a wait that the server asked for was forgotten",
        );
    }
}

/// A tab is gone, and with it its count of requests that it had not written down.
pub(crate) fn forget_with(world: &mut World, tab: usize) {
    let known = &mut world.audit.fruitless;
    known.retain(|request| request.written || request.tab != tab);
}

/// An answer about an event reaches its tab: perhaps it asks for a wait. One that reaches it after a lease, because the tab
/// was frozen, says nothing about now.
pub(super) fn answered(world: &mut World, task: TaskId, sent_ms: u64, response: &Response) {
    if world.now_ms - sent_ms > LEASE_MS - LEASE_MARGIN_MS {
        return;
    }
    let asks = matches!(response.status, 429 | 503)
        && response
            .retry_after
            .as_deref()
            .is_some_and(|wait| wait != "0");
    if asks {
        let until_ms = retry_after_ms(response).map_or(u64::MAX, |wait_ms| world.now_ms + wait_ms);
        world.audit.told_to_wait.insert(task, until_ms);
    }
}

/// A request of a pass goes out.
pub(super) fn sent(world: &mut World, tab: usize, database: usize) {
    if world.is_locked() {
        world.violate(
            Invariant::I8,
            format!("tab {tab} sends while the app is locked"),
        );
    }
    let now_ms = world.now_ms;
    let Some((since_ms, until_ms)) = world.audit.asked.get(&database).copied() else {
        return;
    };
    if now_ms < until_ms && now_ms - since_ms > LOOK_MS_MAX {
        let left_ms = until_ms - now_ms;
        world.violate(
            Invariant::I20,
            format!("tab {tab} sends {left_ms} ms before the time that the server asked for"),
        );
    }
}
