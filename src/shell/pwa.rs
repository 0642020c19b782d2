//! Updates and installing: what `register.js` and the browser offer.

use std::cell::RefCell;

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_web::timer::sleep;
use wasm_bindgen::{JsCast, JsValue};

use crate::shell::app_state::App;
use crate::shell::page;

/// Dispatched by `register.js` when a new version waits.
const UPDATE_READY_EVENT: &str = "lume:update-ready";
/// Set by `register.js` as well, for an app that came too late for the event.
const UPDATE_READY: &str = "lumeUpdateReady";
/// Changes over to the version that waits.
const ACTIVATE_UPDATE: &str = "lumeActivateUpdate";
/// How long a draft gets to be written before the page is loaded anew.
const DRAFT_WRITE_MS: u64 = 250;

thread_local! {
    static INSTALL_PROMPT: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

fn global(name: &str) -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &name.into())
        .ok()
        .filter(JsValue::is_truthy)
}

/// Begins to listen.
pub(crate) fn listen(app: App) {
    page::on_event(UPDATE_READY_EVENT, move |_| app.update_ready.set(true));
    if global(UPDATE_READY).is_some() {
        app.update_ready.set(true);
    }
    page::on_event("beforeinstallprompt", move |event| {
        // The browser's own bar would come before anybody knows what this is.
        event.prevent_default();
        INSTALL_PROMPT.set(Some(event.into()));
        app.installable.set(true);
    });
    page::on_event("appinstalled", move |_| app.installable.set(false));
}

/// Writes what is unsaved, then changes over to the version that waits; the page is loaded anew.
pub(crate) fn update(app: App) {
    app.flush_drafts
        .update(|count| *count = count.wrapping_add(1));
    spawn_local(async move {
        sleep(DRAFT_WRITE_MS).await;
        match global(ACTIVATE_UPDATE).and_then(|activate| activate.dyn_into::<Function>().ok()) {
            Some(activate) => drop(activate.call0(&JsValue::UNDEFINED)),
            None => page::reload(),
        }
    });
}

/// Shows the browser's question whether to install.
pub(crate) fn install(app: App) {
    app.installable.set(false);
    let Some(prompt) = INSTALL_PROMPT.take() else {
        return;
    };
    let ask = Reflect::get(&prompt, &"prompt".into())
        .ok()
        .and_then(|ask| ask.dyn_into::<Function>().ok());
    if let Some(ask) = ask {
        drop(ask.call0(&prompt));
    }
}

/// Whether the app runs as an installed one.
pub(crate) fn is_installed() -> bool {
    page::matches("(display-mode: standalone)")
}

/// Whether installing goes by hand here: iPhones and iPads have no question to show.
pub(crate) fn installs_by_hand() -> bool {
    let agent = page::user_agent();
    (agent.contains("iPhone") || agent.contains("iPad")) && !is_installed()
}

/// Whether a new version waits, shown above or put off until later.
pub(crate) fn update_waits() -> bool {
    global(UPDATE_READY).is_some()
}
