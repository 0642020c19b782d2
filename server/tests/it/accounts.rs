//! Registration, profile, password, deletion.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, Person, config, id, mood};

fn registration(name: &str, value: Value) -> Value {
    let mut body = json!({
        "email": "alice@example.org", "password": PASSWORD, "name": "Alice", "date_of_birth": "1990-05-17"
    });
    body[name] = value;
    body
}

#[tokio::test]
async fn registration_answers_with_the_account_and_a_session() {
    let app = App::new();

    let reply = app
        .post(
            "/api/v1/auth/register",
            registration("email", json!(" Alice@Example.org ")),
        )
        .await;

    assert_eq!(reply.status, 201);
    let data = reply.data();
    assert_eq!(data["email"], "Alice@Example.org");
    assert_eq!(data["name"], "Alice");
    assert_eq!(data["expires_in"], 900);
    assert_eq!(data["created_at"], crate::app::START);
    assert_eq!(
        Person::of(&app, &reply)
            .get("/api/v1/users/me")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_email_has_one_account_whatever_its_case() {
    let app = App::new();
    app.alice().await;

    let again = app
        .post(
            "/api/v1/auth/register",
            registration("email", json!("ALICE@example.ORG")),
        )
        .await;

    assert_eq!(again.refused(), (409, "email_taken"));
}

#[tokio::test]
async fn each_field_of_a_registration_that_is_wrong_is_named() {
    let app = App::new();
    let cases = [
        ("email", json!("nobody"), "invalid"),
        ("email", json!(5), "invalid"),
        ("email", Value::Null, "required"),
        (
            "email",
            json!(format!("{}@example.org", "x".repeat(250))),
            "too_long",
        ),
        ("password", json!("short"), "too_short"),
        ("password", json!("x".repeat(201)), "too_long"),
        ("password", json!("Password123"), "too_common"),
        ("password", Value::Null, "required"),
        ("name", json!("   "), "required"),
        ("name", json!("x".repeat(101)), "too_long"),
        ("date_of_birth", json!("17 May"), "invalid"),
        ("date_of_birth", json!("2025-01-16"), "in_the_future"),
        ("date_of_birth", json!("1800-01-01"), "out_of_range"),
    ];
    for (name, value, problem) in cases {
        let reply = app
            .post("/api/v1/auth/register", registration(name, value.clone()))
            .await;
        assert_eq!(reply.refused(), (422, "validation"), "{name} {value}");
        assert_eq!(reply.field(name), problem, "{name} {value}");
    }
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    assert_eq!(
        app.post("/api/v1/auth/login", login).await.status,
        401,
        "nothing was stored"
    );
}

#[tokio::test]
async fn who_is_under_thirteen_is_refused_until_the_birthday() {
    let app = App::new();

    let young = app
        .post(
            "/api/v1/auth/register",
            registration("date_of_birth", json!("2012-01-16")),
        )
        .await;
    let old_enough = app
        .post(
            "/api/v1/auth/register",
            registration("date_of_birth", json!("2012-01-15")),
        )
        .await;

    assert_eq!(young.refused(), (400, "too_young"));
    assert_eq!(old_enough.status, 201);
}

#[tokio::test]
async fn signing_in_takes_email_and_password_that_belong_together() {
    let app = App::new();
    let alice = app.alice().await;
    let login = |email: &str, password: &str| json!({ "email": email, "password": password });

    let good = app
        .post("/api/v1/auth/login", login("ALICE@example.org", PASSWORD))
        .await;
    let wrong = app
        .post(
            "/api/v1/auth/login",
            login("alice@example.org", "eight kind otters"),
        )
        .await;
    let unknown = app
        .post("/api/v1/auth/login", login("nobody@example.org", PASSWORD))
        .await;

    assert_eq!(good.status, 200);
    assert_eq!(good.data()["user_id"], alice.user_id);
    assert_eq!(wrong.refused(), (401, "unauthorized"));
    assert_eq!(
        (unknown.status, &unknown.body),
        (wrong.status, &wrong.body),
        "an unknown email answers the same"
    );
}

#[tokio::test]
async fn the_profile_is_changed_by_what_is_named() {
    let app = App::new();
    let alice = app.alice().await;

    let ask = alice.ask(Method::PUT, "/api/v1/users/me");
    let reply = app
        .send(ask.json(&json!({ "name": "Alicia", "unknown": 1 })))
        .await;

    assert_eq!(reply.status, 200);
    assert_eq!(reply.data()["name"], "Alicia");
    assert_eq!(reply.data()["date_of_birth"], "1990-05-17");
    assert_eq!(alice.get("/api/v1/users/me").await.data(), reply.data());
}

#[tokio::test]
async fn another_email_wants_the_password_and_must_be_free() {
    let app = App::new();
    let alice = app.alice().await;
    app.bob().await;
    let change = async |body: Value| {
        app.send(alice.ask(Method::PUT, "/api/v1/users/me").json(&body))
            .await
    };

    let without = change(json!({ "email": "new@example.org" })).await;
    let taken = change(json!({ "email": "Bob@example.org", "password": PASSWORD })).await;
    let good = change(json!({ "email": "new@example.org", "password": PASSWORD })).await;

    assert_eq!(without.refused(), (403, "wrong_password"));
    assert_eq!(taken.refused(), (409, "email_taken"));
    assert_eq!(good.data()["email"], "new@example.org");
    let login = json!({ "email": "new@example.org", "password": PASSWORD });
    assert_eq!(app.post("/api/v1/auth/login", login).await.status, 200);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = App::new();
    let alice = app.alice().await;
    let login = |password: &str| json!({ "email": "alice@example.org", "password": password });
    let elsewhere = Person::of(&app, &app.post("/api/v1/auth/login", login(PASSWORD)).await);
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        app.send(alice.ask(Method::POST, "/api/v1/auth/password").json(&body))
            .await
    };

    assert_eq!(
        change("not it at all", "nine kind otters").await.refused(),
        (403, "wrong_password")
    );
    let common = change(PASSWORD, "password").await;
    assert_eq!(
        (common.refused(), common.field("new_password")),
        ((422, "validation"), "too_common")
    );
    assert_eq!(change(PASSWORD, "nine kind otters").await.status, 204);

    assert_eq!(alice.get("/api/v1/users/me").await.status, 200);
    assert_eq!(
        elsewhere.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
    let refresh = app
        .post(
            "/api/v1/auth/refresh",
            json!({ "refresh_token": elsewhere.refresh }),
        )
        .await;
    assert_eq!(refresh.refused(), (401, "unauthorized"));
    assert_eq!(
        app.post("/api/v1/auth/login", login(PASSWORD)).await.status,
        401
    );
    assert_eq!(
        app.post("/api/v1/auth/login", login("nine kind otters"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    alice.delete(id(1), "k").await;
    let remove = async |body: Value| {
        app.send(alice.ask(Method::DELETE, "/api/v1/users/me").json(&body))
            .await
    };

    assert_eq!(
        remove(json!({ "password": "not it" })).await.refused(),
        (403, "wrong_password")
    );
    assert_eq!(remove(json!({})).await.refused(), (422, "validation"));
    assert_eq!(remove(json!({ "password": PASSWORD })).await.status, 204);

    assert_eq!(
        alice.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
    let counts = app.service.database().read(|transaction| {
        let count = |table: &str| -> Result<i64, lume_server::ServerError> {
            Ok(
                transaction.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get(0)
                })?,
            )
        };
        let tables = [
            "users",
            "sessions",
            "access_tokens",
            "refresh_tokens",
            "entities",
            "changes",
            "idempotency",
        ];
        tables.into_iter().map(count).collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(counts.unwrap(), [0; 7]);
    assert_eq!(
        app.alice().await.created(&mood(id(1), "Again")).await,
        1,
        "the ids are free again"
    );
}

#[tokio::test]
async fn too_many_tries_wait_as_long_as_they_are_told() {
    let app = App::with(
        lume_server::Config {
            auth_requests_per_minute: 2,
            ..config()
        },
        None,
    );
    let body = json!({ "refresh_token": "x" });

    for _ in 0..2 {
        assert_eq!(
            app.post("/api/v1/auth/refresh", body.clone()).await.status,
            401
        );
    }
    let refused = app.post("/api/v1/auth/refresh", body.clone()).await;

    assert_eq!(refused.refused(), (429, "rate_limited"));
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(refused.header("x-lume-protocol"), "1");
    app.pass_seconds(wait);
    assert_eq!(app.post("/api/v1/auth/refresh", body).await.status, 401);
}
