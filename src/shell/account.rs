//! Signing in and out, which chooses the database: entries are never copied from one to another.

use std::rc::Rc;

use leptos::prelude::Set;
use lume_core::time::LocalDate;
use lume_sync::Trigger;
use lume_sync::account::{AuthError, Authenticated};
use lume_sync::store::StoreError;
use lume_web::erase::{self, erase_caches_and_worker};
use lume_web::registry::AccountKey;

use crate::shell::app_state::{App, Phase};
use crate::shell::prefs::Holding;
use crate::shell::services::Services;
use crate::shell::{boot, reminders, shelf, status, triggers};

/// What was typed to get a session.
pub(crate) enum Credentials {
    /// A new account.
    Register {
        /// Its address.
        email: String,
        /// Its password.
        password: String,
        /// What to call the person.
        name: String,
        /// For the age.
        birth: LocalDate,
    },
    /// One that exists.
    SignIn {
        /// Its address.
        email: String,
        /// Its password.
        password: String,
    },
}

/// Gets a session and enters the account's profile: the one it had here before, this one if its entries come along,
/// else a new one.
pub(crate) async fn enter(
    app: App,
    credentials: Credentials,
    bring: bool,
) -> Result<(), AuthError> {
    let Some(services) = app.services() else {
        return Err(AuthError::Store(closed()));
    };
    let engine = &services.engine;
    let authenticated = match &credentials {
        Credentials::Register {
            email,
            password,
            name,
            birth,
        } => match engine.register(email, password, name, *birth).await {
            // The account may be this person's own: the answer to an earlier try was lost, or it was made elsewhere.
            Err(AuthError::EmailTaken) => engine
                .sign_in(email, password)
                .await
                .map_err(|_| AuthError::EmailTaken)?,
            answer => answer?,
        },
        Credentials::SignIn { email, password } => engine.sign_in(email, password).await?,
    };
    bind(app, &services, &authenticated, bring).await?;
    app.prefs_changed(|prefs| {
        prefs.has_signed_in = true;
        prefs.hold(Holding::Account);
    });
    app.data_changed();
    if let Some(services) = app.services() {
        services.announce();
    }
    status::refresh(app);
    triggers::pass(app, Trigger::Manual);
    Ok(())
}

async fn bind(
    app: App,
    services: &Rc<Services>,
    found: &Authenticated,
    bring: bool,
) -> Result<(), AuthError> {
    let account = found.account();
    let key = AccountKey {
        server_id: account.server_id.clone(),
        user_id: account.user_id,
    };
    let registry = &services.registry;
    let here = services.engine.profile().await?;
    let known = registry
        .find_account(&account.server_id, account.user_id)
        .await?;
    let entry = match known {
        Some(entry) if entry.name == services.database => return services.engine.bind(found).await,
        Some(entry) => entry,
        None if bring && here.account.is_none() => {
            // If the page is closed between the two, the start makes up for the second.
            services.engine.bind(found).await?;
            registry.bind(&services.database, key).await?;
            return Ok(());
        }
        None => {
            let entry = registry.create().await?;
            registry.bind(&entry.name, key).await?
        }
    };
    let next = Services::open(app, registry.clone(), &entry).await?;
    next.engine.bind(found).await?;
    registry.switch_to(&entry.name).await?;
    replace(app, next);
    Ok(())
}

/// What becomes of an account's database when its session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// It is kept for the account, hidden until it signs in again.
    Keep,
    /// It is deleted, with everything that has not arrived at the backend.
    Discard,
}

/// Ends the session and goes back to the device's own profile, which keeps the backend that was chosen.
pub(crate) async fn leave(app: App, leaving: Leaving) -> Result<(), StoreError> {
    let Some(services) = app.services() else {
        return Err(closed());
    };
    let backend = services.engine.profile().await?.backend;
    reminders::take_back(app).await;
    services.engine.sign_out().await?;
    let entry = services.registry.leave_account().await?;
    let next = Services::open(app, services.registry.clone(), &entry).await?;
    if next.engine.profile().await?.backend.base_url.is_empty() {
        drop(
            next.engine
                .set_backend(&backend.base_url, &backend.api_key, backend.choice)
                .await,
        );
    }
    replace(app, next);
    status::refresh(app);
    match leaving {
        Leaving::Keep => Ok(()),
        // If the page is closed before it is done, the next start finishes it.
        Leaving::Discard => {
            shelf::forget(&services.database);
            services.registry.erase(&services.database).await
        }
    }
}

/// Erases everything that this origin keeps in the browser: databases, caches, the service worker, small storage. Nothing
/// is begun anew until the person goes on.
///
/// # Errors
///
/// [`StoreError::Blocked`] if another tab holds a database open, others if one can't be deleted. What is left is deleted at
/// the next start.
pub(crate) async fn erase_all(app: App) -> Result<(), StoreError> {
    let Some(services) = app.services() else {
        return Err(closed());
    };
    // Without services nothing opens a database again behind this.
    app.set_services(None);
    services.close();
    let erased = erase_databases(&services).await;
    if erased.is_err() {
        app.set_services(Some(services));
        return erased;
    }
    erase_caches_and_worker().await;
    app.phase.set(Phase::Erased);
    Ok(())
}

async fn erase_databases(services: &Services) -> Result<(), StoreError> {
    for profile in services.registry.profiles().await? {
        services.registry.erase(&profile.name).await?;
    }
    services.registry.close();
    erase::erase_databases("lume").await
}

fn replace(app: App, next: Rc<Services>) {
    let before = app.services();
    app.set_services(Some(next));
    if let Some(before) = before {
        // The other tabs leave the profile as well.
        before.announce();
        before.close();
    }
    app.data_changed();
    let config = leptos::prelude::GetUntracked::get_untracked(&app.config);
    let engine = app.engine();
    leptos::task::spawn_local(async move {
        if let Some(engine) = engine {
            boot::fill_in(&engine, &config).await;
        }
    });
}

fn closed() -> StoreError {
    StoreError::Unavailable("the app has not started".to_owned())
}
