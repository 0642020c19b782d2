//! What must hold at every commit of a device and every effect at the server: I9 to I13.

use std::collections::BTreeSet;

use lume_sync::content::{Content, Operation};
use lume_sync::derived::is_true_to;
use lume_sync::feed::{Feed, Missing, Phase};
use lume_sync::kinds::MOOD;
use lume_sync::memory::Tables;
use lume_sync::meta::{self, Profile};
use lume_sync::rows::EntityKey;
use lume_sync::testing::EffectKind;
use serde_json::Value;

use super::world::World;
use crate::checks::Invariant;
use crate::disk::record;
use crate::model::{Shown, shown};
use crate::rows::{self, Folded, fold};

/// Judges what a commit of a device did.
pub(super) fn on_commit(world: &mut World, device: usize, before: &Tables, after: &Tables) {
    world.aside += (after.history.len() - before.history.len()) as u64;
    let profile: Profile = record(after, meta::PROFILE);
    let synced = profile.syncing().is_some() && profile.adoption.is_none();
    for key in touched(before, after) {
        if synced {
            adds_up(world, device, after, &key);
        }
        goes_forward(world, device, (before, after), &key);
        if after.meta.get(meta::FEED) != before.meta.get(meta::FEED) {
            leaves_alone(world, device, (before, after), &key);
        }
        sweeps_what_is_gone(world, device, (before, after), &key);
        if rows::lane(after, &key).next().is_none() {
            let had_events = rows::lane(before, &key).next().is_some();
            if had_events && !world.ledger.is_busy(device, key.id) {
                world.ledger.edited.remove(&(device, key.id));
            }
        }
    }
    if after.meta.get(meta::FEED) != before.meta.get(meta::FEED) {
        passes_nothing(world, device, after);
    }
    if let Err(what) = is_true_to(after) {
        world.violate(Invariant::I25, format!("device {device}: {what}"));
    }
}

/// The record of the feed, if there is one.
pub(super) fn feed(tables: &Tables) -> Option<Feed> {
    record(tables, meta::FEED)
}

/// The entities that a commit touched.
fn touched(before: &Tables, after: &Tables) -> BTreeSet<EntityKey> {
    let mut keys = BTreeSet::new();
    let all = before.entities.keys().chain(after.entities.keys());
    let all = all.chain(before.bases.keys()).chain(after.bases.keys());
    for key in all {
        let changed = before.entities.get(key) != after.entities.get(key)
            || before.bases.get(key) != after.bases.get(key)
            || !rows::lane(before, key).eq(rows::lane(after, key));
        if changed {
            keys.insert(key.clone());
        }
    }
    keys
}

/// I9.
fn adds_up(world: &mut World, device: usize, tables: &Tables, key: &EntityKey) {
    let good = match (fold(tables, key), shown(tables, key)) {
        (Folded::Absent | Folded::Deleted, Shown::Absent | Shown::Deleted(_)) => true,
        (Folded::Live(folded), Shown::Live(content)) => folded == content,
        (Folded::Absent | Folded::Deleted | Folded::Live(_), _) => false,
    };
    if !good {
        let what = format!(
            "device {device}: {key:?} is {:?} and folds to {:?}",
            shown(tables, key),
            fold(tables, key)
        );
        world.violate(Invariant::I9, what);
    }
}

/// I13: within an epoch of the server's.
fn goes_forward(
    world: &mut World,
    device: usize,
    (before, after): (&Tables, &Tables),
    key: &EntityKey,
) {
    let era = feed(after).map_or(0, |feed| feed.era_from);
    let rev = |tables: &Tables| {
        let base = tables.bases.get(key).filter(|base| base.round >= era)?;
        base.rev
    };
    if let (Some(old), Some(new)) = (rev(before), rev(after))
        && new < old
    {
        world.violate(
            Invariant::I13,
            format!("device {device}: the base of {key:?} went from {old} back to {new}"),
        );
    }
}

