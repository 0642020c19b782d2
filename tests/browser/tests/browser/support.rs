//! What the tests share: names of their own, raw access to `IndexedDB`, and waiting for events.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::Promise;
use lume_sync::ports::Random;
use lume_web::random::WebRandom;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventTarget, IdbTransaction};

/// The one object store of [`open`]'s databases: rows have keys of their own.
pub(crate) const ROWS: &str = "rows";

/// The engine that a test runs in, for what it can't ask the platform for: behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    pub(crate) fn here() -> Self {
        let name = js("navigator.userAgent").as_string().expect("a text");
        if name.contains("Firefox/") {
            Self::Firefox
        } else if name.contains("Chrome/") {
            Self::Chromium
        } else {
            // All others call themselves WebKit too.
            Self::WebKit
        }
    }
}

/// A name that no other test uses.
pub(crate) fn fresh_name(about: &str) -> String {
    let random = u128::from_le_bytes(WebRandom.bytes());
    format!("test-{about}-{random:032x}")
}

/// Opens a database at version 1, with [`ROWS`] in it.
pub(crate) async fn open(name: &str) -> Database {
    Database::open(name)
        .with_version(1_u32)
        .with_on_upgrade_needed(|_, db| {
            db.create_object_store(ROWS).build()?;
            Ok(())
        })
        .build()
        .expect("a name and a version are fine")
        .await
        .expect("nothing stands in the way")
}

/// As [`open`], with a row under this key.
pub(crate) async fn open_with(name: &str, key: &str) -> Database {
    let db = open(name).await;
    let tx = begin(&db);
    put(&raw(&tx), key);
    tx.commit().await.expect("nothing stands in the way");
    db
}

/// Begins a transaction that writes to [`ROWS`].
pub(crate) fn begin(db: &Database) -> Transaction<'_> {
    db.transaction(ROWS)
        .with_mode(TransactionMode::Readwrite)
        .build()
        .expect("the connection is open")
}

/// The browser's own transaction beneath the crate's.
pub(crate) fn raw(tx: &Transaction<'_>) -> IdbTransaction {
    tx.as_sys().clone().unchecked_into()
}

/// Issues a put into [`ROWS`] without waiting for it.
pub(crate) fn put(tx: &IdbTransaction, key: &str) -> web_sys::IdbRequest {
    rows(tx)
        .put_with_key(&"value".into(), &key.into())
        .expect("the transaction is active")
}

/// Issues an add into [`ROWS`] without waiting for it; it fails later if the key is there.
pub(crate) fn add(tx: &IdbTransaction, key: &str) -> web_sys::IdbRequest {
    rows(tx)
        .add_with_key(&"value".into(), &key.into())
        .expect("the transaction is active")
}

pub(crate) fn rows(tx: &IdbTransaction) -> web_sys::IdbObjectStore {
    tx.object_store(ROWS)
        .expect("the transaction has the store")
}

/// Whether a key is in [`ROWS`], asked in a transaction of its own.
pub(crate) async fn is_there(db: &Database, key: &str) -> bool {
    let tx = db
        .as_sys()
        .transaction_with_str(ROWS)
        .expect("the connection is open");
    let request = rows(&tx).get(&key.into()).expect("a text is a key");
    event(&request, "success").await;
    !request
        .result()
        .expect("the request is done")
        .is_undefined()
}

/// Waits for the next event of this name.
pub(crate) fn event(target: &EventTarget, name: &str) -> impl Future<Output = ()> + use<> {
    let (sender, receiver) = oneshot::channel();
    let callback = Closure::once_into_js(move || {
        let _ = sender.send(());
    });
    target
        .add_event_listener_with_callback(name, callback.unchecked_ref())
        .expect("a listener can be added");
    async move { receiver.await.expect("the listener was called") }
}

/// Counts events of this name, as long as it lives.
pub(crate) struct EventCount {
    count: Rc<Cell<u32>>,
    target: EventTarget,
    name: &'static str,
    callback: Closure<dyn FnMut(web_sys::Event)>,
}

impl EventCount {
    pub(crate) fn of(target: &EventTarget, name: &'static str) -> Self {
        let count = Rc::new(Cell::new(0));
        let callback = Closure::new({
            let count = Rc::clone(&count);
            move |event: web_sys::Event| {
                // What is counted here is no failure of the test.
                event.prevent_default();
                count.set(count.get() + 1);
            }
        });
        target
            .add_event_listener_with_callback(name, callback.as_ref().unchecked_ref())
            .expect("a listener can be added");
        Self {
            count,
            target: target.clone(),
            name,
            callback,
        }
    }

    pub(crate) fn get(&self) -> u32 {
        self.count.get()
    }
}

impl Drop for EventCount {
    fn drop(&mut self) {
        let function = self.callback.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.name, function);
    }
}

/// The page.
pub(crate) fn window() -> web_sys::Window {
    web_sys::window().expect("the tests run in a page")
}

/// Runs JavaScript and gives its value.
pub(crate) fn js(code: &str) -> JsValue {
    js_sys::eval(code).expect("the test's script is right")
}

/// Runs JavaScript that gives a promise, and waits for it.
pub(crate) async fn js_wait(code: &str) -> JsValue {
    JsFuture::from(js(code).unchecked_into::<Promise>())
        .await
        .expect("the test's promise is kept")
}

/// Deletes a database; its connections must be closed.
pub(crate) async fn delete(name: &str) {
    Database::delete_by_name(name)
        .expect("a name is fine")
        .await
        .expect("nobody holds it open");
}
