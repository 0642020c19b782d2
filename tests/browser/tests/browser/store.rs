//! The store of a profile's database.

use lume_core::ids::{EntityId, EventId};
use lume_core::time::Timestamp;
use lume_sync::content::Operation;
use lume_sync::limits::LOG_LINES_MAX;
use lume_sync::ports::Random;
use lume_sync::rows::{EntityKey, EntityRow, EventState, Kind, OutboxRow, SyncState};
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};
use lume_web::idb::{DatabaseNotice, IdbStore};
use lume_web::random::WebRandom;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// The suite that every store passes, a test each.
mod conformance {
    use lume_sync::conformance::cases;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{delete, fresh_name, store};

    macro_rules! browser_tests {
        ($($case:ident)*) => {$(
            #[wasm_bindgen_test]
            async fn $case() {
                let name = fresh_name(stringify!($case));
                let store = store(&name);
                cases::$case(&store).await;
                store.connection().close();
                delete(&name).await;
            }
        )*};
    }

    lume_sync::for_each_store_case!(browser_tests);
}

fn store(name: &str) -> IdbStore {
    IdbStore::new(name, |_| {})
}

fn entity() -> EntityRow {
    EntityRow {
        key: EntityKey {
            kind: Kind("mood".to_owned()),
            id: EntityId::from_random_bytes(WebRandom.bytes()),
        },
        local_time: "2025-01-15T11:30:00.000".to_owned(),
        deleted: false,
        rev: None,
        sync: SyncState::Waiting,
        source: "manual".to_owned(),
        source_id: None,
        body: vec![0, 127, 255],
        overlap: None,
    }
}

fn event_of(entity: &EntityRow) -> OutboxRow {
    OutboxRow {
        seq: None,
        event_id: EventId::from_random_bytes(WebRandom.bytes()),
        key: entity.key.clone(),
        operation: Operation::Created,
        state: EventState::Pending,
        not_before: Timestamp::from_millis(0),
        wait_ms: 0,
        attempts: 0,
        base_rev: None,
        created_at: Timestamp::from_millis(1_700_000_000_000),
        account: "account".to_owned(),
        schema_v: 1,
        request: None,
        failure: None,
        body: vec![1, 2, 3],
    }
}

async fn write(store: &IdbStore, mode: Mode, writes: Vec<Write>) -> Result<(), StoreError> {
    let mut writes = Some(writes);
    let stores = [StoreName::Entries, StoreName::Outbox, StoreName::Log];
    store
        .transact(mode, &stores, move |_| {
            Step::Write(writes.take().expect("one step"), ())
        })
        .await
}

async fn read<T>(
    store: &IdbStore,
    query: Query,
    take: impl Fn(&mut Answers) -> T,
) -> Result<T, StoreError> {
    let stores = [StoreName::Entries, StoreName::Outbox, StoreName::Log];
    let mut query = Some(query);
    store
        .transact(
            Mode::Read,
            &stores,
            move |mut answers: Answers| match query.take() {
                Some(query) => Step::Read(vec![query]),
                None => Step::Write(Vec::new(), take(&mut answers)),
            },
        )
        .await
}

/// Records the durability of every transaction that is begun until it is dropped.
struct Durabilities;

impl Durabilities {
    fn record() -> Self {
        js("globalThis.durabilities = []; \
            globalThis.realTransaction = IDBDatabase.prototype.transaction; \
            IDBDatabase.prototype.transaction = function (names, mode, options) { \
                durabilities.push(`${mode} ${options?.durability}`); \
                return realTransaction.call(this, names, mode, options); };");
        Self
    }

    fn seen() -> Vec<String> {
        js_sys::Array::from(&js("durabilities"))
            .iter()
            .filter_map(|line| line.as_string())
            .collect()
    }
}

impl Drop for Durabilities {
    fn drop(&mut self) {
        js("IDBDatabase.prototype.transaction = realTransaction;");
    }
}

