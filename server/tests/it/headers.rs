//! The protocol's header on every answer, the API key, the app's version, panics.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use lume_core::time::Timestamp;
use lume_server::http::router;
use lume_server::{Config, Database, ManualWorld, Service, World};
use lume_wire::Secret;
use serde_json::json;
use tower::ServiceExt as _;

use crate::app::{App, Reply, START, ask, config, id, item};

fn assert_ours(reply: &Reply, what: &str) {
    assert_eq!(reply.header("x-lume-protocol"), "1", "{what}");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        "Retry-After, Date, ETag, X-Lume-Protocol",
        "{what}"
    );
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
}

#[tokio::test]
async fn every_answer_of_the_api_is_marked_errors_included() {
    let app = App::new();
    let alice = app.alice().await;
    let long = "x".repeat(300 * 1024);
    let requests: [(&str, Request<Body>); 14] = [
        ("200", ask(Method::GET, "/api/v1/capabilities").empty()),
        ("health", ask(Method::GET, "/health").empty()),
        ("204", alice.ask(Method::DELETE, &item(id(1))).empty()),
        (
            "400",
            alice
                .ask(Method::POST, "/api/v1/moods")
                .header("content-type", "application/json")
                .bytes("{"),
        ),
        ("401", ask(Method::GET, "/api/v1/moods").empty()),
        ("404", ask(Method::GET, "/api/nowhere").empty()),
        ("404 entity", alice.ask(Method::GET, &item(id(1))).empty()),
        ("405", ask(Method::PATCH, "/api/v1/moods").empty()),
        ("413", alice.ask(Method::POST, "/api/v1/moods").bytes(long)),
        ("changes", alice.ask(Method::GET, "/api/v1/changes").empty()),
        (
            "410",
            alice.ask(Method::GET, "/api/v1/changes?cursor=x").empty(),
        ),
        (
            "batch",
            alice
                .ask(Method::POST, "/api/v1/events:batch")
                .json(&json!({})),
        ),
        ("live", ask(Method::GET, "/api/v1/live").empty()),
        ("HEAD", ask(Method::HEAD, "/api/v1/capabilities").empty()),
    ];
    for (what, request) in requests {
        assert_ours(&app.send(request).await, what);
    }
}

#[tokio::test]
async fn health_answers_in_both_places_without_key_or_session() {
    let app = App::with(
        Config {
            api_key: Some(Secret::from("key")),
            ..config()
        },
        None,
    );
    for path in ["/health", "/api/v1/health"] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body),
            (200, &json!({ "status": "ok" })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn where_there_is_an_api_key_every_call_must_carry_it() {
    let app = App::with(
        Config {
            api_key: Some(Secret::from("key")),
            ..config()
        },
        None,
    );
    let login = json!({ "email": "a@example.org", "password": "x" });
    for (method, path) in [
        (Method::GET, "/api/v1/capabilities"),
        (Method::POST, "/api/v1/auth/login"),
        (Method::GET, "/api/v1/moods"),
        (Method::GET, "/api/v1/nowhere"),
    ] {
        for key in [None, Some(""), Some("kez"), Some("key ey")] {
            let ask = ask(method.clone(), path);
            let ask = if let Some(key) = key {
                ask.header("x-api-key", key)
            } else {
                ask
            };
            let reply = app.send(ask.json(&login)).await;
            assert_eq!(reply.refused(), (401, "api_key"), "{method} {path} {key:?}");
            assert_ours(&reply, path);
        }
    }
    let good = app
        .send(
            ask(Method::GET, "/api/v1/capabilities")
                .header("x-api-key", "key")
                .empty(),
        )
        .await;
    assert_eq!(good.status, 200);
    assert_eq!(
        app.get("/api/openapi.json").await.status,
        200,
        "the description is public"
    );
}

#[tokio::test]
async fn an_app_that_is_too_old_is_asked_to_update() {
    let wanted = "1.2.0".parse().unwrap();
    let app = App::with(
        Config {
            client_version_min: Some(wanted),
            ..config()
        },
        None,
    );
    let capabilities = async |version: &str| {
        app.send(
            ask(Method::GET, "/api/v1/capabilities")
                .header("x-lume-client", version)
                .empty(),
        )
        .await
    };

    assert_eq!(capabilities("1.1.9").await.refused(), (426, "upgrade"));
    assert_eq!(capabilities("1.2.0").await.status, 200);
    assert_eq!(capabilities("1.10.0").await.status, 200);
    assert_eq!(
        app.get("/api/v1/capabilities").await.status,
        200,
        "other clients do not say"
    );
}

/// A clock that stops the show.
struct Broken(ManualWorld);

impl World for Broken {
    fn now(&self) -> Timestamp {
        panic!("the clock fell off the wall")
    }

    fn random_bytes(&self) -> [u8; 32] {
        self.0.random_bytes()
    }
}

#[tokio::test]
async fn a_panic_is_a_500_without_detail_and_the_server_goes_on() {
    let world: Arc<dyn World> = Arc::new(Broken(ManualWorld::new(START.parse().unwrap(), 1)));
    let database = Database::in_memory(&*world).unwrap();
    let service = Arc::new(Service::new(database, world, config()).unwrap());
    let router = router(service, None);
    let send = async |request: Request<Body>| router.clone().oneshot(request).await.unwrap();
    // The first panics in the handler, the second on the thread that may block.
    let requests = [
        ask(Method::POST, "/api/v1/auth/refresh").json(&json!({ "refresh_token": "x" })),
        ask(Method::POST, "/api/v1/auth/logout").json(&json!({})),
    ];

    for request in requests {
        let response = send(request).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-lume-protocol"], "1");
        let body = axum::body::to_bytes(response.into_body(), 1_000)
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&body);
        assert!(
            text.contains("internal") && !text.contains("wall"),
            "{text}"
        );
    }
    assert_eq!(
        send(ask(Method::GET, "/health").empty()).await.status(),
        200
    );
}

#[tokio::test]
async fn behind_a_proxy_with_https_the_browser_is_told_to_stay_there() {
    let plain = App::new();
    let proxied = App::with(
        Config {
            behind_proxy: true,
            ..config()
        },
        None,
    );
    let send = async |app: &App, proto: &str| {
        let reply = app
            .send(
                ask(Method::GET, "/health")
                    .header("x-forwarded-proto", proto)
                    .empty(),
            )
            .await;
        reply.header("strict-transport-security").to_owned()
    };

    assert_eq!(send(&plain, "https").await, "");
    assert_eq!(send(&proxied, "http").await, "");
    assert_eq!(send(&proxied, "https").await, "max-age=31536000");
}
