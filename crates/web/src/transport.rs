//! Requests to the backend, over `fetch`.
//!
//! It sends what it is given and nothing else: no cookies, no cache, no referrer, and it follows no redirect, so that
//! a captive portal can't answer in the backend's place. It sends to https addresses, and in the clear to this very
//! machine or the page's own origin alone.

mod address;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::{Either, select};
use js_sys::{Promise, Uint8Array};
use lume_sync::ports::{Request, Response, SendError, Transport};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit,
    RequestMode, RequestRedirect, ResponseType,
};

use crate::global::Global;
use crate::{aside, timer};

pub use address::is_allowed_address;

/// The end of the one address for which it is worth knowing whether the backend is down or refuses us.
const PROBED_PATH_END: &str = "/capabilities";

/// Sends requests with `fetch`.
#[derive(Default)]
pub struct FetchTransport {
    running: RefCell<Vec<Rc<Running>>>,
}

/// A request that can be stopped.
struct Running {
    controller: AbortController,
    stopped: Cell<bool>,
}

impl FetchTransport {
    /// Stops every request under way; each ends with [`SendError::Stopped`]. For signing out and shutting down.
    pub fn stop_all(&self) {
        for running in self.running.borrow().iter() {
            running.stopped.set(true);
            running.controller.abort();
        }
    }
}

impl Transport for FetchTransport {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        let Some(global) = Global::get() else {
            return Err(SendError::Network);
        };
        if !is_allowed_address(&request.url) {
            return Err(SendError::Refused);
        }
        let running = self.start().ok_or(SendError::Network)?;
        let answered = aside::unless_left(exchange(&global, &request, &running.0));
        let timeout = timer::sleep(request.timeout_ms);
        let result = match select(std::pin::pin!(answered), timeout).await {
            Either::Left((Some(result), _)) => result,
            // A page that was put aside meanwhile may never hear the answer.
            Either::Left((None, _)) => return Err(SendError::Stopped),
            Either::Right(((), _)) => return Err(SendError::Timeout),
        };
        if running.0.stopped.get() {
            return Err(SendError::Stopped);
        }
        match result {
            Err(SendError::Network) if answers_to_nobody_in_particular(&global, &request).await => {
                Err(SendError::Refused)
            }
            result => result,
        }
    }

    fn is_online(&self) -> bool {
        Global::get().is_none_or(|global| global.is_online())
    }
}

impl FetchTransport {
    fn start(&self) -> Option<Guard<'_>> {
        let running = Rc::new(Running {
            controller: AbortController::new().ok()?,
            stopped: Cell::new(false),
        });
        self.running.borrow_mut().push(Rc::clone(&running));
        Some(Guard(running, &self.running))
    }
}

/// Takes a request off the list, and ends it, whichever way it is left.
struct Guard<'a>(Rc<Running>, &'a RefCell<Vec<Rc<Running>>>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.1
            .borrow_mut()
            .retain(|running| !Rc::ptr_eq(running, &self.0));
        self.0.controller.abort();
    }
}

async fn exchange(
    global: &Global,
    request: &Request,
    running: &Running,
) -> Result<Response, SendError> {
    let fetched = prepare(request, running).map_err(|_| SendError::Network)?;
    let response = JsFuture::from(global.fetch(&fetched))
        .await
        .map_err(|_| SendError::Network)?;
    let response: web_sys::Response = response.unchecked_into();
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    Ok(Response {
        status: response.status(),
        redirected: response.type_() == ResponseType::Opaqueredirect || response.redirected(),
        content_type: header("Content-Type").map(|value| media_type(&value)),
        protocol: header("X-Lume-Protocol"),
        retry_after: header("Retry-After"),
        date: header("Date"),
        etag: header("ETag"),
        body: body(&response).await,
    })
}

fn prepare(request: &Request, running: &Running) -> Result<web_sys::Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.name());
    init.set_headers(&headers);
    if let Some(body) = &request.body {
        init.set_body(&Uint8Array::from(body.as_slice()));
    }
    init.set_mode(RequestMode::Cors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Manual);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&running.controller.signal()));
    web_sys::Request::new_with_str_and_init(&request.url, &init)
}

async fn body(response: &web_sys::Response) -> Option<Vec<u8>> {
    let buffer: JsValue = response.array_buffer().ok()?.into();
    let buffer = JsFuture::from(buffer.unchecked_into::<Promise>())
        .await
        .ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Tells a backend that is down from one that does not let this page ask (CORS), which `fetch` reports alike: asked
/// without permission to see the answer, the second one answers.
async fn answers_to_nobody_in_particular(global: &Global, request: &Request) -> bool {
    if !request.url.ends_with(PROBED_PATH_END) {
        return false;
    }
    let Ok(controller) = AbortController::new() else {
        return false;
    };
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&controller.signal()));
    let Ok(probe) = web_sys::Request::new_with_str_and_init(&request.url, &init) else {
        return false;
    };
    let answer = JsFuture::from(global.fetch(&probe));
    let answered = match select(answer, timer::sleep(request.timeout_ms)).await {
        Either::Left((answer, _)) => answer.is_ok(),
        Either::Right(_) => false,
    };
    controller.abort();
    answered
}

fn media_type(value: &str) -> String {
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}
