//! Web Locks between the tabs and the worker of one profile.
//!
//! They save work. A frozen tab keeps what it holds, a platform may have none, and nothing here is relied upon for
//! safety: no lock is ever stolen.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Promise};
use lume_sync::ports::{Lock, Locks};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::{aside, global, js, timer};

/// The locks of one profile.
#[derive(Debug, Clone)]
pub struct WebLocks {
    prefix: String,
}

impl WebLocks {
    /// The locks of the profile with this database: their names are the whole origin's, so they begin with it.
    pub fn for_database(name: &str) -> Self {
        Self {
            prefix: format!("{name}/"),
        }
    }
}

/// Gives the lock back when dropped.
pub struct WebLockGuard {
    release: Function,
}

impl Drop for WebLockGuard {
    fn drop(&mut self) {
        // Calling a promise's own resolve function can't throw.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

impl Locks for WebLocks {
    type Guard = WebLockGuard;

    async fn try_lock(&self, name: &str) -> Lock<WebLockGuard> {
        let options = js::object(&[("ifAvailable", JsValue::TRUE)]);
        match self.request(name, &options) {
            Some(asked) => unless_left(asked).await,
            None => Lock::Unavailable,
        }
    }

    async fn lock(&self, name: &str, wait_ms: u64) -> Lock<WebLockGuard> {
        let Ok(controller) = AbortController::new() else {
            return Lock::Unavailable;
        };
        let options = js::object(&[("signal", controller.signal().into())]);
        let Some(asked) = self.request(name, &options) else {
            return Lock::Unavailable;
        };
        let granted = std::pin::pin!(unless_left(asked));
        match select(granted, timer::sleep(wait_ms)).await {
            Either::Left((lock, _)) => lock,
            Either::Right(((), granted)) => {
                // Either it stops waiting, or it was granted this very moment: the answer says which.
                controller.abort();
                granted.await
            }
        }
    }
}

/// Waits for the answer. A page that was put aside and has come back takes the lock for somebody else's: it may never be
/// answered, and a lock that is granted after all is given back.
async fn unless_left(asked: Asked) -> Lock<WebLockGuard> {
    let (sender, granted) = oneshot::channel();
    // On its own, so that it is not dropped in front of the browser's call.
    wasm_bindgen_futures::spawn_local(async move {
        // A guard that nobody waits for any more comes back, and is dropped here.
        drop(sender.send(asked.granted().await));
    });
    match aside::unless_left(granted).await {
        Some(Ok(lock)) => lock,
        Some(Err(oneshot::Canceled)) => Lock::Unavailable,
        None => Lock::Busy,
    }
}

/// A request for a lock that is under way.
struct Asked {
    grant: oneshot::Receiver<Option<WebLockGuard>>,
    settled: JsFuture,
    _callback: Closure<dyn FnMut(JsValue) -> Promise>,
}

impl WebLocks {
    fn request(&self, name: &str, options: &JsValue) -> Option<Asked> {
        let manager = global::navigator("locks")?;
        let (sender, grant) = oneshot::channel();
        let sender = RefCell::new(Some(sender));
        let callback = Closure::new(move |lock: JsValue| {
            let (guard, held) = hold();
            let guard = (!lock.is_null()).then_some(guard);
            // If nobody waits for it any more the guard comes back and is dropped here, which gives the lock back.
            if let Some(sender) = sender.take() {
                let _ = sender.send(guard);
            }
            held
        });
        let name = JsValue::from_str(&format!("{}{name}", self.prefix));
        let promise = js::call(&manager, "request", &[&name, options, callback.as_ref()]).ok()?;
        let settled = JsFuture::from(promise.unchecked_into::<Promise>());
        Some(Asked {
            grant,
            settled,
            _callback: callback,
        })
    }
}

impl Asked {
    async fn granted(self) -> Lock<WebLockGuard> {
        let Self {
            grant,
            settled,
            _callback,
        } = self;
        // The promise settles before the grant only when the request failed or was aborted.
        match select(grant, settled).await {
            Either::Left((Ok(Some(guard)), settled)) => {
                // It settles when the lock is given back; somebody must look, or a failure is reported as unhandled.
                wasm_bindgen_futures::spawn_local(async move {
                    let _ = settled.await;
                });
                Lock::Held(guard)
            }
            Either::Left((Ok(None), _)) => Lock::Busy,
            Either::Right((Err(error), _)) if js::error_name(&error) == "AbortError" => Lock::Busy,
            Either::Left((Err(_), _)) | Either::Right(_) => Lock::Unavailable,
        }
    }
}

/// A guard, and the promise that is pending while the guard lives.
fn hold() -> (WebLockGuard, Promise) {
    let release = Rc::new(RefCell::new(None));
    let held = Promise::new(&mut {
        let release = Rc::clone(&release);
        move |resolve: Function, _reject: Function| {
            release.replace(Some(resolve));
        }
    });
    let release = release
        .take()
        .expect("a promise calls its executor at once");
    (WebLockGuard { release }, held)
}
