//! Every route asks who is there, and whose what it touches is.
//!
//! The table of routes is the API's description of itself; that the router has no other one is a test as well. So a
//! new route is tried by every test here, or fails them.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use lume_core::ids::EntityId;
use lume_server::Config;
use lume_wire::Secret;
use serde_json::{Value, json};

use crate::app::{App, Ask, PASSWORD, Person, Reply, ask, config, id, mood};

const KEY: &str = "the app's key";
/// Words of Alice's that no answer to Bob may hold.
const NOTE: &str = "a note of Alice's alone";
const EMAIL: &str = "alice@example.org";

/// One operation of the description.
#[derive(Debug, Clone)]
struct Route {
    method: Method,
    path: String,
    operation: String,
    /// Whether an account is needed, as the description has it.
    personal: bool,
    /// Whether the app's key is.
    keyed: bool,
}

impl Route {
    fn all(document: &Value) -> Vec<Self> {
        let mut routes = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            // A path's parameters stand beside its operations.
            let operations = item.as_object().expect("operations").iter();
            for (method, operation) in operations.filter(|(name, _)| *name != "parameters") {
                let needs = |scheme: &str| !operation["security"][0][scheme].is_null();
                routes.push(Self {
                    method: method.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    operation: operation["operationId"].as_str().expect("an id").to_owned(),
                    personal: needs("bearer"),
                    keyed: needs("apiKey"),
                });
            }
        }
        routes
    }

    fn has_id(&self) -> bool {
        self.path.contains("{id}")
    }

    fn at(&self, id: &str) -> Ask {
        ask(self.method.clone(), &self.path.replace("{id}", id))
    }

    /// A request that its owner would be given what it asks for.
    fn fill(&self, ask: Ask, entity: EntityId) -> Request<Body> {
        let body = match self.operation.as_str() {
            "health" | "apiHealth" | "capabilities" | "listConsultations" | "profile"
            | "listMoods" | "getMood" | "deleteMood" | "moodHistory" | "listMoodDefs"
            | "getMoodDef" | "deleteMoodDef" | "moodDefHistory" | "listChanges" | "live"
            | "pushKey" | "unsubscribe" | "getReminders" => {
                return ask.empty();
            }
            "register" => json!({
                "email": "carol@example.org", "password": PASSWORD, "name": "Carol", "date_of_birth": "1990-05-17"
            }),
            "login" => json!({ "email": "bob@example.org", "password": PASSWORD }),
            "refresh" | "logout" => json!({ "refresh_token": "unknown" }),
            "setPassword" => {
                json!({ "current_password": PASSWORD, "new_password": "eight mild otters" })
            }
            "updateProfile" => json!({ "name": "Mallory" }),
            "deleteAccount" => json!({ "password": PASSWORD }),
            "createMood" => mood(entity, "changed by another"),
            "updateMood" => json!({ "note": "changed by another" }),
            "createMoodDef" => mood_def(entity, "changed by another"),
            "updateMoodDef" => json!({ "name": "changed by another" }),
            "sendBatch" => json!({ "events": [
                { "event_id": id(201), "type": "mood.created", "entity_id": entity, "payload": mood(entity, "changed") },
                { "event_id": id(202), "type": "mood.deleted", "entity_id": entity, "base_rev": 1, "payload": {} },
            ] }),
            "subscribe" => json!({
                "endpoint": "https://push.example/another", "keys": {
                    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                    "auth": "BTBZMqHH6r4Tts7J_aSIgg"
                }
            }),
            "setReminders" => json!({ "times": ["21:00"], "zone": "UTC" }),
            other => panic!("{other} is new: give it a body here that its owner would send"),
        };
        let ask = if self.operation.starts_with("updateMood") {
            ask.header("if-match", "\"1\"")
        } else {
            ask
        };
        ask.json(&body)
    }
}

