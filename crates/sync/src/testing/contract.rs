//! The HTTP contract of an extended backend, as scenarios: each sends requests and says what must come back.
//!
//! [`MemoryBackend`](super::MemoryBackend) passes them, so that simulations over it say something about the real
//! world; another server passes them by implementing [`Api`] and calling [`run`]. Each scenario begins with an account
//! of its own and needs nothing that another one left.

use lume_core::ids::{EntityId, EventId};
use lume_wire::{ApiError, ErrorCode, Rev, envelope, headers, paths};
use serde_json::{Value, json};

use crate::content::Content;
use crate::ports::{Method, Request, Response};

/// A backend that can be asked, and whose clock can be moved.
pub trait Api {
    /// Answers a request. The address begins with `https://lume.example`.
    fn send(&mut self, request: &Request) -> Response;

    /// Lets time pass at the backend. `false` where that can't be done: the scenario then ends early.
    fn pass_ms(&mut self, ms: i64) -> bool;
}

/// One scenario.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// What must hold.
    pub name: &'static str,
    run: fn(&mut Person<'_>),
}

/// Runs every scenario, each with a new account.
///
/// # Panics
///
/// Where the backend answers otherwise than the contract says; the message names the scenario.
pub fn run(api: &mut dyn Api) {
    for scenario in scenarios() {
        run_one(api, scenario);
    }
}

/// Runs one scenario with a new account.
///
/// # Panics
///
/// Where the backend answers otherwise than the contract says.
pub fn run_one(api: &mut dyn Api, scenario: Scenario) {
    let mut person = Person::register(api, scenario.name);
    (scenario.run)(&mut person);
}

/// All of them.
pub fn scenarios() -> Vec<Scenario> {
    macro_rules! all {
        ($($name:ident),+ $(,)?) => { vec![$(Scenario { name: stringify!($name), run: $name }),+] };
    }
    all![
        health_and_capabilities_name_the_protocol,
        a_key_has_its_effect_once_and_its_answer_twice,
        a_refusal_is_stored_under_its_key_too,
        a_key_with_another_payload_is_refused,
        the_same_content_under_another_key_is_no_second_entity,
        other_content_under_a_known_id_is_a_conflict_with_the_entity,
        an_update_wants_the_revision_it_is_based_on,
        an_update_changes_the_fields_it_names_and_null_clears,
        a_delete_leaves_a_tombstone_and_is_done_only_once,
        a_tombstones_revision_brings_the_entity_back,
        what_is_wrong_with_a_field_is_named,
        nobody_touches_another_ones_entity,
        a_list_has_live_entities_newest_first_in_pages,
        a_refresh_token_works_once_and_is_repeated_for_a_while,
        a_signed_out_session_is_over,
        an_access_token_expires_and_says_so,
        an_email_has_one_account_whatever_its_case,
    ]
}

fn health_and_capabilities_name_the_protocol(person: &mut Person<'_>) {
    for path in [paths::HEALTH, paths::CAPABILITIES] {
        let answer = person.ask(Method::Get, path, None, &[]);
        assert_eq!(
            (answer.status, answer.protocol.as_deref()),
            (200, Some(headers::PROTOCOL_VALUE)),
            "{path}"
        );
    }
    let missing = person.ask(Method::Get, "/api/v1/nowhere", None, &[]);
    assert_eq!(
        (missing.status, missing.protocol.as_deref()),
        (404, Some(headers::PROTOCOL_VALUE))
    );
    assert_eq!(code(&missing), ErrorCode::NotFound);
}

fn a_key_has_its_effect_once_and_its_answer_twice(person: &mut Person<'_>) {
    let (id, key) = (person.new_id(), person.new_key());

    let first = person.create(id, &key, "Cake");
    let second = person.create(id, &key, "Cake");

    assert_eq!(first.status, 201);
    assert!(
        first == second,
        "the stored answer differs: {first:?} and {second:?}"
    );
    assert_eq!(person.get(id).etag, first.etag);
}

fn a_refusal_is_stored_under_its_key_too(person: &mut Person<'_>) {
    let (id, key) = (person.new_id(), person.new_key());
    let patch = json!({"note": "new"});

    let first = person.update(id, &key, Rev(1), &patch);
    person.create(id, &person.key_after(&key), "Cake");
    let second = person.update(id, &key, Rev(1), &patch);

    assert_eq!((first.status, code(&first)), (404, ErrorCode::Entity));
    assert_eq!((second.status, code(&second)), (404, ErrorCode::Entity));
}

