//! The reference: what the person was told is saved.

use std::collections::{BTreeMap, BTreeSet};

use lume_core::ids::EntityId;
use lume_sync::content::Content;
use lume_sync::memory::Tables;
use lume_sync::rows::EntityKey;

use crate::rows;

/// An entity as a person sees it.
#[derive(Clone, PartialEq)]
pub(crate) enum Shown {
    /// Not there.
    Absent,
    /// There.
    Live(Content),
    /// In the bin.
    Deleted(Content),
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Live(content) => write!(f, "live {}", serde_json::Value::Object(content.clone())),
            Self::Deleted(_) => f.write_str("deleted"),
        }
    }
}

/// An entity as it stands in tables.
pub(crate) fn shown(tables: &Tables, key: &EntityKey) -> Shown {
    match tables.entities.get(key) {
        None => Shown::Absent,
        Some(row) if row.deleted => Shown::Deleted(rows::content(&row.body)),
        Some(row) => Shown::Live(rows::content(&row.body)),
    }
}

/// What is known of an entity.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The last state that the person was told of.
    pub(crate) settled: Shown,
    /// States that were written since without anybody being told, in their order.
    pub(crate) maybe: Vec<Untold>,
    /// An action is under way.
    pub(crate) busy: bool,
}

/// A state that was written without anybody being told.
#[derive(Debug, Clone)]
pub(crate) struct Untold {
    state: Shown,
    /// The number of the commit.
    commit: u64,
    /// What came from elsewhere: it is the truth once the disk has it, and needs nobody to be told.
    merged: bool,
}

/// Something that a person does to one entity.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) database: usize,
    pub(crate) key: EntityKey,
    /// What it is to lead to; a decision's result is not known before.
    pub(crate) target: Option<Shown>,
    /// Whether it is in the database.
    pub(crate) committed: bool,
}

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Model {
    told: BTreeMap<(usize, EntityKey), Told>,
    actions: BTreeMap<u64, Action>,
    begun: u64,
    /// Entities that the server may have otherwise, because a person gave up an event that may have arrived.
    pub(crate) diverged: BTreeSet<EntityId>,
}

impl Model {
    /// An action begins; no other one may touch its entity until it is over.
    pub(crate) fn begin(&mut self, database: usize, key: &EntityKey, target: Option<Shown>) -> u64 {
        self.begun += 1;
        self.told_mut(database, key).busy = true;
        let action = Action {
            database,
            key: key.clone(),
            target,
            committed: false,
        };
        self.actions.insert(self.begun, action);
        self.begun
    }

    /// An action under way.
    pub(crate) fn action(&self, number: u64) -> Option<&Action> {
        self.actions.get(&number)
    }

    /// An action's write is in the database, and nobody has been told.
    pub(crate) fn committed(&mut self, number: u64, commit: u64, state: Shown) {
        let Some(action) = self.actions.get_mut(&number) else {
            return;
        };
        action.committed = true;
        let place = (action.database, action.key.clone());
        if let Some(told) = self.told.get_mut(&place) {
            told.maybe.push(Untold {
                state,
                commit,
                merged: false,
            });
        }
    }

    /// A pass has merged an entity with what the server has. What the person is about to be told is that now, or rests
    /// on it.
    pub(crate) fn merged(&mut self, database: usize, key: &EntityKey, commit: u64, state: &Shown) {
        self.told_mut(database, key).maybe.push(Untold {
            state: state.clone(),
            commit,
            merged: true,
        });
        let of_it = |action: &&mut Action| action.database == database && action.key == *key;
        for action in self.actions.values_mut().filter(of_it) {
            let Some(target) = &action.target else {
                continue;
            };
            action.target = match (target, state) {
                (_, state) if action.committed => Some(state.clone()),
                // What is in the bin is what was there.
                (Shown::Deleted(_), Shown::Live(content) | Shown::Deleted(content)) => {
                    Some(Shown::Deleted(content.clone()))
                }
                (target, _) => Some(target.clone()),
            };
        }
    }

    /// The disk has a database's commits up to this one for good.
    pub(crate) fn flushed(&mut self, database: usize, commit: u64) {
        for told in self.of_database(database) {
            let known = |untold: &Untold| untold.merged && untold.commit <= commit;
            if let Some(last) = told.maybe.iter().rposition(known) {
                let mut gone = told.maybe.drain(..=last);
                if let Some(untold) = gone.next_back() {
                    told.settled = untold.state;
                }
            }
        }
    }

    /// The power was cut: a database has lost its commits after this one.
    pub(crate) fn lost_after(&mut self, database: usize, commit: u64) {
        for told in self.of_database(database) {
            told.maybe
                .retain(|untold| !untold.merged || untold.commit <= commit);
        }
    }

    /// An action is over, one way or the other.
    pub(crate) fn end(&mut self, number: u64) -> Option<Action> {
        let action = self.actions.remove(&number)?;
        self.told_mut(action.database, &action.key).busy = false;
        Some(action)
    }

    /// The person was told that this is saved.
    pub(crate) fn settle(&mut self, database: usize, key: &EntityKey, state: Shown) {
        let told = self.told_mut(database, key);
        told.settled = state;
        told.maybe.clear();
    }

    /// Whether an entity may be in this state.
    pub(crate) fn allows(&self, database: usize, key: &EntityKey, state: &Shown) -> bool {
        match self.told.get(&(database, key.clone())) {
            None => *state == Shown::Absent,
            Some(told) => {
                told.settled == *state || told.maybe.iter().any(|untold| untold.state == *state)
            }
        }
    }

    /// Whether nothing is under way on an entity.
    pub(crate) fn is_free(&self, database: usize, key: &EntityKey) -> bool {
        self.told
            .get(&(database, key.clone()))
            .is_none_or(|told| !told.busy)
    }

    /// Everything that the person was told of a database.
    pub(crate) fn of(&self, database: usize) -> Vec<(EntityKey, Told)> {
        let of_it = self
            .told
            .iter()
            .filter(|((known, _), _)| *known == database);
        of_it
            .map(|((_, key), told)| (key.clone(), told.clone()))
            .collect()
    }

    fn of_database(&mut self, database: usize) -> impl Iterator<Item = &mut Told> {
        let of_it = self
            .told
            .iter_mut()
            .filter(move |((known, _), _)| *known == database);
        of_it.map(|(_, told)| told)
    }

    fn told_mut(&mut self, database: usize, key: &EntityKey) -> &mut Told {
        let place = (database, key.clone());
        self.told.entry(place).or_insert(Told {
            settled: Shown::Absent,
            maybe: Vec::new(),
            busy: false,
        })
    }
}
