//! A page that the browser puts aside, to show it again later: no transaction of it may stay open meanwhile.
//!
//! The events are the test's own; the end-to-end tests leave real pages in the middle of their work.

use futures::FutureExt;
use lume_sync::ports::{Lock, Locks};
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};
use lume_web::idb::IdbStore;
use lume_web::locks::WebLocks;
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

/// A transaction of another connection that keeps the drafts to itself until this is dropped.
struct Occupation;

impl Occupation {
    async fn of_drafts(name: &str) -> Self {
        js_wait(&format!(
            "new Promise((begun, failed) => {{ \
                const opening = indexedDB.open('{name}'); \
                opening.onerror = () => failed(opening.error); \
                opening.onsuccess = () => {{ \
                    const db = opening.result; \
                    const tx = db.transaction('drafts', 'readwrite'); \
                    globalThis.occupation = {{ answered: begun, ended: false }}; \
                    tx.oncomplete = () => db.close(); \
                    const ask = () => {{ \
                        tx.objectStore('drafts').count().onsuccess = () => {{ \
                            occupation.answered(); \
                            if (!occupation.ended) ask(); \
                        }}; \
                    }}; \
                    ask(); \
                }}; \
            }})"
        ))
        .await;
        Self
    }

    /// Waits for an answer to it, which comes in a task of its own.
    async fn next_answer(&self) {
        js_wait("new Promise((answered) => { occupation.answered = answered; })").await;
    }
}

impl Drop for Occupation {
    fn drop(&mut self) {
        js("occupation.ended = true");
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

/// Appends a line to the log.
async fn append(store: &IdbStore) -> Result<(), StoreError> {
    store
        .transact(Mode::Relaxed, &[StoreName::Log], |_| {
            Step::Write(vec![Write::AppendLog(vec![1])], ())
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
async fn a_write_that_was_issued_in_an_earlier_task_is_given_up() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    let other = Occupation::of_drafts(&name).await;
    let mut writing = Box::pin(write(&store));
    assert!((&mut writing).now_or_never().is_none());
    // It waits for its turn, and is not active any more.
    other.next_answer().await;

    Page::put_aside();
    drop(other);

    assert_eq!(
        writing.await,
        Err(StoreError::Unknown("AbortError".to_owned()))
    );
    drop(page);
    assert_eq!(read(&store, Mode::Read).await, Ok(None));
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
async fn nothing_is_asked_for_while_the_page_is_aside_and_what_would_be_is_given_up() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    let given_up = StoreError::Aborted("AbortError".to_owned());
    Page::put_aside();

    for mode in [Mode::Read, Mode::Strict] {
        assert_eq!(read(&store, mode).await, Err(given_up.clone()));
    }
    // A line of the log asks for the number of the newest one.
    assert_eq!(append(&store).await, Err(given_up));

    Page::show_again();
    assert_eq!(append(&store).await, Ok(()));
    assert_eq!(read(&store, Mode::Strict).await, Ok(None));
    drop(page);
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

/// Firefox forgets what a page that it has put aside was waiting for. Here nothing has been answered yet either when the
/// page is shown again, since no event came between.
#[wasm_bindgen_test]
async fn what_was_under_way_is_not_waited_for_when_the_page_is_shown_again() {
    let name = fresh_name("aside");
    let store = opened(&name).await;
    let page = Page::watched();
    let mut reading = Box::pin(read(&store, Mode::Read));
    let mut changing = Box::pin(read(&store, Mode::Strict));
    let mut writing = Box::pin(write(&store));
    assert!((&mut reading).now_or_never().is_none());
    assert!((&mut changing).now_or_never().is_none());
    assert!((&mut writing).now_or_never().is_none());

    Page::put_aside();
    Page::show_again();

    let aborted = Some(Err(StoreError::Aborted("AbortError".to_owned())));
    assert_eq!(reading.now_or_never(), aborted);
    assert_eq!(changing.now_or_never(), aborted);
    let written = writing.now_or_never();
    assert!(
        matches!(written, Some(Err(StoreError::Unknown(_)))),
        "it was told to commit, and is looked up: {written:?}"
    );
    drop(page);
    assert_eq!(read(&store, Mode::Read).await, Ok(Some(vec![1])));
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn an_open_that_was_under_way_is_begun_anew() {
    let name = fresh_name("aside");
    let store = IdbStore::new(&name, |_| {});
    let page = Page::watched();
    let mut opening = Box::pin(store.connection().ready());
    assert!((&mut opening).now_or_never().is_none());
    // The open runs on its own from the next microtask on.
    tick().await;

    Page::put_aside();
    Page::show_again();

    assert!(matches!(opening.await, Err(StoreError::Unavailable(_))));
    assert!(store.connection().ready().await.is_ok());
    assert_eq!(write(&store).await, Ok(()));
    drop(page);
    store.connection().close();
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_lock_that_was_asked_for_is_taken_for_somebody_elses() {
    let locks = WebLocks::for_database(&fresh_name("aside"));
    let page = Page::watched();
    let Lock::Held(held) = locks.try_lock("flush").await else {
        panic!("nobody has it");
    };
    let mut asking = Box::pin(locks.lock("flush", 60_000));
    assert!((&mut asking).now_or_never().is_none());
    tick().await;

    Page::put_aside();
    Page::show_again();

    assert!(matches!(asking.await, Lock::Busy));
    drop(held);
    // What was asked for is granted now, and given back at once, since nobody waits for it.
    assert!(matches!(locks.lock("flush", 60_000).await, Lock::Held(_)));
    drop(page);
}

/// Lets the tasks run that are ready.
async fn tick() {
    let resolved = js_sys::Promise::resolve(&wasm_bindgen::JsValue::UNDEFINED);
    let _ = wasm_bindgen_futures::JsFuture::from(resolved).await;
}
