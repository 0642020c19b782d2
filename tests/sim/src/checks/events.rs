//! What is stored of events and claims: I7, I14, I15, I16, I17, I18, and the shape of lanes.

use std::collections::{BTreeMap, BTreeSet};

use lume_core::ids::EventId;
use lume_sync::memory::Tables;
use lume_sync::meta::{self, Profile};
use lume_sync::rows::{ClaimRow, EntityKey, EventState, FailureReason, OutboxRow};
use lume_sync::store::Write;

use super::{Invariant, Known};
use crate::disk::{Commit, record};
use crate::rows;
use crate::world::{Errand, World};

/// Judges what a commit did to events.
pub(super) fn check(
    world: &mut World,
    database: usize,
    commit: &Commit,
    touched: &BTreeSet<EntityKey>,
) {
    let acts = who_acts(world, &commit.before);
    for key in touched {
        let before: BTreeMap<_, _> = rows::lane(&commit.before, key)
            .map(|row| (row.event_id, row))
            .collect();
        let after: BTreeMap<_, _> = rows::lane(&commit.after, key)
            .map(|row| (row.event_id, row))
            .collect();
        for (id, row) in &after {
            meet(world, database, row);
            let earlier = before
                .get(id)
                .copied()
                .or_else(|| reissued(world, &before, row));
            changed(world, acts, *id, earlier, row);
            if let Some(earlier) = earlier {
                late(world, acts, &commit.before, earlier, row);
            }
        }
        for (id, row) in &before {
            let again = after
                .values()
                .any(|row| reissued(world, &before, row).is_some());
            if !after.contains_key(id) && !again {
                gone(world, acts, &commit.before, *id, row);
            }
        }
        shape(world, &commit.after, key);
    }
    if commit
        .writes
        .iter()
        .any(|write| matches!(write, Write::PutClaim(_)))
    {
        claims(world, database, &commit.after);
    }
}

/// Whose will a commit carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Will {
    /// The person changed an entity, now or while sync was off.
    Change,
    /// The person decided about a failed event.
    Decision,
    /// Nobody's: the engine does its work.
    Nobody,
}

fn who_acts(world: &World, before: &Tables) -> Will {
    let profile: Profile = record(before, meta::PROFILE);
    match world.current.map(|current| current.errand) {
        Some(Errand::Write(_)) => Will::Change,
        Some(Errand::Decide(_)) => Will::Decision,
        Some(Errand::Pass) if profile.adoption.is_some() => Will::Change,
        Some(
            Errand::Pass
            | Errand::SetUp
            | Errand::SignIn
            | Errand::Bind
            | Errand::SignOut
            | Errand::Mode,
        )
        | None => Will::Nobody,
    }
}

/// The row that went on under another id, because the server will never answer the old one, or met another version.
fn reissued<'a>(
    world: &World,
    before: &BTreeMap<EventId, &'a OutboxRow>,
    row: &OutboxRow,
) -> Option<&'a OutboxRow> {
    let old = before.values().copied().find(|old| old.seq == row.seq)?;
    let expired = world.audit.expired.contains(&old.event_id) && old.body == row.body;
    let conflicted = world.audit.conflicted.contains(&old.event_id);
    (old.event_id != row.event_id && (expired || conflicted)).then_some(old)
}

/// I15: what an event failed at is written by the flusher that holds it, and by nobody else.
fn late(world: &mut World, acts: Will, before: &Tables, old: &OutboxRow, new: &OutboxRow) {
    let failed = old.attempts != new.attempts
        || old.failure != new.failure
        || old.not_before != new.not_before
        || (old.state != new.state && old.state != EventState::Held);
    if !failed || acts != Will::Nobody {
        return;
    }
    let holds = |claim: &&ClaimRow| {
        let mut items = claim.items.iter();
        items.any(|item| item.event_id == old.event_id)
    };
    let task = world.current.map(|current| current.task);
    let claim = before.claims.values().find(holds);
    let claimer = claim.and_then(|claim| world.audit.claimers.get(&claim.id));
    if claimer.copied() != task {
        let what = format!(
            "{:?} failed at the hands of who does not hold it",
            old.event_id
        );
        world.violate(Invariant::I15, what);
    }
}

