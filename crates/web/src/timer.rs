//! Timers that stop when they are dropped.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::global;

/// A single wait. It starts when it is made, and is cancelled when it is dropped.
#[must_use = "a dropped wait is a cancelled one"]
pub struct Sleep {
    timeout: Option<Timeout>,
    fired: Rc<Fired>,
}

#[derive(Default)]
struct Fired {
    done: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// Waits so many milliseconds. Browsers may make it longer, in hidden tabs by minutes.
pub fn sleep(ms: u64) -> Sleep {
    let fired = Rc::new(Fired::default());
    let timeout = Timeout::new(ms, {
        let fired = Rc::clone(&fired);
        move || {
            fired.done.set(true);
            if let Some(waker) = fired.waker.take() {
                waker.wake();
            }
        }
    });
    // Without timers nothing would ever wake it: it is over at once instead.
    if timeout.is_none() {
        fired.done.set(true);
    }
    Sleep { timeout, fired }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.fired.done.get() {
            self.timeout = None;
            return Poll::Ready(());
        }
        self.fired.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// Calls something again and again until it is dropped.
///
/// The next period begins when the callback has returned, so that calls never pile up while a tab is throttled.
#[must_use = "a dropped interval is a stopped one"]
pub struct Interval {
    state: Rc<IntervalState>,
}

struct IntervalState {
    ms: u64,
    callback: Box<dyn Fn()>,
    timeout: RefCell<Option<Timeout>>,
    stopped: Cell<bool>,
}

/// Calls `callback` every `ms` milliseconds, the first time after one period.
pub fn every(ms: u64, callback: impl Fn() + 'static) -> Interval {
    let state = Rc::new(IntervalState {
        ms,
        callback: Box::new(callback),
        timeout: RefCell::new(None),
        stopped: Cell::new(false),
    });
    schedule(&state);
    Interval { state }
}

fn schedule(state: &Rc<IntervalState>) {
    let next = Rc::downgrade(state);
    let timeout = Timeout::new(state.ms, move || {
        if let Some(state) = next.upgrade() {
            (state.callback)();
            if !state.stopped.get() {
                schedule(&state);
            }
        }
    });
    // When called from the callback, this drops the closure that is running: its captures are on the stack by then.
    state.timeout.replace(timeout);
}

impl Drop for Interval {
    fn drop(&mut self) {
        self.state.stopped.set(true);
        self.state.timeout.take();
    }
}

/// One `setTimeout`, cleared when dropped.
struct Timeout {
    handle: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    fn new(ms: u64, callback: impl FnOnce() + 'static) -> Option<Self> {
        let callback = Closure::once(callback);
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let handle = global::set_timeout(callback.as_ref().unchecked_ref(), ms)?;
        Some(Self {
            handle,
            _callback: callback,
        })
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        global::clear_timeout(&self.handle);
    }
}
