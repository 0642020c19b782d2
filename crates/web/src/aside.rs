//! A page that the browser puts aside, and shows again as it was (the back/forward cache).
//!
//! What a page waited for when it was put aside may never be answered. Firefox forgets it: transactions, opens,
//! requests for locks, WebCrypto. What was being fetched may hang in others, too. The page comes back and would wait for
//! ever. So whoever waits for the platform here waits until the page has come back as well, and then decides without the
//! answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use futures::channel::oneshot;
use futures::future::{Either, select};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::js;

thread_local! {
    static WAITING: Waiting = Waiting::new();
}

/// Those who wait while the page may come back.
struct Waiting {
    next: Cell<u64>,
    senders: RefCell<BTreeMap<u64, oneshot::Sender<()>>>,
}

impl Waiting {
    fn new() -> Self {
        listen("pageshow", || {
            let senders = WAITING.with(|waiting| waiting.senders.take());
            for sender in senders.into_values() {
                // Whoever has its answer by now no longer listens.
                let _ = sender.send(());
            }
        });
        Self {
            next: Cell::new(0),
            senders: RefCell::default(),
        }
    }
}

/// A place among those who wait, until this is dropped.
struct Place(u64);

impl Place {
    fn take() -> (Self, oneshot::Receiver<()>) {
        let (sender, returned) = oneshot::channel();
        let number = WAITING.with(|waiting| {
            let number = waiting.next.get();
            waiting.next.set(number + 1);
            waiting.senders.borrow_mut().insert(number, sender);
            number
        });
        (Self(number), returned)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        WAITING.with(|waiting| waiting.senders.borrow_mut().remove(&self.0));
    }
}

/// Waits for work; `None` if the page was put aside and came back before there was an answer. The work is dropped then.
pub(crate) async fn unless_left<T>(work: impl Future<Output = T>) -> Option<T> {
    let (_place, returned) = Place::take();
    match select(std::pin::pin!(work), returned).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(_) => None,
    }
}

/// Does work that may be done again, until there is an answer: once, and once more for each time that the page was put
/// aside meanwhile.
pub(crate) async fn until_answered<T>(work: impl AsyncFn() -> T) -> T {
    loop {
        if let Some(answer) = unless_left(work()).await {
            return answer;
        }
    }
}

/// Calls back when the page is put aside (`pagehide`), or is back from there (`pageshow`), for as long as there is a
/// page.
pub(crate) fn listen(event: &str, heard: fn()) {
    let scope: EventTarget = js_sys::global().unchecked_into();
    let callback = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        if js::property(&event, "persisted").is_some_and(|is_kept| is_kept.is_truthy()) {
            heard();
        }
    });
    // Where there is no such event it is never called.
    let _ = scope.add_event_listener_with_callback(event, callback.into_js_value().unchecked_ref());
}
