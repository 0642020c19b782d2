//! What is shown and stored of entities: I1, I2, I9, I13.

use std::collections::BTreeSet;

use lume_sync::memory::Tables;
use lume_sync::meta::{self, AppMode, Profile};
use lume_sync::rows::EntityKey;
use lume_sync::store::Write;

use super::{Invariant, merging};
use crate::disk::{Commit, record};
use crate::model::{Shown, shown};
use crate::rows::{Folded, fold};
use crate::world::{Errand, World};

/// The entities whose row, base or events a commit changed.
pub(super) fn touched(commit: &Commit) -> BTreeSet<EntityKey> {
    let mut keys = BTreeSet::new();
    for write in &commit.writes {
        match write {
            Write::PutEntity(row) => drop(keys.insert(row.key.clone())),
            Write::RemoveEntity(key) | Write::RemoveBase(key) => drop(keys.insert(key.clone())),
            Write::PutBase(row) => drop(keys.insert(row.key.clone())),
            Write::PutEvent(row) => drop(keys.insert(row.key.clone())),
            Write::RemoveEvent(seq) => {
                keys.extend(commit.before.outbox.get(seq).map(|row| row.key.clone()));
            }
            Write::PutMeta(name, _) if name == meta::PROFILE => {
                keys.extend(commit.after.entities.keys().cloned());
            }
            Write::PutClaim(_)
            | Write::RemoveClaim(_)
            | Write::PutMeta(_, _)
            | Write::RemoveMeta(_)
            | Write::PutDraft(_, _)
            | Write::RemoveDraft(_)
            | Write::PutHistory(_)
            | Write::PutDerived(_)
            | Write::RemoveDerived { .. }
            | Write::ClearShelf(_)
            | Write::AppendLog(_) => {}
        }
    }
    keys
}

/// Judges what a commit did to entities.
pub(super) fn check(
    world: &mut World,
    database: usize,
    commit: &Commit,
    touched: &BTreeSet<EntityKey>,
) {
    let profile: Profile = record(&commit.after, meta::PROFILE);
    for key in touched {
        written(world, database, commit, key);
        if is_synced(&profile, key) {
            folds(world, &commit.after, key);
        }
        let rev = |tables: &Tables| tables.bases.get(key).and_then(|base| base.rev);
        if world.faithful && rev(&commit.before) > rev(&commit.after) {
            world.violate(
                Invariant::I13,
                format!("db {database}: the base of {key:?} went back"),
            );
        }
    }
}

/// Whether an entity's changes have their events by now.
fn is_synced(profile: &Profile, key: &EntityKey) -> bool {
    let done = |after: Option<lume_core::ids::EntityId>| after.is_some_and(|after| key.id <= after);
    profile.mode == AppMode::Synced
        && profile.account.is_some()
        && profile
            .adoption
            .as_ref()
            .is_none_or(|adoption| done(adoption.after))
}

/// Only the person changes what the person wrote, and to what they said; a pass merges it with what the server has.
fn written(world: &mut World, database: usize, commit: &Commit, key: &EntityKey) {
    let (before, after) = (shown(&commit.before, key), shown(&commit.after, key));
    let errand = world.current.map(|current| current.errand);
    match errand {
        Some(Errand::Write(number)) => {
            let action = world
                .model
                .action(number)
                .filter(|action| action.key == *key)
                .cloned();
            match action {
                Some(action) if action.target.as_ref() == Some(&after) => {
                    world.model.committed(number, commit.number, after);
                }
                Some(action) => {
                    let what = format!("{key:?} is {after:?} and was to be {:?}", action.target);
                    world.violate(Invariant::I2, what);
                }
                None if before != after => {
                    world.violate(Invariant::I1, format!("another action changed {key:?}"));
                }
                None => {}
            }
        }
        Some(Errand::Decide(number)) if before != after => {
            world.model.committed(number, commit.number, after);
        }
        Some(Errand::Pass) if before != after => {
            merging::check(world, database, commit, key, (&before, &after));
            world.model.merged(database, key, commit.number, &after);
        }
        _ if before != after => {
            world.violate(
                Invariant::I1,
                format!("{errand:?} changed {key:?} from {before:?} to {after:?}"),
            );
        }
        _ => {}
    }
}

/// I9, and with it I2: an entity without its event, or an event without its entity, does not add up.
fn folds(world: &mut World, tables: &Tables, key: &EntityKey) {
    let adds_up = match (fold(tables, key), shown(tables, key)) {
        // Created and deleted again before anybody heard of it; or given up.
        (Folded::Absent, Shown::Absent | Shown::Deleted(_))
        | (Folded::Deleted, Shown::Deleted(_)) => true,
        (Folded::Live(folded), Shown::Live(content)) => folded == content,
        (Folded::Absent | Folded::Deleted | Folded::Live(_), _) => false,
    };
    if !adds_up {
        let what = format!(
            "{key:?} is {:?} and folds to {:?}",
            shown(tables, key),
            fold(tables, key)
        );
        world.violate(Invariant::I9, what);
    }
}

/// Everything that the person was told of a database is there.
pub(crate) fn check_told(world: &mut World, database: usize) {
    let tables = world.databases[database].tables();
    for (key, told) in world.model.of(database) {
        let state = shown(&tables, &key);
        if !world.model.allows(database, &key, &state) {
            let what = format!(
                "{key:?} is {state:?} and the person was told {:?}",
                told.settled
            );
            world.violate(Invariant::I1, what);
        }
    }
}
