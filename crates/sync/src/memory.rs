//! A profile's database in memory: the reference that every other store is held against.
//!
//! [`Tables`] answers queries and applies writes; [`MemoryStore`] runs programs over it, each in one transaction that
//! leaves everything or nothing. It lives as long as its last clone and survives nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use lume_core::ids::{ClaimId, EntityId, EventId};

use crate::limits::{HISTORY_ROWS_MAX, LOG_LINES_MAX};
use crate::rows::{
    BaseRow, ClaimRow, Counts, DerivedRow, EntityKey, EntityRow, EventState, HistoryRow, Kind,
    OutboxRow, Seq, Shelf,
};
use crate::store::{
    Answer, Answers, Mode, Program, Query, Step, Store, StoreError, StoreName, Swept, SweptRow,
    Write, is_due,
};

/// The rows of one database. Its `Debug` shows no bytes.
#[derive(Clone, Default, PartialEq)]
pub struct Tables {
    /// Entities.
    pub entities: BTreeMap<EntityKey, EntityRow>,
    /// Last server states.
    pub bases: BTreeMap<EntityKey, BaseRow>,
    /// Events.
    pub outbox: BTreeMap<Seq, OutboxRow>,
    /// Claims.
    pub claims: BTreeMap<ClaimId, ClaimRow>,
    /// Named records.
    pub meta: BTreeMap<String, Vec<u8>>,
    /// Drafts.
    pub drafts: BTreeMap<String, Vec<u8>>,
    /// What lost in merges.
    pub history: BTreeMap<Seq, HistoryRow>,
    /// What is derived, by shelf, kind and week.
    pub derived: BTreeMap<(Shelf, Kind, String), Vec<u8>>,
    /// Log lines.
    pub log: BTreeMap<u64, Vec<u8>>,
    last_seq: u64,
    last_history: u64,
    last_line: u64,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables")
            .field("entities", &self.entities)
            .field("bases", &self.bases)
            .field("outbox", &self.outbox)
            .field("claims", &self.claims)
            .field("meta", &self.meta.keys())
            .field("drafts", &self.drafts.keys())
            .field("history", &self.history)
            .field("derived", &self.derived.keys())
            .finish_non_exhaustive()
    }
}

impl Tables {
    /// Answers one query.
    pub fn answer(&self, query: &Query) -> Answer {
        match query {
            Query::Entity(key) => Answer::Entity(self.entities.get(key).cloned()),
            Query::Base(key) => Answer::Base(self.bases.get(key).cloned()),
            Query::Lane(key) => Answer::Outbox(self.events(|row| row.key == *key, usize::MAX)),
            Query::Event(id) => Answer::Outbox(self.events(|row| row.event_id == *id, 1)),
            Query::Due { now, limit } => {
                let mut due = self.events(
                    |row| row.state == EventState::Pending && is_due(row.not_before, *now),
                    usize::MAX,
                );
                due.sort_by_key(|row| (row.not_before, row.seq));
                due.truncate(*limit);
                Answer::Outbox(due)
            }
            Query::NextDue => {
                let pending = self.events(|row| row.state == EventState::Pending, usize::MAX);
                let next = pending
                    .into_iter()
                    .min_by_key(|row| (row.not_before, row.seq));
                Answer::Outbox(next.into_iter().collect())
            }
            Query::Outbox {
                states,
                after,
                limit,
            } => Answer::Outbox(self.events(
                |row| row.seq > *after && (states.is_empty() || states.contains(&row.state)),
                *limit,
            )),
            Query::Counts => Answer::Counts(self.counts()),
            Query::Claims => Answer::Claims(self.claims.values().cloned().collect()),
            Query::Meta(name) => Answer::Bytes(self.meta.get(name).cloned()),
            Query::Draft(name) => Answer::Bytes(self.drafts.get(name).cloned()),
            Query::Timeline {
                kind,
                deleted,
                from,
                before,
                limit,
            } => Answer::Entities(self.timeline(
                (kind, *deleted),
                from.as_deref(),
                before.as_ref(),
                *limit,
            )),
            Query::EntitiesById { kind, after, limit } => Answer::Entities(
                self.entities
                    .values()
                    .filter(|row| {
                        row.key.kind == *kind && after.is_none_or(|after| row.key.id > after)
                    })
                    .take(*limit)
                    .cloned()
                    .collect(),
            ),
            Query::CountEntities(kind) => {
                let live = self
                    .entities
                    .values()
                    .filter(|row| row.key.kind == *kind && !row.deleted);
                Answer::Count(live.count() as u64)
            }
            Query::Ends(kind) => Answer::Ends(self.ends(kind)),
            Query::Derived {
                shelf,
                kind,
                from,
                before,
                limit,
            } => {
                let rows = self.derived.iter().rev();
                let rows = rows
                    .filter(|(key, _)| is_within(key, *shelf, kind, from, before.as_deref()))
                    .map(derived_row);
                Answer::Derived(rows.take(*limit).collect())
            }
            Query::Sweep {
                store,
                after,
                limit,
            } => Answer::Sweep(self.sweep(*store, after.as_deref(), *limit)),
            Query::History { key, limit } => {
                let rows = self.history.values().rev().filter(|row| row.key == *key);
                Answer::History(rows.take(*limit).cloned().collect())
            }
            Query::Log { limit } => {
                let mut lines: Vec<_> = self.log.values().rev().take(*limit).cloned().collect();
                lines.reverse();
                Answer::Log(lines)
            }
        }
    }

