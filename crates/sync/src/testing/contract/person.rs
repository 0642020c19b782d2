//! Somebody with an account, who asks.

use lume_core::ids::{EntityId, EventId};
use lume_wire::{ApiError, ErrorCode, Rev, envelope, headers, paths};
use serde_json::{Value, json};

use super::Api;
use crate::content::Content;
use crate::ports::{Method, Request, Response};

const BASE: &str = "https://lume.example";
pub(super) const PASSWORD: &str = "correct horse battery";

/// An account and its session.
pub(super) struct Person<'a> {
    pub(super) api: &'a mut dyn Api,
    pub(super) email: String,
    user_id: String,
    access: String,
    pub(super) refresh: String,
    drawn: std::cell::Cell<u64>,
}

impl<'a> Person<'a> {
    pub(super) fn register(api: &'a mut dyn Api, name: &str) -> Self {
        let email = format!("{}@lume.example", name.replace(' ', "_"));
        let drawn = std::cell::Cell::new(0);
        let mut person = Self {
            api,
            email,
            user_id: String::new(),
            access: String::new(),
            refresh: String::new(),
            drawn,
        };
        let body = json!({"email": person.email, "password": PASSWORD, "name": name, "date_of_birth": "1990-01-15"});
        let answer = person.ask(Method::Post, paths::REGISTER, Some(&body), &[]);
        assert_eq!(answer.status, 201, "registering for {name}");
        let session = data(&answer);
        let text = |field: &str| session[field].as_str().expect("a text").to_owned();
        (person.user_id, person.access, person.refresh) =
            (text("user_id"), text("access_token"), text("refresh_token"));
        person
    }

    /// Opens another session: the one before has expired.
    pub(super) fn sign_in(&mut self) {
        self.access.clear();
        let body = json!({"email": self.email, "password": PASSWORD});
        let answer = self.ask(Method::Post, paths::LOGIN, Some(&body), &[]);
        let session = data(&answer);
        let text = |field: &str| session[field].as_str().expect("a text").to_owned();
        (self.access, self.refresh) = (text("access_token"), text("refresh_token"));
    }

    pub(super) fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        more: &[(&'static str, String)],
    ) -> Response {
        let mut all = vec![
            (headers::API_KEY, "test-key".to_owned()),
            ("content-type", headers::JSON.to_owned()),
        ];
        if !self.access.is_empty() && !path.ends_with("/refresh") {
            all.push((headers::AUTHORIZATION, format!("Bearer {}", self.access)));
        }
        all.extend(more.iter().cloned());
        let body = body.map(|body| body.to_string().into_bytes());
        self.api.send(&Request {
            method,
            url: format!("{BASE}{path}"),
            headers: all,
            body,
            timeout_ms: 30_000,
        })
    }

    pub(super) fn ask_with_key(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: &str,
        rev: Option<Rev>,
    ) -> Response {
        let mut more = vec![(headers::IDEMPOTENCY_KEY, key.to_owned())];
        more.extend(rev.map(|rev| (headers::IF_MATCH, rev.to_etag())));
        self.ask(method, path, body, &more)
    }

    pub(super) fn create(&mut self, id: EntityId, key: &str, note: &str) -> Response {
        let body = Value::Object(self.mood(id, note));
        self.ask_with_key(Method::Post, paths::MOODS, Some(&body), key, None)
    }

    pub(super) fn create_new(&mut self, id: EntityId, note: &str) -> Response {
        let key = self.new_key();
        let answer = self.create(id, &key, note);
        assert_eq!(answer.status, 201);
        answer
    }

    pub(super) fn update(&mut self, id: EntityId, key: &str, rev: Rev, patch: &Value) -> Response {
        self.ask_with_key(Method::Put, &item(id), Some(patch), key, Some(rev))
    }

    pub(super) fn delete(&mut self, id: EntityId, key: &str, rev: Option<Rev>) -> Response {
        self.ask_with_key(Method::Delete, &item(id), None, key, rev)
    }

    pub(super) fn get(&mut self, id: EntityId) -> Response {
        self.ask(Method::Get, &item(id), None, &[])
    }

    pub(super) fn refresh_with(&mut self, token: &str) -> Response {
        self.ask(
            Method::Post,
            paths::REFRESH,
            Some(&json!({"refresh_token": token})),
            &[],
        )
    }

    pub(super) fn mood(&self, id: EntityId, note: &str) -> Content {
        let at = "2025-01-15T10:30:00.000Z";
        let (id, user_id) = (id.to_string(), self.user_id.clone());
        let texts = [
            ("id", id.as_str()),
            ("user_id", user_id.as_str()),
            ("date", at),
            ("mood", "happy"),
            ("note", note),
            ("created_at", at),
            ("updated_at", at),
        ];
        texts
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect()
    }

    /// Ids that no other account has: its own id is part of them.
    fn bytes(&self) -> [u8; 16] {
        self.drawn.set(self.drawn.get() + 1);
        let mut bytes = [0_u8; 16];
        for (at, byte) in self.user_id.bytes().enumerate() {
            bytes[at % 14] = bytes[at % 14].rotate_left(3) ^ byte;
        }
        bytes[14..].copy_from_slice(&self.drawn.get().to_be_bytes()[6..]);
        bytes
    }

    pub(super) fn new_id(&self) -> EntityId {
        EntityId::from_random_bytes(self.bytes())
    }

    pub(super) fn new_key(&self) -> String {
        EventId::from_random_bytes(self.bytes()).to_string()
    }

    pub(super) fn key_after(&self, key: &str) -> String {
        let next = self.new_key();
        assert_ne!(next, key);
        next
    }
}

pub(super) fn item(id: EntityId) -> String {
    paths::item(paths::MOODS, id)
}

pub(super) fn error(answer: &Response) -> ApiError {
    answer
        .body
        .as_deref()
        .and_then(ApiError::parse)
        .expect("an error of ours")
}

pub(super) fn code(answer: &Response) -> ErrorCode {
    error(answer).code
}

pub(super) fn data(answer: &Response) -> Value {
    let data = answer.body.as_deref().map(envelope::parse_data::<Value>);
    data.expect("a body").expect("an envelope")
}

pub(super) fn rev(answer: &Response) -> Rev {
    answer
        .etag
        .as_deref()
        .and_then(Rev::from_etag)
        .expect("an etag")
}
