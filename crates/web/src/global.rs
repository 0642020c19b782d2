//! The global scope: a page's window or a worker's, whichever this runs in.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Window, WorkerGlobalScope};

use crate::js;

/// The scope this runs in.
pub(crate) enum Global {
    /// A page.
    Page(Window),
    /// A worker, a service worker too.
    Worker(WorkerGlobalScope),
}

impl Global {
    /// Finds out where this runs; `None` in a place that is neither page nor worker.
    pub(crate) fn get() -> Option<Self> {
        let scope = js_sys::global();
        match scope.dyn_into::<Window>() {
            Ok(window) => Some(Self::Page(window)),
            Err(scope) => scope.dyn_into::<WorkerGlobalScope>().ok().map(Self::Worker),
        }
    }

    /// Starts a request.
    pub(crate) fn fetch(&self, request: &Request) -> Promise {
        let promise: JsValue = match self {
            Self::Page(window) => window.fetch_with_request(request).into(),
            Self::Worker(worker) => worker.fetch_with_request(request).into(),
        };
        promise.unchecked_into()
    }

    /// Where the page or the worker's script came from, as in `https://lume.example`.
    pub(crate) fn origin(&self) -> Option<String> {
        match self {
            Self::Page(window) => window.location().origin().ok(),
            Self::Worker(worker) => Some(worker.location().origin()),
        }
    }

    /// What the platform believes about the network.
    pub(crate) fn is_online(&self) -> bool {
        match self {
            Self::Page(window) => window.navigator().on_line(),
            Self::Worker(worker) => worker.navigator().on_line(),
        }
    }
}

/// Calls `callback` once, `ms` milliseconds from now; gives the handle to clear it with. A handle is what the platform
/// makes of it: the clocks of tests count beyond 32 bits.
pub(crate) fn set_timeout(callback: &Function, ms: i32) -> Option<JsValue> {
    js::call(&js_sys::global(), "setTimeout", &[callback, &ms.into()]).ok()
}

/// Clears a timeout.
pub(crate) fn clear_timeout(handle: &JsValue) {
    // A timeout that is over is no longer there to be cleared.
    let _ = js::call(&js_sys::global(), "clearTimeout", &[handle]);
}

/// A property of the global scope; `None` if there is none.
pub(crate) fn property(name: &str) -> Option<JsValue> {
    js::property(&js_sys::global(), name)
}

/// A property of `navigator`; `None` if there is none.
pub(crate) fn navigator(name: &str) -> Option<JsValue> {
    js::property(&property("navigator")?, name)
}
