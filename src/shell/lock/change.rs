//! Setting a lock, changing it, and taking it away.

use lume_sync::sealed::record::{LockAfter, LockRecord, LockStage};
use lume_web::lock::{COST, DataKey, new_salt};

use super::{LockError, count_down, enter, try_passphrase, work, worker};
use crate::shell::app_state::App;
use crate::shell::services::Services;
use crate::shell::shelf;

use leptos::prelude::Update;

/// Sets a lock: from here on everything is sealed, and what is there already is sealed step by step.
pub(super) async fn set(app: App, passphrase: &str, after: LockAfter) -> Result<(), LockError> {
    let Some(services) = app.services() else {
        return Err(LockError::Broken);
    };
    let key = DataKey::random();
    let salt = new_salt();
    let derived = worker().derive(passphrase, &salt, COST).await?;
    let record = LockRecord::new(key.wrap(&derived, salt, COST), after);
    // Before the lock is there, so that no tab leaves anything readable behind it.
    shelf::set_sealed(true);
    let is_ours = services
        .registry
        .change_lock(|known| {
            let is_free = known.is_none();
            if is_free {
                *known = Some(record);
            }
            is_free
        })
        .await?;
    if !is_ours {
        // Another tab was first: its passphrase counts.
        return Err(LockError::Broken);
    }
    app.lock.update(|view| view.after = Some(after));
    // What the database did not take is in the open there.
    shelf::keep_of(&[]);
    shelf::set_sealed(true);
    enter(app, &services, key).await?;
    services.announce();
    Ok(())
}

/// Locks after another time from now on.
pub(super) async fn set_after(app: App, after: LockAfter) -> Result<(), LockError> {
    let Some(services) = app.services() else {
        return Err(LockError::Broken);
    };
    change_record(&services, |record| record.after = after).await?;
    app.lock.update(|view| view.after = Some(after));
    Ok(())
}

/// Wraps the same key under another passphrase. No row is touched.
pub(super) async fn change_passphrase(
    app: App,
    passphrase: &str,
    next: &str,
) -> Result<(), LockError> {
    let Some(services) = app.services() else {
        return Err(LockError::Broken);
    };
    let key = try_passphrase(app, &services.registry, passphrase).await?;
    let salt = new_salt();
    let derived = worker().derive(next, &salt, COST).await?;
    let wrapped = key.wrap(&derived, salt, COST);
    change_record(&services, |record| record.key = wrapped).await?;
    count_down(app, 0);
    Ok(())
}

/// Takes the lock away: from here on everything is written as it is, and what is sealed is opened step by step.
pub(super) async fn remove(app: App, passphrase: &str) -> Result<(), LockError> {
    let Some(services) = app.services() else {
        return Err(LockError::Broken);
    };
    let key = try_passphrase(app, &services.registry, passphrase).await?;
    change_record(&services, |record| record.stage = LockStage::Removing).await?;
    work::begin(app, &services, &key.into()).await?;
    Ok(())
}

async fn change_record(
    services: &Services,
    change: impl FnOnce(&mut LockRecord),
) -> Result<(), LockError> {
    let changed = services
        .registry
        .change_lock(|record| record.as_mut().map(change))
        .await?;
    changed.ok_or(LockError::Broken)
}
