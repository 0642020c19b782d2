//! What a page hears about the network and about its own life: hints for when to look again, and nothing to rely on.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Event, EventTarget, PageTransitionEvent, VisibilityState};

use crate::global::{self, Global};
use crate::js;

/// Something that happened to the page or the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The platform believes that there is a network again.
    Online,
    /// The platform believes that there is none.
    Offline,
    /// The page can be seen, was focused, was thawed or came back from the cache: read everything anew.
    Foreground,
    /// The page can't be seen any more: begin nothing.
    Background,
}

/// Listens until it is dropped.
#[must_use = "dropped, it listens no more"]
pub struct Connectivity {
    listeners: Vec<Listener>,
}

struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It was added, so it can be removed.
        let _ = self.target.remove_event_listener_with_callback(
            self.event,
            self.callback.as_ref().unchecked_ref(),
        );
    }
}

impl Connectivity {
    /// Calls `callback` for every signal; in a worker only those about the network exist.
    pub fn listen(callback: impl Fn(Signal) + Clone + 'static) -> Self {
        let mut listening = Self {
            listeners: Vec::new(),
        };
        let scope: EventTarget = js_sys::global().unchecked_into();
        listening.on(&scope, "online", &callback, |_| Some(Signal::Online));
        listening.on(&scope, "offline", &callback, |_| Some(Signal::Offline));
        if let Some(Global::Page(window)) = Global::get() {
            listening.on(&scope, "focus", &callback, |_| Some(Signal::Foreground));
            listening.on(&scope, "pageshow", &callback, |event| {
                let shown: &PageTransitionEvent = event.unchecked_ref();
                shown.persisted().then_some(Signal::Foreground)
            });
            listening.on(&scope, "pagehide", &callback, |_| Some(Signal::Background));
            if let Some(document) = window.document() {
                listening.on(&document, "visibilitychange", &callback, |_| {
                    Some(if is_visible() {
                        Signal::Foreground
                    } else {
                        Signal::Background
                    })
                });
                listening.on(&document, "freeze", &callback, |_| Some(Signal::Background));
                listening.on(&document, "resume", &callback, |_| Some(Signal::Foreground));
            }
        }
        listening
    }

    fn on(
        &mut self,
        target: &EventTarget,
        event: &'static str,
        callback: &(impl Fn(Signal) + Clone + 'static),
        signal: impl Fn(&Event) -> Option<Signal> + 'static,
    ) {
        let callback = callback.clone();
        let callback = Closure::new(move |event: Event| {
            if let Some(signal) = signal(&event) {
                callback(signal);
            }
        });
        if target
            .add_event_listener_with_callback(event, callback.as_ref().unchecked_ref())
            .is_ok()
        {
            self.listeners.push(Listener {
                target: target.clone(),
                event,
                callback,
            });
        }
    }

    /// How many events it listens to.
    pub fn events(&self) -> usize {
        self.listeners.len()
    }
}

/// Whether the page can be seen; a worker counts as seen.
pub fn is_visible() -> bool {
    match global::property("document") {
        Some(document) => {
            document.unchecked_into::<Document>().visibility_state() == VisibilityState::Visible
        }
        None => true,
    }
}

/// Whether the platform believes that there is a network: `true` proves nothing.
pub fn is_online() -> bool {
    global::navigator("onLine").is_none_or(|online| online.is_truthy())
}

/// The name of the platform's connection type, where it says one, as in `4g`.
pub fn connection_type() -> Option<String> {
    js::property(&global::navigator("connection")?, "effectiveType")?.as_string()
}
