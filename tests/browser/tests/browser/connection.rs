//! A connection's life: everything that browsers and other tabs do to it.

use std::cell::RefCell;
use std::rc::Rc;

use futures::StreamExt;
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use lume_sync::store::StoreError;
use lume_web::idb::{
    Connection, DatabaseNotice, Migration, PROFILE_VERSION, Upgrade, is_refused, profile_steps,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

const OLD: &[Migration] = &[make_first];
const NEW: &[Migration] = &[make_first, make_second];

fn make_first(upgrade: &Upgrade) -> Result<(), JsValue> {
    upgrade.db().create_object_store("first").map(drop)
}

fn make_second(upgrade: &Upgrade) -> Result<(), JsValue> {
    upgrade.db().create_object_store("second").map(drop)
}

fn make_nothing(_: &Upgrade) -> Result<(), JsValue> {
    Err("the step fails".into())
}

type Notices = Rc<RefCell<Vec<DatabaseNotice>>>;

fn connect(name: &str, steps: &'static [Migration]) -> (Connection, Notices) {
    let notices = Notices::default();
    let connection = Connection::new(name, steps, {
        let notices = Rc::clone(&notices);
        move |notice| notices.borrow_mut().push(notice)
    });
    (connection, notices)
}

async fn stores_of(name: &str) -> Vec<String> {
    let db = Database::open(name)
        .build()
        .expect("a name is fine")
        .await
        .expect("nobody upgrades it");
    let stores = db.object_store_names().collect();
    db.close();
    stores
}

#[wasm_bindgen_test]
async fn a_profile_gets_every_store_and_index_of_the_schema() {
    let name = fresh_name("schema");
    let (connection, _) = connect(&name, profile_steps());
    connection.ready().await.expect("nothing stands in the way");
    connection.close();

    let db = Database::open(name.as_str())
        .build()
        .expect("a name is fine")
        .await
        .expect("nobody upgrades it");
    assert_eq!(db.version().to_string(), PROFILE_VERSION.to_string());
    let described = described(&db);
    db.close();
    delete(&name).await;

    assert_eq!(
        described,
        [
            "base [kind,id]",
            "claims id until:until",
            "drafts -",
            "entities [kind,id] source:kind,source,source_id timeline:kind,deleted,local_time,id",
            "entries id source:source,source_id timeline:deleted,local_time,id",
            "history seq+ entity:kind,entity_id,seq",
            "log -+",
            "meta -",
            "outbox seq+ due:state,not_before event_id!:event_id lane:kind,entity_id,seq",
            "search -",
            "stats -",
        ]
    );
}

/// One line a store: key path, `+` for counted keys, indices with `!` for unique ones.
fn described(db: &Database) -> Vec<String> {
    let describe = js(
        "db => { const tx = db.transaction([...db.objectStoreNames]); \
         const path = p => p === null ? '-' : Array.isArray(p) ? `[${p}]` : p; \
         return [...db.objectStoreNames].map(name => { const s = tx.objectStore(name); \
         return [name, path(s.keyPath) + (s.autoIncrement ? '+' : ''), \
         ...[...s.indexNames].map(n => { const i = s.index(n); \
         return `${n}${i.unique ? '!' : ''}:${i.keyPath}`; })].join(' '); }); }",
    );
    let describe: js_sys::Function = describe.unchecked_into();
    let lines = describe
        .call1(&JsValue::UNDEFINED, db.as_sys())
        .expect("the test's script is right");
    js_sys::Array::from(&lines)
        .iter()
        .filter_map(|line| line.as_string())
        .collect()
}

#[wasm_bindgen_test]
async fn only_the_missing_steps_of_a_schema_are_taken() {
    let name = fresh_name("steps");
    let (old, _) = connect(&name, OLD);
    old.ready().await.expect("nothing stands in the way");
    old.close();
    // Were the first step taken again, it would fail on the store that is there.
    let (new, _) = connect(&name, NEW);

    assert_eq!(new.ready().await, Ok(1));

    new.close();
    assert_eq!(stores_of(&name).await, ["first", "second"]);
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_step_that_fails_leaves_no_database_of_the_new_version() {
    let name = fresh_name("failing");
    let (old, _) = connect(&name, OLD);
    old.ready().await.expect("nothing stands in the way");
    old.close();
    let noise = EventCount::of(&window(), "error");
    let (failing, _) = connect(&name, &[make_first, make_nothing]);

    let result = failing.ready().await;

    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
    assert_eq!(noise.get(), 1);
    assert_eq!(old.ready().await, Ok(2), "the old version is still there");
    old.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn asked_by_many_at_once_it_opens_once() {
    let name = fresh_name("once");
    let (connection, notices) = connect(&name, OLD);

    let opened =
        futures::future::join3(connection.ready(), connection.ready(), connection.ready()).await;

    assert_eq!(opened, (Ok(1), Ok(1), Ok(1)));
    assert_eq!(*notices.borrow(), [DatabaseNotice::Open { generation: 1 }]);
    connection.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn it_opens_again_after_a_close_with_a_new_generation() {
    let name = fresh_name("again");
    let (connection, _) = connect(&name, OLD);
    assert_eq!(connection.ready().await, Ok(1));

    connection.close();

    assert_eq!(connection.ready().await, Ok(2));
    connection.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn it_makes_way_at_once_for_a_newer_version_and_then_says_so() {
    let name = fresh_name("way");
    let (old, old_notices) = connect(&name, OLD);
    old.ready().await.expect("nothing stands in the way");
    let (new, new_notices) = connect(&name, NEW);

    assert_eq!(new.ready().await, Ok(1));

    assert_eq!(
        *new_notices.borrow(),
        [DatabaseNotice::Open { generation: 1 }],
        "nobody blocked it"
    );
    assert_eq!(old_notices.borrow().last(), Some(&DatabaseNotice::Outdated));
    assert_eq!(old.ready().await, Err(StoreError::Newer));
    new.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let name = fresh_name("newer");
    let (new, _) = connect(&name, NEW);
    new.ready().await.expect("nothing stands in the way");
    new.close();
    let (old, notices) = connect(&name, OLD);

    assert_eq!(old.ready().await, Err(StoreError::Newer));

    assert_eq!(*notices.borrow(), [DatabaseNotice::Outdated]);
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_blocked_open_is_reported_and_still_migrates_when_the_holder_lets_go() {
    let name = fresh_name("blocked");
    let holder = open(&name).await;
    let (mut notices, heard) = {
        let (sender, receiver) = futures::channel::mpsc::unbounded();
        (receiver, sender)
    };
    let connection =
        Connection::with_open_wait(&name, &[make_first, make_second], 1, move |notice| {
            // Whoever listens may be gone at the end of the test.
            let _ = heard.unbounded_send(notice);
        });

    let overdue = connection.ready().await;
    let blocked = notices.next().await;

    assert_eq!(overdue, Err(StoreError::Blocked));
    assert_eq!(blocked, Some(DatabaseNotice::Blocked));
    assert_eq!(connection.ready().await, Err(StoreError::Blocked));
    holder.close();
    assert_eq!(
        notices.next().await,
        Some(DatabaseNotice::Open { generation: 1 })
    );
    assert_eq!(connection.ready().await, Ok(1));
    connection.close();
    assert_eq!(stores_of(&name).await, [ROWS, "second"]);
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_deleted_database_is_not_made_again() {
    let name = fresh_name("deleted");
    let (connection, notices) = connect(&name, OLD);
    connection.ready().await.expect("nothing stands in the way");

    delete(&name).await;

    assert_eq!(notices.borrow().last(), Some(&DatabaseNotice::Deleted));
    assert!(matches!(
        connection.ready().await,
        Err(StoreError::Unavailable(_))
    ));
    let names = js_wait("indexedDB.databases().then(list => list.map(db => db.name))").await;
    assert!(!js_sys::Array::from(&names).includes(&name.as_str().into(), 0));
}

/// An empty database in the place of the one that was cleared would take entries that nobody finds again: the registry
/// that names it is gone too.
#[wasm_bindgen_test]
async fn a_database_that_the_browser_has_cleared_is_not_made_again_empty() {
    let name = fresh_name("cleared");
    let (connection, notices) = connect(&name, OLD);
    connection.ready().await.expect("nothing stands in the way");
    let noise = EventCount::of(&window(), "error");
    // As far as the connection can tell, the browser has closed it, and then nothing is there any more.
    connection.close();
    delete(&name).await;

    let again = connection.ready().await;
    let once_more = connection.ready().await;

    assert!(
        matches!(again, Err(StoreError::Unavailable(_))),
        "{again:?}"
    );
    assert_eq!(again, once_more);
    assert_eq!(
        *notices.borrow(),
        [
            DatabaseNotice::Open { generation: 1 },
            DatabaseNotice::Wiped
        ]
    );
    assert_eq!(noise.get(), 0);
    // WebKit goes on naming a database whose creation was aborted: what counts is that nothing is in it.
    let stores = js_wait(&format!(
        "new Promise((resolve, reject) => {{ \
            const request = indexedDB.open('{name}'); \
            request.onerror = () => reject(request.error); \
            request.onsuccess = () => {{ \
                const count = request.result.objectStoreNames.length; \
                request.result.close(); \
                resolve(count); }}; }})"
    ))
    .await;
    assert_eq!(stores.as_f64(), Some(0.0));
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn an_open_that_fails_is_tried_anew_by_the_next_use() {
    let name = fresh_name("failing-open");
    let (connection, notices) = connect(&name, OLD);
    // The real open of another database, whose success is told as the failure of a broken disk.
    js("globalThis.realOpen = IDBFactory.prototype.open; \
        globalThis.opens = 0; \
        IDBFactory.prototype.open = function () { \
            opens++; \
            const request = realOpen.call(this, 'test-stub', 1); \
            const error = new DOMException('broken', 'UnknownError'); \
            Object.defineProperty(request, 'error', { value: error }); \
            request.addEventListener('upgradeneeded', event => event.stopImmediatePropagation()); \
            request.addEventListener('success', event => { \
                event.stopImmediatePropagation(); \
                request.result.close(); \
                request.dispatchEvent(new Event('error')); }); \
            return request; };");

    let failed = connection.ready().await;
    let opens = js("opens");
    js("IDBFactory.prototype.open = realOpen;");

    assert_eq!(
        failed,
        Err(StoreError::Unavailable("UnknownError".to_owned()))
    );
    assert_eq!(opens, 1, "no use tries more than once");
    assert_eq!(*notices.borrow(), []);
    assert_eq!(connection.ready().await, Ok(1));
    connection.close();
    delete(&name).await;
    delete("test-stub").await;
}

#[wasm_bindgen_test]
async fn a_place_without_storage_is_told_from_a_storage_that_fails() {
    let name = fresh_name("refused");
    let stubs = [
        "globalThis.undo = replace(window, 'indexedDB', { get: () => undefined, configurable: true })",
        "globalThis.undo = replace(window, 'indexedDB', { \
            get: () => { throw new DOMException('no', 'SecurityError'); }, configurable: true })",
        "globalThis.undo = replace(IDBFactory.prototype, 'open', { \
            value: () => { throw new DOMException('no', 'SecurityError'); }, configurable: true })",
    ];
    js("globalThis.replace = (object, name, stub) => { \
            const real = Object.getOwnPropertyDescriptor(object, name); \
            Object.defineProperty(object, name, stub); \
            return () => real ? Object.defineProperty(object, name, real) : delete object[name]; };");
    for stub in stubs {
        let (connection, _) = connect(&name, OLD);
        js(stub);
        let refused = connection.ready().await;
        js("undo()");

        let error = refused.expect_err("nothing can be opened");
        assert!(is_refused(&error), "{stub}: {error:?}");
    }
    assert!(!is_refused(&StoreError::Unavailable(
        "UnknownError".to_owned()
    )));
    let names = js_wait("indexedDB.databases().then(list => list.map(db => db.name))").await;
    assert!(!js_sys::Array::from(&names).includes(&name.as_str().into(), 0));
}

/// A frozen tab holds an upgrade up without a word: there is neither `blocked` nor an answer.
#[wasm_bindgen_test]
async fn an_open_that_nobody_answers_is_told_in_time_and_goes_on() {
    let name = fresh_name("silent");
    let (mut notices, heard) = {
        let (sender, receiver) = futures::channel::mpsc::unbounded();
        (receiver, sender)
    };
    let connection = Connection::with_open_wait(&name, OLD, 1, move |notice| {
        // Whoever listens may be gone at the end of the test.
        let _ = heard.unbounded_send(notice);
    });
    js("globalThis.realOpen = IDBFactory.prototype.open; \
        IDBFactory.prototype.open = function (...all) { \
            const request = realOpen.apply(this, all); \
            request.addEventListener('success', event => { \
                if (globalThis.thawed) return; \
                event.stopImmediatePropagation(); \
                globalThis.thaw = () => { \
                    globalThis.thawed = true; request.dispatchEvent(new Event('success')); }; }); \
            return request; };");

    let overdue = connection.ready().await;
    let meanwhile = connection.ready().await;
    js("IDBFactory.prototype.open = realOpen;");
    js_wait("new Promise(done => { const look = () => globalThis.thaw ? done() : setTimeout(look); look(); })").await;
    js("thaw(); delete globalThis.thawed; delete globalThis.thaw;");

    assert_eq!(overdue, Err(StoreError::Blocked));
    assert_eq!(meanwhile, Err(StoreError::Blocked));
    assert_eq!(
        notices.next().await,
        Some(DatabaseNotice::Open { generation: 1 })
    );
    assert_eq!(connection.ready().await, Ok(1));
    connection.close();
    delete(&name).await;
}
