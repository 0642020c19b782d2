//! Which addresses may be sent to.

use web_sys::Url;

use crate::global::Global;

/// Hosts that are this very machine.
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether requests may go there: over https, or in the clear to this machine or to where the page itself came from.
pub fn is_allowed_address(address: &str) -> bool {
    let Ok(url) = Url::new(address) else {
        return false;
    };
    match url.protocol().as_str() {
        "https:" => true,
        "http:" => {
            LOCAL_HOSTS.contains(&url.hostname().as_str())
                || Global::get().and_then(|global| global.origin()) == Some(url.origin())
        }
        _ => false,
    }
}
