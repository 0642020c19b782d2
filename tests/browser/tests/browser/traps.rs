//! The table of traps in the design's page on sync, section 9, one test a row: what the storage crate and the browser
//! really do. `lume-web`'s write module is built on these answers; where one of them changes, it must too.
//!
//! What the engines (Chromium 156, Firefox 153, WebKitGTK 2.50) do, by row:
//!
//! | row | | Chromium | Firefox | WebKit |
//! |---|---|---|---|---|
//! | a | a drop rolls back what has not committed by itself | yes | yes | yes |
//! | b | `commit` waits for `complete`; `durability` says `strict` | yes | yes | yes |
//! | c | the reason of an abort after `commit()`, on a kept handle | the request's | `AbortError` | none |
//! | d | `commit` after the transaction committed by itself | `InvalidStateError` | same | same |
//! | e | a commit dropped before its first poll, after it | undone, goes on | same | same |
//! | f | awaited puts succeed before an abort, pending ones fail | yes | yes | yes |
//! | g | a foreign await commits the first part alone | yes | yes | yes |
//! | h | an abort rolls awaited puts back too | yes | yes | yes |
//! | i | a blocked open pends; dropped, it upgrades without its migration | yes | yes | yes |
//! | j | `on_done` registered late never resolves | yes | yes | yes |
//! | k | further failing requests throw in the crate's listener | yes | yes | yes |
//! | l | a failed request after `commit()` takes the others along | yes | **no** | yes |
//!
//! Rows c and l are in [`crate::traps_commit`]. The crate's documentation of row h says otherwise of Safari; its GTK
//! port, at least, does roll back.

use futures::FutureExt;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionFinishKind, TransactionMode, TransactionOptions,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

