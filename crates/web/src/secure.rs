//! Whether this origin is a secure one.

use crate::global;

/// Whether the browser takes this origin for secure: https, or this very machine.
///
/// Without it there is no service worker, no Web Locks and no WebCrypto: the app says so and stays in device mode.
pub fn is_secure_context() -> bool {
    global::property("isSecureContext").is_some_and(|value| value.is_truthy())
}
