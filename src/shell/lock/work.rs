//! Sealing and opening the rows of all profiles of this device, while the app is used.
//!
//! It can stop anywhere: each step leaves a database that is read as before, and the next unlock goes on where it was.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::StoreError;
use lume_sync::sealed::SealedStore;
use lume_sync::sealed::record::LockStage;
use lume_sync::sealed::sweep::Progress;
use lume_web::ProfileStore;
use lume_web::idb::IdbStore;
use lume_web::lock::{DataKey, WebKeyring};
use lume_web::timer::sleep;

use super::released;
use crate::shell::app_state::App;
use crate::shell::services::Services;

thread_local! {
    static RUNS: Cell<bool> = const { Cell::new(false) };
}

/// Has the rows of this profile sealed, or opened if the lock is being taken away, from now on; goes on with those that
/// are there, and with the other profiles, by itself.
pub(super) async fn begin(
    app: App,
    services: &Rc<Services>,
    key: &Rc<DataKey>,
) -> Result<(), StoreError> {
    let Some(record) = services.registry.lock().await? else {
        return Ok(());
    };
    turn(services.store(), key, record.stage).await?;
    app.lock.update(|view| view.after = Some(record.after));
    if RUNS.replace(true) {
        return Ok(());
    }
    let (services, key) = (Rc::clone(services), Rc::clone(key));
    spawn_local(async move {
        app.lock.update(|view| view.working = true);
        let done = all(&services, &key).await;
        RUNS.set(false);
        app.lock.try_update(|view| view.working = false);
        // A failure is made up for with the next unlock.
        if done == Ok(LockStage::Removing) {
            released(app, &services);
            services.announce();
        }
    });
    Ok(())
}

/// Which way a database's rows go from here on.
async fn turn(store: &ProfileStore, key: &DataKey, stage: LockStage) -> Result<(), StoreError> {
    match stage {
        LockStage::Set => store.begin_sealing(key.id()).await,
        LockStage::Removing => store.begin_opening().await,
    }
}

/// All profiles, this one first; the record of a lock that is being taken away goes last.
async fn all(services: &Rc<Services>, key: &DataKey) -> Result<LockStage, StoreError> {
    loop {
        let stage = stage_of(services).await?;
        sweep(services.store()).await?;
        for profile in services.registry.profiles().await? {
            if profile.name == services.database {
                continue;
            }
            let ring = WebKeyring::new(Some(key), true, || {});
            let store = SealedStore::new(IdbStore::new(&profile.name, |_| {}), ring);
            let turned = async {
                turn(&store, key, stage).await?;
                sweep(&store).await
            };
            let turned = turned.await;
            store.inner().connection().close();
            turned?;
        }
        // The person may have changed their mind meanwhile.
        if stage_of(services).await? == stage {
            if stage == LockStage::Removing {
                services
                    .registry
                    .change_lock(|record| *record = None)
                    .await?;
            }
            return Ok(stage);
        }
    }
}

async fn stage_of(services: &Services) -> Result<LockStage, StoreError> {
    let record = services.registry.lock().await?;
    Ok(record.map_or(LockStage::Set, |record| record.stage))
}

async fn sweep(store: &ProfileStore) -> Result<(), StoreError> {
    while store.sweep().await? == Progress::More {
        // The page gets a moment for the person.
        sleep(0).await;
    }
    Ok(())
}
