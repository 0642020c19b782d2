//! Reminders by Web Push, against a push service on this machine and devices that can read what comes.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use lume_core::time::{MINUTE_MS, SECOND_MS};
use lume_server::{DATABASE_FILE, World as _};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::{id, mood};
use crate::push_service::{
    CONTACT, Device, Service, again, app, at, look, remind, subscribe, time,
};

/// The message can be read by the device alone, says nothing of what was written, and is signed by the server's key.
#[tokio::test]
async fn a_reminder_is_sent_once_when_it_is_due_and_says_only_that_it_is_time() {
    let (app, service) = (app(), Service::start().await);
    let alice = app.alice().await;
    let device = Device::of(&service, 7);
    alice
        .created(&mood(id(1), "the zebra under the stairs"))
        .await;
    subscribe(&alice, &device).await;
    let set = remind(&alice, &at(&["13:00"], &json!({}))).await;
    assert_eq!(set["next_at"], "2025-01-15T13:00:00.000Z");
    assert_eq!(look(&app).await, Some(time("2025-01-15T13:00:00Z")));
    assert_eq!(service.count(), 0, "it is not due yet");

    app.pass_seconds(3_600);
    let next = look(&app).await;

    let given = service.given();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].path, "/send/device-7?v=2");
    assert_eq!(device.read(&given[0]), r#"{"type":"reminder"}"#);
    let header = |name: &str| given[0].headers[name].to_str().unwrap();
    assert_eq!(header("content-encoding"), "aes128gcm");
    assert_eq!(header("ttl"), "1800");
    assert_eq!(header("urgency"), "normal");
    assert_eq!(header("topic"), "lume-reminder");
    assert_eq!(header("host"), format!("127.0.0.1:{}", service.port));
    let key = app.get("/api/v1/push/key").await.data()["public_key"].clone();
    let claims = verified(header("authorization"), key.as_str().unwrap());
    let expires_in = claims["exp"].as_i64().unwrap() - app.world.now().as_millis() / SECOND_MS;
    assert!((1..=86_400).contains(&expires_in), "{expires_in} s");
    assert_eq!(claims["aud"], format!("http://127.0.0.1:{}", service.port));
    assert_eq!(claims["sub"], CONTACT);

    assert_eq!(next, Some(time("2025-01-16T13:00:00Z")));
    look(&app).await;
    assert_eq!(service.count(), 0, "it was sent");
}

/// Checks a signature of RFC 8292 and returns what it says.
fn verified(authorization: &str, key: &str) -> Value {
    let rest = authorization.strip_prefix("vapid t=").expect("the scheme");
    let (token, said_key) = rest.split_once(", k=").expect("a key");
    assert_eq!(said_key, key);
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).expect("base64url");
    let key = VerifyingKey::from_sec1_bytes(&decode(key)).expect("a key");
    let signature = Signature::from_slice(&decode(signature)).expect("a signature");
    key.verify(signed.as_bytes(), &signature)
        .expect("the server's");
    let (header, claims) = signed.split_once('.').expect("a header");
    let header: Value = serde_json::from_slice(&decode(header)).expect("JSON");
    assert_eq!(header, json!({ "alg": "ES256", "typ": "JWT" }));
    serde_json::from_slice(&decode(claims)).expect("JSON")
}

