//! The device's disk: databases with the commit semantics of a browser.
//!
//! A commit is whole or not there. It can be read at once, and it survives the end of the tab; a power cut takes any
//! suffix of the commits since the last one that was flushed. A strict commit is flushed, and with it every earlier
//! one, when its completion is told; a relaxed one some time later.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use lume_sync::memory::Tables;
use lume_sync::meta::{self, Profile, StoredSession};
use lume_sync::store::{Answers, Mode, Query, StoreError, StoreName, Write};

use crate::checks::data::check_told;
use crate::mix::Fault;
use crate::rng::Rng;
use crate::world::World;

/// Commits that are not flushed at the most: the system flushes by itself after some seconds.
const UNFLUSHED_MAX: usize = 12;
/// Log lines kept: the checks look at none.
const LOG_LINES_MAX: usize = 12;
/// What a simulated upgrade writes.
const UPGRADED: &str = "simulated_schema";

/// One profile's database.
#[derive(Default)]
pub(crate) struct Database {
    flushed: Rc<Tables>,
    unflushed: VecDeque<(u64, Rc<Tables>)>,
    commits: u64,
    /// Full until this time.
    pub(crate) full_until_ms: u64,
    /// Which version of the app has made it what it is; 0 until one has.
    pub(crate) version: u32,
    /// The tabs that have it open, and as which version.
    connections: BTreeMap<usize, u32>,
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

    /// A tab is gone, or has gone to another database.
    pub(crate) fn disconnect(&mut self, tab: usize) {
        self.connections.remove(&tab);
    }

    /// A newer app makes it its own. An upgrade is on the disk before anybody is told.
    fn upgrade(&mut self, version: u32) {
        let mut tables = (*self.tables()).clone();
        tables
            .meta
            .insert(UPGRADED.to_owned(), version.to_string().into_bytes());
        self.commits += 1;
        self.unflushed.clear();
        self.flushed = Rc::new(tables);
        self.version = version;
    }

    /// The number of the last commit.
    pub(crate) fn last_commit(&self) -> u64 {
        self.commits
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

/// Opens a database for a tab, if it is not open.
///
/// # Errors
///
/// [`StoreError::Newer`] if a newer app has made it, [`StoreError::Blocked`] while a frozen tab holds an older one open,
/// [`StoreError::Unavailable`] by bad luck.
pub(crate) fn connect(world: &mut World, tab: usize, database: usize) -> Result<(), StoreError> {
    if world.strikes(Fault::StoreUnavailable) {
        return Err(StoreError::Unavailable("simulated".to_owned()));
    }
    let app = world.app_of(tab);
    let busy = world.turns.has_open(database, |other| other != tab);
    let place = &mut world.databases[database];
    if place.version > app {
        return Err(StoreError::Newer);
    }
    if place.version < app && place.version > 0 {
        let frozen = &world.frozen;
        let held = |(other, version): (&usize, &u32)| {
            other != &tab && *version < app && frozen.contains(other)
        };
        // Who is awake hears `versionchange` and closes, after what it has under way.
        if busy || place.connections.iter().any(held) {
            return Err(StoreError::Blocked);
        }
        place.connections.retain(|_, version| *version >= app);
        place.upgrade(app);
        world.audit.counts.upgrades += 1;
        world.say(&[8, database as u64], || {
            format!("tab {tab} upgrades db {database} to version {app}")
        });
        check_told(world, database);
    } else {
        place.version = app;
    }
    world.databases[database].connections.insert(tab, app);
    Ok(())
}

/// What a program's reads find.
///
/// # Errors
///
/// A store outside the transaction's scope.
pub(crate) fn answers(
    tables: &Tables,
    scope: &[StoreName],
    queries: &[Query],
) -> Result<Answers, StoreError> {
    let stores = queries.iter().map(store_of_query);
    if let Some(store) = stores.into_iter().find(|store| !scope.contains(store)) {
        return Err(out_of_scope(store));
    }
    Ok(Answers::new(
        queries.iter().map(|query| tables.answer(query)).collect(),
    ))
}

/// The tables with the writes applied, as a browser would.
///
/// # Errors
///
/// A constraint that is hurt, or a store outside the transaction's scope.
pub(crate) fn applied(
    tables: &Tables,
    mode: Mode,
    scope: &[StoreName],
    writes: &[Write],
) -> Result<Rc<Tables>, StoreError> {
    if mode == Mode::Read {
        return Err(StoreError::Corrupt(
            "a transaction for reading has written".to_owned(),
        ));
    }
    let mut after = tables.clone();
    for write in writes {
        if !scope.contains(&store_of_write(write)) {
            return Err(out_of_scope(store_of_write(write)));
        }
        after.apply(write.clone())?;
    }
    while after.log.len() > LOG_LINES_MAX {
        after.log.pop_first();
    }
    Ok(Rc::new(after))
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
        | Query::CountEntities(_)
        | Query::Ends(_) => StoreName::Entries,
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
        Query::History { .. } => StoreName::History,
        Query::Derived { shelf, .. } => shelf.store(),
        Query::Sweep { store, .. } => *store,
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
        Write::PutHistory(_) => StoreName::History,
        Write::PutDerived(row) => row.shelf.store(),
        Write::RemoveDerived { shelf, .. } | Write::ClearShelf(shelf) => shelf.store(),
        Write::AppendLog(_) => StoreName::Log,
    }
}