    /// Applies one write.
    ///
    /// # Errors
    ///
    /// [`StoreError::Aborted`] when an event's id is there already under another seq.
    pub fn apply(&mut self, write: Write) -> Result<(), StoreError> {
        match write {
            Write::PutEntity(row) => drop(self.entities.insert(row.key.clone(), row)),
            Write::RemoveEntity(key) => drop(self.entities.remove(&key)),
            Write::PutBase(row) => drop(self.bases.insert(row.key.clone(), row)),
            Write::RemoveBase(key) => drop(self.bases.remove(&key)),
            Write::PutEvent(row) => self.put_event(row)?,
            Write::RemoveEvent(seq) => drop(self.outbox.remove(&seq)),
            Write::PutClaim(row) => drop(self.claims.insert(row.id, row)),
            Write::RemoveClaim(id) => drop(self.claims.remove(&id)),
            Write::PutMeta(name, bytes) => drop(self.meta.insert(name, bytes)),
            Write::RemoveMeta(name) => drop(self.meta.remove(&name)),
            Write::PutDraft(name, bytes) => drop(self.drafts.insert(name, bytes)),
            Write::RemoveDraft(name) => drop(self.drafts.remove(&name)),
            Write::PutHistory(row) => self.put_history(row),
            Write::PutDerived(row) => {
                self.derived
                    .insert((row.shelf, row.kind, row.week), row.body);
            }
            Write::RemoveDerived {
                shelf,
                kind,
                from,
                before,
            } => self
                .derived
                .retain(|key, _| !is_within(key, shelf, &kind, &from, before.as_deref())),
            Write::ClearShelf(cleared) => self.derived.retain(|(shelf, _, _), _| *shelf != cleared),
            Write::AppendLog(line) => {
                self.last_line += 1;
                self.log.insert(self.last_line, line);
                while self.log.len() as u64 > LOG_LINES_MAX {
                    self.log.pop_first();
                }
            }
        }
        Ok(())
    }

    /// Runs a whole program at once; on an error nothing is changed.
    ///
    /// # Errors
    ///
    /// What [`Tables::apply`] says.
    pub fn run<P: Program>(&mut self, mut program: P) -> Result<P::Output, StoreError> {
        let mut answers = Answers::default();
        loop {
            match program.step(answers) {
                Step::Read(queries) => {
                    answers =
                        Answers::new(queries.iter().map(|query| self.answer(query)).collect());
                }
                Step::Write(writes, output) => {
                    self.check(&writes)?;
                    for write in writes {
                        self.apply(write)?;
                    }
                    return Ok(output);
                }
            }
        }
    }

    /// Finds the one thing that can go wrong before anything is changed: two events of one id.
    fn check(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut ids: BTreeMap<Seq, EventId> = self
            .outbox
            .iter()
            .map(|(seq, row)| (*seq, row.event_id))
            .collect();
        let mut last_seq = self.last_seq;
        for write in writes {
            if let Write::RemoveEvent(seq) = write {
                ids.remove(seq);
            }
            if let Write::PutEvent(row) = write {
                let seq = row.seq.unwrap_or(Seq(last_seq + 1));
                last_seq = last_seq.max(seq.0);
                if ids
                    .iter()
                    .any(|(other, id)| *id == row.event_id && *other != seq)
                {
                    return Err(constraint_error());
                }
                ids.insert(seq, row.event_id);
            }
        }
        Ok(())
    }

    fn put_event(&mut self, mut row: OutboxRow) -> Result<(), StoreError> {
        let seq = row.seq.unwrap_or(Seq(self.last_seq + 1));
        if self
            .outbox
            .values()
            .any(|other| other.event_id == row.event_id && other.seq != Some(seq))
        {
            return Err(constraint_error());
        }
        self.last_seq = self.last_seq.max(seq.0);
        row.seq = Some(seq);
        self.outbox.insert(seq, row);
        Ok(())
    }

    fn put_history(&mut self, mut row: HistoryRow) {
        let seq = row.seq.unwrap_or(Seq(self.last_history + 1));
        self.last_history = self.last_history.max(seq.0);
        row.seq = Some(seq);
        self.history.insert(seq, row);
        while self.history.len() as u64 > HISTORY_ROWS_MAX {
            self.history.pop_first();
        }
    }

