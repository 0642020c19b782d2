//! Connections that end and disks that fill up in the middle of a save: whatever happens to it, the entry and its event
//! are both there or neither is, and what the caller is told is true.

use lume_core::ids::EntityId;
use lume_sync::CommitError;
use lume_sync::content::Content;
use lume_sync::engine::{Engine, EngineOptions};
use lume_sync::kinds::MOOD;
use lume_sync::ports::{Ports, Random};
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};
use lume_sync::testing::{BackendOptions, MemoryBackend, MemoryTransport};
use lume_web::clock::WebClock;
use lume_web::idb::{Connection, IdbStore, Migration, Upgrade, profile_steps};
use lume_web::locks::WebLocks;
use lume_web::random::WebRandom;
use lume_web::vault::WebVault;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;
use crate::tab::TabPorts;

type Tab = Engine<TabPorts<MemoryTransport, WebClock>>;

/// No save makes more requests of its database; a bound for the tests' loops.
const REQUESTS_MAX: u32 = 40;

/// Counts every request of a transaction that writes, and does something to the connection at one of them.
const STUB: &str = "globalThis.dieAt = (index, how) => { \
    const undo = []; \
    let count = 0; \
    const methods = [[IDBObjectStore, ['get', 'getAll', 'put', 'add', 'delete', 'openKeyCursor']], \
        [IDBIndex, ['get', 'getAll', 'getAllKeys', 'count']]]; \
    for (const [type, names] of methods) for (const name of names) { \
        const real = type.prototype[name]; \
        undo.push(() => { type.prototype[name] = real; }); \
        type.prototype[name] = function (...all) { \
            const request = real.apply(this, all); \
            const tx = (this.objectStore ?? this).transaction; \
            if (tx.mode === 'readwrite' && count++ === index) how(tx); \
            return request; }; } \
    globalThis.stubUndo = () => { undo.forEach(f => f()); return count > index; }; }; \
    globalThis.forcedClose = tx => { const { db } = tx; tx.abort(); db.close(); \
        queueMicrotask(() => db.dispatchEvent(new Event('close'))); }; \
    globalThis.plainClose = tx => tx.db.close();";

fn tab(name: &str) -> Tab {
    let clock = std::rc::Rc::new(std::cell::Cell::new(lume_sync::ports::Clock::now(
        &WebClock,
    )));
    Engine::new(
        TabPorts {
            store: IdbStore::new(name, |_| {}),
            transport: MemoryTransport::new(MemoryBackend::new(BackendOptions::default()), clock),
            clock: WebClock,
            locks: WebLocks::for_database(name),
            vault: WebVault::new(None),
        },
        EngineOptions {
            owner: fresh_name("owner"),
            client_version: "0.1.0".to_owned(),
            device: None,
        },
    )
}

fn content() -> Content {
    let content = json!({"local_time": "2025-01-15T11:30:00.000", "note": "sunny"});
    content.as_object().expect("it is an object").clone()
}

/// Makes a profile synced, as signing in does, without a session.
async fn make_synced(tab: &Tab) {
    let record = json!({"mode": "synced", "account": {"server_id": "s", "email": "", "name": "",
        "user_id": "00000000-0000-4000-8000-000000000001"},
        "backend": {"base_url": "", "api_key": "", "choice": "auto", "kind": null},
        "interval_s": 30, "adoption": null});
    let write = Write::PutMeta("profile".to_owned(), record.to_string().into_bytes());
    let program = move |_: Answers| Step::Write(vec![write.clone()], ());
    tab.ports()
        .store()
        .transact(Mode::Strict, &[StoreName::Meta], program)
        .await
        .expect("nothing stands in the way");
}

/// Whether the entry and an event of it are there.
async fn found(tab: &Tab, id: EntityId) -> (bool, bool) {
    let key = lume_sync::rows::EntityKey {
        kind: MOOD.kind(),
        id,
    };
    let read = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![Query::Entity(key.clone()), Query::Lane(key.clone())]);
        }
        let entity = answers.take_entity();
        Step::Write(
            Vec::new(),
            (entity.is_some(), answers.take_outbox().len() == 1),
        )
    };
    let stores = [StoreName::Entries, StoreName::Outbox];
    tab.ports()
        .store()
        .transact(Mode::Read, &stores, read)
        .await
        .expect("the database is there")
}

