//! Awaiting an IndexedDB request without leaving its transaction.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::Array;
use lume_sync::store::StoreError;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbRequest, IdbTransaction};

use super::under_way;
use crate::{aside, js};

/// One request whose events are awaited. A cursor's request has an event for each step.
///
/// The waker runs the task in a microtask of the event, while the transaction is still active: whatever is asked of it
/// then is part of it.
pub(crate) struct Reader {
    request: IdbRequest,
    latch: Rc<RefCell<Latch>>,
    _on_event: Closure<dyn FnMut()>,
}

#[derive(Default)]
struct Latch {
    fired: bool,
    waker: Option<Waker>,
}

impl Reader {
    /// Listens to a request that was just made.
    pub(crate) fn new(request: IdbRequest) -> Self {
        let latch = Rc::new(RefCell::new(Latch::default()));
        let on_event = Closure::new({
            let latch = Rc::clone(&latch);
            move || {
                let waker = {
                    let mut latch = latch.borrow_mut();
                    latch.fired = true;
                    latch.waker.take()
                };
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
        });
        let function = on_event.as_ref().unchecked_ref();
        request.set_onsuccess(Some(function));
        request.set_onerror(Some(function));
        Self {
            request,
            latch,
            _on_event: on_event,
        }
    }

    /// Waits for the next event and gives its result.
    pub(crate) async fn next(&mut self) -> Result<JsValue, StoreError> {
        if under_way::is_aside() {
            // It is the first to wait while the page is aside, or the transaction is over.
            let _ = self.request.transaction().map(|tx| tx.abort());
            return Err(put_aside());
        }
        let event = poll_fn(|cx| {
            let mut latch = self.latch.borrow_mut();
            if latch.fired {
                latch.fired = false;
                return Poll::Ready(());
            }
            latch.waker = Some(cx.waker().clone());
            Poll::Pending
        });
        if aside::unless_left(event).await.is_none() {
            return Err(put_aside());
        }
        match self.request.error() {
            Ok(None) => self.request.result().map_err(|error| failed(&error)),
            Ok(Some(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.request.set_onsuccess(None);
        self.request.set_onerror(None);
    }
}

/// A read whose transaction was aborted since the page is aside, or was.
fn put_aside() -> StoreError {
    StoreError::Aborted("AbortError".to_owned())
}

/// Waits for a request that answers once.
pub(crate) async fn answer(request: Result<IdbRequest, JsValue>) -> Result<JsValue, StoreError> {
    Reader::new(request.map_err(|error| failed(&error))?)
        .next()
        .await
}

/// Waits for a request that answers with an array.
pub(crate) async fn answers(request: Result<IdbRequest, JsValue>) -> Result<Array, StoreError> {
    Ok(answer(request).await?.unchecked_into())
}

/// Finds an object store in a transaction.
pub(crate) fn object_store(
    tx: &IdbTransaction,
    name: &str,
) -> Result<web_sys::IdbObjectStore, StoreError> {
    tx.object_store(name).map_err(|error| failed(&error))
}

/// A read that failed: its transaction is over and wrote nothing.
pub(crate) fn failed(error: &JsValue) -> StoreError {
    StoreError::Aborted(js::error_name(error))
}
