//! Marks the weeks whose entities a transaction changes, in that very transaction.
//!
//! A [`Marker`] looks over the shoulder of every program that may write entities ([`crate::engine::Engine::transact`]). It
//! compares what is written with the row that was there, which it asks for itself where the program did not.

use std::collections::{BTreeMap, BTreeSet};

use super::week::Week;
use crate::mutant::{self, Mutant};
use crate::rows::{DerivedRow, EntityKey, EntityRow, Kind, Shelf};
use crate::store::{Answer, Answers, Query, Step, Write};

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Marker {
    /// What the reads under way ask for.
    asked: Vec<Query>,
    /// The rows as they were, as far as they were read.
    known: BTreeMap<EntityKey, Option<Was>>,
    /// What is to be written once the rows are known.
    held: Vec<Write>,
}

/// What counts of a row.
#[derive(Clone, PartialEq)]
struct Was {
    local_time: String,
    deleted: bool,
    body: Vec<u8>,
}

impl Was {
    fn of(row: &EntityRow) -> Self {
        Self {
            local_time: row.local_time.clone(),
            deleted: row.deleted,
            body: row.body.clone(),
        }
    }

    /// The week that counts it.
    fn week(&self) -> Option<Week> {
        Week::of_row(&self.local_time).filter(|_| !self.deleted)
    }
}

impl Marker {
    /// Learns from the answers to what was asked last.
    pub(crate) fn hear(&mut self, answers: &Answers) {
        for (query, answer) in std::mem::take(&mut self.asked).into_iter().zip(&answers.0) {
            if let (Query::Entity(key), Answer::Entity(row)) = (query, answer) {
                self.known.insert(key, row.as_ref().map(Was::of));
            } else if let Answer::Entities(rows) = answer {
                let rows = rows.iter().map(|row| (row.key.clone(), Some(Was::of(row))));
                self.known.extend(rows);
            }
        }
    }

    /// Remembers what a program asks for.
    pub(crate) fn asks(&mut self, queries: &[Query]) {
        self.asked = queries.to_vec();
    }

    /// What a program's writes become: themselves with their marks, or first a read of the rows that nobody has read.
    pub(crate) fn decide(&mut self, writes: Vec<Write>) -> Step<()> {
        let unknown: BTreeSet<&EntityKey> = writes
            .iter()
            .filter_map(key_of)
            .filter(|key| !self.known.contains_key(key))
            .collect();
        if unknown.is_empty() {
            return Step::Write(self.marked(writes), ());
        }
        let queries: Vec<_> = unknown.into_iter().cloned().map(Query::Entity).collect();
        self.asks(&queries);
        self.held = writes;
        Step::Read(queries)
    }

    /// What was held back for a read, whose answers were [heard](Self::hear).
    pub(crate) fn go_on(&mut self) -> Option<Step<()>> {
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then(|| Step::Write(self.marked(held), ()))
    }

    /// The writes with a mark for each week that they change.
    fn marked(&mut self, mut writes: Vec<Write>) -> Vec<Write> {
        let mut weeks: BTreeSet<(Kind, Week)> = BTreeSet::new();
        for write in &writes {
            let Some(key) = key_of(write) else { continue };
            let is = written(write).map(Was::of);
            let was = self.known.insert(key.clone(), is.clone()).flatten();
            let is_deletion = is.as_ref().is_none_or(|is| is.deleted);
            if was == is || (is_deletion && mutant::is(Mutant::DeletionsMarkNothing)) {
                continue;
            }
            let old = was.as_ref().and_then(Was::week);
            let new = is.as_ref().and_then(Was::week);
            let old = old.filter(|_| new.is_none() || !mutant::is(Mutant::ForgetsTheOldWeek));
            let changed = [old, new].into_iter().flatten();
            weeks.extend(changed.map(|week| (key.kind.clone(), week)));
        }
        writes.extend(weeks.into_iter().map(|(kind, week)| {
            Write::PutDerived(DerivedRow {
                shelf: Shelf::Stale,
                kind,
                week: week.key(),
                body: Vec::new(),
            })
        }));
        writes
    }
}

/// The row that a write puts, if it puts an entity.
const fn written(write: &Write) -> Option<&EntityRow> {
    if let Write::PutEntity(row) = write {
        Some(row)
    } else {
        None
    }
}

/// The entity that a write changes.
fn key_of(write: &Write) -> Option<&EntityKey> {
    if let Write::RemoveEntity(key) = write {
        Some(key)
    } else {
        written(write).map(|row| &row.key)
    }
}