#[wasm_bindgen_test]
async fn trap_a_a_transaction_that_is_dropped_is_rolled_back() {
    let name = fresh_name("a");
    let db = open(&name).await;

    let tx = begin(&db);
    let aborted = event(&raw(&tx), "abort");
    put(&raw(&tx), "key");
    drop(tx);
    aborted.await;

    assert!(!is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_a_a_drop_after_the_transaction_committed_by_itself_rolls_nothing_back() {
    let name = fresh_name("a2");
    let db = open(&name).await;

    let tx = begin(&db);
    put(&raw(&tx), "key");
    event(&raw(&tx), "complete").await;
    drop(tx);

    assert!(is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_b_commit_waits_for_complete_and_strict_is_what_the_browser_was_told() {
    let name = fresh_name("b");
    let db = open(&name).await;

    // Listeners are called in the order in which they came: this one is there before the crate's.
    js("globalThis.completed = 0; \
        globalThis.realTransaction = IDBDatabase.prototype.transaction; \
        IDBDatabase.prototype.transaction = function (...all) { \
            const tx = realTransaction.apply(this, all); \
            tx.addEventListener('complete', () => completed++); \
            return tx; };");
    let tx = db
        .transaction(ROWS)
        .with_mode(TransactionMode::Readwrite)
        .with_options(TransactionOptions::new().with_durability(TransactionDurability::Strict))
        .build()
        .expect("the connection is open");
    js("IDBDatabase.prototype.transaction = realTransaction;");
    let raw = raw(&tx);
    put(&raw, "key");
    let before = js("completed");
    tx.commit().await.expect("nothing stands in the way");

    assert_eq!(before, 0);
    assert_eq!(js("completed"), 1);
    let durability = js_sys::Reflect::get(&raw, &"durability".into()).expect("a property");
    assert_eq!(durability.as_string().as_deref(), Some("strict"));
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_d_committing_what_has_committed_by_itself_fails_although_it_is_written() {
    let name = fresh_name("d");
    let db = open(&name).await;

    let tx = begin(&db);
    let raw = raw(&tx);
    put(&raw, "key");
    event(&raw, "complete").await;
    let result = tx.commit().await;

    assert!(
        matches!(
            result,
            Err(Error::DomException(DomException::InvalidStateError(_)))
        ),
        "{result:?}"
    );
    assert!(raw.error().is_none());
    assert!(is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_e_a_commit_dropped_before_its_first_poll_is_rolled_back() {
    let name = fresh_name("e");
    let db = open(&name).await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let aborted = event(&raw, "abort");
    put(&raw, "key");
    drop(tx.commit());
    aborted.await;

    assert!(!is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_e_a_commit_dropped_after_its_first_poll_goes_on_unseen() {
    let name = fresh_name("e2");
    let db = open(&name).await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let completed = event(&raw, "complete");
    put(&raw, "key");
    let mut commit = Box::pin(tx.commit());
    assert!((&mut commit).now_or_never().is_none());
    drop(commit);
    completed.await;

    assert!(is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_f_an_awaited_put_succeeds_although_its_transaction_is_then_aborted() {
    let name = fresh_name("f");
    let db = open(&name).await;

    let tx = begin(&db);
    let store = tx.object_store(ROWS).expect("the transaction has it");
    let put = store.put("value").with_key("key").primitive();
    let put = put.expect("the transaction is active").await;
    drop(store);
    tx.abort().await.expect("it is active");

    assert!(put.is_ok(), "{put:?}");
    assert!(!is_there(&db, "key").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_f_a_put_that_is_pending_when_its_transaction_aborts_does_not_hang() {
    let name = fresh_name("f2");
    let db = open(&name).await;

    let tx = begin(&db);
    let store = tx.object_store(ROWS).expect("the transaction has it");
    let put = store.put("value").with_key("key").primitive();
    let put = put.expect("the transaction is active");
    drop(store);
    drop(tx);
    let result = put.await;

    assert!(
        matches!(
            result,
            Err(Error::DomException(DomException::AbortError(_)))
        ),
        "{result:?}"
    );
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_g_a_foreign_await_between_two_puts_commits_the_first_alone() {
    let name = fresh_name("g");
    let db = open(&name).await;

    let tx = begin(&db);
    let raw = raw(&tx);
    put(&raw, "entity");
    event(&raw, "complete").await;
    let late = late_put(&tx, "event");
    drop(tx);

    assert_eq!(late, Err("InvalidStateError".to_owned()));
    assert!(is_there(&db, "entity").await);
    assert!(!is_there(&db, "event").await);
    db.close();
    delete(&name).await;
}

/// Puts through the crate; the error is the exception's name.
fn late_put(tx: &Transaction<'_>, key: &str) -> Result<(), String> {
    let put = || {
        let store = tx.object_store(ROWS)?;
        store.put("value").with_key(key).primitive().map(drop)
    };
    put().map_err(|error| match error {
        Error::DomException(exception) => web_sys::DomException::from(exception).name(),
        Error::Serialisation(_) | Error::MissingData(_) | Error::Unknown(_) => error.to_string(),
    })
}

#[wasm_bindgen_test]
async fn trap_h_an_abort_rolls_awaited_puts_back_too() {
    let name = fresh_name("h");
    let db = open(&name).await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let first = put(&raw, "awaited");
    event(&first, "success").await;
    put(&raw, "not-awaited");
    tx.abort().await.expect("it is active");

    assert!(!is_there(&db, "awaited").await);
    assert!(!is_there(&db, "not-awaited").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_i_an_upgrade_without_a_handler_for_blocked_pends_until_the_holder_lets_go() {
    let name = fresh_name("i");
    let holder = open(&name).await;

    let request = Database::open(name.as_str())
        .with_version(2_u32)
        .with_on_upgrade_needed(|_, _| Ok(()))
        .build()
        .expect("a name and a version are fine");
    let blocked = event(request.as_sys(), "blocked");
    let mut opening = Box::pin(request);
    assert!((&mut opening).now_or_never().is_none());
    blocked.await;
    assert!((&mut opening).now_or_never().is_none());
    holder.close();
    let db = opening.await.expect("the holder is gone");

    assert_eq!(db.version().to_string(), "2");
    db.close();
    delete(&name).await;
}

/// Not in the table, and worse than its neighbour: giving up an open that is blocked gives up its migration, and the
/// browser goes on to upgrade all the same.
#[wasm_bindgen_test]
async fn trap_i_a_blocked_open_that_is_dropped_leaves_the_new_version_without_its_migration() {
    let name = fresh_name("i2");
    let holder = open(&name).await;

    let request = Database::open(name.as_str())
        .with_version(2_u32)
        .with_on_upgrade_needed(|_, db| {
            db.create_object_store("new").build()?;
            Ok(())
        })
        .build()
        .expect("a name and a version are fine");
    let raw = request.as_sys().clone();
    let blocked = event(&raw, "blocked");
    let opened = event(&raw, "success");
    drop(request);
    blocked.await;
    holder.close();
    opened.await;

    let db: web_sys::IdbDatabase = raw.result().expect("it is open").unchecked_into();
    assert_eq!(db.version().to_string(), "2");
    assert!(!db.object_store_names().contains("new"));
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_j_on_done_resolves_when_registered_in_time_and_not_when_late() {
    let name = fresh_name("j");
    let db = open(&name).await;

    let tx = begin(&db);
    put(&raw(&tx), "key");
    let in_time = tx.on_done().expect("a listener can be added");
    event(&raw(&tx), "complete").await;
    assert_eq!(in_time.await, TransactionFinishKind::Ok);
    let mut late = Box::pin(tx.on_done().expect("a listener can be added"));
    assert!((&mut late).now_or_never().is_none());
    // A whole further transaction gives every event of the first one its time.
    assert!(is_there(&db, "key").await);

    assert!((&mut late).now_or_never().is_none());
    drop(late);
    drop(tx);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_k_a_second_failing_request_throws_in_the_crates_listener_while_nobody_awaits_the_commit()
 {
    let name = fresh_name("k");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let noise = EventCount::of(&window(), "error");
    let aborted = event(&raw, "abort");
    for _ in 0..3 {
        add(&raw, "key");
    }
    let mut commit = Box::pin(tx.commit());
    assert!((&mut commit).now_or_never().is_none());
    // Wakes this task, which does not look at the commit.
    aborted.await;

    assert_eq!(noise.get(), 2, "one for each request after the first");
    drop(commit);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_k_an_awaited_commit_takes_the_listener_off_before_the_second_error() {
    let name = fresh_name("k2");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let noise = EventCount::of(&window(), "error");
    let aborted = event(&raw, "abort");
    for _ in 0..3 {
        add(&raw, "key");
    }
    let result = tx.commit().await;
    aborted.await;

    assert!(result.is_err());
    assert_eq!(noise.get(), 0);
    db.close();
    delete(&name).await;
}
