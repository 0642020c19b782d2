//! Each version of the app as a reader of what each version has written, with a further one that only tests know.

use std::cmp::Ordering;

use lume_sync::store::{Mode, Step, Store, StoreError, StoreName, Write};
use lume_web::idb::{
    Connection, DatabaseNotice, IdbStore, Migration, PROFILE_VERSION, Upgrade, profile_steps,
};
use serde_json::Value;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fixtures::PROFILES;
use super::raw::{dump, dumped, load, parsed};
use crate::support::*;

/// The version after the newest: it indexes a store that is there, and makes a new one out of its rows.
const NEXT: usize = PROFILE_VERSION as usize + 1;

fn next_step(upgrade: &Upgrade) -> Result<(), JsValue> {
    let entries = upgrade.transaction().object_store("entries")?;
    entries.create_index_with_str("by_sync", "sync")?;
    let counts = upgrade.db().create_object_store("counts")?;
    let count = entries.count()?;
    let answered = count.clone();
    count.set_onsuccess(Some(
        Closure::once_into_js(move || {
            let counted = answered.result().expect("it has succeeded");
            counts
                .put_with_key(&counted, &"entries".into())
                .expect("the upgrade is under way");
        })
        .unchecked_ref(),
    ));
    Ok(())
}

fn failing_step(upgrade: &Upgrade) -> Result<(), JsValue> {
    upgrade.transaction().object_store("entries")?.clear()?;
    upgrade.db().delete_object_store("outbox")?;
    Err("the step fails".into())
}

fn aborting_step(upgrade: &Upgrade) -> Result<(), JsValue> {
    upgrade.transaction().object_store("entries")?.clear()?;
    upgrade.db().delete_object_store("outbox")?;
    upgrade.transaction().abort()
}

/// The steps of an app of this version.
fn steps(version: usize) -> &'static [Migration] {
    let all = [profile_steps(), &[next_step as Migration]].concat();
    all[..version].to_vec().leak()
}

/// An app of this version, opening the database.
fn app(name: &str, version: usize) -> Connection {
    Connection::new(name, steps(version), |_| {})
}

/// A database as an app of this version has left it.
async fn written_by(version: usize) -> String {
    let name = fresh_name("matrix");
    let oldest = version.min(PROFILES.len());
    load(&name, &parsed(PROFILES[oldest - 1])["database"]).await;
    let writer = app(&name, version);
    writer.ready().await.expect("nothing stands in the way");
    writer.close();
    name
}

#[wasm_bindgen_test]
async fn each_version_reads_what_each_older_one_wrote_and_leaves_alone_what_a_newer_one_did() {
    for writer in 1..=NEXT {
        for reader in 1..=NEXT {
            let name = written_by(writer).await;
            let before = dump(&name).await;
            let connection = app(&name, reader);

            let opened = connection.ready().await;

            connection.close();
            let after = dump(&name).await;
            let case = format!("written by {writer}, read by {reader}");
            match reader.cmp(&writer) {
                Ordering::Less => {
                    assert_eq!(opened, Err(StoreError::Newer), "{case}");
                    assert_eq!(after, before, "{case}");
                }
                Ordering::Equal => {
                    assert_eq!(opened, Ok(1), "{case}");
                    assert_eq!(after, before, "{case}");
                }
                Ordering::Greater => {
                    assert_eq!(opened, Ok(1), "{case}");
                    expect_taken_over(&parsed(&before), &parsed(&after), reader);
                }
            }
            delete(&name).await;
        }
    }
}

/// Every row of every store is there as it was, and the database is of this version.
fn expect_taken_over(before: &Value, after: &Value, version: usize) {
    assert_eq!(after["version"], version);
    for (store, described) in before["stores"].as_object().expect("stores by name") {
        assert_eq!(after["stores"][store]["rows"], described["rows"], "{store}");
    }
}

#[wasm_bindgen_test]
async fn a_step_can_index_and_copy_what_older_versions_have_written() {
    let name = written_by(1).await;
    let entries = dumped(&name).await["stores"]["entries"]["rows"].clone();

    let next = app(&name, NEXT);
    next.ready().await.expect("nothing stands in the way");
    next.close();

    let after = dumped(&name).await;
    let counted = &after["stores"]["counts"]["rows"][0]["value"];
    assert_eq!(
        counted.as_u64(),
        entries.as_array().map(|entries| entries.len() as u64)
    );
    let found = js_wait(&format!(
        "new Promise(done => {{ const open = indexedDB.open('{name}'); \
         open.onsuccess = () => {{ const db = open.result; \
         const count = db.transaction('entries').objectStore('entries').index('by_sync').count(); \
         count.onsuccess = () => {{ db.close(); done(count.result); }}; }}; }})"
    ))
    .await;
    assert_eq!(found.as_f64(), counted.as_f64());
    delete(&name).await;
}

#[wasm_bindgen_test]
async fn an_upgrade_that_breaks_off_leaves_the_old_version_whole() {
    for broken in [failing_step as Migration, aborting_step] {
        let name = written_by(1).await;
        let before = dump(&name).await;
        // A step that throws is heard by the window as well.
        let noise = EventCount::of(&window(), "error");
        let all = [profile_steps(), &[next_step as Migration, broken]].concat();
        let connection = Connection::new(&name, all.leak(), |_| {});

        let opened = connection.ready().await;

        assert!(
            matches!(opened, Err(StoreError::Unavailable(_))),
            "{opened:?}"
        );
        assert!(noise.get() <= 1);
        assert_eq!(dump(&name).await, before);
        let old = app(&name, 1);
        assert_eq!(old.ready().await, Ok(1));
        old.close();
        delete(&name).await;
    }
}

#[wasm_bindgen_test]
async fn the_store_of_an_older_app_neither_reads_nor_writes_a_newer_database() {
    let name = written_by(NEXT).await;
    let before = dump(&name).await;
    let notices = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let store = IdbStore::new(&name, {
        let notices = std::rc::Rc::clone(&notices);
        move |notice| notices.borrow_mut().push(notice)
    });

    for mode in [Mode::Read, Mode::Strict, Mode::Relaxed] {
        let write = |_| Step::Write(vec![Write::PutMeta("profile".to_owned(), vec![1])], ());
        let result = store.transact(mode, &[StoreName::Meta], write).await;
        assert_eq!(result, Err(StoreError::Newer), "{mode:?}");
    }

    assert_eq!(dump(&name).await, before);
    assert!(
        notices
            .borrow()
            .iter()
            .all(|notice| *notice == DatabaseNotice::Outdated)
    );
    delete(&name).await;
}
