//! Mood entries: the table of api.md, row by row.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, id, item, mood};

#[tokio::test]
async fn a_new_entry_answers_201_with_its_revision() {
    let app = App::new();
    let alice = app.alice().await;

    let reply = alice.create(&mood(id(1), "Cake"), "k1").await;

    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("etag"), "\"1\"");
    let data = reply.data();
    assert_eq!(data["id"], id(1).to_string());
    assert_eq!(data["user_id"], alice.user_id);
    assert_eq!(data["date"], "2025-01-15T10:30:00.000Z");
    assert_eq!(data["note"], "Cake");
    assert_eq!(data["rev"], 1);
    assert_eq!(alice.show(id(1)).await.data(), data);
}

#[tokio::test]
async fn the_seeds_request_without_any_of_our_headers_is_good() {
    let app = App::new();
    let alice = app.alice().await;
    let mut body = mood(id(1), "Had a great morning!");
    body["user_id"] = json!(alice.user_id);

    let created = app
        .send(alice.ask(Method::POST, "/api/v1/moods").json(&body))
        .await;
    let again = app
        .send(alice.ask(Method::POST, "/api/v1/moods").json(&body))
        .await;
    let deleted = app
        .send(alice.ask(Method::DELETE, &item(id(1))).empty())
        .await;

    assert_eq!(
        (
            created.status.as_u16(),
            again.status.as_u16(),
            deleted.status.as_u16()
        ),
        (201, 200, 204)
    );
}

#[tokio::test]
async fn all_fields_come_back_and_unknown_ones_are_kept_out() {
    let app = App::new();
    let alice = app.alice().await;
    let mut body = mood(id(1), "Cake");
    let more = json!({
        "valence": -0.25, "labels": ["happy", "proud"], "associations": ["family"], "local_date": "2025-01-15",
        "time_zone": "Europe/Berlin", "utc_offset_minutes": 60, "source": "import", "source_id": "row 7"
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body["hat"] = json!("red");
    body["rev"] = json!(99);

    alice.created(&body).await;

    let shown = alice.show(id(1)).await;
    for (name, value) in more.as_object().unwrap() {
        assert_eq!(&shown.data()[name], value, "{name}");
    }
    assert_eq!(shown.data()["hat"], Value::Null);
    assert_eq!(shown.data()["rev"], 1);
}

#[tokio::test]
async fn a_custom_mood_passes_through() {
    let app = App::new();
    let alice = app.alice().await;
    let mut body = mood(id(1), "");
    body["mood"] = json!("wobbly 🙂");

    alice.created(&body).await;

    assert_eq!(alice.show(id(1)).await.data()["mood"], "wobbly 🙂");
}

#[tokio::test]
async fn the_same_content_under_another_key_is_the_same_entry() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let mut body = mood(id(1), "Cake");
    body["date"] = json!("2025-01-15T11:30:00+01:00");
    body["id"] = json!(id(1).to_string().to_uppercase());

    let again = alice.create(&body, "another key").await;

    assert_eq!(again.status, 400, "a key has no space");
    let again = alice.create(&body, "another-key").await;
    assert_eq!((again.status.as_u16(), again.rev()), (200, 1));
}

#[tokio::test]
async fn other_content_under_a_known_id_is_a_conflict_that_shows_the_entry() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;

    let reply = alice.create(&mood(id(1), "Tea"), "k2").await;

    assert_eq!(reply.refused(), (409, "exists"));
    assert_eq!(reply.body["error"]["entity"]["note"], "Cake");
    assert_eq!(reply.body["error"]["rev"], 1);
    assert_eq!(reply.rev(), 1);
}

