//! What the log tells, and what it never does.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{id, mood};
use crate::program::{Running, command};

const EMAIL: &str = "alice@example.org";
const PASSWORD: &str = "hunter2hunter2";
const NOTE: &str = "the zebra under the stairs";
const API_KEY: &str = "key-of-the-app";

/// A day in the life of a server at its most talkative: every sort of request, good and bad, and then all that it said
/// is searched for all that is private.
#[test]
fn a_whole_run_at_its_most_talkative_names_routes_and_nothing_private() {
    for level in ["debug", "trace"] {
        let data = TempDir::new().unwrap();
        let mut command = command(data.path());
        command.args(["--port", "0", "--log", level, "--api-key", API_KEY]);
        let mut running = Running::start(command);

        let mut private = a_day_at(&running);

        running.child.kill().unwrap();
        let mut log = String::new();
        running
            .child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        for told in [
            "/api/v1/auth/login",
            "status=401",
            "/api/v1/moods/{id}",
            "/api/v1/live",
            "/api/v1/push/subscription",
        ] {
            assert!(log.contains(told), "{told} in {log}");
        }
        private.extend(
            [
                EMAIL,
                PASSWORD,
                NOTE,
                API_KEY,
                "Alice Liddell",
                "lume_at_",
                "lume_rt_",
            ]
            .map(str::to_owned),
        );
        private.push(id(1).to_string());
        for word in private {
            assert!(!log.contains(&word), "{word} in {log}");
        }
    }
}

/// Opens a WebSocket and says hello by hand: a text of less than 65,536 bytes, masked with zeros.
fn listen(running: &Running, token: &str) {
    let head = "GET /api/v1/live HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    let hello = json!({ "type": "hello", "access_token": token }).to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", running.port)).expect("it listens");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut frame = vec![0x81, 0xfe];
    let length = u16::try_from(hello.len()).expect("a short text");
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(hello.as_bytes());
    stream.write_all(&frame).expect("it reads");
    // Both the answer and what follows it have come when this has.
    let mut said = Vec::new();
    while !said.ends_with(b"}") && !said.ends_with(b"unauthorized") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("it answers");
        said.extend(byte);
    }
}

/// Subscribes a device and sets reminders, well and badly.
fn remind(running: &Running, signed_in: &[(&str, &str)]) {
    let subscription = json!({
        "endpoint": "https://push.example/the-secret-of-a-device",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"
        }
    })
    .to_string();
    let reminders = json!({ "times": ["21:00"], "zone": "Antarctica/Troll" }).to_string();
    for (method, path, body) in [
        ("PUT", "/api/v1/push/subscription", subscription.as_str()),
        ("PUT", "/api/v1/reminders", reminders.as_str()),
        ("PUT", "/api/v1/push/subscription", reminders.as_str()),
        ("GET", "/api/v1/reminders", ""),
        ("GET", "/api/v1/push/key", ""),
    ] {
        running.send(method, path, signed_in, body);
    }
}

/// Returns the tokens and the account's id.
fn a_day_at(running: &Running) -> Vec<String> {
    let key = ("x-api-key", API_KEY);
    let post = |path: &str, headers: &[(&str, &str)], body: &Value| {
        let headers = [headers, &[key]].concat();
        running.send("POST", path, &headers, &body.to_string())
    };
    let data = |answer: &str| -> Value {
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str::<Value>(body).expect("JSON")["data"].clone()
    };
    let text = |data: &Value, name: &str| data[name].as_str().expect("a text").to_owned();

    let registration = json!({
        "email": EMAIL, "password": PASSWORD, "name": "Alice Liddell", "date_of_birth": "1990-05-17"
    });
    let session = data(&post("/api/v1/auth/register", &[], &registration));
    let access = text(&session, "access_token");
    let refresh = text(&session, "refresh_token");
    let bearer = format!("Bearer {access}");
    let signed_in = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", "key-of-an-event"),
    ];

    post("/api/v1/moods", &signed_in, &mood(id(1), NOTE));
    post(
        "/api/v1/moods",
        &signed_in,
        &mood(id(1), "another note of mine"),
    );
    let item = format!("/api/v1/moods/{}?token={access}", id(1));
    for method in ["GET", "PUT", "DELETE"] {
        let headers = [&signed_in[..1], &[key, ("if-match", "\"1\"")]].concat();
        running.send(
            method,
            &item,
            &headers,
            "{\"note\": \"the zebra under the stairs\"}",
        );
    }
    for wrong in [
        json!({ "email": EMAIL, "password": "another guess" }),
        json!({ "email": EMAIL, "password": PASSWORD }),
        json!({ "email": EMAIL }),
        json!([EMAIL]),
    ] {
        post("/api/v1/auth/login?q=the%20zebra", &[], &wrong);
    }
    let next = data(&post(
        "/api/v1/auth/refresh",
        &[],
        &json!({ "refresh_token": refresh }),
    ));
    post(
        "/api/v1/auth/refresh",
        &[],
        &json!({ "refresh_token": "lume_rt_none" }),
    );
    for token in [&access, "lume_at_none"] {
        listen(running, token);
    }
    let event = json!({ "event_id": id(2), "type": "mood.created", "entity_id": id(2), "payload": mood(id(2), NOTE) });
    let events = json!({ "events": [event, { "note": NOTE }] });
    post("/api/v1/events:batch", &signed_in, &events);
    for path in ["/api/v1/changes?cursor=the%20zebra", "/api/v1/changes"] {
        running.send("GET", path, &[signed_in[0], key], "");
    }
    running.send("GET", &format!("/{access}/{refresh}.js"), &[], "");
    running.send("GET", "/api/v1/moods", &[("authorization", &bearer)], "");
    running.send("BREW", "/api/v1/moods", &[key, signed_in[0]], NOTE);
    running.send("POST", "/api/v1/moods", &[key, signed_in[0]], NOTE);
    remind(running, &[key, signed_in[0]]);
    let new_bearer = format!("Bearer {}", text(&next, "access_token"));
    let wrong_password = json!({ "password": "another guess" }).to_string();
    let headers = [("authorization", new_bearer.as_str()), key];
    running.send("DELETE", "/api/v1/users/me", &headers, &wrong_password);
    let right_password = json!({ "password": PASSWORD }).to_string();
    let gone = running.send("DELETE", "/api/v1/users/me", &headers, &right_password);
    assert!(gone.starts_with("HTTP/1.1 204"), "{gone}");

    let mut private = vec!["key-of-an-event".to_owned(), "another guess".to_owned()];
    private.extend(
        [
            "the-secret-of-a-device",
            "BTBZMqHH6r4Tts7J_aSIgg",
            "Antarctica",
        ]
        .map(str::to_owned),
    );
    private.extend(["access_token", "refresh_token"].map(|name| text(&next, name)));
    private.extend([access, refresh, text(&session, "user_id")]);
    private
}