/// I10: what an event that waits has set stays, or is put aside in the same commit.
fn leaves_alone(
    world: &mut World,
    device: usize,
    (before, after): (&Tables, &Tables),
    key: &EntityKey,
) {
    let set: BTreeSet<String> = rows::lane(before, key)
        .filter(|row| {
            !after
                .outbox
                .values()
                .any(|other| other.event_id == row.event_id && other.body == row.body)
        })
        .flat_map(|row| rows::content(&row.body).into_iter().map(|(name, _)| name))
        .collect();
    let (Shown::Live(old), Shown::Live(new)) = (shown(before, key), shown(after, key)) else {
        return;
    };
    let aside: Vec<Content> = after
        .history
        .iter()
        .filter(|(seq, row)| row.key == *key && !before.history.contains_key(seq))
        .filter_map(|(_, row)| {
            let loser: Value = serde_json::from_slice(row.body.get(1..)?).ok()?;
            loser.get("fields")?.as_object().cloned()
        })
        .collect();
    let name = "valence";
    let kept = old.get(name) == new.get(name)
        || aside.iter().any(|fields| fields.contains_key(name))
        || !set.contains(name)
        // Cleared here, and not elsewhere: there is nothing to put aside.
        || !old.contains_key(name);
    if !kept {
        world.violate(
            Invariant::I10,
            format!("device {device}: a pull changed {name} of {key:?}, which waits to be sent"),
        );
    }
}

/// I12 and I4: a sweep takes what the server has no more, no event with it, and nothing at all after the server was put
/// back.
fn sweeps_what_is_gone(
    world: &mut World,
    device: usize,
    (before, after): (&Tables, &Tables),
    key: &EntityKey,
) {
    let phases = (
        feed(before).map(|feed| feed.phase),
        feed(after).map(|feed| feed.phase),
    );
    let (Some(Phase::Sweeping { missing, .. }), true) = (&phases.0, phases.0 != phases.1) else {
        return;
    };
    let swept = matches!(
        (shown(before, key), shown(after, key)),
        (Shown::Live(_), Shown::Deleted(_) | Shown::Absent)
    );
    let there = world.backend.entity(key.id);
    let is_there = world.restored == 0 && there.is_some_and(|there| there.deleted_at.is_none());
    if swept && (*missing == Missing::SentAgain || is_there) {
        let what = format!("device {device}: {key:?} was swept by {missing:?}");
        world.violate(Invariant::I12, what);
    }
    let edits = |tables: &Tables| {
        let mut lane = rows::lane(tables, key);
        lane.any(|row| row.operation != Operation::Deleted)
    };
    if edits(before) && !edits(after) {
        let what = format!("device {device}: a sweep took the events of {key:?}");
        world.violate(Invariant::I4, what);
    }
}

/// I11: everything up to the cursor is known here.
fn passes_nothing(world: &mut World, device: usize, tables: &Tables) {
    let Some(feed) = feed(tables) else { return };
    let mut parts = feed.cursor.split('.').map(str::parse::<i64>);
    let (Some(Ok(epoch)), Some(Ok(until))) = (parts.next(), parts.next()) else {
        return;
    };
    if i64::from(world.restored) != epoch {
        return;
    }
    let missing = world.backend.entities().find(|(id, there)| {
        let key = EntityKey {
            kind: MOOD.kind(),
            id: *id,
        };
        let base = tables.bases.get(&key);
        let ahead = base
            .and_then(|base| base.ahead.as_ref())
            .and_then(|ahead| ahead.rev);
        let known = base.and_then(|base| base.rev).max(ahead);
        there.rev.0 <= until && there.deleted_at.is_none() && known < Some(there.rev)
    });
    if let Some((id, there)) = missing {
        let what = format!(
            "device {device} is past {until} and does not know {id} of {}",
            there.rev
        );
        world.violate(Invariant::I11, what);
    }
}

/// I12: what was deleted comes back only where somebody has changed it.
pub(super) fn on_effects(world: &mut World, device: Option<usize>) {
    let effects = world.backend.journal()[world.effects_seen..].to_vec();
    world.effects_seen += effects.len();
    for effect in effects {
        let id = effect.entity;
        match effect.kind {
            EffectKind::Deleted => drop(world.ledger.deleted.insert(id)),
            EffectKind::Created | EffectKind::Updated | EffectKind::Revived => {
                let was_deleted = world.ledger.deleted.remove(&id);
                let edited =
                    device.is_none_or(|device| world.ledger.edited.contains(&(device, id)));
                // A server that was put back may have forgotten the deletion with the entity.
                let forgotten = world.restored > 0 && effect.kind != EffectKind::Revived;
                if was_deleted && !edited && !forgotten {
                    world.violate(
                        Invariant::I12,
                        format!("{id} came back on device {device:?} by itself"),
                    );
                }
            }
        }
    }
}