/// An event is seen, perhaps for the first time.
fn meet(world: &mut World, database: usize, row: &OutboxRow) {
    let Some(seq) = row.seq else { return };
    let known = Known {
        database,
        key: row.key.clone(),
        seq,
        account: row.account.clone(),
    };
    let known = world
        .audit
        .events
        .entry(row.event_id)
        .or_insert(known)
        .clone();
    if known.seq != seq || known.account != row.account || known.key != row.key {
        world.violate(
            Invariant::I5,
            format!("{:?} changed its place, entity or account", row.event_id),
        );
    }
}

/// I16: attempts and states change only by what the server said about this very event, or by the person.
fn changed(
    world: &mut World,
    acts: Will,
    id: EventId,
    before: Option<&OutboxRow>,
    after: &OutboxRow,
) {
    let attempts_before = before.map_or(0, |row| row.attempts);
    let counted = after.attempts.saturating_sub(attempts_before);
    if counted > 0 {
        // What counted was said about the id that the event had then.
        let id = before.map_or(id, |row| row.event_id);
        let countable = world.audit.countable.entry(id).or_insert(0);
        let enough = *countable >= counted;
        *countable = countable.saturating_sub(counted);
        if !enough {
            world.violate(
                Invariant::I16,
                format!("{id:?} counts an attempt that the server did not answer"),
            );
        }
    }
    let is_failed = |state| matches!(state, EventState::Dead | EventState::Parked);
    let newly_failed = is_failed(after.state) && before.is_none_or(|row| !is_failed(row.state));
    if newly_failed {
        world.audit.counts.failed += 1;
        if counted == 0 {
            world.violate(
                Invariant::I16,
                format!("{id:?} failed without an answer about it"),
            );
        }
        let reason = after.failure.as_ref().map(|failure| failure.reason);
        let parked = after.state == EventState::Parked;
        if parked && world.faithful && !world.model.diverged.contains(&after.key.id) {
            let what = format!("{id:?} met another version ({reason:?}), and nobody else writes");
            world.violate(Invariant::I21, what);
        }
    }
    if is_failed(after.state) && after.failure.is_none() {
        world.violate(
            Invariant::I18,
            format!("{id:?} is {:?} without a reason", after.state),
        );
    }
    if attempts_before > after.attempts && acts == Will::Nobody {
        world.violate(
            Invariant::I16,
            format!("the attempts of {id:?} were forgotten"),
        );
    }
    let same_id = before.filter(|row| row.event_id == id);
    let fixed = same_id.and_then(|row| row.request.as_ref());
    if fixed.is_some() && fixed != after.request.as_ref() {
        world.violate(
            Invariant::I7,
            format!("the stored request of {id:?} changed"),
        );
    }
}

/// I17 and I4: an event leaves the outbox when the server has it, when nobody can have seen it and the person acted
/// again, when it was refused and the person acted again, or when the person gave it up.
fn gone(world: &mut World, acts: Will, before: &Tables, id: EventId, row: &OutboxRow) {
    let effective = world.audit.effective.contains(&id);
    let sent = world.audit.sent.contains_key(&id);
    let reason = row.failure.as_ref().map(|failure| failure.reason);
    let refused = reason.is_some_and(|reason| reason != FailureReason::GaveUp);
    match acts {
        Will::Decision => {
            if sent && (effective || !refused) {
                world.model.diverged.insert(row.key.id);
            }
        }
        Will::Change => {
            let claimed = before
                .claims
                .values()
                .flat_map(|claim| &claim.items)
                .any(|item| item.event_id == id);
            // Without keys a refusal may be of an edit that arrived before, and a server may refuse what it has done; the
            // content goes out again.
            let sincere = world.faithful && world.mix.is_extended();
            let refused = refused && (!effective || !sincere);
            let by_pass = world
                .current
                .is_some_and(|current| current.errand == Errand::Pass);
            // A pass that adopts may also have been answered.
            if by_pass && effective {
                return;
            }
            if (sent || claimed) && !refused {
                world.violate(
                    Invariant::I7,
                    format!("{id:?} may have been seen and was replaced"),
                );
            }
        }
        Will::Nobody => {
            // A backend that lies about what it has can't be seen through.
            // An event behind one that was merged may have nothing left to say.
            let mut lane = rows::lane(before, &row.key);
            let merged = lane.any(|row| world.audit.conflicted.contains(&row.event_id));
            if !effective && world.faithful && !merged {
                let errand = world.current.map(|current| current.errand);
                world.violate(
                    Invariant::I17,
                    format!("{errand:?} removed {id:?}, which the server does not have"),
                );
            }
        }
    }
}

