//! Pages of other origins.

use axum::http::Method;
use lume_server::Config;

use crate::app::{App, ask, config};

const FRIEND: &str = "https://lume.example.org";

fn app() -> App {
    App::with(
        Config {
            origins: vec![FRIEND.to_owned()],
            ..config()
        },
        None,
    )
}

#[tokio::test]
async fn a_configured_origin_may_call_and_read_our_headers() {
    let app = app();

    let preflight = ask(Method::OPTIONS, "/api/v1/moods")
        .header("origin", FRIEND)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,idempotency-key",
        );
    let preflight = app.send(preflight.empty()).await;
    let call = app
        .send(
            ask(Method::GET, "/api/v1/moods")
                .header("origin", FRIEND)
                .empty(),
        )
        .await;

    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), FRIEND);
    for method in ["GET", "POST", "PUT", "DELETE"] {
        assert!(
            preflight
                .header("access-control-allow-methods")
                .contains(method)
        );
    }
    let allowed = preflight
        .header("access-control-allow-headers")
        .to_lowercase();
    for name in [
        "authorization",
        "content-type",
        "x-api-key",
        "idempotency-key",
        "if-match",
        "x-lume-client",
    ] {
        assert!(allowed.contains(name), "{name}");
    }
    assert_eq!(
        call.refused(),
        (401, "unauthorized"),
        "an error can be read as well"
    );
    assert_eq!(call.header("access-control-allow-origin"), FRIEND);
    assert_eq!(call.header("vary"), "Origin");
    assert!(
        call.header("access-control-expose-headers")
            .contains("Retry-After")
    );
    assert_eq!(
        call.header("access-control-allow-credentials"),
        "",
        "there are no cookies"
    );
}

#[tokio::test]
async fn any_other_origin_is_told_nothing() {
    for (app, origin) in [
        (app(), "https://evil.example.org"),
        (app(), "http://lume.example.org"),
        (app(), "https://lume.example.org.evil.example"),
        (app(), "null"),
        (App::new(), FRIEND),
    ] {
        let preflight = ask(Method::OPTIONS, "/api/v1/moods")
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let preflight = app.send(preflight.empty()).await;
        let call = app
            .send(
                ask(Method::GET, "/api/v1/capabilities")
                    .header("origin", origin)
                    .empty(),
            )
            .await;
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            "",
            "{origin}"
        );
        assert_eq!(preflight.status, 405, "{origin}");
        assert_eq!(call.header("access-control-allow-origin"), "", "{origin}");
    }
}
