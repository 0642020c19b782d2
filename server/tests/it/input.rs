//! Malformed input: refused with an envelope, and nothing stored.

use axum::http::Method;
use serde_json::json;

use crate::app::{App, ask, id, item, mood};

#[tokio::test]
async fn a_body_that_is_no_json_object_is_a_bad_request() {
    let app = App::new();
    let alice = app.alice().await;
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"nope",
        b"[]",
        b"\"text\"",
        b"null",
        b"{\"id\": \xff}",
        b"{} {}",
        &[b'['; 10_000],
    ];
    for body in bodies {
        let ask = alice
            .ask(Method::POST, "/api/v1/moods")
            .header("content-type", "application/json");
        let reply = app.send(ask.bytes(body.to_vec())).await;
        assert_eq!(
            reply.refused(),
            (400, "bad_request"),
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(20)])
        );
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let app = App::new();
    let alice = app.alice().await;
    let send = async |content_type: Option<&str>| {
        let ask = alice.ask(Method::POST, "/api/v1/moods");
        let ask = match content_type {
            Some(content_type) => ask.header("content-type", content_type),
            None => ask,
        };
        app.send(ask.bytes(mood(id(1), "").to_string())).await
    };

    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("json"),
    ] {
        assert_eq!(
            send(content_type).await.refused(),
            (415, "unsupported_media_type"),
            "{content_type:?}"
        );
    }
    assert_eq!(
        send(Some("Application/JSON; charset=utf-8")).await.status,
        201
    );
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_a_bad_request() {
    let app = App::new();
    let alice = app.alice().await;
    for path in [
        "/api/v1/moods/1",
        "/api/v1/moods/%00",
        "/api/v1/moods/%ff",
        "/api/v1/moods/not-a-uuid",
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let ask = alice.ask(method.clone(), path).header("if-match", "\"1\"");
            let reply = app.send(ask.json(&json!({}))).await;
            assert_eq!(reply.refused(), (400, "bad_request"), "{method} {path}");
            assert_eq!(reply.field("id"), "invalid");
        }
    }
    for (body, problem) in [
        (json!({ "mood": "happy" }), "required"),
        (json!({ "id": "1" }), "invalid"),
    ] {
        let reply = alice.create(&body, "k").await;
        assert_eq!(
            (reply.refused(), reply.field("id")),
            ((400, "bad_request"), problem)
        );
    }
    let upper = id(1).to_string().to_uppercase();
    alice.created(&mood(id(1), "")).await;
    assert_eq!(
        alice.get(&format!("/api/v1/moods/{upper}")).await.status,
        200
    );
}

#[tokio::test]
async fn a_body_over_256_kib_is_413_and_one_just_below_is_read() {
    let app = App::new();
    let alice = app.alice().await;
    let body = |bytes: usize| {
        let mut body = mood(id(1), "");
        body["padding"] =
            json!("x".repeat(bytes - body.to_string().len() - r#","padding":"""#.len()));
        body
    };
    let limit = 256 * 1024;
    assert_eq!(body(limit).to_string().len(), limit);

    let large = alice.create(&body(limit + 1), "k1").await;
    let below = alice.create(&body(limit), "k2").await;

    assert_eq!(large.refused(), (413, "too_large"));
    assert_eq!(large.header("x-lume-protocol"), "1");
    assert_eq!(below.status, 201);
}

#[tokio::test]
async fn each_rule_of_an_entry_is_told_by_field() {
    let app = App::new();
    let alice = app.alice().await;
    for (name, value, problem) in [
        ("note", json!("ö".repeat(4_001)), "too_long"),
        ("mood", json!(""), "required"),
        ("mood", json!("x".repeat(41)), "too_long"),
        ("date", json!("2025-01-16T12:00:00.001Z"), "in_the_future"),
        ("date", json!("15.1.2025"), "invalid"),
        ("valence", json!(1.5), "out_of_range"),
        ("source", json!("elsewhere"), "invalid"),
    ] {
        let mut body = mood(id(1), "");
        body[name] = value.clone();
        let reply = alice.create(&body, &format!("{name}-{problem}")).await;
        assert_eq!(
            (reply.refused(), reply.field(name)),
            ((422, "validation"), problem),
            "{name} {value}"
        );
    }
    let mut ahead = mood(id(1), &"ö".repeat(4_000));
    ahead["date"] = json!("2025-01-16T12:00:00Z");
    assert_eq!(
        alice.create(&ahead, "k").await.status,
        201,
        "a day ahead is a wrong clock"
    );
}

#[tokio::test]
async fn odd_text_is_kept_as_it_is() {
    let app = App::new();
    let alice = app.alice().await;
    let note = "line\n\u{0}\u{202e}<script>alert(1)</script> \u{1F600} '; DROP TABLE entities; --";

    alice.created(&mood(id(1), note)).await;

    assert_eq!(alice.show(id(1)).await.data()["note"], note);
}

#[tokio::test]
async fn an_unknown_route_or_method_of_the_api_answers_in_its_envelope() {
    let app = App::new();
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/nope",
        "/api/v2/moods",
        "/api/v1/moods/",
        "/api/v1/moods/a/b",
    ] {
        assert_eq!(app.get(path).await.refused(), (404, "not_found"), "{path}");
    }
    let patch = app
        .send(ask(Method::PATCH, &item(id(1))).json(&json!({})))
        .await;
    assert_eq!(patch.refused(), (405, "method_not_allowed"));
    assert_eq!(patch.header("allow"), "GET,HEAD,PUT,DELETE");
}

#[tokio::test]
async fn consultations_are_an_empty_list_whose_parameters_are_checked() {
    let app = App::new();
    let alice = app.alice().await;

    let list = alice
        .get("/api/v1/consultations?status=all&persona=nutritionist&limit=100&offset=3")
        .await;

    let empty = json!({ "consultations": [], "total_count": 0, "limit": 100, "offset": 3 });
    assert_eq!(list.data(), &empty);
    assert_eq!(alice.get("/api/v1/consultations").await.data()["limit"], 20);
    for query in [
        "status=odd",
        "persona=odd",
        "limit=0",
        "limit=101",
        "limit=x",
        "offset=-1",
    ] {
        let reply = alice.get(&format!("/api/v1/consultations?{query}")).await;
        assert_eq!(reply.refused(), (400, "bad_request"), "{query}");
    }
}
