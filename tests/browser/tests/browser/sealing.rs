//! The app lock over a real database: what is sealed, sweeps that are stopped anywhere, keys, and the record of waits.

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_core::time::Timestamp;
use lume_sync::conformance;
use lume_sync::content::Operation;
use lume_sync::kinds::MOOD;
use lume_sync::rows::{
    BaseRow, ClaimItem, ClaimRow, EntityKey, EntityRow, EventState, OutboxRow, Seq, SyncState,
};
use lume_sync::sealed::record::{LockAfter, LockRecord};
use lume_sync::sealed::sweep::Progress;
use lume_sync::sealed::{Cipher as _, Keyring as _, SEALED, SealedStore};
use lume_sync::store::{
    Answers, Mode, Query, Step, Store, StoreError, StoreName, Swept, SweptRow, Write,
};
use lume_web::ProfileStore;
use lume_web::idb::IdbStore;
use lume_web::lock::{COST, DataKey, WebKeyring, new_salt};
use lume_web::registry::Registry;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::fresh_name;

const BODIES: [StoreName; 5] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Drafts,
];
/// More than one step of a sweep for each store.
const ROWS: u8 = 130;

fn store(name: &str, key: &DataKey) -> ProfileStore {
    let ring = WebKeyring::new(Some(key), true, || {});
    SealedStore::new(IdbStore::new(name, |_| {}), ring)
}

fn bytes(tag: u8, number: u8) -> [u8; 16] {
    [number, tag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]
}

fn key(number: u8) -> EntityKey {
    EntityKey {
        kind: MOOD.kind(),
        id: EntityId::from_random_bytes(bytes(1, number)),
    }
}

fn entity(number: u8) -> EntityRow {
    EntityRow {
        key: key(number),
        local_time: "2025-01-15T11:30:00.000".to_owned(),
        deleted: false,
        rev: None,
        sync: SyncState::Local,
        source: "manual".to_owned(),
        source_id: None,
        body: vec![1, number, 1],
        overlap: None,
    }
}

fn rows_of(number: u8) -> Vec<Write> {
    let event_id = EventId::from_random_bytes(bytes(2, number));
    vec![
        Write::PutEntity(entity(number)),
        Write::PutBase(BaseRow {
            key: key(number),
            rev: None,
            deleted: false,
            body: vec![1, number, 2],
            round: 0,
            ahead: None,
        }),
        Write::PutEvent(OutboxRow {
            seq: None,
            event_id,
            key: key(number),
            operation: Operation::Created,
            state: EventState::Pending,
            not_before: Timestamp::UNIX_EPOCH,
            wait_ms: 0,
            attempts: 0,
            base_rev: None,
            created_at: Timestamp::UNIX_EPOCH,
            account: "server/account".to_owned(),
            schema_v: 1,
            request: Some(vec![1, number, 3]),
            failure: None,
            body: vec![1, number, 4],
        }),
        Write::PutClaim(ClaimRow {
            id: ClaimId::from_random_bytes(bytes(3, number)),
            owner: "tab".to_owned(),
            epoch: 1,
            until: Timestamp::UNIX_EPOCH,
            items: vec![ClaimItem {
                seq: Seq(1),
                event_id,
                key: key(number),
                request: vec![1, number, 5],
            }],
        }),
        Write::PutDraft(format!("draft {number}"), vec![1, number, 6]),
    ]
}

async fn write<S: Store>(store: &S, writes: Vec<Write>) -> Result<(), StoreError> {
    let program = move |_: Answers| Step::Write(writes.clone(), ());
    store.transact(Mode::Strict, &BODIES, program).await
}

async fn entity_of<S: Store>(store: &S, number: u8) -> Result<Option<EntityRow>, StoreError> {
    let read = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![Query::Entity(key(number))]);
        }
        Step::Write(Vec::new(), answers.take_entity())
    };
    store
        .transact(Mode::Read, &[StoreName::Entries], read)
        .await
}

/// Every row of every store, as it is on the disk.
async fn stored(name: &str) -> Vec<SweptRow> {
    let store = IdbStore::new(name, |_| {});
    let mut rows = Vec::new();
    for swept in BODIES {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Sweep {
                    store: swept,
                    after: None,
                    limit: 1_000,
                }]);
            }
            Step::Write(Vec::new(), answers.take_sweep())
        };
        let Swept { rows: found, .. } = store
            .transact(Mode::Read, &[swept], read)
            .await
            .expect("it is read");
        rows.extend(found);
    }
    store.connection().close();
    rows
}

fn bodies(rows: &[SweptRow]) -> Vec<&[u8]> {
    rows.iter().flat_map(bodies_of).collect()
}

fn bodies_of(row: &SweptRow) -> Vec<&[u8]> {
    match row {
        SweptRow::Entity(row) => std::iter::once(&row.body)
            .chain(row.overlap.as_ref())
            .map(Vec::as_slice)
            .collect(),
        SweptRow::Base(row) => std::iter::once(&row.body)
            .chain(row.ahead.as_ref().map(|ahead| &ahead.body))
            .map(Vec::as_slice)
            .collect(),
        SweptRow::History(row) => vec![&row.body],
        SweptRow::Event(row) => vec![&row.body, row.request.as_deref().unwrap_or_default()],
        SweptRow::Claim(row) => row
            .items
            .iter()
            .map(|item| item.request.as_slice())
            .collect(),
        SweptRow::Draft(_, bytes) => vec![bytes],
    }
}

fn plain_in(rows: &[SweptRow]) -> usize {
    bodies(rows).iter().filter(|body| body[0] != SEALED).count()
}

