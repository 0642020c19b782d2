//! Subscriptions and schedules: what is taken, what is kept, what is refused, and what ends with a session.

use axum::http::Method;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use lume_server::{Config, PushConfig};
use p256::ecdsa::VerifyingKey;
use serde_json::json;

use crate::app::{App, PASSWORD, ask, config};
use crate::push_service::{
    Device, REMINDERS, SUBSCRIPTION, Service, again, app, at, look, put, remind, subscribe,
};

#[tokio::test]
async fn the_key_is_drawn_once_and_only_its_public_half_is_told() {
    let app = App::new();
    let public_key =
        |reply: &crate::app::Reply| reply.data()["public_key"].as_str().map(str::to_owned);
    let first = public_key(&app.get("/api/v1/push/key").await).unwrap();
    let capabilities = app.get("/api/v1/capabilities").await;

    let app = app.restarted();
    let second = app.get("/api/v1/push/key").await;

    assert_eq!(public_key(&second).unwrap(), first);
    let bytes = Base64UrlUnpadded::decode_vec(&first).unwrap();
    assert!(VerifyingKey::from_sec1_bytes(&bytes).is_ok() && bytes.len() == 65);
    assert_eq!(second.data().as_object().unwrap().len(), 1);
    let features = capabilities.data()["features"].as_array().unwrap().clone();
    assert!(features.contains(&json!("push")));
    assert_ne!(
        public_key(&App::with(config(), None).get("/api/v1/push/key").await),
        None
    );
}

#[tokio::test]
async fn a_session_that_is_over_takes_its_device_with_it_and_an_account_everything() {
    let (app, service) = (app(), Service::start().await);
    let alice = app.alice().await;
    let (phone, tablet) = (again(&app).await, again(&app).await);
    for (number, person) in [(1, &alice), (2, &phone), (3, &tablet)] {
        subscribe(person, &Device::of(&service, number)).await;
    }
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    let count = || app.rows()["push_subscriptions"].len();

    app.send(phone.ask(Method::POST, "/api/v1/auth/logout").empty())
        .await;
    assert_eq!(count(), 2, "signed out");
    let change = json!({ "current_password": PASSWORD, "new_password": "eleven calm herons" });
    app.send(
        alice
            .ask(Method::POST, "/api/v1/auth/password")
            .json(&change),
    )
    .await;
    assert_eq!(count(), 1, "all other sessions end with the password");
    app.send(alice.ask(Method::DELETE, SUBSCRIPTION).empty())
        .await;
    assert_eq!(count(), 0, "ended by hand");

    subscribe(&alice, &Device::of(&service, 1)).await;
    let request = alice.ask(Method::DELETE, "/api/v1/users/me");
    app.send(request.json(&json!({ "password": "eleven calm herons" })))
        .await;
    assert_eq!((count(), app.rows()["reminders"].len()), (0, 0));
}

#[tokio::test]
async fn a_device_has_one_subscription_and_goes_over_to_who_signs_in_on_it() {
    let (app, service) = (app(), Service::start().await);
    let (alice, bob) = (app.alice().await, app.bob().await);
    let device = Device::of(&service, 1);
    subscribe(&alice, &device).await;
    subscribe(&alice, &device).await;
    subscribe(&alice, &Device::of(&service, 2)).await;
    assert_eq!(app.rows()["push_subscriptions"].len(), 1, "the later one");

    subscribe(&bob, &Device::of(&service, 2)).await;
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    app.pass_seconds(3_600);
    look(&app).await;

    assert_eq!(service.count(), 0, "the device is Bob's now");
}

#[tokio::test]
async fn the_oldest_of_too_many_devices_makes_room() {
    let (app, service) = (app(), Service::start().await);
    app.alice().await;
    for number in 1..=22 {
        app.pass_seconds(1);
        let person = again(&app).await;
        subscribe(&person, &Device::of(&service, number)).await;
    }
    let rows = app.rows()["push_subscriptions"].clone();
    assert_eq!(rows.len(), 20);
    assert!(
        !rows
            .iter()
            .any(|row| row.contains("device-1?") || row.contains("device-2?"))
    );
}