/// The first event of a lane is not held, and the others are.
fn shape(world: &mut World, tables: &Tables, key: &EntityKey) {
    let states: Vec<_> = rows::lane(tables, key).map(|row| row.state).collect();
    let held = |state: &EventState| *state == EventState::Held;
    let good = states.first().is_none_or(|first| !held(first)) && states.iter().skip(1).all(held);
    if !good {
        world.violate(Invariant::I22, format!("the lane of {key:?} is {states:?}"));
    }
}

fn claims(world: &mut World, database: usize, tables: &Tables) {
    let task = world.current.map_or(0, |current| current.task);
    for claim in tables.claims.keys() {
        world.audit.claimers.entry(*claim).or_insert(task);
    }
    let mut taken = BTreeSet::new();
    for item in tables.claims.values().flat_map(|claim| &claim.items) {
        world.audit.claimed.push((database, item.clone()));
        if !taken.insert(item.event_id) {
            world.violate(
                Invariant::I14,
                format!("{:?} is claimed twice", item.event_id),
            );
        }
        let row = tables
            .outbox
            .get(&item.seq)
            .filter(|row| row.event_id == item.event_id);
        let fixed = row.and_then(|row| row.request.as_ref());
        if fixed.is_some_and(|fixed| *fixed != item.request) {
            world.violate(
                Invariant::I7,
                format!("{:?} was claimed with other bytes", item.event_id),
            );
        }
    }
}

/// A write in a word or two, for the trace.
pub(super) fn name_of(write: &Write) -> String {
    match write {
        Write::PutEntity(row) => format!("entity {} {:?}", short(&row.key), row.sync),
        Write::RemoveEntity(key) => format!("-entity {}", short(key)),
        Write::PutBase(row) => format!("base {} {:?}", short(&row.key), row.rev),
        Write::RemoveBase(key) => format!("-base {}", short(key)),
        Write::PutEvent(row) => format!(
            "event {} {:?} {:?} of {} attempts {} base {:?}",
            row.event_id,
            row.operation,
            row.state,
            short(&row.key),
            row.attempts,
            row.base_rev
        ),
        Write::RemoveEvent(seq) => format!("-event {}", seq.0),
        Write::PutClaim(row) => format!("claim of {} epoch {}", row.items.len(), row.epoch),
        Write::RemoveClaim(_) => "-claim".to_owned(),
        Write::PutMeta(name, _) => name.clone(),
        Write::RemoveMeta(name) => format!("-{name}"),
        Write::PutDraft(_, _) => "draft".to_owned(),
        Write::RemoveDraft(_) => "-draft".to_owned(),
        Write::PutHistory(row) => format!("aside {}", short(&row.key)),
        Write::PutDerived(row) => format!("{:?} {}", row.shelf, row.week),
        Write::RemoveDerived { shelf, from, .. } => format!("-{shelf:?} from {from}"),
        Write::ClearShelf(shelf) => format!("-{shelf:?}"),
        Write::AppendLog(_) => "log".to_owned(),
    }
}

fn short(key: &EntityKey) -> String {
    key.id.to_string().chars().take(4).collect()
}