    fn events(&self, wanted: impl Fn(&OutboxRow) -> bool, limit: usize) -> Vec<OutboxRow> {
        self.outbox
            .values()
            .filter(|row| wanted(row))
            .take(limit)
            .cloned()
            .collect()
    }

    fn timeline(
        &self,
        (kind, deleted): (&Kind, bool),
        from: Option<&str>,
        before: Option<&(String, EntityId)>,
        limit: usize,
    ) -> Vec<EntityRow> {
        let mut rows: Vec<_> = self
            .entities
            .values()
            .filter(|row| row.key.kind == *kind && row.deleted == deleted)
            .filter(|row| from.is_none_or(|from| row.local_time.as_str() >= from))
            .filter(|row| {
                before.is_none_or(|(time, id)| (&row.local_time, row.key.id) < (time, *id))
            })
            .cloned()
            .collect();
        rows.sort_by(|a, b| (&b.local_time, b.key.id).cmp(&(&a.local_time, a.key.id)));
        rows.truncate(limit);
        rows
    }

    fn ends(&self, kind: &Kind) -> Option<(String, String)> {
        let times = self
            .entities
            .values()
            .filter(|row| row.key.kind == *kind && !row.deleted)
            .map(|row| &row.local_time)
            .filter(|time| time.starts_with(|first: char| first.is_ascii_digit()));
        times.clone().min().cloned().zip(times.max().cloned())
    }

    fn sweep(&self, store: StoreName, after: Option<&str>, limit: usize) -> Swept {
        let rows: Vec<(String, SweptRow)> = match store {
            StoreName::Entries => swept(
                self.entities.values(),
                |row| row.key.id.to_string(),
                SweptRow::Entity,
            ),
            StoreName::Base => swept(
                self.bases.values(),
                |row| format!("{}/{}", row.key.kind.0, row.key.id),
                SweptRow::Base,
            ),
            StoreName::Outbox => swept(
                self.outbox.values(),
                // As many digits as there can be, so that texts are in the order of numbers.
                |row| format!("{:020}", row.seq.map_or(0, |seq| seq.0)),
                SweptRow::Event,
            ),
            StoreName::Claims => swept(
                self.claims.values(),
                |row| row.id.to_string(),
                SweptRow::Claim,
            ),
            StoreName::Drafts => {
                let drafts = self.drafts.iter();
                let row = |(name, bytes): (&String, &Vec<u8>)| {
                    (name.clone(), SweptRow::Draft(name.clone(), bytes.clone()))
                };
                drafts.map(row).collect()
            }
            StoreName::History => swept(
                self.history.values(),
                |row| format!("{:020}", row.seq.map_or(0, |seq| seq.0)),
                SweptRow::History,
            ),
            StoreName::Meta | StoreName::Log | StoreName::Stats | StoreName::Search => Vec::new(),
        };
        let mut rows: Vec<_> = rows
            .into_iter()
            .filter(|(key, _)| after.is_none_or(|after| key.as_str() > after))
            .collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        rows.truncate(limit);
        let next = rows.last().filter(|_| rows.len() == limit);
        Swept {
            next: next.map(|(key, _)| key.clone()),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        }
    }

    fn counts(&self) -> Counts {
        let of = |state| {
            self.outbox
                .values()
                .filter(|row| row.state == state)
                .count() as u64
        };
        Counts {
            pending: of(EventState::Pending),
            held: of(EventState::Held),
            dead: of(EventState::Dead),
            parked: of(EventState::Parked),
        }
    }
}

fn swept<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = &'a T>,
    key: impl Fn(&T) -> String,
    make: impl Fn(T) -> SweptRow,
) -> Vec<(String, SweptRow)> {
    rows.map(|row| (key(row), make(row.clone()))).collect()
}

fn derived_row(((shelf, kind, week), body): (&(Shelf, Kind, String), &Vec<u8>)) -> DerivedRow {
    DerivedRow {
        shelf: *shelf,
        kind: kind.clone(),
        week: week.clone(),
        body: body.clone(),
    }
}

/// Whether a derived row is among those that are asked for.
fn is_within(
    (own_shelf, own_kind, week): &(Shelf, Kind, String),
    shelf: Shelf,
    kind: &Kind,
    from: &str,
    before: Option<&str>,
) -> bool {
    *own_shelf == shelf
        && own_kind == kind
        && week.as_str() >= from
        && before.is_none_or(|before| week.as_str() < before)
}

fn constraint_error() -> StoreError {
    StoreError::Aborted("ConstraintError".to_owned())
}

/// A store over [`Tables`]; clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Rc<RefCell<Tables>>,
}

impl MemoryStore {
    /// What is in it now.
    pub fn tables(&self) -> Tables {
        self.tables.borrow().clone()
    }
}

impl Store for MemoryStore {
    async fn transact<P: Program>(
        &self,
        _mode: Mode,
        _stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        self.tables.borrow_mut().run(program)
    }
}
