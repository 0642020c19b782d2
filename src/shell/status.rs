//! Hears the engine, the database and the other tabs, and keeps the shared signals up to date.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::log::{Level, LogLine};
use lume_sync::ports::Notice;
use lume_web::idb::DatabaseNotice;
use wasm_bindgen::JsValue;

use crate::shell::app_state::App;
use crate::shell::{page, triggers};

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

/// Hears what happens to the database's connection.
pub(crate) fn hear_database(app: App, notice: DatabaseNotice) {
    match notice {
        DatabaseNotice::Outdated => app.superseded.set(true),
        // Another tab erased this device, or left the profile.
        DatabaseNotice::Deleted => page::reload(),
        DatabaseNotice::Open { .. } | DatabaseNotice::Lost | DatabaseNotice::Blocked => {}
    }
}

/// Reads everything anew: another tab may have changed it, or the worker, or have entered another profile. Hints come
/// over the channel, and none is relied upon.
pub(crate) fn read_again(app: App) {
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
            // A failure is logged where it happened; the next notice tries again.
            if let Ok(status) = engine.status().await {
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

fn print(line: &LogLine) {
    let words = JsValue::from(line.event.to_string());
    match line.level {
        Level::Debug => web_sys::console::debug_1(&words),
        Level::Info => web_sys::console::info_1(&words),
        Level::Warn => web_sys::console::warn_1(&words),
        Level::Error => web_sys::console::error_1(&words),
    }
}
