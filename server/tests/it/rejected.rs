//! Nothing is stored by a request that was refused, whatever it holds.
//!
//! Requests are drawn by chance, most of them a little wrong. Where one is refused, every table is as it was before,
//! except for the answer that its key will be given again.

use std::cell::{Cell, RefCell};

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::app::{App, Kept, Person, ask, id, mood};

/// Cases after which another server is taken, so that its tables stay small.
const CASES_PER_WORLD: u32 = 200;

/// A request by Alice or somebody who claims to be.
#[derive(Debug, Clone)]
struct Drawn {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    signed_in: bool,
    body: Vec<u8>,
}

impl Drawn {
    fn request(&self, alice: &Person<'_>) -> Option<Request<Body>> {
        let mut builder = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        if self.signed_in {
            builder = builder.header("authorization", format!("Bearer {}", alice.access));
        }
        // What can't be put together can't be sent either.
        builder.body(Body::from(self.body.clone())).ok()
    }

    fn key(&self) -> Option<&str> {
        let key = self
            .headers
            .iter()
            .find(|(name, _)| *name == "idempotency-key");
        key.map(|(_, value)| value.as_str())
    }
}

fn requests() -> impl Strategy<Value = Drawn> {
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]);
    (
        methods,
        paths(),
        headers(),
        prop::bool::weighted(0.9),
        bodies(),
    )
        .prop_map(|(method, path, headers, signed_in, body)| Drawn {
            method,
            path,
            headers,
            signed_in,
            body,
        })
}

fn paths() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/api/v1/moods",
        "/api/v1/moods",
        "/api/v1/auth/register",
        "/api/v1/auth/login",
        "/api/v1/auth/refresh",
        "/api/v1/auth/password",
        "/api/v1/users/me",
        "/api/v1/consultations",
        "/api/v1/changes",
        "/api/v1/live",
        "/api/v1/events:batch",
    ]);
    let query = prop_oneof![
        3 => Just(String::new()),
        1 => "[a-z]{1,6}=[ -~]{0,12}".prop_map(|text| format!("?{}", text.replace(['#', ' ', '"', '<', '>'], "+"))),
    ];
    let item = prop_oneof![
        Just(format!("/api/v1/moods/{}", id(1))),
        Just(format!("/api/v1/moods/{}", id(7))),
        "/api/v1/moods/[-a-f0-9%]{0,40}",
    ];
    prop_oneof![
        3 => (known, query).prop_map(|(path, query)| format!("{path}{query}")),
        3 => item,
        1 => "/[a-z0-9/%.]{0,20}",
    ]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let one = prop_oneof![
        "[!-~]{0,12}".prop_map(|key| ("idempotency-key", key)),
        "(\"[0-9]{1,20}\"|W/\"1\"|\\*|[ -~]{0,8})".prop_map(|rev| ("if-match", rev)),
        "[ -~]{0,20}".prop_map(|kind| ("content-type", kind)),
    ];
    let json = Just(("content-type", "application/json".to_owned()));
    let first = prop_oneof![8 => json, 1 => one.clone()];
    (first, prop::collection::vec(one, 0..3)).prop_map(|(first, mut rest)| {
        rest.insert(0, first);
        rest
    })
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let fields = prop::collection::btree_map(names(), values(), 0..5).prop_map(|fields| {
        let fields: Map<String, Value> = fields.into_iter().collect();
        Value::Object(fields)
    });
    let fields = fields.boxed();
    let nearly = fields.clone().prop_map(|fields| {
        let mut body = good();
        for (name, value) in fields.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    });
    prop_oneof![
        2 => fields.prop_map(|body| body.to_string().into_bytes()),
        4 => nearly.prop_map(|body| body.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(Vec::new()),
    ]
}

/// What every route can read, since each passes over the fields of the others.
fn good() -> Value {
    let mut body = mood(id(1), "changed");
    for (name, value) in [
        ("email", "alice@example.org"),
        ("password", "a guess of mine"),
        ("name", "Alice"),
        ("date_of_birth", "1990-05-17"),
        ("refresh_token", "lume_rt_unknown"),
        ("current_password", "a guess of mine"),
        ("new_password", "eight mild otters"),
    ] {
        body[name] = json!(value);
    }
    body["events"] = json!([
        { "event_id": id(201), "type": "mood.created", "entity_id": id(1), "payload": {} },
        { "event_id": id(202), "type": "mood.updated", "entity_id": id(2), "base_rev": 1, "payload": {} },
    ]);
    body
}

fn names() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "user_id",
        "date",
        "mood",
        "note",
        "created_at",
        "updated_at",
        "valence",
        "labels",
        "associations",
        "local_date",
        "time_zone",
        "utc_offset_minutes",
        "source",
        "source_id",
        "email",
        "password",
        "name",
        "date_of_birth",
        "refresh_token",
        "current_password",
        "new_password",
        "rev",
        "events",
        "device",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?".prop_map(Value::from),
        Just(json!(id(1).to_string())),
        Just(json!(id(2).to_string())),
        Just(json!("x".repeat(5_000))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,4}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A server with an entry of Alice's. What requests change is where the next ones begin, for a while.
struct World {
    app: App,
    alice: Kept,
}

impl World {
    async fn new() -> Self {
        let app = App::new();
        let alice = app.alice().await;
        alice.created(&mood(id(1), "Cake")).await;
        let alice = alice.keep();
        Self { app, alice }
    }
}

#[test]
fn a_refused_request_stores_nothing_but_its_key_s_answer() {
    let runtime = Runtime::new().expect("a runtime");
    let world = RefCell::new(runtime.block_on(World::new()));
    let (tried, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let found = runner.run(&requests(), |drawn| {
        tried.set(tried.get() + 1);
        if tried.get().is_multiple_of(CASES_PER_WORLD) {
            *world.borrow_mut() = runtime.block_on(World::new());
        }
        let World { app, alice } = &*world.borrow();
        let Some(request) = drawn.request(&alice.back_at(app)) else {
            return Ok(());
        };
        let before = app.rows();
        let reply = runtime.block_on(app.send(request));
        prop_assert!(
            reply.status.as_u16() < 500,
            "{} {}",
            reply.status,
            reply.body
        );
        if reply.status.is_client_error() {
            refused.set(refused.get() + 1);
            let mut after = app.rows();
            if let (Some(key), Some(answers)) = (drawn.key(), after.get_mut("idempotency")) {
                let (known, own) = (&before["idempotency"], format!("Text({key:?})"));
                answers.retain(|row| known.contains(row) || !row.contains(&own));
            }
            prop_assert_eq!(before, after);
        }
        Ok(())
    });
    if let Err(error) = found {
        panic!("{error}");
    }
    assert!(refused.get() > 0, "some are refused");
}

/// The tables are looked at closely enough: what is accepted is seen.
#[test]
fn what_an_accepted_request_stores_is_seen() {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let app = App::new();
        let alice = app.alice().await;
        let before = app.rows();
        alice.created(&mood(id(1), "Cake")).await;
        assert_ne!(app.rows(), before);
        let reply = app.send(ask(Method::GET, "/api/v1/moods").empty()).await;
        assert_eq!(reply.status, 401);
    });
}