/// A server that asks for the app's key, with the table of its routes.
async fn app() -> (App, Vec<Route>) {
    let app = App::with(
        Config {
            api_key: Some(Secret::from(KEY)),
            ..config()
        },
        None,
    );
    let document = app.get("/api/openapi.json").await.body;
    let routes = Route::all(&document);
    assert!(routes.len() >= 21, "the table is not empty");
    (app, routes)
}

async fn register<'a>(app: &'a App, email: &str) -> Person<'a> {
    let body = json!({
        "email": email, "password": PASSWORD, "name": "Somebody", "date_of_birth": "1990-05-17"
    });
    let request = ask(Method::POST, "/api/v1/auth/register").header("x-api-key", KEY);
    Person::of(app, &app.send(request.json(&body)).await)
}

fn mood_def(id: EntityId, name: &str) -> Value {
    json!({ "id": id, "label": name, "name": name, "icon": "wind", "valence": 0.3 })
}

async fn send_as(app: &App, route: &Route, id: &str, entity: EntityId, access: &str) -> Reply {
    let ask = route
        .at(id)
        .header("x-api-key", KEY)
        .header("authorization", &format!("Bearer {access}"));
    app.send(route.fill(ask, entity)).await
}

/// The router names its patterns, and a method it lacks makes it name those it has.
#[tokio::test]
async fn every_route_of_the_router_is_in_the_table() {
    let (app, routes) = app().await;
    let shown = format!("{:?}", app.router());
    let patterns: BTreeSet<&str> = shown
        .split('"')
        .filter(|text| *text == "/health" || text.starts_with("/api"))
        .collect();
    assert!(patterns.len() >= 18, "{patterns:?}");

    let mut of_the_router = BTreeSet::new();
    for pattern in patterns {
        let path = pattern.replace("{id}", &id(1).to_string());
        let request = ask(Method::PATCH, &path).header("x-api-key", KEY);
        let reply = app.send(request.empty()).await;
        assert_eq!(reply.status, 405, "{pattern}");
        for method in reply.header("allow").split(',') {
            of_the_router.insert((pattern.to_owned(), method.to_owned()));
        }
    }
    // The description and its page, which are for everybody, and what GET brings with it.
    of_the_router.retain(|(path, method)| {
        method != "HEAD"
            && !["/api/openapi.json", "/api/docs", "/api/docs.css"].contains(&path.as_str())
    });
    let described: BTreeSet<_> = routes
        .iter()
        .map(|route| (route.path.clone(), route.method.to_string()))
        .collect();
    assert_eq!(of_the_router, described);
}

