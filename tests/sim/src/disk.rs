//! The device's disk: databases with the commit semantics of a browser.
//!
//! A commit is whole or not there. It can be read at once, and it survives the end of the tab; a power cut takes any
//! suffix of the commits since the last one that was flushed. A strict commit is flushed, and with it every earlier
//! one, when its completion is told; a relaxed one some time later.

use std::collections::VecDeque;
use std::rc::Rc;

use lume_sync::memory::Tables;
use lume_sync::meta::{self, Profile, StoredSession};
use lume_sync::store::{Answers, Mode, Program, Query, Step, StoreError, StoreName, Write};

use crate::rng::Rng;

/// Commits that are not flushed at the most: the system flushes by itself after some seconds.
const UNFLUSHED_MAX: usize = 12;
/// Log lines kept: the checks look at none.
const LOG_LINES_MAX: usize = 12;

/// One profile's database.
#[derive(Default)]
pub(crate) struct Database {
    flushed: Rc<Tables>,
    unflushed: VecDeque<(u64, Rc<Tables>)>,
    commits: u64,
    /// Full until this time.
    pub(crate) full_until_ms: u64,
}

/// A commit that was made.
pub(crate) struct Commit {
    /// Its number in its database.
    pub(crate) number: u64,
    /// What was there before.
    pub(crate) before: Rc<Tables>,
    /// What is there now.
    pub(crate) after: Rc<Tables>,
    /// What was written.
    pub(crate) writes: Vec<Write>,
}

/// What running a program came to.
pub(crate) struct Run<T> {
    pub(crate) output: T,
    /// The tables as they would be, and what made them so; `None` if nothing was written.
    pub(crate) after: Option<(Rc<Tables>, Vec<Write>)>,
}

impl Database {
    /// What can be read.
    pub(crate) fn tables(&self) -> Rc<Tables> {
        self.unflushed
            .back()
            .map_or_else(|| Rc::clone(&self.flushed), |(_, tables)| Rc::clone(tables))
    }

    /// The profile's record.
    pub(crate) fn profile(&self) -> Profile {
        record(&self.tables(), meta::PROFILE)
    }

    /// Makes what a program wrote readable.
    pub(crate) fn commit(&mut self, after: Rc<Tables>, writes: Vec<Write>) -> Commit {
        let before = self.tables();
        self.commits += 1;
        self.unflushed.push_back((self.commits, Rc::clone(&after)));
        if self.unflushed.len() > UNFLUSHED_MAX
            && let Some((_, tables)) = self.unflushed.pop_front()
        {
            self.flushed = tables;
        }
        Commit {
            number: self.commits,
            before,
            after,
            writes,
        }
    }

    /// Everything up to a commit is on the disk for good.
    pub(crate) fn flush(&mut self, number: u64) {
        while self
            .unflushed
            .front()
            .is_some_and(|(known, _)| *known <= number)
        {
            if let Some((_, tables)) = self.unflushed.pop_front() {
                self.flushed = tables;
            }
        }
    }

    /// The power is gone: some suffix of what was not flushed is, too. Returns how many commits.
    pub(crate) fn cut_power(&mut self, rng: &mut Rng) -> usize {
        let kept = rng.index(self.unflushed.len() + 1);
        let lost = self.unflushed.len() - kept;
        self.unflushed.truncate(kept);
        self.flushed = self.tables();
        self.unflushed.clear();
        lost
    }
}

/// Reads a record, or its default.
pub(crate) fn record<T: serde::de::DeserializeOwned + Default>(tables: &Tables, name: &str) -> T {
    tables
        .meta
        .get(name)
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default()
}

/// The stored session.
pub(crate) fn session(tables: &Tables) -> StoredSession {
    record(tables, meta::SESSION)
}

/// Runs a program against tables, which stay as they are.
///
/// # Errors
///
/// What a browser would say: a constraint that is hurt, or a store outside the transaction's scope.
pub(crate) fn run<P: Program>(
    tables: &Tables,
    mode: Mode,
    scope: &[StoreName],
    mut program: P,
) -> Result<Run<P::Output>, StoreError> {
    let mut answers = Answers::default();
    loop {
        match program.step(answers) {
            Step::Read(queries) => {
                if let Some(query) = queries
                    .iter()
                    .find(|query| !scope.contains(&store_of_query(query)))
                {
                    return Err(out_of_scope(store_of_query(query)));
                }
                answers = Answers::new(queries.iter().map(|query| tables.answer(query)).collect());
            }
            Step::Write(writes, output) if writes.is_empty() => {
                return Ok(Run {
                    output,
                    after: None,
                });
            }
            Step::Write(writes, output) => {
                if mode == Mode::Read {
                    return Err(StoreError::Corrupt(
                        "a transaction for reading has written".to_owned(),
                    ));
                }
                let mut after = tables.clone();
                for write in &writes {
                    if !scope.contains(&store_of_write(write)) {
                        return Err(out_of_scope(store_of_write(write)));
                    }
                    after.apply(write.clone())?;
                }
                while after.log.len() > LOG_LINES_MAX {
                    after.log.pop_first();
                }
                return Ok(Run {
                    output,
                    after: Some((Rc::new(after), writes)),
                });
            }
        }
    }
}

/// No fault of the world: a browser would throw `NotFoundError` every time.
fn out_of_scope(store: StoreName) -> StoreError {
    StoreError::Corrupt(format!("{store:?} is outside the transaction"))
}

fn store_of_query(query: &Query) -> StoreName {
    match query {
        Query::Entity(_)
        | Query::Timeline { .. }
        | Query::EntitiesById { .. }
        | Query::CountEntities(_) => StoreName::Entries,
        Query::Base(_) => StoreName::Base,
        Query::Lane(_)
        | Query::Event(_)
        | Query::Due { .. }
        | Query::NextDue
        | Query::Outbox { .. }
        | Query::Counts => StoreName::Outbox,
        Query::Claims => StoreName::Claims,
        Query::Meta(_) => StoreName::Meta,
        Query::Draft(_) => StoreName::Drafts,
        Query::Log { .. } => StoreName::Log,
    }
}

fn store_of_write(write: &Write) -> StoreName {
    match write {
        Write::PutEntity(_) | Write::RemoveEntity(_) => StoreName::Entries,
        Write::PutBase(_) | Write::RemoveBase(_) => StoreName::Base,
        Write::PutEvent(_) | Write::RemoveEvent(_) => StoreName::Outbox,
        Write::PutClaim(_) | Write::RemoveClaim(_) => StoreName::Claims,
        Write::PutMeta(_, _) | Write::RemoveMeta(_) => StoreName::Meta,
        Write::PutDraft(_, _) | Write::RemoveDraft(_) => StoreName::Drafts,
        Write::AppendLog(_) => StoreName::Log,
    }
}