fn a_key_with_another_payload_is_refused(person: &mut Person<'_>) {
    let (id, key) = (person.new_id(), person.new_key());
    person.create(id, &key, "Cake");

    let other = person.create(id, &key, "Tea");

    assert_eq!((other.status, code(&other)), (422, ErrorCode::KeyReused));
    assert_eq!(data(&person.get(id))["note"], "Cake");
}

fn the_same_content_under_another_key_is_no_second_entity(person: &mut Person<'_>) {
    let id = person.new_id();
    let (one, two) = (person.new_key(), person.new_key());

    let first = person.create(id, &one, "Cake");
    let second = person.create(id, &two, "Cake");

    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.etag, second.etag);
}

fn other_content_under_a_known_id_is_a_conflict_with_the_entity(person: &mut Person<'_>) {
    let id = person.new_id();
    let (one, two) = (person.new_key(), person.new_key());
    let first = person.create(id, &one, "Cake");

    let second = person.create(id, &two, "Tea");

    assert_eq!((second.status, code(&second)), (409, ErrorCode::Exists));
    let error = error(&second);
    assert_eq!(error.rev, first.etag.as_deref().and_then(Rev::from_etag));
    assert_eq!(error.entity.expect("the entity as it is")["note"], "Cake");
}

fn an_update_wants_the_revision_it_is_based_on(person: &mut Person<'_>) {
    let id = person.new_id();
    let created = rev(&person.create_new(id, "Cake"));
    let (one, two, three) = (person.new_key(), person.new_key(), person.new_key());

    let without = person.ask_with_key(
        Method::Put,
        &item(id),
        Some(&json!({"note": "x"})),
        &one,
        None,
    );
    let updated = person.update(id, &two, created, &json!({"note": "Tea"}));
    let stale = person.update(id, &three, created, &json!({"note": "Pie"}));

    assert_eq!(without.status, 428);
    assert_eq!(updated.status, 200);
    assert!(rev(&updated) > created);
    assert_eq!((stale.status, code(&stale)), (412, ErrorCode::Version));
    assert_eq!(error(&stale).rev, Some(rev(&updated)));
}

fn an_update_changes_the_fields_it_names_and_null_clears(person: &mut Person<'_>) {
    let id = person.new_id();
    let created = rev(&person.create_new(id, "Cake"));
    let (one, two) = (person.new_key(), person.new_key());

    let updated = person.update(id, &one, created, &json!({"mood": "sad"}));
    assert_eq!(
        (&data(&updated)["mood"], &data(&updated)["note"]),
        (&json!("sad"), &json!("Cake"))
    );

    let cleared = person.update(id, &two, rev(&updated), &json!({"note": null}));
    assert!(data(&cleared).get("note").is_none_or(Value::is_null));
}

fn a_delete_leaves_a_tombstone_and_is_done_only_once(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let (one, two, three) = (person.new_key(), person.new_key(), person.new_key());

    let first = person.delete(id, &one, None);
    let again = person.delete(id, &one, None);
    let gone = person.delete(id, &two, None);
    let never = person.new_id();

    assert_eq!((first.status, again.status, gone.status), (204, 204, 204));
    assert_eq!(first.etag, again.etag);
    let read = person.get(id);
    assert_eq!((read.status, code(&read)), (410, ErrorCode::Deleted));
    assert_eq!(
        error(&read).rev,
        first.etag.as_deref().and_then(Rev::from_etag)
    );
    assert_eq!(person.delete(never, &three, None).status, 204);
}

fn a_tombstones_revision_brings_the_entity_back(person: &mut Person<'_>) {
    let id = person.new_id();
    let created = rev(&person.create_new(id, "Cake"));
    let (one, two, three, four) = (
        person.new_key(),
        person.new_key(),
        person.new_key(),
        person.new_key(),
    );
    let tombstone = rev(&person.delete(id, &one, Some(created)));

    let stale = person.update(id, &two, created, &json!({"mood": "sad"}));
    let again = person.create(id, &three, "Cake");
    let revived = person.update(id, &four, tombstone, &json!({"mood": "sad"}));

    assert_eq!((stale.status, code(&stale)), (410, ErrorCode::Deleted));
    assert_eq!((again.status, code(&again)), (410, ErrorCode::Deleted));
    assert_eq!(revived.status, 200);
    assert_eq!(
        (&data(&revived)["mood"], &data(&revived)["note"]),
        (&json!("sad"), &json!("Cake"))
    );
}

