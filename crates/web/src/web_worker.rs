//! A web worker that does one thing after the other for the page, and ends when it is dropped.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker};

use crate::js;

/// A worker that runs.
pub(crate) struct WebWorker(Worker);

impl WebWorker {
    /// Starts the worker of this script; `None` where the browser does not.
    pub(crate) fn start(script: &str) -> Option<Self> {
        Worker::new(script).ok().map(Self)
    }

    /// Sends a task and waits for its answer; `None` where the worker failed. One task at a time.
    pub(crate) async fn ask(&self, task: &[(&str, JsValue)]) -> Option<JsValue> {
        let (sender, answer) = oneshot::channel();
        let sender = Rc::new(Cell::new(Some(sender)));
        let tell = move |told| {
            if let Some(sender) = sender.take() {
                // Nobody waits for a task that was given up.
                let _ = sender.send(told);
            }
        };
        let on_message: Closure<dyn FnMut(MessageEvent)> = Closure::new({
            let tell = tell.clone();
            move |event: MessageEvent| tell(Some(event.data()))
        });
        let on_error: Closure<dyn FnMut(Event)> = Closure::new(move |_| tell(None));
        self.0
            .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.0.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.0.post_message(&js::object(task)).ok()?;
        answer.await.ok()?
    }
}

impl Drop for WebWorker {
    fn drop(&mut self) {
        self.0.terminate();
    }
}
