//! Launches of the installed app while its window is open: a shortcut, something shared. The manifest's `launch_handler`
//! has the browser bring that window to the front and leave it as it is; where to go is told here.
//!
//! The place is changed within the app, so that a form that is being written in stays.

use std::cell::RefCell;

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::shell::app_state::App;
use crate::shell::page;

/// Begins to listen, where the browser tells.
pub(crate) fn listen(app: App) {
    let Ok(queue) = Reflect::get(&js_sys::global(), &"launchQueue".into()) else {
        return;
    };
    let set = Reflect::get(&queue, &"setConsumer".into())
        .ok()
        .and_then(|set| set.dyn_into::<Function>().ok());
    let Some(set) = set else { return };
    // The launch that opened this page is told as well, and is where the page is already.
    let opened_at = RefCell::new(Some(page::address()));
    let consumer: Closure<dyn Fn(JsValue)> = Closure::new(move |launch: JsValue| {
        let target = Reflect::get(&launch, &"targetURL".into()).ok();
        let Some(target) = target.and_then(|target| target.as_string()) else {
            return;
        };
        if opened_at.take().is_some_and(|opened| opened == target) {
            return;
        }
        if let Some(place) = page::place_of(&target) {
            app.launched.set(Some(place));
        }
    });
    drop(set.call1(&queue, consumer.as_ref()));
    // It listens until the page is gone.
    consumer.forget();
}
