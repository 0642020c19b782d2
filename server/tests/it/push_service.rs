//! A push service on this machine, devices that can read what comes, and people who want to be reminded.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use lume_core::time::Timestamp;
use lume_server::{Config, PushConfig, send_reminders};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use web_push_native::p256::SecretKey;
use web_push_native::{Auth, decrypt};

use crate::app::{App, PASSWORD, Person, config};

/// One message that a push service was given.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A status, and a header that comes with it.
type Told = (u16, &'static str, &'static str);

/// A push service. It answers with what it was told to, and then with 201.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) port: u16,
    given: Arc<Mutex<Vec<Given>>>,
    answers: Arc<Mutex<Vec<Told>>>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let service = Self {
            port: listener.local_addr().expect("an address").port(),
            given: Arc::default(),
            answers: Arc::default(),
        };
        let shared = service.clone();
        let take = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            assert_eq!(method, Method::POST);
            shared.given.lock().expect("nobody panicked").push(Given {
                path: uri.to_string(),
                headers,
                body: body.to_vec(),
            });
            let mut answers = shared.answers.lock().expect("nobody panicked");
            let (status, name, value) = if answers.is_empty() {
                (201, "location", "/message")
            } else {
                answers.remove(0)
            };
            (
                StatusCode::from_u16(status).expect("a status"),
                [(name, value)],
            )
        };
        let router = axum::Router::new().fallback(take);
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    pub(crate) fn answers(&self, status: u16, name: &'static str, value: &'static str) {
        self.answers
            .lock()
            .expect("nobody panicked")
            .push((status, name, value));
    }

    /// Takes what it was given so far.
    pub(crate) fn given(&self) -> Vec<Given> {
        std::mem::take(&mut self.given.lock().expect("nobody panicked"))
    }

    pub(crate) fn count(&self) -> usize {
        self.given().len()
    }
}

/// A browser that takes pushes.
pub(crate) struct Device {
    secret: SecretKey,
    auth: [u8; 16],
    pub(crate) endpoint: String,
}

impl Device {
    pub(crate) fn of(service: &Service, number: u8) -> Self {
        Self {
            secret: SecretKey::from_slice(&[number; 32]).expect("a key"),
            auth: [number; 16],
            endpoint: format!("http://127.0.0.1:{}/send/device-{number}?v=2", service.port),
        }
    }

    pub(crate) fn subscription(&self) -> Value {
        let public = self.secret.public_key().to_sec1_bytes();
        json!({
            "endpoint": self.endpoint, "expirationTime": null,
            "keys": {
                "p256dh": Base64UrlUnpadded::encode_string(&public),
                "auth": Base64UrlUnpadded::encode_string(&self.auth)
            }
        })
    }

    pub(crate) fn read(&self, given: &Given) -> String {
        let auth = Auth::from(self.auth);
        let text = decrypt(given.body.clone(), &self.secret, &auth).expect("it is for this device");
        String::from_utf8(text).expect("a text")
    }
}

pub(crate) const SUBSCRIPTION: &str = "/api/v1/push/subscription";
pub(crate) const REMINDERS: &str = "/api/v1/reminders";
pub(crate) const CONTACT: &str = "mailto:operator@example.org";

/// A server whose pushes may go to this machine.
pub(crate) fn app() -> App {
    let push = PushConfig {
        contact: Some(CONTACT.to_owned()),
        private_addresses: true,
        ..PushConfig::default()
    };
    let config = Config { push, ..config() };
    App::with(config, None)
}

pub(crate) async fn put(person: &Person<'_>, path: &str, body: &Value) -> crate::app::Reply {
    person
        .app
        .send(person.ask(Method::PUT, path).json(body))
        .await
}

pub(crate) async fn subscribe(person: &Person<'_>, device: &Device) {
    let reply = put(person, SUBSCRIPTION, &device.subscription()).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

/// At these times in UTC, whatever was noted, and more.
pub(crate) fn at(times: &[&str], more: &Value) -> Value {
    let mut schedule = json!({ "times": times, "zone": "UTC", "skip_if_logged": false });
    for (name, value) in more.as_object().expect("fields") {
        schedule[name] = value.clone();
    }
    schedule
}

pub(crate) async fn remind(person: &Person<'_>, schedule: &Value) -> Value {
    let reply = put(person, REMINDERS, schedule).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.data().clone()
}

/// Alice, signed in once more.
pub(crate) async fn again(app: &App) -> Person<'_> {
    let login = json!({ "email": "alice@example.org", "password": PASSWORD });
    Person::of(app, &app.post("/api/v1/auth/login", login).await)
}

/// One look at the clock.
pub(crate) async fn look(app: &App) -> Option<Timestamp> {
    send_reminders(&app.service).await.expect("a round")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}
