//! Updates and installing: what `register.js` and the browser offer.

use std::cell::RefCell;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_web::timer::sleep;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::model::install_way::InstallWay;
use crate::shell::app_state::App;
use crate::shell::page;

/// Dispatched by `register.js` when a new version waits.
const UPDATE_READY_EVENT: &str = "lume:update-ready";
/// Set by `register.js` as well, for an app that came too late for the event.
const UPDATE_READY: &str = "lumeUpdateReady";
/// Changes over to the version that waits.
const ACTIVATE_UPDATE: &str = "lumeActivateUpdate";
/// Asks the server for a newer version; promises whether there is one.
const LOOK_FOR_UPDATE: &str = "lumeLookForUpdate";
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
    page::on_event("appinstalled", move |_| {
        app.installable.set(false);
        app.prefs_changed(|prefs| prefs.install_offered = true);
    });
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
fn is_installed() -> bool {
    let modes = ["standalone", "minimal-ui", "window-controls-overlay"];
    let is_app = modes
        .iter()
        .any(|mode| page::matches(&format!("(display-mode: {mode})")));
    // What iPhones said before they knew the query.
    let says_so = || {
        let window = web_sys::window()?;
        Reflect::get(&window.navigator(), &"standalone".into()).ok()
    };
    is_app || says_so().is_some_and(|says| says.is_truthy())
}

/// How the app is installed here.
pub(crate) fn install_way(app: App) -> InstallWay {
    if is_installed() {
        InstallWay::Installed
    } else if app.installable.get() {
        InstallWay::Ask
    } else {
        InstallWay::by_hand(&page::user_agent(), page::touches())
    }
}

/// What looking for a newer version came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// The server is asked.
    Looking,
    /// This is the newest version.
    Newest,
    /// A newer one is being fetched; it is offered when it is there.
    Coming,
    /// The server could not be asked.
    Unknown,
}

/// Asks the server whether there is a newer version.
pub(crate) fn look_for_update(looked: RwSignal<Option<Looked>>) {
    looked.set(Some(Looked::Looking));
    spawn_local(async move {
        let found = match ask_for_update().await {
            Some(true) => Looked::Coming,
            Some(false) => Looked::Newest,
            None => Looked::Unknown,
        };
        looked.try_set(Some(found));
    });
}

async fn ask_for_update() -> Option<bool> {
    let look: Function = global(LOOK_FOR_UPDATE)?.dyn_into().ok()?;
    let answer: Promise = look.call0(&JsValue::UNDEFINED).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()?.as_bool()
}

/// Whether a new version waits, shown above or put off until later.
pub(crate) fn update_waits() -> bool {
    global(UPDATE_READY).is_some()
}
