//! The start: theme, configuration, database, engine, listeners.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::StoreError;
use lume_sync::limits::SYNC_INTERVAL_S;
use lume_web::registry::{AccountKey, Registry};

use crate::shell::app_state::{App, Phase, Trouble};
use crate::shell::config::{self, Config};
use crate::shell::services::{AppEngine, Services};
use crate::shell::{background, page, pwa, status, triggers};

/// Starts everything. Returns at once; the phase says how far it has come.
pub(crate) fn start(app: App) {
    pwa::listen(app);
    spawn_local(async move {
        match open(app).await {
            Ok(()) => {
                app.phase.set(Phase::Ready);
                status::refresh(app);
                background::start(app);
                triggers::start(app);
                page::remove_splash();
                adopt_config(app).await;
            }
            Err(error) => {
                page::remove_splash();
                app.phase.set(Phase::Failed(trouble(&error)));
            }
        }
    });
}

/// What a person is told about a database that does not open.
const fn trouble(error: &StoreError) -> Trouble {
    match error {
        StoreError::Full => Trouble::Full,
        StoreError::Unavailable(_) => Trouble::Blocked,
        StoreError::Newer => Trouble::Newer,
        StoreError::Blocked => Trouble::Held,
        StoreError::Aborted(_) | StoreError::Unknown(_) | StoreError::Corrupt(_) => {
            Trouble::Corrupt
        }
    }
}

async fn open(app: App) -> Result<(), StoreError> {
    let registry = Registry::new(move |notice| status::hear_database(app, notice));
    // What another tab still holds is deleted at a later start.
    drop(registry.finish_erasures().await);
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
