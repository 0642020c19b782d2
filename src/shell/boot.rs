//! The start: theme, configuration, database, engine, listeners; and starting anew where storage fails.
//!
//! A database that does not open is tried a few times, then the person is told and can try again, without loading the
//! page anew. Nothing is tried without an end.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::StoreError;
use lume_sync::limits::SYNC_INTERVAL_S;
use lume_web::idb;
use lume_web::registry::{AccountKey, Registry};
use lume_web::timer::sleep;

use crate::shell::app_state::{App, Phase, Trouble};
use crate::shell::config::{self, Config};
use crate::shell::pace::pause;
use crate::shell::prefs::Prefs;
use crate::shell::reminders::Reminders;
use crate::shell::services::{AppEngine, Services};
use crate::shell::{
    ahead, background, launch, lock, own_moods, page, places, pwa, shelf, status, triggers,
};

/// The waits between the tries to open the database, in milliseconds.
const OPEN_WAITS_MS: [u64; 2] = [250, 1_000];

thread_local! {
    /// Whether the database is being opened for the app.
    static OPENING: Cell<bool> = const { Cell::new(false) };
}

/// Starts everything. Returns at once; the phase says how far it has come.
pub(crate) fn start(app: App, reminders: Reminders) {
    app.share_prefs();
    pwa::listen(app);
    launch::listen(app);
    background::listen(app, reminders);
    begin(app);
}

/// Opens the database, again if it did not open before.
pub(crate) fn begin(app: App) {
    let is_begun = match app.phase.get_untracked() {
        Phase::Ready | Phase::Locked | Phase::Erased => true,
        Phase::Starting | Phase::Failed { .. } => false,
    };
    if is_begun || OPENING.replace(true) {
        return;
    }
    let again = matches!(app.phase.get_untracked(), Phase::Failed { .. });
    spawn_local(async move {
        let opened = open_patiently(app).await;
        OPENING.set(false);
        pause().await;
        match opened {
            Ok(()) => {
                let is_shut = app
                    .services()
                    .is_some_and(|services| lock::is_shut(&services));
                if let (Some(engine), false) = (app.engine(), is_shut) {
                    // Without it entries show the labels that they have.
                    drop(own_moods::read(&engine).await);
                }
                app.phase
                    .set(if is_shut { Phase::Locked } else { Phase::Ready });
                pause().await;
                status::refresh(app);
                background::start();
                lock::start(app);
                pause().await;
                triggers::start(app);
                places::fetch_rest();
                ahead::start(app);
                adopt_config(app).await;
            }
            Err(error) => app.phase.set(Phase::Failed {
                trouble: trouble(&error),
                again,
            }),
        }
    });
}

/// Goes on with an empty database after the browser has cleared the one in use. What is on the screen stays there.
pub(crate) fn begin_anew(app: App) {
    if app.phase.get_untracked() != Phase::Ready || OPENING.replace(true) {
        return;
    }
    app.prefs_changed(Prefs::lose);
    spawn_local(async move {
        let opened = open_patiently(app).await;
        OPENING.set(false);
        app.trouble.set(opened.err().as_ref().map(trouble));
        app.begun_anew.update(|count| *count += 1);
        app.data_changed();
        status::refresh(app);
        let config = app.config.get_untracked();
        if let Some(engine) = app.engine() {
            fill_in(&engine, &config).await;
        }
    });
}

/// What a person is told about a database that does not work.
pub(crate) fn trouble(error: &StoreError) -> Trouble {
    match error {
        StoreError::Full => Trouble::Full,
        StoreError::Unavailable(_) if idb::is_refused(error) => Trouble::Blocked,
        StoreError::Unavailable(_)
        | StoreError::Aborted(_)
        | StoreError::Unknown(_)
        | StoreError::Locked => Trouble::Unreachable,
        StoreError::Newer => Trouble::Newer,
        StoreError::Blocked => Trouble::Held,
        StoreError::Corrupt(_) => Trouble::Corrupt,
    }
}

/// Opens the database, a few times where that may help.
async fn open_patiently(app: App) -> Result<(), StoreError> {
    for wait_ms in OPEN_WAITS_MS {
        match open(app).await {
            Err(error) if error.is_retryable() && !idb::is_refused(&error) => {
                sleep(wait_ms).await;
            }
            opened => return opened,
        }
    }
    open(app).await
}

async fn open(app: App) -> Result<(), StoreError> {
    let registry = Registry::new(move |notice| status::hear_database(app, notice));
    // What another tab still holds is deleted at a later start.
    drop(registry.finish_erasures().await);
    let known = registry.profiles().await?;
    if known.is_empty() {
        app.prefs_changed(Prefs::lose);
    }
    let entry = registry.current().await?;
    let services = Services::open(app, registry, &entry).await?;
    let profile = services.engine.profile().await?;
    if let (Some(account), None) = (&profile.account, &entry.account) {
        // The page was closed between the two halves of signing in.
        let key = AccountKey {
            server_id: account.server_id.clone(),
            user_id: account.user_id,
        };
        services.registry.bind(&entry.name, key).await?;
    }
    let names = known.into_iter().map(|profile| profile.name);
    shelf::keep_of(&names.chain([entry.name]).collect::<Vec<_>>());
    app.profile.set(profile);
    app.set_services(Some(services));
    Ok(())
}

/// Takes the deployment's settings where nobody has chosen any. After the first screen, which needs none of them.
async fn adopt_config(app: App) {
    let Some(config) = config::fetch().await else {
        return;
    };
    app.config.set(config.clone());
    if let Some(engine) = app.engine() {
        fill_in(&engine, &config).await;
        status::refresh(app);
    }
}

/// Gives a profile without a backend the deployment's.
pub(crate) async fn fill_in(engine: &AppEngine, config: &Config) {
    let Ok(profile) = engine.profile().await else {
        return;
    };
    if !profile.backend.base_url.is_empty() {
        return;
    }
    let address = config.base_url(&page::origin());
    // An address that is not allowed (plain http) leaves the device mode as it is; Settings says why.
    drop(
        engine
            .set_backend(&address, &config.api_key, config.profile)
            .await,
    );
    if profile.interval_s == SYNC_INTERVAL_S {
        drop(engine.set_interval(config.sync_interval_seconds).await);
    }
}
