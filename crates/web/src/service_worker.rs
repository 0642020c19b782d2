//! What a page and its service worker have to do with each other: the page asks to be stood in for, and the worker asks
//! the page to do the work while it is open.
//!
//! Only some browsers can wake a worker later ([`BackgroundSync`]); where one can't, nothing is asked for and nothing
//! is missed but time.

use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventTarget, MessageEvent, MessagePort};

use crate::{global, js};

/// The browser's promise to wake the worker when there is a network, also with no page open.
#[derive(Debug, Clone)]
pub struct BackgroundSync(JsValue);

impl BackgroundSync {
    /// Finds it once a worker is in charge of the page; `None` in a browser without it. Without a worker it waits for
    /// ever.
    pub async fn find() -> Option<Self> {
        let ready = js::property(&global::navigator("serviceWorker")?, "ready")?;
        let registration = JsFuture::from(ready.dyn_into::<Promise>().ok()?)
            .await
            .ok()?;
        js::property(&registration, "sync").map(Self)
    }

    /// Asks that the worker be woken with this tag. The request leaves the page at once, since the page may be about to
    /// be closed. A browser may refuse, as in a private window.
    pub fn register(&self, tag: &str) {
        let Ok(promise) = js::call(&self.0, "register", &[&tag.into()]) else {
            return;
        };
        if let Ok(promise) = promise.dyn_into::<Promise>() {
            wasm_bindgen_futures::spawn_local(async move {
                // A refusal is nothing to tell: the page's own timers send what is pending.
                let _ = JsFuture::from(promise).await;
            });
        }
    }
}

/// Listens to the worker until it is dropped.
#[must_use = "dropped, it listens no more"]
pub struct WorkerQuestions {
    worker: EventTarget,
    on_message: Closure<dyn FnMut(MessageEvent)>,
}

/// What the worker says, with the way to answer it where it asks something.
pub struct Question {
    data: JsValue,
    port: Option<MessagePort>,
}

impl WorkerQuestions {
    /// Calls `asked` for everything that the worker says; `None` in a browser without service workers.
    pub fn listen(asked: impl Fn(Question) + 'static) -> Option<Self> {
        let worker: EventTarget = global::navigator("serviceWorker")?.dyn_into().ok()?;
        let on_message = Closure::new(move |event: MessageEvent| {
            asked(Question {
                data: event.data(),
                port: event.ports().get(0).dyn_into().ok(),
            });
        });
        worker
            .add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { worker, on_message })
    }
}

impl Drop for WorkerQuestions {
    fn drop(&mut self) {
        // It was added, so it can be removed.
        let _ = self.worker.remove_event_listener_with_callback(
            "message",
            self.on_message.as_ref().unchecked_ref(),
        );
    }
}

impl Question {
    /// What is asked, by its `type`. A worker of another version may ask what this page does not know.
    pub fn kind(&self) -> Option<String> {
        self.word("type")
    }

    /// A word of it.
    pub fn word(&self, name: &str) -> Option<String> {
        js::property(&self.data, name)?.as_string()
    }

    /// Answers with a `type` and an `outcome`. The worker may be gone by now.
    pub fn answer(self, kind: &str, outcome: &str) {
        let answer = js::object(&[("type", kind.into()), ("outcome", outcome.into())]);
        if let Some(port) = self.port {
            let _ = port.post_message(&answer);
        }
    }
}