#[tokio::test]
async fn every_device_of_an_account_is_reminded_and_no_other_account_s() {
    let (app, service) = (app(), Service::start().await);
    let (alice, bob) = (app.alice().await, app.bob().await);
    let phone = again(&app).await;
    subscribe(&alice, &Device::of(&service, 1)).await;
    subscribe(&phone, &Device::of(&service, 2)).await;
    subscribe(&bob, &Device::of(&service, 3)).await;
    remind(&phone, &at(&["13:00"], &json!({}))).await;

    app.pass_seconds(3_600);
    look(&app).await;

    let mut paths: Vec<_> = service
        .given()
        .into_iter()
        .map(|given| given.path)
        .collect();
    paths.sort();
    assert_eq!(paths, ["/send/device-1?v=2", "/send/device-2?v=2"]);
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_keeps_nobody_else_s_reminder_back() {
    let (app, service) = (app(), Service::start().await);
    let (alice, bob) = (app.alice().await, app.bob().await);
    for (person, number) in [(&alice, 1), (&bob, 2)] {
        subscribe(person, &Device::of(&service, number)).await;
        remind(person, &at(&["13:00"], &json!({}))).await;
    }
    let database = Connection::open(app.data().join(DATABASE_FILE)).unwrap();
    let broken = database.execute(
        "UPDATE reminders SET schedule = '{\"times\": 13}' WHERE user_id =
         (SELECT user_id FROM sessions JOIN push_subscriptions ON id = session_id WHERE endpoint LIKE '%device-1%')",
        [],
    );
    assert_eq!(broken, Ok(1));

    app.pass_seconds(3_600);
    look(&app).await;

    let paths: Vec<_> = service
        .given()
        .into_iter()
        .map(|given| given.path)
        .collect();
    assert_eq!(paths, ["/send/device-2?v=2"]);
}

#[tokio::test]
async fn none_is_sent_on_a_day_that_has_an_entry() {
    // What is noted, in which zone the reminder is, and whether it comes at noon in UTC plus an hour.
    let berlin = |date: &str, at: &str| json!({ "local_date": date, "date": at, "time_zone": "Europe/Berlin" });
    for (name, entry, reminded) in [
        ("today", berlin("2025-01-15", "2025-01-15T07:00:00Z"), false),
        (
            "yesterday",
            berlin("2025-01-14", "2025-01-14T22:30:00Z"),
            true,
        ),
        (
            "today's small hours, which are yesterday in UTC",
            berlin("2025-01-15", "2025-01-14T23:30:00Z"),
            false,
        ),
        (
            "today, by an app that tells no local date",
            json!({ "date": "2025-01-14T23:30:00Z" }),
            false,
        ),
        (
            "yesterday, by such an app",
            json!({ "date": "2025-01-14T22:30:00Z" }),
            true,
        ),
        (
            "a day that was today where the person was then",
            berlin("2025-01-15", "2025-01-14T12:00:00Z"),
            false,
        ),
    ] {
        let (app, service) = (app(), Service::start().await);
        let alice = app.alice().await;
        subscribe(&alice, &Device::of(&service, 1)).await;
        remind(
            &alice,
            &json!({ "times": ["14:00"], "zone": "Europe/Berlin" }),
        )
        .await;
        let mut body = mood(id(1), "");
        for (field, value) in entry.as_object().unwrap() {
            body[field] = value.clone();
        }
        alice.created(&body).await;

        app.pass_seconds(3_600);
        look(&app).await;

        assert_eq!(service.count() == 1, reminded, "{name}");
    }
}

#[tokio::test]
async fn an_entry_that_was_deleted_or_is_another_s_counts_for_nothing() {
    let (app, service) = (app(), Service::start().await);
    let (alice, bob) = (app.alice().await, app.bob().await);
    subscribe(&alice, &Device::of(&service, 1)).await;
    remind(&alice, &at(&["13:00"], &json!({ "skip_if_logged": true }))).await;
    bob.created(&mood(id(2), "")).await;
    alice.created(&mood(id(1), "")).await;
    alice.delete(id(1), "k").await;

    app.pass_seconds(3_600);
    look(&app).await;

    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn quiet_hours_and_a_snooze_hold_reminders_back() {
    let (app, service) = (app(), Service::start().await);
    let alice = app.alice().await;
    subscribe(&alice, &Device::of(&service, 1)).await;
    let quiet = json!({ "quiet": { "from": "12:30", "to": "13:30" } });
    remind(&alice, &at(&["13:00", "14:00"], &quiet)).await;
    app.pass_seconds(3_600);
    look(&app).await;
    assert_eq!(service.count(), 0, "13:00, which is quiet");

    // Access tokens live for less than an hour.
    let alice = again(&app).await;
    let snooze = json!({ "snoozed_until": "2025-01-15T14:10:00Z" });
    let set = remind(&alice, &at(&["14:00"], &snooze)).await;
    assert_eq!(set["next_at"], "2025-01-15T14:10:00.000Z");
    app.pass_seconds(3_600);
    look(&app).await;
    assert_eq!(service.count(), 0, "14:00, which is snoozed");
    app.pass_seconds(600);
    look(&app).await;
    assert_eq!(service.count(), 1, "14:10, when the snooze ends");

    let alice = again(&app).await;
    remind(&alice, &at(&["15:00"], &json!({ "enabled": false }))).await;
    app.pass_seconds(3_600);
    look(&app).await;
    assert_eq!(service.count(), 0, "there are none");
}

#[tokio::test]
async fn a_server_that_was_down_reminds_once_or_not_at_all() {
    for (minutes_down, expected) in [(60 + 29, 1), (60 + 31, 0), (3 * 24 * 60 + 60 + 5, 1)] {
        let (app, service) = (app(), Service::start().await);
        let alice = app.alice().await;
        subscribe(&alice, &Device::of(&service, 1)).await;
        remind(&alice, &at(&["12:50", "12:55", "13:00"], &json!({}))).await;

        app.world.advance_ms(minutes_down * MINUTE_MS);
        let app = app.restarted();
        look(&app).await;
        look(&app).await;

        assert_eq!(service.count(), expected, "down for {minutes_down} minutes");
    }
}

/// What is committed first is that it was sent: a server that dies in between loses a reminder and sends none twice.
#[tokio::test]
async fn a_reminder_that_was_taken_is_not_sent_again_after_a_crash() {
    let (app, service) = (app(), Service::start().await);
    let alice = app.alice().await;
    subscribe(&alice, &Device::of(&service, 1)).await;
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    service.answers(503, "retry-after", "60");
    app.pass_seconds(3_600);
    look(&app).await;
    assert_eq!(service.count(), 1);

    let app = app.restarted();
    app.pass_seconds(120);
    look(&app).await;

    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn a_subscription_that_is_no_more_is_forgotten() {
    for status in [404, 410] {
        let (app, service) = (app(), Service::start().await);
        let alice = app.alice().await;
        subscribe(&alice, &Device::of(&service, 1)).await;
        remind(&alice, &at(&["13:00", "14:00"], &json!({}))).await;
        service.answers(status, "x-why", "gone");

        for _ in 0..2 {
            app.pass_seconds(3_600);
            look(&app).await;
        }

        assert_eq!(service.count(), 1, "{status}: not asked again");
        assert!(app.rows()["push_subscriptions"].is_empty());
    }
}

#[tokio::test]
async fn a_push_service_that_is_busy_is_asked_again_later_and_a_few_times_only() {
    let (app, service) = (app(), Service::start().await);
    let alice = app.alice().await;
    subscribe(&alice, &Device::of(&service, 1)).await;
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    service.answers(429, "retry-after", "90");
    service.answers(503, "x-why", "busy");
    app.pass_seconds(3_600);

    assert_eq!(look(&app).await, Some(time("2025-01-15T13:01:30Z")));
    app.pass_seconds(89);
    look(&app).await;
    assert_eq!(service.count(), 1, "it asked for 90 seconds");
    app.pass_seconds(1);
    assert_eq!(look(&app).await, Some(time("2025-01-15T13:03:30Z")));
    app.pass_seconds(120);
    look(&app).await;
    assert_eq!(service.count(), 2);

    for _ in 0..10 {
        service.answers(500, "x-why", "broken");
    }
    app.world.set(time("2025-01-16T13:00:00Z"));
    while let Some(next) = look(&app)
        .await
        .filter(|next| *next < time("2025-01-17T00:00:00Z"))
    {
        app.world.set(next);
    }
    assert_eq!(service.count(), 4);
}

#[tokio::test]
async fn nothing_is_sent_where_a_push_service_points_to() {
    let (app, service, elsewhere) = (app(), Service::start().await, Service::start().await);
    let alice = app.alice().await;
    subscribe(&alice, &Device::of(&service, 1)).await;
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    let address = format!("http://127.0.0.1:{}/x", elsewhere.port).leak();
    service.answers(307, "location", address);

    app.pass_seconds(3_600);
    look(&app).await;

    assert_eq!((service.count(), elsewhere.count()), (1, 0));
}

/// Time stands still but for what is waited for, so that the wait is the server's own.
#[tokio::test(start_paused = true)]
async fn a_push_service_that_never_answers_is_given_up_and_not_asked_again() {
    let app = app();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let alice = app.alice().await;
    let mut device = Device::of(&Service::start().await, 1);
    device.endpoint = format!("http://127.0.0.1:{port}/");
    subscribe(&alice, &device).await;
    remind(&alice, &at(&["13:00"], &json!({}))).await;
    app.pass_seconds(3_600);

    let next = look(&app).await;

    assert!(listener.accept().await.is_ok());
    assert_eq!(next, Some(time("2025-01-16T13:00:00Z")));
}
