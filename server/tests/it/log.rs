//! What the log tells, and what it never does.

use std::io::Read as _;

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
        for told in ["/api/v1/auth/login", "status=401", "/api/v1/moods/{id}"] {
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
    running.send("GET", &format!("/{access}/{refresh}.js"), &[], "");
    running.send("GET", "/api/v1/moods", &[("authorization", &bearer)], "");
    running.send("BREW", "/api/v1/moods", &[key, signed_in[0]], NOTE);
    running.send("POST", "/api/v1/moods", &[key, signed_in[0]], NOTE);
    let new_bearer = format!("Bearer {}", text(&next, "access_token"));
    let wrong_password = json!({ "password": "another guess" }).to_string();
    let headers = [("authorization", new_bearer.as_str()), key];
    running.send("DELETE", "/api/v1/users/me", &headers, &wrong_password);
    let right_password = json!({ "password": PASSWORD }).to_string();
    let gone = running.send("DELETE", "/api/v1/users/me", &headers, &right_password);
    assert!(gone.starts_with("HTTP/1.1 204"), "{gone}");

    let mut private = vec!["key-of-an-event".to_owned(), "another guess".to_owned()];
    private.extend(["access_token", "refresh_token"].map(|name| text(&next, name)));
    private.extend([access, refresh, text(&session, "user_id")]);
    private
}