#[tokio::test]
async fn an_update_changes_the_named_fields_and_null_clears() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;

    let changed = alice
        .update(id(1), rev, &json!({ "mood": "sad", "valence": -1 }), "k2")
        .await;
    let cleared = alice
        .update(
            id(1),
            changed.rev(),
            &json!({ "note": null, "valence": null }),
            "k3",
        )
        .await;

    assert_eq!((changed.status.as_u16(), changed.rev()), (200, 2));
    assert_eq!(
        (&changed.data()["mood"], &changed.data()["note"]),
        (&json!("sad"), &json!("Cake"))
    );
    assert_eq!(cleared.rev(), 3);
    assert_eq!(
        (&cleared.data()["note"], &cleared.data()["valence"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(cleared.data()["created_at"], "2025-01-15T10:30:00.000Z");
    assert_eq!(cleared.data()["updated_at"], crate::app::START);
}

#[tokio::test]
async fn an_update_based_on_another_revision_gets_412_and_the_entry() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;
    alice
        .update(id(1), rev, &json!({ "note": "Tea" }), "k2")
        .await;

    let stale = alice
        .update(id(1), rev, &json!({ "note": "Pie" }), "k3")
        .await;

    assert_eq!(stale.refused(), (412, "version"));
    assert_eq!(stale.body["error"]["entity"]["note"], "Tea");
    assert_eq!(stale.body["error"]["rev"], 2);
    assert_eq!(alice.show(id(1)).await.data()["note"], "Tea");
}

#[tokio::test]
async fn an_update_must_name_a_revision_and_an_entry_that_exists() {
    let app = App::new();
    let alice = app.alice().await;
    alice.created(&mood(id(1), "Cake")).await;
    let put = |if_match: Option<&str>| {
        let ask = alice.ask(Method::PUT, &item(id(1)));
        if_match.map_or_else(
            || alice.ask(Method::PUT, &item(id(1))),
            |tag| ask.header("if-match", tag),
        )
    };
    let patch = json!({ "note": "Tea" });

    assert_eq!(
        app.send(put(None).json(&patch)).await.refused(),
        (428, "precondition_required")
    );
    assert_eq!(
        app.send(put(Some("1")).json(&patch)).await.refused(),
        (400, "bad_request")
    );
    assert_eq!(
        app.send(put(Some("\"other\"")).json(&patch))
            .await
            .refused(),
        (412, "version")
    );
    assert_eq!(app.send(put(Some("*")).json(&patch)).await.status, 200);
    assert_eq!(
        alice.update(id(2), 1, &patch, "k").await.refused(),
        (404, "entity")
    );
}

#[tokio::test]
async fn an_update_can_neither_move_an_entry_nor_break_a_rule() {
    let app = App::new();
    let alice = app.alice().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;

    let moved = alice
        .update(id(1), rev, &json!({ "id": id(2).to_string() }), "k2")
        .await;
    let broken = alice
        .update(
            id(1),
            rev,
            &json!({ "note": "x".repeat(4_001), "mood": null }),
            "k3",
        )
        .await;
    let remade = alice
        .update(
            id(1),
            rev,
            &json!({ "created_at": "2020-01-01T00:00:00Z" }),
            "k4",
        )
        .await;

    assert_eq!(moved.refused(), (400, "bad_request"));
    assert_eq!(broken.refused(), (422, "validation"));
    assert_eq!(
        (broken.field("note"), broken.field("mood")),
        ("too_long", "required")
    );
    assert_eq!(remade.data()["created_at"], "2025-01-15T10:30:00.000Z");
}

#[tokio::test]
async fn nobody_touches_anothers_entry() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    let rev = alice.created(&mood(id(1), "Cake")).await;

    assert_eq!(
        bob.create(&mood(id(1), "Cake"), "k1").await.refused(),
        (403, "permission")
    );
    let update = bob
        .update(id(1), rev, &json!({ "note": "Tea" }), "k2")
        .await;
    assert_eq!(update.refused(), (403, "permission"));
    assert_eq!(
        update.body["error"].get("entity"),
        None,
        "nothing of it is shown"
    );
    assert_eq!(bob.delete(id(1), "k3").await.refused(), (403, "permission"));
    assert_eq!(bob.show(id(1)).await.refused(), (404, "entity"));
    assert_eq!(bob.get("/api/v1/moods").await.data()["moods"], json!([]));
    assert_eq!(alice.show(id(1)).await.data()["note"], "Cake");
}