fn what_is_wrong_with_a_field_is_named(person: &mut Person<'_>) {
    let long = "x".repeat(4_001);
    let cases = [
        ("note", json!(long), "too_long"),
        ("valence", json!(1.5), "out_of_range"),
        ("mood", json!(null), "required"),
    ];
    for (field, value, expected) in cases {
        let id = person.new_id();
        let mut body = person.mood(id, "Cake");
        body.insert(field.to_owned(), value);
        let key = person.new_key();

        let answer = person.ask_with_key(
            Method::Post,
            paths::MOODS,
            Some(&Value::Object(body)),
            &key,
            None,
        );

        assert_eq!(
            (answer.status, code(&answer)),
            (422, ErrorCode::Validation),
            "{field}"
        );
        assert_eq!(
            error(&answer).fields.get(field).map(String::as_str),
            Some(expected),
            "{field}"
        );
    }
}

fn nobody_touches_another_ones_entity(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let mine = person.get(id);
    let mut other = Person::register(person.api, "somebody else");
    let (one, two, three) = (other.new_key(), other.new_key(), other.new_key());

    assert_eq!(other.create(id, &one, "Tea").status, 403);
    assert_eq!(
        other
            .update(id, &two, rev(&mine), &json!({"note": "Tea"}))
            .status,
        403
    );
    assert_eq!(other.delete(id, &three, None).status, 403);
    // Reading must not tell whether the id exists elsewhere.
    assert_eq!(other.get(id).status, 404);
    assert_eq!(data(&person.get(id))["note"], "Cake");
}