#[tokio::test]
async fn what_is_not_right_is_named_and_nothing_private_may_be_asked() {
    let app = App::new();
    let alice = app.alice().await;
    let service = Service::start().await;
    for endpoint in [
        Device::of(&service, 1).endpoint.as_str(),
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://[fd00::1]/x",
        "http://push.example.org/x",
    ] {
        let mut body = Device::of(&service, 1).subscription();
        body["endpoint"] = endpoint.into();
        let reply = put(&alice, SUBSCRIPTION, &body).await;
        assert_eq!(reply.refused(), (422, "validation"), "{endpoint}");
        assert_eq!(reply.field("endpoint"), "invalid");
        assert!(!reply.body.to_string().contains(endpoint));
    }
    let thirteen: Vec<_> = (0..13).map(|hour| format!("{hour:02}:00")).collect();
    for (name, value, code) in [
        ("times", json!(["25:00"]), "invalid"),
        ("times", json!(null), "required"),
        ("times", json!(thirteen), "too_many"),
        ("days", json!([8]), "invalid"),
        ("zone", json!("Europe/Atlantis"), "invalid"),
        ("zone", json!("not a zone"), "invalid"),
        ("quiet", json!({ "from": "22:00" }), "invalid"),
        ("skip_if_logged", json!("yes"), "invalid"),
        (
            "snoozed_until",
            json!("2030-01-01T00:00:00Z"),
            "in_the_future",
        ),
    ] {
        let mut schedule = at(&["13:00"], &json!({}));
        schedule[name] = value.clone();
        let reply = put(&alice, REMINDERS, &schedule).await;
        assert_eq!(reply.refused(), (422, "validation"), "{name} {value}");
        assert_eq!(reply.field(name), code, "{name} {value}");
    }
    assert_eq!(
        alice.get(REMINDERS).await.data(),
        &json!({ "schedule": null, "next_at": null })
    );
    let reply = app
        .send(ask(Method::PUT, REMINDERS).json(&at(&["13:00"], &json!({}))))
        .await;
    assert_eq!(reply.refused(), (401, "unauthorized"));
}

#[tokio::test]
async fn a_schedule_is_told_as_it_was_set_in_one_form() {
    let app = App::new();
    let alice = app.alice().await;

    let schedule = json!({
        "times": ["21:00", "08:30", "21:00"], "zone": "Europe/Berlin", "days": [7, 1], "quiet": null, "hat": "red"
    });
    let set = remind(&alice, &schedule).await;

    let expected = json!({
        "enabled": true, "times": ["08:30", "21:00"], "days": [1, 7], "zone": "Europe/Berlin", "quiet": null,
        "skip_if_logged": true, "snoozed_until": null
    });
    assert_eq!(
        set,
        json!({ "schedule": expected, "next_at": "2025-01-19T07:30:00.000Z" })
    );
    assert_eq!(alice.get(REMINDERS).await.data(), &set);
}

#[tokio::test]
async fn a_server_that_sends_nothing_says_so() {
    let push = PushConfig {
        enabled: false,
        ..PushConfig::default()
    };
    let app = App::with(Config { push, ..config() }, None);
    let alice = app.alice().await;

    let capabilities = app.get("/api/v1/capabilities").await;
    let features = capabilities.data()["features"].as_array().unwrap().clone();

    assert!(!features.contains(&json!("push")));
    assert_eq!(
        app.get("/api/v1/push/key").await.refused(),
        (404, "not_found")
    );
    let reply = put(&alice, REMINDERS, &at(&["13:00"], &json!({}))).await;
    assert_eq!(reply.refused(), (404, "not_found"));
}