#[tokio::test]
async fn without_the_app_s_key_no_route_does_anything() {
    let (app, routes) = app().await;
    let alice = register(&app, EMAIL).await;
    for route in routes {
        for key in ["", "another key"] {
            let ask = route
                .at(&id(1).to_string())
                .header("x-api-key", key)
                .header("authorization", &format!("Bearer {}", alice.access));
            let before = app.rows();
            let reply = app.send(route.fill(ask, id(1))).await;
            if route.keyed {
                assert_eq!(reply.refused(), (401, "api_key"), "{route:?}");
                assert_eq!(app.rows(), before, "{route:?}");
            } else {
                // A page can't give a WebSocket headers; its token is the first message, and without a WebSocket it
                // is refused before.
                let open = route.path.ends_with("/health") || route.operation == "live";
                assert!(open, "{route:?} asks for no key");
                assert_eq!(app.rows(), before, "{route:?}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_token_or_with_a_strange_one_no_personal_route_does_anything() {
    let (app, routes) = app().await;
    let alice = register(&app, EMAIL).await;
    let strange = [
        None,
        Some("Bearer ".to_owned()),
        Some("Bearer lume_at_0000".to_owned()),
        Some(format!("Bearer {}", alice.refresh)),
        Some(format!("Basic {}", alice.access)),
        Some(alice.access.clone()),
    ];
    for route in routes.iter().filter(|route| route.personal) {
        for value in &strange {
            let mut ask = route.at(&id(1).to_string()).header("x-api-key", KEY);
            if let Some(value) = value {
                ask = ask.header("authorization", value);
            }
            let before = app.rows();
            let reply = app.send(route.fill(ask, id(1))).await;
            assert_eq!(
                reply.refused(),
                (401, "unauthorized"),
                "{route:?} {value:?}"
            );
            assert_eq!(app.rows(), before, "{route:?} {value:?}");
        }
    }
}

#[tokio::test]
async fn with_an_expired_token_no_personal_route_does_anything_but_sign_out() {
    let (app, routes) = app().await;
    let alice = register(&app, EMAIL).await;
    app.pass_seconds(15 * 60);
    for route in routes.iter().filter(|route| route.personal) {
        if route.operation == "logout" {
            continue;
        }
        let before = app.rows();
        let reply = send_as(&app, route, &id(1).to_string(), id(1), &alice.access).await;
        assert_eq!(reply.refused(), (401, "token_expired"), "{route:?}");
        assert_eq!(app.rows(), before, "{route:?}");
    }
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_refused_by_every_route_that_takes_one() {
    let (app, routes) = app().await;
    let alice = register(&app, EMAIL).await;
    let mut tried = 0;
    for route in routes.iter().filter(|route| route.has_id()) {
        for text in [
            "1",
            "me",
            "%00",
            "%27%20OR%201%3D1",
            "..%2f..%2fusers%2fme",
            "6f9619ff-8b86-4d01-b42d-00cf4fc964f",
            "6f9619ff-8b86-4d01-b42d-00cf4fc964fff",
        ] {
            let before = app.rows();
            let reply = send_as(&app, route, text, id(1), &alice.access).await;
            assert_eq!(reply.refused(), (400, "bad_request"), "{route:?} {text}");
            assert_eq!(reply.field("id"), "invalid", "{route:?} {text}");
            assert_eq!(app.rows(), before, "{route:?} {text}");
            tried += 1;
        }
    }
    assert!(tried > 0);
}

/// Bob sends every request there is with Alice's ids. Hers are to him as ids that do not exist, except where he would
/// take one for himself, and nothing of hers is read or written.
#[tokio::test]
async fn with_another_s_token_nothing_of_hers_is_read_or_written() {
    let (app, routes) = app().await;
    let alice = register(&app, EMAIL).await;
    let request = alice
        .ask(Method::POST, "/api/v1/moods")
        .header("x-api-key", KEY)
        .header("idempotency-key", "hers");
    assert_eq!(app.send(request.json(&mood(id(1), NOTE))).await.status, 201);
    let request = alice
        .ask(Method::POST, "/api/v1/mood-defs")
        .header("x-api-key", KEY);
    let own = mood_def(id(1), NOTE);
    assert_eq!(app.send(request.json(&own)).await.status, 201);
    let hers = |app: &App| {
        let mut rows = app.rows();
        for rows in rows.values_mut() {
            rows.retain(|row| row.contains(&alice.user_id));
        }
        rows
    };
    let before = hers(&app);
    assert_eq!(before["entities"].len(), 2);

    for route in &routes {
        // Some of these end Bob's session or his account.
        let bob = register(&app, &format!("bob+{}@example.org", route.operation)).await;
        let reply = send_as(&app, route, &id(1).to_string(), id(1), &bob.access).await;
        let unknown = send_as(&app, route, &id(99).to_string(), id(99), &bob.access).await;

        let text = String::from_utf8_lossy(&reply.bytes);
        for word in [NOTE, EMAIL, alice.user_id.as_str()] {
            assert!(!text.contains(word), "{route:?}: {text}");
        }
        if route.operation.starts_with("createMood") {
            assert_eq!(reply.refused(), (403, "permission"), "{route:?}");
        } else if route.has_id() {
            assert_eq!(
                (reply.status, &reply.body),
                (unknown.status, &unknown.body),
                "{route:?} tells that it exists"
            );
        }
        assert_eq!(hers(&app), before, "{route:?}");
    }
}