#[wasm_bindgen_test]
async fn a_connection_that_dies_at_any_request_of_a_save_leaves_both_or_neither_and_says_which() {
    for how in ["forcedClose", "plainClose"] {
        for index in 0..=REQUESTS_MAX {
            assert!(index < REQUESTS_MAX, "the stub never came to rest");
            let name = fresh_name("dies");
            let tab = tab(&name);
            make_synced(&tab).await;
            let id = EntityId::from_random_bytes(WebRandom.bytes());
            js(STUB);
            js(&format!("dieAt({index}, {how})"));

            let saved = tab.create(&MOOD.kind(), id, content(), None).await;

            let has_died = js("stubUndo()").is_truthy();
            let there = found(&tab, id).await;
            let case = format!("{how} at request {index}: {saved:?}");
            assert_eq!(there, (saved.is_ok(), saved.is_ok()), "{case}");
            let again = tab.create(&MOOD.kind(), id, content(), None).await;
            assert_eq!(again, Ok(()), "{case}, and again");
            assert_eq!(found(&tab, id).await, (true, true), "{case}, and again");
            tab.ports().store().connection().close();
            drop(tab);
            delete(&name).await;
            if !has_died {
                break;
            }
        }
    }
}

#[wasm_bindgen_test]
async fn a_disk_without_room_is_told_as_that_and_the_connection_is_a_new_one_afterwards() {
    let name = fresh_name("no-room");
    let tab = tab(&name);
    make_synced(&tab).await;
    let id = EntityId::from_random_bytes(WebRandom.bytes());
    let generation = tab.ports().store().connection().generation();
    // As browsers do it: the request succeeds, and then the transaction ends in an abort that has a reason.
    js("globalThis.realPut = IDBObjectStore.prototype.put; \
        IDBObjectStore.prototype.put = function (...what) { \
            const request = realPut.apply(this, what); \
            const transaction = this.transaction; \
            const error = new DOMException('', 'QuotaExceededError'); \
            Object.defineProperty(transaction, 'error', { value: error, configurable: true }); \
            request.addEventListener('success', () => transaction.abort(), { once: true }); \
            return request; };");

    let saved = tab.create(&MOOD.kind(), id, content(), None).await;

    js("IDBObjectStore.prototype.put = realPut;");
    assert_eq!(saved, Err(CommitError::Full));
    assert_eq!(found(&tab, id).await, (false, false));
    // Firefox leaves a connection that has met a full disk without the right to write.
    assert_eq!(
        tab.ports().store().connection().generation(),
        generation + 1
    );
    let again = tab.create(&MOOD.kind(), id, content(), None).await;
    assert_eq!(again, Ok(()));
    assert_eq!(found(&tab, id).await, (true, true));
    tab.ports().store().connection().close();
    drop(tab);
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_save_under_way_is_finished_before_a_newer_version_takes_over() {
    fn newer(upgrade: &Upgrade) -> Result<(), wasm_bindgen::JsValue> {
        upgrade.db().create_object_store("later").map(drop)
    }
    let name = fresh_name("takes-over");
    let tab = tab(&name);
    make_synced(&tab).await;
    let id = EntityId::from_random_bytes(WebRandom.bytes());
    let all = [profile_steps(), &[newer as Migration]].concat();
    let next = Connection::new(&name, all.leak(), |_| {});

    let (kind, id_of_entry) = (MOOD.kind(), id);
    let (saved, opened) = futures::future::join(
        tab.create(&kind, id_of_entry, content(), None),
        next.ready(),
    )
    .await;

    assert_eq!(opened, Ok(1));
    assert_eq!(saved, Ok(()));
    next.close();
    let rows = js_wait(&format!(
        "new Promise(done => {{ const open = indexedDB.open('{name}'); \
         open.onsuccess = () => {{ const db = open.result; \
         const tx = db.transaction(['entries', 'outbox']); let rows = 0; \
         for (const store of ['entries', 'outbox']) {{ \
             tx.objectStore(store).count().onsuccess = event => {{ rows += event.target.result; }}; }} \
         tx.oncomplete = () => {{ db.close(); done(rows); }}; }}; }})"
    ))
    .await;
    assert_eq!(rows, 2, "the entry and its event");
    let late = tab.create(
        &kind,
        EntityId::from_random_bytes(WebRandom.bytes()),
        content(),
        None,
    );
    assert_eq!(late.await, Err(CommitError::Store(StoreError::Newer)));
    drop(tab);
    delete(&name).await;
}