fn a_list_has_live_entities_newest_first_in_pages(person: &mut Person<'_>) {
    let ids: Vec<_> = (0..4).map(|_| person.new_id()).collect();
    for (hour, id) in ids.iter().enumerate() {
        let mut body = person.mood(*id, "Cake");
        body.insert(
            "date".to_owned(),
            format!("2025-01-15T1{hour}:00:00.000Z").into(),
        );
        let key = person.new_key();
        assert_eq!(
            person
                .ask_with_key(
                    Method::Post,
                    paths::MOODS,
                    Some(&Value::Object(body)),
                    &key,
                    None
                )
                .status,
            201
        );
    }
    let key = person.new_key();
    person.delete(ids[1], &key, None);

    let first = person.ask(Method::Get, "/api/v1/moods?limit=2", None, &[]);
    let cursor = data(&first)["next_cursor"]
        .as_str()
        .expect("there is more")
        .to_owned();
    let second = person.ask(
        Method::Get,
        &format!("/api/v1/moods?limit=2&cursor={cursor}"),
        None,
        &[],
    );

    let listed = |answer: &Response| -> Vec<String> {
        let data = data(answer);
        let moods = data["moods"].as_array().expect("a list").clone();
        moods
            .iter()
            .map(|mood| mood["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(listed(&first), [ids[3].to_string(), ids[2].to_string()]);
    assert_eq!(listed(&second), [ids[0].to_string()]);
    assert_eq!(data(&second)["next_cursor"], Value::Null);
    assert_eq!(
        person
            .ask(Method::Get, "/api/v1/moods?limit=501", None, &[])
            .status,
        400
    );
}

fn a_refresh_token_works_once_and_is_repeated_for_a_while(person: &mut Person<'_>) {
    let refresh = person.refresh.clone();

    let first = person.refresh_with(&refresh);
    let lost = person.refresh_with(&refresh);

    assert_eq!((first.status, lost.status), (200, 200));
    assert_eq!(data(&first)["access_token"], data(&lost)["access_token"]);
    assert_eq!(data(&first)["refresh_token"], data(&lost)["refresh_token"]);
    if !person.api.pass_ms(31_000) {
        return;
    }
    let late = person.refresh_with(&refresh);
    assert_eq!((late.status, code(&late)), (401, ErrorCode::TokenReused));
    let successor = data(&first)["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert_eq!(person.refresh_with(&successor).status, 401);
}

fn a_signed_out_session_is_over(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let refresh = person.refresh.clone();

    let out = person.ask(
        Method::Post,
        paths::LOGOUT,
        Some(&json!({"refresh_token": refresh})),
        &[],
    );

    assert_eq!(out.status, 204);
    let after = person.get(id);
    assert_eq!((after.status, code(&after)), (401, ErrorCode::Unauthorized));
    assert_eq!(person.refresh_with(&refresh).status, 401);
}

fn an_access_token_expires_and_says_so(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    if !person.api.pass_ms((15 * 60 + 1) * 1_000) {
        return;
    }

    let expired = person.get(id);

    assert_eq!(
        (expired.status, code(&expired)),
        (401, ErrorCode::TokenExpired)
    );
}

fn an_email_has_one_account_whatever_its_case(person: &mut Person<'_>) {
    let body = json!({
        "email": person.email.to_uppercase(), "password": PASSWORD, "name": "Again", "date_of_birth": "1990-01-15"
    });

    let taken = person.ask(Method::Post, paths::REGISTER, Some(&body), &[]);
    let wrong = person.ask(
        Method::Post,
        paths::LOGIN,
        Some(&json!({"email": person.email, "password": "wrong password"})),
        &[],
    );
    let young = json!({"email": "young@lume.example", "password": PASSWORD, "name": "Y", "date_of_birth": "2999-01-01"});

    assert_eq!((taken.status, code(&taken)), (409, ErrorCode::EmailTaken));
    assert_eq!((wrong.status, code(&wrong)), (401, ErrorCode::Unauthorized));
    assert!(
        (400..500).contains(
            &person
                .ask(Method::Post, paths::REGISTER, Some(&young), &[])
                .status
        )
    );
}

const BASE: &str = "https://lume.example";
const PASSWORD: &str = "correct horse battery";

/// An account and its session.
struct Person<'a> {
    api: &'a mut dyn Api,
    email: String,
    user_id: String,
    access: String,
    refresh: String,
    drawn: std::cell::Cell<u64>,
}

impl<'a> Person<'a> {
    fn register(api: &'a mut dyn Api, name: &str) -> Self {
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

    fn ask(
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

    fn ask_with_key(
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

    fn create(&mut self, id: EntityId, key: &str, note: &str) -> Response {
        let body = Value::Object(self.mood(id, note));
        self.ask_with_key(Method::Post, paths::MOODS, Some(&body), key, None)
    }

    fn create_new(&mut self, id: EntityId, note: &str) -> Response {
        let key = self.new_key();
        let answer = self.create(id, &key, note);
        assert_eq!(answer.status, 201);
        answer
    }

    fn update(&mut self, id: EntityId, key: &str, rev: Rev, patch: &Value) -> Response {
        self.ask_with_key(Method::Put, &item(id), Some(patch), key, Some(rev))
    }

    fn delete(&mut self, id: EntityId, key: &str, rev: Option<Rev>) -> Response {
        self.ask_with_key(Method::Delete, &item(id), None, key, rev)
    }

    fn get(&mut self, id: EntityId) -> Response {
        self.ask(Method::Get, &item(id), None, &[])
    }

    fn refresh_with(&mut self, token: &str) -> Response {
        self.ask(
            Method::Post,
            paths::REFRESH,
            Some(&json!({"refresh_token": token})),
            &[],
        )
    }

    fn mood(&self, id: EntityId, note: &str) -> Content {
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

    fn new_id(&self) -> EntityId {
        EntityId::from_random_bytes(self.bytes())
    }

    fn new_key(&self) -> String {
        EventId::from_random_bytes(self.bytes()).to_string()
    }

    fn key_after(&self, key: &str) -> String {
        let next = self.new_key();
        assert_ne!(next, key);
        next
    }
}

fn item(id: EntityId) -> String {
    paths::item(paths::MOODS, id)
}

fn error(answer: &Response) -> ApiError {
    answer
        .body
        .as_deref()
        .and_then(ApiError::parse)
        .expect("an error of ours")
}

fn code(answer: &Response) -> ErrorCode {
    error(answer).code
}

fn data(answer: &Response) -> Value {
    let data = answer.body.as_deref().map(envelope::parse_data::<Value>);
    data.expect("a body").expect("an envelope")
}

fn rev(answer: &Response) -> Rev {
    answer
        .etag
        .as_deref()
        .and_then(Rev::from_etag)
        .expect("an etag")
}

#[cfg(test)]
mod tests {
    use lume_core::time::Timestamp;

    use super::*;
    use crate::testing::{BackendOptions, MemoryBackend};

    struct Memory {
        backend: MemoryBackend,
        now: Timestamp,
    }

    impl Api for Memory {
        fn send(&mut self, request: &Request) -> Response {
            self.backend.handle(self.now, request)
        }

        fn pass_ms(&mut self, ms: i64) -> bool {
            self.now = self.now.plus_millis(ms);
            true
        }
    }

    #[test]
    fn the_backend_in_memory_keeps_the_contract() {
        let options = BackendOptions {
            api_key: "test-key".to_owned(),
            ..BackendOptions::default()
        };
        let mut memory = Memory {
            backend: MemoryBackend::new(options),
            now: Timestamp::from_millis(1_750_000_000_000),
        };

        run(&mut memory);
    }
}
