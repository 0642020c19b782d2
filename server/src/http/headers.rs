//! Headers that answers have whatever they are about.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use lume_wire::{headers, paths};

use super::AppState;

/// What the app may load and talk to. Its backend is chosen at run time, so that any https address may be one.
pub(super) const APP_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self' https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*; \
    manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The documentation page has a style sheet and nothing else.
const API_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// Only watched: the app's templates are put into the page as markup, by a library that knows no policy.
const TRUSTED_TYPES: &str = "require-trusted-types-for 'script'";
/// What answers have whatever they are: errors, redirections and pages that somebody opens by hand included.
const EVERYWHERE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), accelerometer=(), \
         gyroscope=(), magnetometer=(), display-capture=(), browsing-topics=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    // Pages of a configured origin ask with CORS, which this does not touch.
    ("cross-origin-resource-policy", "same-origin"),
    // For browsers that do not know frame-ancestors.
    ("x-frame-options", "DENY"),
];
const HSTS: &str = "max-age=31536000";

/// Whether a path is the API's, whose answers carry the protocol's header.
pub(super) fn is_ours(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == paths::HEALTH
}

pub(super) async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let ours = is_ours(request.uri().path());
    let https = state.service.config().behind_proxy && came_by_https(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in EVERYWHERE {
        set(headers, HeaderName::from_static(name), value);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if https {
        set(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if ours {
        set(
            headers,
            HeaderName::from_static(headers::PROTOCOL),
            headers::PROTOCOL_VALUE,
        );
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            headers::EXPOSED,
        );
        set(headers, header::CONTENT_SECURITY_POLICY, API_POLICY);
    } else {
        set(headers, header::CONTENT_SECURITY_POLICY, APP_POLICY);
        set(
            headers,
            header::CONTENT_SECURITY_POLICY_REPORT_ONLY,
            TRUSTED_TYPES,
        );
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn came_by_https(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"https"))
}
