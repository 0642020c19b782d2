//! What a scanner of headers looks for, in every kind of answer there is: of the app and of the API, good and bad, with
//! and without a body.

use axum::body::Body;
use axum::http::{Method, Request};
use lume_server::Config;
use lume_server::http::Site;
use serde_json::json;
use tempfile::TempDir;

use crate::app::{App, Person, Reply, ask, config, id, item, mood};

const EVERYWHERE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("strict-transport-security", "max-age=31536000"),
];
const FRIEND: &str = "https://friend.example.org";

/// A server behind a proxy with https, with an app of one page; one sign-in a minute, so that the second is refused.
fn app(folder: &TempDir) -> App {
    std::fs::write(folder.path().join("index.html"), "<!doctype html>").expect("a page");
    let site = Site::open(folder.path()).expect("an app");
    let settings = Config {
        behind_proxy: true,
        origins: vec![FRIEND.to_owned()],
        auth_requests_per_minute: 1,
        ..config()
    };
    App::with(settings, Some(site))
}

/// Sends a request by https and looks at what every answer must have.
async fn guarded(app: &App, status: u16, request: Request<Body>) -> (Reply, String) {
    let what = format!("{} {} {status}", request.method(), request.uri());
    let (mut parts, body) = request.into_parts();
    let https = "https".parse().expect("a value");
    parts.headers.insert("x-forwarded-proto", https);
    let reply = app.send(Request::from_parts(parts, body)).await;
    assert_eq!(reply.status.as_u16(), status, "{what}");
    for (name, value) in EVERYWHERE {
        assert_eq!(reply.header(name), value, "{what}: {name}");
    }
    let permissions = reply.header("permissions-policy");
    assert!(
        permissions.contains("geolocation=(), payment=()"),
        "{what}: {permissions}"
    );
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    for part in [
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    // wasm-unsafe-eval lets WebAssembly be compiled, and no text be run.
    let others = policy.replace("'wasm-unsafe-eval'", "");
    assert!(!others.contains("unsafe"), "{what}: {policy}");
    assert_eq!(reply.header("server"), "", "{what}");
    (reply, what)
}

#[tokio::test]
async fn every_answer_with_the_app_is_guarded() {
    let folder = TempDir::new().expect("a folder");
    let app = app(&folder);
    let etag = app.get("/").await.header("etag").to_owned();
    let known = ask(Method::GET, "/").header("if-none-match", &etag);
    for (status, request) in [
        (200, ask(Method::GET, "/").empty()),
        (200, ask(Method::HEAD, "/history").empty()),
        (200, ask(Method::GET, "/config.json").empty()),
        (304, known.empty()),
        (404, ask(Method::GET, "/nope.js").empty()),
        (404, ask(Method::GET, "/%2e%2e/passwd.txt").empty()),
        (405, ask(Method::POST, "/").empty()),
    ] {
        let (reply, what) = guarded(&app, status, request).await;
        assert_eq!(
            reply.header("content-security-policy-report-only"),
            "require-trusted-types-for 'script'",
            "{what}"
        );
        assert_ne!(reply.header("cache-control"), "", "{what}");
    }
}

#[tokio::test]
async fn every_answer_of_the_api_is_guarded() {
    let folder = TempDir::new().expect("a folder");
    let app = app(&folder);
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    for (status, request) in requests(&alice) {
        let (reply, what) = guarded(&app, status, request).await;
        assert_eq!(reply.header("x-lume-protocol"), "1", "{what}");
        let policy = reply.header("content-security-policy");
        assert!(!policy.contains("script-src"), "{what}: {policy}");
        let caching = reply.header("cache-control");
        assert!(
            ["no-store", "no-cache"].contains(&caching),
            "{what}: {caching}"
        );
    }
}

fn requests(alice: &Person<'_>) -> Vec<(u16, Request<Body>)> {
    let preflight = ask(Method::OPTIONS, "/api/v1/moods")
        .header("origin", FRIEND)
        .header("access-control-request-method", "POST");
    let stale = alice
        .ask(Method::PUT, &item(id(1)))
        .header("if-match", "\"99\"");
    let login = json!({ "email": "a@example.org", "password": "x" });
    let create = || alice.ask(Method::POST, "/api/v1/moods");
    vec![
        (200, ask(Method::GET, "/health").empty()),
        (200, ask(Method::GET, "/api/docs").empty()),
        (200, ask(Method::GET, "/api/openapi.json").empty()),
        (200, alice.ask(Method::GET, "/api/v1/moods").empty()),
        (204, preflight.empty()),
        (204, alice.ask(Method::DELETE, &item(id(2))).empty()),
        (400, alice.ask(Method::GET, "/api/v1/moods/1").empty()),
        (401, ask(Method::GET, "/api/v1/moods").empty()),
        (404, ask(Method::GET, "/api/nowhere").empty()),
        (405, ask(Method::PATCH, "/api/v1/moods").empty()),
        (412, stale.json(&json!({ "note": "Tea" }))),
        (413, create().bytes("x".repeat(300 * 1024))),
        (415, create().bytes("{}")),
        (429, ask(Method::POST, "/api/v1/auth/login").json(&login)),
    ]
}
