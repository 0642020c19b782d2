//! A profile's database as the engine's store.

use lume_sync::limits::{HISTORY_ROWS_MAX, LOG_LINES_MAX};
use lume_sync::store::{
    Answer, Answers, Mode, Program, Query, Step, Store, StoreError, StoreName, Write,
};
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbTransaction};

use super::connection::{Connection, DatabaseNotice};
use super::migrations::profile_steps;
use super::query::{self, derived, entities_store};
use super::request::failed;
use super::rows::{
    Number, base_to_js, bytes_to_js, claim_to_js, derived_to_js, entity_to_js, event_to_js,
    history_to_js,
};
use super::write::{Change, Durability, Handles, WriteTransaction};

/// A profile's database in IndexedDB.
pub struct IdbStore {
    connection: Connection,
}

impl IdbStore {
    /// Describes the store of the database with this name; it is opened, and made if need be, when first used.
    pub fn new(name: &str, notice: impl Fn(DatabaseNotice) + 'static) -> Self {
        Self {
            connection: Connection::new(name, profile_steps(), notice),
        }
    }

    /// As [`IdbStore::new`], with another limit to how long an open may take before it is called blocked.
    pub fn with_open_wait(
        name: &str,
        open_wait_ms: u64,
        notice: impl Fn(DatabaseNotice) + 'static,
    ) -> Self {
        Self {
            connection: Connection::with_open_wait(name, profile_steps(), open_wait_ms, notice),
        }
    }

    /// The connection beneath.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Store for IdbStore {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        let names: Vec<&str> = stores.iter().map(|store| store_name(*store)).collect();
        match mode {
            Mode::Read => {
                let tx = self.connection.begin_read(&names).await?;
                let (_, output) = decide(&tx, program).await?;
                Ok(output)
            }
            Mode::Strict => self.write(Durability::Strict, &names, program).await,
            Mode::Relaxed => self.write(Durability::Relaxed, &names, program).await,
        }
    }
}

impl IdbStore {
    async fn write<P: Program>(
        &self,
        durability: Durability,
        names: &[&str],
        program: P,
    ) -> Result<P::Output, StoreError> {
        let handles = Handles::default();
        let tx = WriteTransaction::begin(&self.connection, &handles, names, durability).await?;
        let (writes, output) = decide(tx.raw(), program).await?;
        let changes = changes(tx.raw(), writes).await?;
        let committed = tx.commit(&changes).await;
        if committed == Err(StoreError::Full) {
            // Firefox leaves a connection that has met a full disk without the right to write.
            self.connection.close();
        }
        committed.map(|()| output)
    }
}

/// Feeds a program the answers to its reads until it says what to write.
async fn decide<P: Program>(
    tx: &IdbTransaction,
    mut program: P,
) -> Result<(Vec<Write>, P::Output), StoreError> {
    let mut answers = Answers::default();
    loop {
        match program.step(answers) {
            Step::Read(queries) => answers = Answers::new(read(tx, queries).await?),
            Step::Write(writes, output) => return Ok((writes, output)),
        }
    }
}

async fn read(tx: &IdbTransaction, queries: Vec<Query>) -> Result<Vec<Answer>, StoreError> {
    let answers =
        futures::future::join_all(queries.into_iter().map(|query| query::run(tx, query))).await;
    answers.into_iter().collect()
}

/// What the writes are in terms of object stores. Stores that keep the newest rows want to know the newest one's key, to
/// drop the oldest.
async fn changes(tx: &IdbTransaction, writes: Vec<Write>) -> Result<Vec<Change>, StoreError> {
    let count = |is_new: fn(&&Write) -> bool| writes.iter().filter(is_new).count();
    let lines = count(|write| matches!(write, Write::AppendLog(_)));
    let aside = count(|write| matches!(write, Write::PutHistory(row) if row.seq.is_none()));
    let mut changes = writes
        .into_iter()
        .map(change)
        .collect::<Result<Vec<_>, _>>()?;
    if lines > 0 {
        let newest = query::newest_log_key(tx).await?;
        changes.extend(without_oldest("log", newest, lines, LOG_LINES_MAX)?);
    }
    if aside > 0 {
        let newest = query::newest_history_key(tx).await?;
        changes.extend(without_oldest("history", newest, aside, HISTORY_ROWS_MAX)?);
    }
    Ok(changes)
}