#[wasm_bindgen_test]
async fn an_entity_and_its_event_are_there_together() {
    let name = fresh_name("together");
    let store = store(&name);
    let entity = entity();
    let event = event_of(&entity);

    write(
        &store,
        Mode::Strict,
        vec![
            Write::PutEntity(entity.clone()),
            Write::PutEvent(event.clone()),
        ],
    )
    .await
    .expect("nothing stands in the way");

    let found = read(
        &store,
        Query::Entity(entity.key.clone()),
        Answers::take_entity,
    )
    .await;
    assert_eq!(found, Ok(Some(entity.clone())));
    let lane = read(
        &store,
        Query::Lane(entity.key.clone()),
        Answers::take_outbox,
    )
    .await
    .expect("it can be read");
    let expected = OutboxRow {
        seq: lane[0].seq,
        ..event
    };
    assert!(lane[0].seq.is_some());
    assert_eq!(lane, [expected]);
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn when_the_event_is_refused_the_entity_is_not_there_either_and_nothing_is_thrown() {
    let name = fresh_name("neither");
    let store = store(&name);
    let first = entity();
    let event = event_of(&first);
    write(&store, Mode::Strict, vec![Write::PutEvent(event.clone())])
        .await
        .expect("nothing stands in the way");
    let noise = EventCount::of(&window(), "error");

    let second = entity();
    let result = write(
        &store,
        Mode::Strict,
        vec![
            Write::PutEntity(second.clone()),
            Write::PutEvent(event.clone()),
            Write::PutEvent(event),
        ],
    )
    .await;

    assert_eq!(
        result,
        Err(StoreError::Aborted("ConstraintError".to_owned()))
    );
    let found = read(&store, Query::Entity(second.key), Answers::take_entity).await;
    assert_eq!(found, Ok(None));
    assert_eq!(noise.get(), 0);
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn each_mode_asks_for_its_durability() {
    let name = fresh_name("durability");
    let store = store(&name);
    store
        .connection()
        .ready()
        .await
        .expect("nothing stands in the way");
    let recorded = Durabilities::record();

    for mode in [Mode::Strict, Mode::Relaxed] {
        write(&store, mode, vec![Write::AppendLog(vec![1])])
            .await
            .expect("nothing stands in the way");
    }
    read(&store, Query::Counts, Answers::take_counts)
        .await
        .expect("it can be read");

    assert_eq!(
        Durabilities::seen(),
        [
            "readwrite strict",
            "readwrite relaxed",
            "readonly undefined"
        ]
    );
    drop(recorded);
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_handle_that_is_closing_is_renewed_once() {
    let name = fresh_name("closing");
    let store = store(&name);
    store
        .connection()
        .ready()
        .await
        .expect("nothing stands in the way");
    // The browser closes the connection and nobody has heard of it yet.
    js(
        "globalThis.realTransaction = IDBDatabase.prototype.transaction; \
        globalThis.closes = 1; \
        IDBDatabase.prototype.transaction = function (...all) { \
            if (closes-- > 0) this.close(); \
            return realTransaction.apply(this, all); };",
    );

    let counts = read(&store, Query::Counts, Answers::take_counts).await;
    js("globalThis.closes = 1;");
    let written = write(&store, Mode::Strict, vec![Write::AppendLog(vec![1])]).await;
    js("globalThis.closes = 2;");
    let given_up = write(&store, Mode::Strict, vec![Write::AppendLog(vec![1])]).await;
    js("IDBDatabase.prototype.transaction = realTransaction;");

    assert!(counts.is_ok(), "{counts:?}");
    assert_eq!(written, Ok(()));
    assert_eq!(
        given_up,
        Err(StoreError::Unavailable("InvalidStateError".to_owned()))
    );
    assert_eq!(store.connection().generation(), 4);
    assert!(
        read(&store, Query::Counts, Answers::take_counts)
            .await
            .is_ok()
    );
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_connection_that_the_browser_closes_is_said_to_be_lost_and_opened_again() {
    let name = fresh_name("lost");
    let notices = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let store = IdbStore::new(&name, {
        let notices = std::rc::Rc::clone(&notices);
        move |notice| notices.borrow_mut().push(notice)
    });
    js(
        "globalThis.realTransaction = IDBDatabase.prototype.transaction; \
        IDBDatabase.prototype.transaction = function (...all) { \
            globalThis.lastDatabase = this; \
            return realTransaction.apply(this, all); };",
    );
    read(&store, Query::Counts, Answers::take_counts)
        .await
        .expect("it can be read");
    js("IDBDatabase.prototype.transaction = realTransaction; \
        lastDatabase.close(); \
        lastDatabase.dispatchEvent(new Event('close')); \
        delete globalThis.lastDatabase;");

    let counts = read(&store, Query::Counts, Answers::take_counts).await;

    assert!(counts.is_ok());
    assert_eq!(
        *notices.borrow(),
        [
            DatabaseNotice::Open { generation: 1 },
            DatabaseNotice::Lost,
            DatabaseNotice::Open { generation: 2 },
        ]
    );
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_transaction_under_way_survives_the_wish_of_another_tab_to_delete() {
    let name = fresh_name("under-way");
    let store = store(&name);
    store
        .connection()
        .ready()
        .await
        .expect("nothing stands in the way");
    let entity = entity();

    let (written, ()) = futures::future::join(
        write(&store, Mode::Strict, vec![Write::PutEntity(entity)]),
        delete(&name),
    )
    .await;

    assert_eq!(written, Ok(()), "it completed before the database went");
}

#[wasm_bindgen_test]
async fn a_row_that_is_not_ours_is_called_corrupt_and_nothing_is_written() {
    let name = fresh_name("corrupt");
    let store = store(&name);
    let entity = entity();
    store
        .connection()
        .ready()
        .await
        .expect("nothing stands in the way");
    let id = entity.key.id;
    js_wait(&format!(
        "new Promise(done => {{ const open = indexedDB.open('{name}'); \
         open.onsuccess = () => {{ const db = open.result; \
         const tx = db.transaction('entries', 'readwrite'); \
         tx.objectStore('entries').put({{ id: '{id}', local_time: 7, deleted: 0 }}); \
         tx.oncomplete = () => {{ db.close(); done(); }}; }}; }})"
    ))
    .await;

    let found = read(&store, Query::Entity(entity.key), Answers::take_entity).await;

    assert_eq!(
        found,
        Err(StoreError::Corrupt("entries.local_time".to_owned()))
    );
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn the_log_keeps_its_newest_lines() {
    let name = fresh_name("log");
    let store = store(&name);
    let line = |number: u64| Write::AppendLog(number.to_le_bytes().to_vec());

    write(
        &store,
        Mode::Relaxed,
        (1..=LOG_LINES_MAX).map(line).collect(),
    )
    .await
    .expect("nothing stands in the way");
    write(
        &store,
        Mode::Relaxed,
        (LOG_LINES_MAX + 1..=LOG_LINES_MAX + 3).map(line).collect(),
    )
    .await
    .expect("nothing stands in the way");

    let all = read(&store, Query::Log { limit: usize::MAX }, Answers::take_log)
        .await
        .expect("it can be read");
    assert_eq!(all.len() as u64, LOG_LINES_MAX);
    assert_eq!(all[0], 4_u64.to_le_bytes());
    let newest = read(&store, Query::Log { limit: 2 }, Answers::take_log).await;
    let expected =
        [LOG_LINES_MAX + 2, LOG_LINES_MAX + 3].map(|number| number.to_le_bytes().to_vec());
    assert_eq!(newest, Ok(expected.to_vec()));
    store.connection().close();
    delete(&name).await;
}