#[tokio::test]
async fn a_body_of_anothers_account_is_refused() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;
    let mut body = mood(id(1), "Cake");
    body["user_id"] = json!(alice.user_id);

    assert_eq!(bob.create(&body, "k1").await.refused(), (403, "permission"));
    assert_eq!(alice.show(id(1)).await.refused(), (404, "entity"));
    body["user_id"] = json!(bob.user_id.to_uppercase());
    assert_eq!(bob.create(&body, "k2").await.status, 201);
}

#[tokio::test]
async fn revisions_are_the_accounts_commit_numbers() {
    let app = App::new();
    let alice = app.alice().await;
    let bob = app.bob().await;

    assert_eq!(alice.created(&mood(id(1), "a")).await, 1);
    assert_eq!(bob.created(&mood(id(2), "b")).await, 1);
    assert_eq!(alice.created(&mood(id(3), "c")).await, 2);
    assert_eq!(alice.create(&mood(id(3), "d"), "refused").await.status, 409);
    assert_eq!(alice.delete(id(1), "k").await.rev(), 3);
    assert_eq!(
        alice
            .update(id(3), 2, &json!({ "note": "e" }), "k2")
            .await
            .rev(),
        4
    );
}

#[tokio::test]
async fn a_list_comes_in_pages_newest_first() {
    let app = App::new();
    let alice = app.alice().await;
    // Three of them at one instant, so that pages are cut between equal times.
    for (number, date) in [
        (1, "09:00"),
        (2, "10:00"),
        (3, "10:00"),
        (4, "10:00"),
        (5, "11:00"),
    ] {
        let mut body = mood(id(number), "");
        body["date"] = json!(format!("2025-01-15T{date}:00Z"));
        alice.created(&body).await;
    }
    alice.delete(id(3), "k").await;

    let mut seen = Vec::new();
    let mut path = "/api/v1/moods?limit=1".to_owned();
    for _ in 0..10 {
        let page = alice.get(&path).await;
        seen.extend(
            page.data()["moods"]
                .as_array()
                .unwrap()
                .iter()
                .map(|mood| mood["id"].clone()),
        );
        match page.data()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/moods?limit=1&cursor={cursor}"),
            None => break,
        }
    }

    assert_eq!(seen, [id(5), id(4), id(2), id(1)].map(|id| json!(id)));
}

#[tokio::test]
async fn a_list_is_narrowed_by_time_both_ends_included() {
    let app = App::new();
    let alice = app.alice().await;
    for (number, date) in [
        (1, "2025-01-13T23:59:59Z"),
        (2, "2025-01-14T00:00:00Z"),
        (3, "2025-01-14T23:59:59.999Z"),
    ] {
        let mut body = mood(id(number), "");
        body["date"] = json!(date);
        alice.created(&body).await;
    }
    let listed = async |query: &str| {
        let page = alice.get(&format!("/api/v1/moods?{query}")).await;
        page.data()["moods"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mood| mood["id"].clone())
            .collect::<Vec<_>>()
    };

    let all_of_the_14th = [json!(id(3)), json!(id(2))];
    assert_eq!(
        listed("from=2025-01-14&to=2025-01-14").await,
        all_of_the_14th
    );
    assert_eq!(listed("from=2025-01-14T00:00:00Z").await, all_of_the_14th);
    assert_eq!(
        listed("to=2025-01-14T00:00:00Z").await,
        [json!(id(2)), json!(id(1))]
    );
    assert_eq!(
        listed("from=2025-01-14T01%3A00%3A00%2B01%3A00").await,
        all_of_the_14th
    );
}

#[tokio::test]
async fn parameters_of_a_list_out_of_range_are_refused() {
    let app = App::new();
    let alice = app.alice().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("from=soon", "from"),
        ("to=2025-13-01", "to"),
        ("cursor=%00", "cursor"),
    ] {
        let reply = alice.get(&format!("/api/v1/moods?{query}")).await;
        assert_eq!(reply.refused(), (400, "bad_request"), "{query}");
        assert_ne!(reply.field(field), "", "{query}");
    }
    assert_eq!(
        alice.get("/api/v1/moods?limit=500&unknown=1").await.status,
        200
    );
}