#[wasm_bindgen_test]
async fn the_conformance_suite_runs_on_a_sealed_database() {
    conformance::run(async || {
        let key = DataKey::random();
        let store = store(&fresh_name("sealed"), &key);
        store.begin_sealing(key.id()).await.expect("it is begun");
        store
    })
    .await;
}

/// Each step is made by another connection with another ring: what the one before had in memory is gone.
#[wasm_bindgen_test]
async fn a_sweep_is_stopped_between_any_two_steps_in_both_directions() {
    let name = fresh_name("sweep");
    let key = DataKey::random();
    let plain = IdbStore::new(&name, |_| {});
    for number in 1..=ROWS {
        write(&plain, rows_of(number)).await.expect("it is written");
    }
    plain.connection().close();
    let before = stored(&name).await;

    for seals in [true, false] {
        let mut steps = 0;
        loop {
            let store = store(&name, &key);
            let begun = if seals {
                store.begin_sealing(key.id()).await
            } else {
                store.begin_opening().await
            };
            begun.expect("it is begun");
            let progress = store.sweep().await.expect("the step is made");
            for number in [1, ROWS] {
                let found = entity_of(&store, number).await.expect("it is read");
                assert_eq!(
                    found.expect("it is there").body,
                    entity(number).body,
                    "after {steps}"
                );
            }
            // Somebody goes on writing meanwhile.
            write(&store, vec![Write::PutEntity(entity(2))])
                .await
                .expect("it is written");
            store.inner().connection().close();
            steps += 1;
            if progress == Progress::Done {
                break;
            }
        }
        assert!(steps >= 10, "two steps for each store: {steps}");
        let rows = stored(&name).await;
        if seals {
            assert_eq!(plain_in(&rows), 0);
            assert_eq!(bodies(&rows).len(), usize::from(ROWS) * 6);
        } else {
            assert!(rows == before, "as it was");
        }
    }
}

#[wasm_bindgen_test]
async fn a_ring_without_the_key_reads_and_writes_nothing_and_says_once_that_it_is_locked() {
    let name = fresh_name("locked");
    let key = DataKey::random();
    let open = store(&name, &key);
    open.begin_sealing(key.id()).await.expect("it is begun");
    write(&open, rows_of(1)).await.expect("it is written");
    let before = stored(&name).await;

    let heard = std::rc::Rc::new(std::cell::Cell::new(0));
    let ring = WebKeyring::new(None, false, {
        let heard = std::rc::Rc::clone(&heard);
        move || heard.set(heard.get() + 1)
    });
    let other = SealedStore::new(IdbStore::new(&name, |_| {}), ring);
    assert_eq!(entity_of(&other, 1).await, Err(StoreError::Locked));
    assert_eq!(write(&other, rows_of(2)).await, Err(StoreError::Locked));
    assert!(other.keyring().is_locked());
    assert_eq!(heard.get(), 1);
    assert!(stored(&name).await == before);

    // Shut, the lock refuses who had the key until now.
    open.shut().await.expect("it is shut");
    assert_eq!(entity_of(&open, 1).await, Err(StoreError::Locked));
    open.keyring().hold(&key);
    assert!(entity_of(&open, 1).await.is_ok());
}

#[wasm_bindgen_test]
fn a_data_key_comes_back_with_its_own_passphrase_alone() {
    let key = DataKey::random();
    let wrapped = key.wrap(&[7; 32], new_salt(), COST);

    let again = DataKey::unwrap(&wrapped, &[7; 32]).expect("it is the same");
    assert_eq!(again.id(), key.id());
    let sealed = key.cipher().seal("a place", b"words");
    assert_eq!(
        again.cipher().open("a place", &sealed).as_deref(),
        Some(b"words".as_slice())
    );
    assert_eq!(again.cipher().open("another place", &sealed), None);
    assert_ne!(
        key.cipher().seal("a place", b"words"),
        sealed,
        "nonces are not used twice"
    );
    assert!(DataKey::unwrap(&wrapped, &[8; 32]).is_none());
    let renamed = lume_sync::sealed::record::WrappedKey {
        key_id: "another".to_owned(),
        ..wrapped
    };
    assert!(DataKey::unwrap(&renamed, &[7; 32]).is_none());
}

#[wasm_bindgen_test]
async fn the_registry_keeps_the_lock_and_its_waits() {
    let name = fresh_name("lock-record");
    let now = Timestamp::from_millis(1_700_000_000_000);
    let registry = Registry::named(&name, |_| {});
    assert_eq!(registry.lock().await, Ok(None));
    let key = DataKey::random().wrap(&[7; 32], new_salt(), COST);
    let record = LockRecord::new(key, LockAfter::Minute);
    let set = registry
        .change_lock(|lock| *lock = Some(record.clone()))
        .await;
    set.expect("it is set");
    let tried = registry
        .change_lock(|lock| lock.as_mut().map(|lock| lock.begin_try(now)))
        .await;
    assert_eq!(tried, Ok(Some(Ok(()))));
    registry.close();

    let reloaded = Registry::named(&name, |_| {});
    let found = reloaded
        .lock()
        .await
        .expect("it is read")
        .expect("it is set");
    assert_eq!(found.wait_left_ms(now), 1_000);
    assert_eq!((found.key, found.after), (record.key, LockAfter::Minute));
    reloaded
        .change_lock(|lock| *lock = None)
        .await
        .expect("it is taken away");
    assert_eq!(reloaded.lock().await, Ok(None));
}
