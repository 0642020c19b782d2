//! The browser's clocks.

use lume_core::time::Timestamp;
use lume_sync::ports::Clock;
use wasm_bindgen::JsCast;
use web_sys::Performance;

use crate::global;

/// The wall clock of `Date` and the monotonic one of `performance`.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebClock;

impl Clock for WebClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(whole(js_sys::Date::now()))
    }

    fn monotonic_ms(&self) -> u64 {
        let performance =
            global::property("performance").map(JsCast::unchecked_into::<Performance>);
        let since_start = performance.map_or(0.0, |performance| performance.now());
        u64::try_from(whole(since_start)).unwrap_or(0)
    }
}

/// The milliseconds of a JS number, without its decimals.
#[expect(
    clippy::cast_possible_truncation,
    reason = "JS times are far below 2^53 milliseconds"
)]
fn whole(ms: f64) -> i64 {
    ms.floor() as i64
}
