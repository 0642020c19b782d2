//! Hears the engine, the database and the other tabs, and keeps the shared signals up to date.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::log::{Level, LogLine};
use lume_sync::ports::Notice;
use lume_sync::{Status, StoreError, Trigger};
use lume_web::channel::Hint;
use lume_web::connectivity::is_visible;
use lume_web::idb::DatabaseNotice;
use wasm_bindgen::JsValue;

use crate::shell::app_state::{App, Phase, Trouble};
use crate::shell::{boot, lock, page, triggers};

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
}

/// Hears the engine. Calls nothing of it: what is to be read is read afterwards.
pub(crate) fn hear(app: App, notice: &Notice) {
    match notice {
        Notice::Data => {
            app.data_changed();
            if let Some(services) = app.services() {
                services.announce();
            }
            refresh(app);
        }
        Notice::Status => refresh(app),
        Notice::Log(line) => print(line),
    }
}

/// Hears what happens to a database's connection.
pub(crate) fn hear_database(app: App, notice: DatabaseNotice) {
    match notice {
        DatabaseNotice::Open { .. } => {
            app.trouble.set(None);
            // What held the start up has let go.
            if matches!(app.phase.get_untracked(), Phase::Failed { .. }) {
                boot::begin(app);
            }
        }
        DatabaseNotice::Outdated => app.trouble.set(Some(Trouble::Newer)),
        // Another tab erased this device, or left the profile.
        DatabaseNotice::Deleted => page::reload(),
        DatabaseNotice::Wiped => boot::begin_anew(app),
        // Opens it again, and finds out whether it is still there.
        DatabaseNotice::Lost => refresh(app),
        DatabaseNotice::Blocked => {}
    }
}

/// Hears another tab. A tab that nobody looks at reads when somebody does: it may be frozen at any moment, and with a
/// transaction open it would hold every other tab up.
pub(crate) fn hear_tab(app: App, hint: Hint) {
    match hint {
        Hint::Changed if is_visible() => read_again(app),
        Hint::Changed => {}
        Hint::Locked => lock::hear_shut(app),
    }
}

/// Reads everything anew: another tab may have changed it, or the worker, or have entered another profile. Hints come
/// over the channel, and none is relied upon.
pub(crate) fn read_again(app: App) {
    lock::look_for_removal(app);
    app.data_changed();
    refresh(app);
    check_profile(app);
}

/// Reloads the page if another tab has entered another profile: this one's entries are not to be seen any more.
fn check_profile(app: App) {
    let Some(services) = app.services() else {
        return;
    };
    spawn_local(async move {
        let current = services.registry.current().await;
        let is_ours = app
            .services()
            .is_some_and(|now| now.database == services.database);
        if is_ours && current.is_ok_and(|profile| profile.name != services.database) {
            page::reload();
        }
    });
}

/// Reads the published state and the profile, once more if something happened meanwhile.
pub(crate) fn refresh(app: App) {
    AGAIN.set(true);
    if READING.replace(true) {
        return;
    }
    spawn_local(async move {
        while AGAIN.replace(false) {
            let Some(engine) = app.engine() else { break };
            let status = engine.status().await;
            judge(app, status.as_ref().err());
            if let Ok(status) = status {
                triggers::plan_next_pass(app, &status);
                if app
                    .status
                    .with_untracked(|known| known.as_ref() != Some(&status))
                {
                    app.status.set(Some(status));
                }
            }
            if let Ok(profile) = engine.profile().await
                && app.profile.with_untracked(|known| *known != profile)
            {
                app.profile.set(profile);
            }
        }
        READING.set(false);
    });
}

/// Reads the published state as it is at this moment, and calls with it.
pub(crate) fn look(app: App, then: impl FnOnce(&Status) + 'static) {
    let Some(engine) = app.engine() else { return };
    spawn_local(async move {
        if let Ok(status) = engine.status().await {
            then(&status);
        }
    });
}

/// Looks whether the database works again, because the person asked.
pub(crate) fn look_again(app: App) {
    app.data_changed();
    refresh(app);
    triggers::pass(app, Trigger::Manual);
}

/// Says what is wrong with the database, or that it works again. The next notice tries again, or the person does.
fn judge(app: App, error: Option<&StoreError>) {
    let before = app.trouble.get_untracked();
    let now = match error {
        // The lock's own screen says so.
        Some(StoreError::Locked) => before,
        Some(error) => Some(boot::trouble(error)),
        // Only an open says that no newer version is in the way.
        None => before.filter(|trouble| *trouble == Trouble::Newer),
    };
    if now != before {
        app.trouble.set(now);
    }
}

fn print(line: &LogLine) {
    let words = JsValue::from(line.event.to_string());
    match line.level {
        Level::Debug => web_sys::console::debug_1(&words),
        Level::Info => web_sys::console::info_1(&words),
        Level::Warn => web_sys::console::warn_1(&words),
        Level::Error => web_sys::console::error_1(&words),
    }
}
