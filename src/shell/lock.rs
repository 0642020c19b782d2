//! The app lock: setting it, shutting it by hand or after a while, opening it, and taking it away.
//!
//! The key is in this tab's memory while it is unlocked. Shutting the lock is written to the database first, so that
//! every other tab refuses its own key with its next transaction; a hint makes that at once.

mod alone;
mod change;
mod words;
mod work;

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::sealed::Keyring as _;
use lume_sync::sealed::record::LockAfter;
use lume_sync::{StoreError, Trigger};
use lume_web::channel::Hint;
use lume_web::connectivity::is_visible;
use lume_web::lock::{DataKey, WebKeyring};
use lume_web::passphrase::{PassphraseError, PassphraseWorker};
use lume_web::registry::Registry;
use lume_web::timer::sleep;

use crate::shell::app_state::{App, Phase};
use crate::shell::intent::LockWish;
use crate::shell::services::{Services, now};
use crate::shell::{live, page, shelf, status, triggers};

pub(crate) use alone::{background, look, start};
pub(crate) use words::failure;

/// Where index.html says what the worker's script is called in this build.
const WORKER_NAME: &str = "lume-passphrase-worker";
/// How long shutting the lock waits for a database that does not answer: the key is forgotten then all the same.
const SHUT_MS_MAX: u64 = 2_000;

thread_local! {
    static KEY: RefCell<Option<Rc<DataKey>>> = const { RefCell::new(None) };
}

/// What is known about the lock of this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockView {
    /// When it locks by itself; `None` without a lock.
    pub(crate) after: Option<LockAfter>,
    /// Whether rows are being sealed or opened.
    pub(crate) working: bool,
    /// Seconds until another try may be made.
    pub(crate) wait_s: u64,
}

/// Why a passphrase did not do what it was to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LockError {
    /// It was another one; the next try may be made after so many milliseconds.
    Wrong(u64),
    /// No try was made; one may be after so many milliseconds.
    TooSoon(u64),
    /// What derives keys could not be loaded or failed.
    Broken,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for LockError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PassphraseError> for LockError {
    fn from(_: PassphraseError) -> Self {
        Self::Broken
    }
}

/// The ring for a profile's store.
pub(crate) fn ring(app: App, is_set: bool) -> WebKeyring {
    let key = key();
    WebKeyring::new(key.as_deref(), is_set, move || {
        // Within a transaction: what follows from it comes after.
        spawn_local(async move { show_locked(app).await });
    })
}

/// Reads whether this device has a lock, for the screens.
pub(crate) async fn read(app: App, registry: &Registry) -> Result<bool, StoreError> {
    let record = registry.lock().await?;
    shelf::set_sealed(record.is_some());
    app.lock.update(|view| {
        view.after = record.as_ref().map(|record| record.after);
        view.wait_s = 0;
    });
    if let Some(record) = &record {
        count_down(app, record.wait_left_ms(now()));
    }
    Ok(record.is_some())
}

/// Whether the app is locked, or the lock is set and its key is not here.
pub(crate) fn is_shut(services: &Services) -> bool {
    services.store().keyring().is_locked()
}

/// Shuts the lock in all tabs, if there is one and it is open here.
pub(crate) fn shut(app: App) {
    if app.phase.get_untracked() != Phase::Ready || key().is_none() {
        return;
    }
    // Nothing is to be seen from here on. Forms write what is unsaved as they go.
    app.phase.set(Phase::Locked);
    live::stop();
    spawn_local(async move {
        leptos::task::tick().await;
        let Some(services) = app.services() else {
            return;
        };
        // Behind those writes: the database takes one after the other.
        let shutting = std::pin::pin!(services.store().shut());
        let _ = futures::future::select(shutting, sleep(SHUT_MS_MAX)).await;
        KEY.take();
        services.store().keyring().forget();
        services.stop();
        services.hint(Hint::Locked);
        show_locked(app).await;
    });
}

/// Does what a person wants done about the lock.
pub(crate) async fn carry_out(app: App, wish: LockWish) -> Result<(), LockError> {
    match wish {
        LockWish::Set { passphrase, after } => change::set(app, &passphrase, after).await,
        LockWish::After(after) => change::set_after(app, after).await,
        LockWish::Now => {
            shut(app);
            Ok(())
        }
        LockWish::Unlock { passphrase } => unlock(app, &passphrase).await,
        LockWish::Change { passphrase, next } => {
            change::change_passphrase(app, &passphrase, &next).await
        }
        LockWish::Remove { passphrase } => change::remove(app, &passphrase).await,
    }
}