/// What keeps the newest `max` rows of a store that is about to have `added` more.
fn without_oldest(
    store: &'static str,
    newest: u64,
    added: usize,
    max: u64,
) -> Result<Option<Change>, StoreError> {
    let newest = newest + u64::try_from(added).unwrap_or(0);
    let beyond = newest.saturating_sub(max);
    if beyond == 0 {
        return Ok(None);
    }
    let range =
        IdbKeyRange::upper_bound(&Number::from(beyond).0).map_err(|error| failed(&error))?;
    Ok(Some(Change::Remove {
        store,
        key: range.into(),
    }))
}

fn change(write: Write) -> Result<Change, StoreError> {
    let put = |store, value| Change::Put {
        store,
        key: None,
        value,
    };
    let put_named = |store, name: &str, bytes: &[u8]| Change::Put {
        store,
        key: Some(name.into()),
        value: bytes_to_js(bytes),
    };
    let remove = |store, key: JsValue| Change::Remove { store, key };
    Ok(match write {
        Write::PutEntity(row) => put(entities_store(&row.key.kind)?, entity_to_js(&row)),
        Write::RemoveEntity(key) => remove(entities_store(&key.kind)?, key.id.to_string().into()),
        Write::PutBase(row) => put("base", base_to_js(&row)),
        Write::RemoveBase(key) => {
            let parts = [JsValue::from(key.kind.0), key.id.to_string().into()];
            remove("base", parts.iter().collect::<js_sys::Array>().into())
        }
        Write::PutEvent(row) => put("outbox", event_to_js(&row)),
        Write::RemoveEvent(seq) => remove("outbox", Number::from(seq.0).0),
        Write::PutClaim(row) => put("claims", claim_to_js(&row)),
        Write::RemoveClaim(id) => remove("claims", id.to_string().into()),
        Write::PutMeta(name, bytes) => put_named("meta", &name, &bytes),
        Write::RemoveMeta(name) => remove("meta", name.into()),
        Write::PutDraft(name, bytes) => put_named("drafts", &name, &bytes),
        Write::RemoveDraft(name) => remove("drafts", name.into()),
        Write::PutHistory(row) => put("history", history_to_js(&row)),
        Write::PutDerived(row) => Change::Put {
            store: store_name(row.shelf.store()),
            key: Some(derived::key(row.shelf, &row.kind, &row.week)),
            value: derived_to_js(&row),
        },
        Write::RemoveDerived {
            shelf,
            kind,
            from,
            before,
        } => {
            // A range that would be empty stands for one key that no row has.
            let range = derived::range(shelf, &kind, &from, before.as_deref());
            let none = || derived::key(shelf, &kind, "");
            let key = range.map_or_else(none, JsValue::from);
            remove(store_name(shelf.store()), key)
        }
        Write::ClearShelf(shelf) => {
            let range = derived::shelf_range(shelf)?;
            remove(store_name(shelf.store()), range.into())
        }
        Write::AppendLog(line) => Change::Add {
            store: "log",
            value: bytes_to_js(&line),
        },
    })
}

pub(super) const fn store_name(store: StoreName) -> &'static str {
    match store {
        StoreName::Entries => "entries",
        StoreName::Base => "base",
        StoreName::Outbox => "outbox",
        StoreName::Claims => "claims",
        StoreName::Meta => "meta",
        StoreName::Drafts => "drafts",
        StoreName::History => "history",
        StoreName::Log => "log",
        StoreName::Stats => "stats",
        StoreName::Search => "search",
    }
}
