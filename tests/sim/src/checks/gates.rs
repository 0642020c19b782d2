//! What the server asked for: nothing is sent before, and nobody forgets it before it is over. Part of I20.

use lume_sync::gate::Gate;
use lume_sync::meta;
use lume_sync::store::Write;

use super::Invariant;
use crate::disk::{Commit, record};
use crate::world::{Errand, World};

/// A look at the gate that is older than this when a request goes out is too old.
const LOOK_MS_MAX: u64 = 6_000;

/// Judges a commit that changed the gate.
pub(super) fn check(world: &mut World, database: usize, commit: &Commit) {
    let is_gate = |write: &Write| matches!(write, Write::PutMeta(name, _) if name == meta::GATE);
    if !commit.writes.iter().any(is_gate) {
        return;
    }
    let gate: Gate = record(&commit.after, meta::GATE);
    let now_ms = world.now_ms;
    let by_pass = world
        .current
        .is_some_and(|current| current.errand == Errand::Pass);
    let wall_now = world.wall_now();
    let left = gate.until.map_or(0, |until| until.millis_since(wall_now));
    let left = u64::try_from(left).unwrap_or(0);
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

/// A request of a pass goes out.
pub(super) fn sent(world: &mut World, tab: usize, database: usize) {
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