/// Another tab has shut the lock. Touches no database: this tab may be about to be frozen.
pub(crate) fn hear_shut(app: App) {
    if app.phase.get_untracked() != Phase::Ready || key().is_none() {
        return;
    }
    app.phase.set(Phase::Locked);
    live::stop();
    spawn_local(async move {
        // Forms write what is unsaved as they go, as far as that is still let through.
        leptos::task::tick().await;
        if let Some(services) = app.services() {
            services.store().keyring().forget();
            services.stop();
        }
        KEY.take();
        if is_visible() {
            show_locked(app).await;
        }
    });
}

/// Opens the lock with a passphrase.
async fn unlock(app: App, passphrase: &str) -> Result<(), LockError> {
    let Some(services) = app.services() else {
        return Err(LockError::Broken);
    };
    let key = try_passphrase(app, &services.registry, passphrase).await?;
    enter(app, &services, key).await?;
    status::read_again(app);
    triggers::pass(app, Trigger::Foreground);
    live::resume(app);
    Ok(())
}

/// The data key, if this is its passphrase. Counts as a try.
async fn try_passphrase(
    app: App,
    registry: &Registry,
    passphrase: &str,
) -> Result<DataKey, LockError> {
    let tried = registry
        .change_lock(|record| {
            let record = record.as_mut()?;
            Some(record.begin_try(now()).map(|()| record.key.clone()))
        })
        .await?;
    let wrapped = match tried {
        None => return Err(LockError::Broken),
        Some(Ok(wrapped)) => wrapped,
        Some(Err(wait_ms)) => {
            count_down(app, wait_ms);
            return Err(LockError::TooSoon(wait_ms));
        }
    };
    let derived = worker()
        .derive(passphrase, &wrapped.salt, wrapped.cost)
        .await?;
    let Some(key) = DataKey::unwrap(&wrapped, &derived) else {
        let missed = registry.change_lock(|record| {
            record.as_mut().map(|record| {
                record.miss(now());
                record.wait_left_ms(now())
            })
        });
        let wait_ms = missed.await?.unwrap_or(0);
        count_down(app, wait_ms);
        return Err(LockError::Wrong(wait_ms));
    };
    registry
        .change_lock(|record| {
            if let Some(record) = record {
                record.forgive();
            }
        })
        .await?;
    Ok(key)
}

/// Goes on with the key: this profile's rows are sealed from now on, and what is still to be turned is turned.
async fn enter(app: App, services: &Rc<Services>, key: DataKey) -> Result<(), StoreError> {
    let key = Rc::new(key);
    KEY.set(Some(Rc::clone(&key)));
    services.store().keyring().hold(&key);
    alone::touch();
    work::begin(app, services, &key).await?;
    app.phase.set(Phase::Ready);
    app.data_changed();
    Ok(())
}

/// Shows the lock in place of all screens, after it was shut here or elsewhere.
async fn show_locked(app: App) {
    KEY.take();
    app.phase.set(Phase::Locked);
    live::stop();
    // The screens are gone before what they show changes.
    leptos::task::tick().await;
    app.toast.set(None);
    page::set_attention(0);
    if let Some(services) = app.services() {
        services.stop();
        drop(read(app, &services.registry).await);
        shelf::keep_of(&[]);
    }
}

/// Looks whether a lock that is shut here was taken away in another tab.
pub(crate) fn look_for_removal(app: App) {
    if app.phase.get_untracked() != Phase::Locked {
        return;
    }
    spawn_local(async move {
        let Some(services) = app.services() else {
            return;
        };
        if matches!(services.registry.lock().await, Ok(None)) {
            released(app, &services);
            app.phase.set(Phase::Ready);
            app.data_changed();
            live::resume(app);
        }
    });
}

/// Goes on without a lock.
fn released(app: App, services: &Services) {
    KEY.take();
    services.store().keyring().release();
    shelf::set_sealed(false);
    app.lock.set(LockView::default());
}

/// Shows what is left of a wait, second by second.
fn count_down(app: App, wait_ms: u64) {
    let seconds = wait_ms.div_ceil(1_000);
    let runs = app.lock.with_untracked(|view| view.wait_s > 0);
    app.lock.update(|view| view.wait_s = seconds);
    if runs || seconds == 0 {
        return;
    }
    spawn_local(async move {
        while app.lock.try_with_untracked(|view| view.wait_s > 0) == Some(true) {
            sleep(1_000).await;
            app.lock
                .update(|view| view.wait_s = view.wait_s.saturating_sub(1));
        }
    });
}

/// The key, while this tab is unlocked.
pub(crate) fn key() -> Option<Rc<DataKey>> {
    KEY.with_borrow(Clone::clone)
}

/// What takes passphrases, in this build.
pub(crate) fn worker() -> PassphraseWorker {
    PassphraseWorker {
        script: page::meta(WORKER_NAME).unwrap_or_default(),
    }
}
