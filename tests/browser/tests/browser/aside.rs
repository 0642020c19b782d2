//! A page that the browser puts aside, to show it again later: no transaction of it may stay open meanwhile.
//!
//! The events are the test's own; the end-to-end tests leave real pages in the middle of their work.

use futures::FutureExt;
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};
use lume_web::idb::IdbStore;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Counts what transactions are told, and has the page put aside and shown until it is dropped.
struct Page;

impl Page {
    fn watched() -> Self {
        js(
            "globalThis.real = { commit: IDBTransaction.prototype.commit }; \
            globalThis.commits = 0; \
            IDBTransaction.prototype.commit = function () { commits++; real.commit.call(this); };",
        );
        Self
    }

    fn put_aside() {
        js("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
    }

    fn show_again() {
        js("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        Self::show_again();
        js("IDBTransaction.prototype.commit = real.commit;");
    }
}

async fn opened(name: &str) -> IdbStore {
    let store = IdbStore::new(name, |_| {});
    let opened = store.connection().ready().await;
    opened.expect("nothing stands in the way");
    store
}

/// Writes one draft; what it writes is known from the start.
async fn write(store: &IdbStore) -> Result<(), StoreError> {
    let write = Write::PutDraft("draft".to_owned(), vec![1]);
    let mut writes = Some(vec![write]);
    store
        .transact(Mode::Strict, &[StoreName::Drafts], move |_| {
            Step::Write(writes.take().expect("one step"), ())
        })
        .await
}

/// Reads the draft in a transaction that could write.
async fn read(store: &IdbStore, mode: Mode) -> Result<Option<Vec<u8>>, StoreError> {
    let mut query = Some(Query::Draft("draft".to_owned()));
    store
        .transact(
            mode,
            &[StoreName::Drafts],
            move |mut answers: Answers| match query.take() {
                Some(query) => Step::Read(vec![query]),
                None => Step::Write(Vec::new(), answers.take_bytes()),
            },
        )
        .await
}

#[wasm_bindgen_test]
async fn a_write_that_has_been_issued_is_told_to_commit_without_the_page() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    let mut writing = Box::pin(write(&store));
    assert!((&mut writing).now_or_never().is_none());
    assert_eq!(js("commits"), 0);

    Page::put_aside();

    assert_eq!(js("commits"), 1);
    assert_eq!(writing.await, Ok(()));
    drop(page);
    assert_eq!(read(&store, Mode::Read).await, Ok(Some(vec![1])));
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn what_is_still_reading_is_given_up() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    for mode in [Mode::Read, Mode::Strict] {
        let mut reading = Box::pin(read(&store, mode));
        assert!((&mut reading).now_or_never().is_none());

        Page::put_aside();

        assert_eq!(
            reading.await,
            Err(StoreError::Aborted("AbortError".to_owned()))
        );
        Page::show_again();
    }
    assert_eq!(js("commits"), 0);
    drop(page);
    assert_eq!(read(&store, Mode::Strict).await, Ok(None));
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_draft_that_is_written_while_the_page_is_put_aside_commits_at_once() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    Page::put_aside();

    let mut writing = Box::pin(write(&store));
    assert!((&mut writing).now_or_never().is_none());

    assert_eq!(js("commits"), 1);
    assert_eq!(writing.await, Ok(()));
    Page::show_again();
    assert_eq!(write(&store).await, Ok(()));
    assert_eq!(js("commits"), 1, "shown again, it commits by itself");
    drop(page);
    store.connection().close();
    delete(&name).await;
}
