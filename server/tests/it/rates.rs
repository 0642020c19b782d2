//! How often somebody may ask, and how much they get at a time.

use std::time::Duration;

use axum::http::Method;
use lume_server::Config;
use serde_json::json;

use crate::app::{App, PASSWORD, Reply, ask, config, id, item, mood};

#[tokio::test]
async fn an_account_that_asks_too_often_waits_wherever_it_asks_from() {
    let app = limited(3, 0);
    let (alice, bob) = (app.alice().await.keep(), app.bob().await.keep());
    let (alice, bob) = (alice.back_at(&app), bob.back_at(&app));
    let moods = "/api/v1/moods";
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        assert_eq!(
            get_from(&app, &alice.access, moods, address).await.status,
            200
        );
    }

    let refused = get_from(&app, &alice.access, moods, "192.0.2.4").await;

    assert_eq!(refused.refused(), (429, "rate_limited"));
    assert_eq!(
        get_from(&app, &bob.access, moods, "192.0.2.4").await.status,
        200
    );
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    app.pass_seconds(wait);
    assert_eq!(
        get_from(&app, &alice.access, moods, "192.0.2.4")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_whoever_asks() {
    let app = limited(1, 0);
    let mut answers = Vec::new();
    for number in 0..5 {
        // Strangers with a token each that is none.
        let reply = get_from(&app, &number.to_string(), "/api/v1/moods", "192.0.2.1").await;
        answers.push(reply.status.as_u16());
    }
    assert_eq!(answers, [401, 401, 401, 401, 429]);
    assert_eq!(
        get_from(&app, "x", "/api/v1/moods", "192.0.2.2")
            .await
            .status,
        401,
        "another address"
    );
    let health = get_from(&app, "x", "/health", "192.0.2.1").await;
    assert_eq!(health.status, 200, "probes are never refused");
}

#[tokio::test]
async fn a_sign_in_is_slower_by_email_than_by_address() {
    let app = limited(0, 24);
    let login = async |email: &str, address: &str| {
        let body = json!({ "email": email, "password": "a guess of mine" });
        let request = ask(Method::POST, "/api/v1/auth/login").header("x-forwarded-for", address);
        app.send(request.json(&body)).await.status.as_u16()
    };
    app.alice().await;
    // Two guesses for one email, from wherever, and however it is written.
    assert_eq!(login("alice@example.org", "192.0.2.1").await, 401);
    assert_eq!(login("ALICE@example.org", "192.0.2.2").await, 401);
    assert_eq!(login("alice@example.org", "192.0.2.3").await, 429);
    assert_eq!(login(" alice@example.org ", "192.0.2.4").await, 429);
    assert_eq!(login("nobody@example.org", "192.0.2.5").await, 401);
    // And twenty-four from one address, for whomever.
    for number in 0..24 {
        assert_eq!(
            login(&format!("{number}@example.org"), "192.0.2.9").await,
            401
        );
    }
    assert_eq!(login("another@example.org", "192.0.2.9").await, 429);
}

/// A token that was stolen is no way to guess the password.
#[tokio::test]
async fn a_password_that_is_asked_again_can_be_guessed_as_rarely_as_at_a_sign_in() {
    let app = limited(0, 24);
    let alice = app.alice().await;
    let change = async |address: &str, password: &str| {
        let body = json!({ "current_password": password, "new_password": "eight mild otters" });
        let request = alice
            .ask(Method::POST, "/api/v1/auth/password")
            .header("x-forwarded-for", address);
        app.send(request.json(&body)).await
    };
    let delete = async |address: &str, password: &str| {
        let request = alice
            .ask(Method::DELETE, "/api/v1/users/me")
            .header("x-forwarded-for", address);
        app.send(request.json(&json!({ "password": password })))
            .await
    };
    assert_eq!(
        change("192.0.2.1", "a guess").await.refused(),
        (403, "wrong_password")
    );
    assert_eq!(
        delete("192.0.2.2", "a guess").await.refused(),
        (403, "wrong_password")
    );

    let refused = change("192.0.2.3", PASSWORD).await;
    assert_eq!(
        refused.refused(),
        (429, "rate_limited"),
        "even where it is right"
    );
    assert_eq!(delete("192.0.2.4", PASSWORD).await.status, 429);
    app.pass_seconds(refused.header("retry-after").parse().expect("seconds"));
    assert_eq!(change("192.0.2.5", PASSWORD).await.status, 204);
}

#[tokio::test]
async fn a_page_has_an_end() {
    let app = App::new();
    let alice = app.alice().await;
    for number in 1..=60 {
        alice.created(&mood(id(number), "")).await;
    }
    let page = async |query: &str| alice.get(&format!("/api/v1/moods{query}")).await;
    assert_eq!(
        page("").await.data()["moods"].as_array().map(Vec::len),
        Some(50)
    );
    assert_eq!(
        page("?limit=500").await.data()["moods"]
            .as_array()
            .map(Vec::len),
        Some(60)
    );
    for query in ["?limit=501", "?limit=0", "?limit=99999999999999999999"] {
        assert_eq!(page(query).await.refused(), (400, "bad_request"), "{query}");
    }
    assert_eq!(alice.get(&item(id(1))).await.status, 200);
}

/// At the cost that operators get, next to which all else takes no time. Without that work the answer would come a hundred
/// times sooner; a machine that is busy makes two equal ones differ by a factor of two or three.
#[tokio::test]
async fn a_sign_in_takes_as_long_for_an_unknown_email() {
    let app = App::with(
        Config {
            password_cost: lume_server::PasswordCost::default(),
            ..config()
        },
        None,
    );
    app.alice().await;
    let login = async |email: &str| {
        let body = json!({ "email": email, "password": "a guess of mine" });
        let began = std::time::Instant::now();
        let reply = app.post("/api/v1/auth/login", body).await;
        assert_eq!(reply.refused(), (401, "unauthorized"));
        began.elapsed()
    };

    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        known = known.min(login("alice@example.org").await);
        unknown = unknown.min(login("nobody@example.org").await);
    }

    assert!(
        unknown > known / 10,
        "{known:?} for a known email, {unknown:?} for an unknown one"
    );
}

fn limited(requests_per_minute: u32, auth_requests_per_minute: u32) -> App {
    App::with(
        Config {
            requests_per_minute,
            auth_requests_per_minute,
            behind_proxy: true,
            ..config()
        },
        None,
    )
}

async fn get_from(app: &App, access: &str, path: &str, address: &str) -> Reply {
    let request = ask(Method::GET, path)
        .header("authorization", &format!("Bearer {access}"))
        .header("x-forwarded-for", address);
    app.send(request.empty()).await
}
