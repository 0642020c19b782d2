//! Rows c and l of the table in [`crate::traps`]: a request that fails in a transaction that was told to commit.
//!
//! Engines differ most here. Left to commit by itself, a transaction does the same in all of them: the first failed
//! request aborts it, and it says why. That is what `lume-web` relies on.

use indexed_db_futures::error::{DomException, Error, UnexpectedDataError};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::IdbTransaction;

use crate::support::*;

#[wasm_bindgen_test]
async fn trap_c_an_abort_at_commit_shows_its_reason_on_a_kept_handle_alone() {
    let name = fresh_name("c");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    // Without its listener to failed requests the crate hears of the abort alone, as it does on a full disk.
    raw.set_onerror(None);
    put(&raw, "other");
    add(&raw, "key");
    let result = tx.commit().await;

    assert_eq!(
        result,
        Err(UnexpectedDataError::TransactionAborted.into()),
        "the crate's error names no reason"
    );
    assert_eq!(reason(&raw).as_deref(), reason_after_a_call_of_commit());
    assert!(!is_there(&db, "other").await);
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_c_a_failed_request_answers_the_commit_before_the_abort_has_a_reason() {
    let name = fresh_name("c2");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    let aborted = event(&raw, "abort");
    add(&raw, "key");
    let result = tx.commit().await;
    let reason_at_once = raw.error();
    aborted.await;

    assert!(
        matches!(
            result,
            Err(Error::DomException(DomException::ConstraintError(_)))
        ),
        "{result:?}"
    );
    assert!(reason_at_once.is_none());
    assert_eq!(reason(&raw).as_deref(), reason_after_a_call_of_commit());
    db.close();
    delete(&name).await;
}

/// Not in the table, and the worst of all: half a write, and `complete` is said of it.
#[wasm_bindgen_test]
async fn trap_l_a_request_that_fails_after_commit_was_called_leaves_the_others_written_in_firefox()
{
    let name = fresh_name("l");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    raw.set_onerror(None);
    add(&raw, "key");
    put(&raw, "other");
    let result = tx.commit().await;

    match Engine::here() {
        Engine::Firefox => {
            assert_eq!(result, Ok(()));
            assert!(is_there(&db, "other").await);
        }
        Engine::Chromium | Engine::WebKit => {
            assert_eq!(result, Err(UnexpectedDataError::TransactionAborted.into()));
            assert!(!is_there(&db, "other").await);
        }
    }
    db.close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn trap_l_a_request_that_fails_takes_the_others_along_where_nobody_calls_commit() {
    let name = fresh_name("l2");
    let db = open_with(&name, "key").await;

    let tx = begin(&db);
    let raw = raw(&tx);
    raw.set_onerror(None);
    let aborted = event(&raw, "abort");
    put(&raw, "before");
    add(&raw, "key");
    put(&raw, "after");
    aborted.await;

    assert_eq!(reason(&raw).as_deref(), Some("ConstraintError"));
    assert!(!is_there(&db, "before").await);
    assert!(!is_there(&db, "after").await);
    drop(tx);
    db.close();
    delete(&name).await;
}

/// The name of the reason for which a transaction was aborted, if it says one.
fn reason(tx: &IdbTransaction) -> Option<String> {
    tx.error().map(|error| error.name())
}

/// What a transaction gives as its reason when a request fails with a `ConstraintError` after a call of `commit`.
fn reason_after_a_call_of_commit() -> Option<&'static str> {
    match Engine::here() {
        Engine::Chromium => Some("ConstraintError"),
        Engine::Firefox => Some("AbortError"),
        Engine::WebKit => None,
    }
}
