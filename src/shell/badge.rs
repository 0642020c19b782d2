//! Says outside of the page that something needs the person: on the app's icon, and in the window's title.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::meta::AppMode;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::shell::app_state::{App, Phase};
use crate::shell::page;

/// Keeps badge and title up to date for as long as the app lives.
pub(crate) fn watch(app: App) {
    let count = Memo::new(move |_| {
        // How much there is to be decided about is nobody's business while the app is locked.
        match app.phase.get() {
            Phase::Locked | Phase::Erased => return Some(0),
            Phase::Starting | Phase::Ready | Phase::Failed { .. } => {}
        }
        app.status.with(|status| {
            let status = status.as_ref()?;
            // What was refused before sync was turned off waits until it is on again.
            Some(match status.mode {
                AppMode::Synced => status.counts.needs_person(),
                AppMode::Device => 0,
            })
        })
    });
    Effect::new(move |_| {
        // Before anything is known the badge of the last visit stays.
        let Some(count) = count.get() else { return };
        page::set_attention(count);
        show(count);
    });
}

/// Sets the number on the icon; none clears it. Where there are no badges, nothing happens.
fn show(count: u64) {
    let Some(navigator) = web_sys::window().map(|window| JsValue::from(window.navigator())) else {
        return;
    };
    let call = |name: &str, argument: Option<u32>| {
        let function: Function = Reflect::get(&navigator, &name.into())
            .ok()?
            .dyn_into()
            .ok()?;
        let promise = match argument {
            Some(count) => function.call1(&navigator, &JsValue::from(count)),
            None => function.call0(&navigator),
        };
        promise.ok()?.dyn_into::<Promise>().ok()
    };
    let promise = if count == 0 {
        call("clearAppBadge", None)
    } else {
        call(
            "setAppBadge",
            Some(u32::try_from(count).unwrap_or(u32::MAX)),
        )
    };
    if let Some(promise) = promise {
        spawn_local(async move {
            // A browser may refuse a badge to a page that is not installed, which harms nobody.
            drop(JsFuture::from(promise).await);
        });
    }
}
