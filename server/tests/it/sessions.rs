//! Tokens: their lives, their rotation, their end.

use axum::http::Method;
use serde_json::json;

use crate::app::{App, Person, Reply, ask, config, id, mood};

async fn refresh(app: &App, token: &str) -> Reply {
    app.post("/api/v1/auth/refresh", json!({ "refresh_token": token }))
        .await
}

fn refresh_token(reply: &Reply) -> String {
    reply.data()["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

#[tokio::test]
async fn an_access_token_lives_fifteen_minutes_and_its_end_is_told_apart_from_no_token() {
    let app = App::new();
    let alice = app.alice().await;

    app.pass_seconds(899);
    assert_eq!(alice.get("/api/v1/users/me").await.status, 200);
    app.pass_seconds(1);
    assert_eq!(
        alice.get("/api/v1/users/me").await.refused(),
        (401, "token_expired")
    );

    let unknown = Person {
        access: "lume_at_0".to_owned(),
        ..alice.clone()
    };
    assert_eq!(
        unknown.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
    assert_eq!(
        app.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
    let refresh_as_access = Person {
        access: alice.refresh.clone(),
        ..alice
    };
    assert_eq!(
        refresh_as_access.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn an_operator_may_shorten_the_life_of_access_tokens() {
    let app = App::with(
        lume_server::Config {
            access_token_seconds: 5,
            ..config()
        },
        None,
    );
    let alice = app.alice().await;

    app.pass_seconds(5);

    assert_eq!(
        alice.get("/api/v1/users/me").await.refused(),
        (401, "token_expired")
    );
    assert_eq!(refresh(&app, &alice.refresh).await.data()["expires_in"], 5);
}

#[tokio::test]
async fn a_refresh_token_gives_a_new_pair_that_works() {
    let app = App::new();
    let alice = app.alice().await;
    app.pass_seconds(1_000);

    let reply = refresh(&app, &alice.refresh).await;

    assert_eq!(reply.status, 200);
    assert_eq!(reply.data()["expires_in"], 900);
    let access = reply.data()["access_token"].as_str().unwrap().to_owned();
    assert_ne!(access, alice.access);
    assert_eq!(
        Person { access, ..alice }
            .get("/api/v1/users/me")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_thirty_seconds_with_the_very_same_successor() {
    let app = App::new();
    let alice = app.alice().await;

    let first = refresh(&app, &alice.refresh).await;
    app.pass_seconds(30);
    let again = refresh(&app, &alice.refresh).await;

    assert_eq!(first.data()["refresh_token"], again.data()["refresh_token"]);
    assert_eq!(first.data()["access_token"], again.data()["access_token"]);
    assert_eq!(
        again.data()["expires_in"],
        870,
        "what is left of the same token"
    );
    assert_eq!(refresh(&app, &refresh_token(&first)).await.status, 200);
}

/// Somebody copied the first refresh token. Its owner rotated it; a minute later the copy is used. The owner's session
/// ends as well, since nobody can tell which of the two is the owner.
#[tokio::test]
async fn a_refresh_token_used_too_late_ends_the_whole_family() {
    let app = App::new();
    let alice = app.alice().await;
    let owner = refresh(&app, &alice.refresh).await;
    app.pass_seconds(31);

    let thief = refresh(&app, &alice.refresh).await;

    assert_eq!(thief.refused(), (401, "token_reused"));
    assert_eq!(
        refresh(&app, &refresh_token(&owner)).await.refused(),
        (401, "unauthorized")
    );
    let access = owner.data()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        Person {
            access,
            ..alice.clone()
        }
        .get("/api/v1/users/me")
        .await
        .refused(),
        (401, "unauthorized")
    );
    assert_eq!(
        refresh(&app, &alice.refresh).await.refused(),
        (401, "token_reused"),
        "and stays so"
    );
}

#[tokio::test]
async fn the_grace_gives_no_second_line_of_tokens() {
    let app = App::new();
    let alice = app.alice().await;
    let second = refresh_token(&refresh(&app, &alice.refresh).await);
    let third = refresh_token(&refresh(&app, &second).await);

    let copied = refresh_token(&refresh(&app, &alice.refresh).await);

    assert_eq!(copied, second);
    assert_eq!(refresh_token(&refresh(&app, &copied).await), third);
}

#[tokio::test]
async fn a_family_ends_only_its_own_session() {
    let app = App::new();
    let alice = app.alice().await;
    let login = json!({ "email": "alice@example.org", "password": crate::app::PASSWORD });
    let tablet = Person::of(&app, &app.post("/api/v1/auth/login", login).await);
    refresh(&app, &alice.refresh).await;
    app.pass_seconds(31);
    refresh(&app, &alice.refresh).await;

    assert_eq!(tablet.get("/api/v1/users/me").await.status, 200);
    assert_eq!(refresh(&app, &tablet.refresh).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_lives_sixty_days_from_its_making() {
    let app = App::new();
    let alice = app.alice().await;
    app.pass_days(59);
    let next = refresh_token(&refresh(&app, &alice.refresh).await);
    app.pass_days(59);
    assert_eq!(
        refresh(&app, &next).await.status,
        200,
        "a session in use goes on"
    );

    let bob = app.bob().await;
    app.pass_days(60);
    assert_eq!(
        refresh(&app, &bob.refresh).await.refused(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn a_refresh_answer_survives_a_crash() {
    let app = App::new();
    let token = app.alice().await.refresh;
    let first = refresh_token(&refresh(&app, &token).await);

    let app = app.restarted();

    assert_eq!(refresh_token(&refresh(&app, &token).await), first);
}

#[tokio::test]
async fn signing_out_ends_the_session_even_with_an_expired_access_token() {
    let app = App::new();
    let alice = app.alice().await;
    app.pass_seconds(10_000);

    let out = app
        .send(alice.ask(Method::POST, "/api/v1/auth/logout").empty())
        .await;
    let again = app
        .send(alice.ask(Method::POST, "/api/v1/auth/logout").empty())
        .await;

    assert_eq!((out.status.as_u16(), again.status.as_u16()), (204, 204));
    assert_eq!(
        refresh(&app, &alice.refresh).await.refused(),
        (401, "unauthorized")
    );
    assert_eq!(
        alice.get("/api/v1/users/me").await.refused(),
        (401, "unauthorized")
    );
}

#[tokio::test]
async fn signing_out_works_with_the_refresh_token_alone() {
    let app = App::new();
    let alice = app.alice().await;

    let out = app
        .post(
            "/api/v1/auth/logout",
            json!({ "refresh_token": alice.refresh }),
        )
        .await;
    let nobody = app
        .post("/api/v1/auth/logout", json!({ "refresh_token": "x" }))
        .await;

    assert_eq!(out.status, 204);
    assert_eq!(alice.get("/api/v1/users/me").await.status, 401);
    assert_eq!(nobody.refused(), (401, "unauthorized"));
}

#[tokio::test]
async fn every_route_of_a_person_wants_a_session() {
    let app = App::new();
    app.alice().await.created(&mood(id(1), "Cake")).await;
    let one = crate::app::item(id(1));
    for (method, path) in [
        (Method::GET, "/api/v1/moods"),
        (Method::POST, "/api/v1/moods"),
        (Method::GET, one.as_str()),
        (Method::PUT, one.as_str()),
        (Method::DELETE, one.as_str()),
        (Method::GET, "/api/v1/users/me"),
        (Method::PUT, "/api/v1/users/me"),
        (Method::DELETE, "/api/v1/users/me"),
        (Method::POST, "/api/v1/auth/password"),
        (Method::GET, "/api/v1/consultations"),
    ] {
        let reply = app.send(ask(method.clone(), path).json(&json!({}))).await;
        assert_eq!(reply.refused(), (401, "unauthorized"), "{method} {path}");
    }
}

#[tokio::test]
async fn tokens_are_nowhere_in_the_database() {
    let app = App::new();
    let alice = app.alice().await;
    refresh(&app, &alice.refresh).await;
    let (access, token) = (alice.access.clone(), alice.refresh.clone());

    let dump = app.service.database().read(|transaction| {
        let mut found = Vec::new();
        for table in ["access_tokens", "refresh_tokens"] {
            let mut statement = transaction.prepare(&format!("SELECT hash FROM {table}"))?;
            let hashes = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            found.extend(hashes.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found)
    });

    let dump = dump.unwrap();
    assert_eq!(dump.len(), 4);
    for token in [access, token] {
        let secret = token.rsplit('_').next().unwrap();
        let raw: Vec<u8> = (0..secret.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap())
            .collect();
        assert!(
            dump.iter()
                .all(|hash| *hash != raw && hash != secret.as_bytes())
        );
    }
}
