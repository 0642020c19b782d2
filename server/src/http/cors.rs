//! Cross-origin requests: allowed for configured origins alone. The app served from here needs none of it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use crate::config::Config;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, X-API-Key, Idempotency-Key, If-Match, X-Lume-Client",
);
/// Browsers cap it lower.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("86400");

pub(super) async fn apply(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let origins = &state.service.config().origins;
    if origins.is_empty() || !super::headers::is_ours(request.uri().path()) {
        return next.run(request).await;
    }
    let origin = allowed_origin(request.headers(), origins);
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if preflight => preflight_answer(),
        // Without the headers the browser refuses by itself.
        Some(_) | None => next.run(request).await,
    };
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

fn allowed_origin(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    origins
        .iter()
        .any(|allowed| allowed.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

/// Whether a page may open a WebSocket, to which CORS does not apply: one of ours or of a configured origin. Programs
/// that are no browsers name no origin.
pub(super) fn may_connect(headers: &HeaderMap, config: &Config) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    if allowed_origin(headers, &config.origins).is_some() {
        return true;
    }
    let forwarded = config.behind_proxy.then(|| headers.get("x-forwarded-host"));
    let host = forwarded.flatten().or_else(|| headers.get(header::HOST));
    let page = origin.to_str().ok().and_then(|origin| {
        let host = origin.strip_prefix("https://");
        host.or_else(|| origin.strip_prefix("http://"))
    });
    match (page, host) {
        (Some(page), Some(host)) => host.as_bytes().eq_ignore_ascii_case(page.as_bytes()),
        _ => false,
    }
}

fn preflight_answer() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(origin: &'static str, host: &'static str, forwarded: &'static str) -> bool {
        may_at(origin, host, forwarded, !forwarded.is_empty())
    }

    fn may_at(
        origin: &'static str,
        host: &'static str,
        forwarded: &'static str,
        behind_proxy: bool,
    ) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-host", HeaderValue::from_static(forwarded));
        }
        let config = Config {
            behind_proxy,
            ..Config::default()
        };
        may_connect(&headers, &config)
    }

    #[test]
    fn a_page_of_the_name_that_was_asked_for_may_connect() {
        assert!(may("https://lume.example.org", "Lume.example.org", ""));
        assert!(may("http://localhost:8080", "localhost:8080", ""));
        assert!(may(
            "https://lume.example.org",
            "10.0.0.7:80",
            "lume.example.org"
        ));
        assert!(!may("https://lume.example.org", "10.0.0.7:80", ""));
        assert!(!may("http://localhost:8081", "localhost:8080", ""));
        assert!(!may(
            "https://evil.example",
            "evil.example",
            "lume.example.org"
        ));
        assert!(!may_at(
            "https://a.example",
            "b.example",
            "a.example",
            false
        ));
        assert!(!may("null", "null", ""));
        assert!(!may("file://lume", "lume", ""));
    }
}
