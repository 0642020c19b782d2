//! Notes, moods, tokens and passwords stand in no log line and in no `Debug` of a public type.

use std::fmt::Debug;

use futures::executor::block_on;
use lume_sync::kinds::MOOD;
use lume_sync::log::LogEvent;

use crate::net::Fate;
use crate::ports::Fault;
use crate::world::{EMAIL, PASSWORD, World, content, create, delete, key, update};

const SECRET_NOTE: &str = "zebra-secret";
/// A mood of a word that stands nowhere else.
const SECRET_MOOD: &str = "quaggaish";

fn secret(note: &str) -> lume_sync::content::Content {
    let mut content = content(&format!("{SECRET_NOTE} {note}"));
    content.insert("labels".to_owned(), serde_json::json!([SECRET_MOOD]));
    content
}

/// A life with everything in it that is logged.
fn eventful() -> (World, Vec<String>) {
    let world = World::new();
    let lume = world.signed_in();
    lume.set_debug_log(true);
    let fates = [
        Fate::Answered,
        Fate::Refused(500, "internal"),
        Fate::Refused(422, "validation"),
        Fate::Refused(412, "version"),
        Fate::Refused(401, "token_expired"),
        Fate::Asked(429, "30"),
        Fate::Portal,
        Fate::Foreign(403),
        Fate::Lost,
        Fate::TimedOut,
        Fate::AnswerCut,
        Fate::Refused(402, "payment_required"),
    ];
    for (number, fate) in (1..).zip(fates) {
        let key = key(number);
        block_on(lume.create(&key.kind, key.id, secret("a"), Some("draft"))).unwrap();
        block_on(lume.save_draft("draft", SECRET_NOTE.as_bytes())).unwrap();
        world.net.next("/moods", fate);
        world.pass(&lume);
        world.later(3_600_000);
    }
    update(&lume, 1, SECRET_NOTE);
    delete(&lume, 1);
    world.pass(&lume);
    world.device.store.fail_next([Fault::Full]);
    let full = block_on(lume.create(&MOOD.kind(), key(99).id, secret("b"), None));
    let wrong = block_on(lume.sign_in(EMAIL, "a wrong password"));
    block_on(lume.sign_out()).unwrap();
    let mut shown = vec![format!("{full:?}")];
    shown.extend(wrong.err().map(|error| format!("{error:?} {error}")));
    // What a person sees is theirs; what a type shows of itself by Debug may end in a log.
    shown.push(format!("{:?}", block_on(lume.profile())));
    shown.push(format!("{:?}", world.status(&lume)));
    shown.extend(
        block_on(lume.log_lines(1_000))
            .unwrap()
            .iter()
            .map(|line| format!("{line:?}")),
    );
    (world, shown)
}

/// Everything that must not be seen.
fn secrets(world: &World) -> Vec<String> {
    let mut all = vec![
        SECRET_NOTE.to_owned(),
        SECRET_MOOD.to_owned(),
        PASSWORD.to_owned(),
    ];
    all.push("a wrong password".to_owned());
    all.push(EMAIL.to_owned());
    for sent in world.net.sent("") {
        let bearer = sent
            .header("authorization")
            .map(|value| value.trim_start_matches("Bearer "));
        all.extend(bearer.map(str::to_owned));
        let token = sent.json()["refresh_token"].as_str().map(str::to_owned);
        all.extend(token);
    }
    all.sort();
    all.dedup();
    assert!(all.len() >= 7, "tokens were used");
    all
}

fn assert_clean(text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{text} shows a secret");
    }
}

#[test]
fn no_log_line_holds_a_note_a_mood_a_token_or_a_password() {
    let (world, _) = eventful();
    let secrets = secrets(&world);

    let lines = world.device.heard.lines.borrow().clone();
    assert!(lines.len() > 60);
    for line in &lines {
        assert_clean(&line.event.to_string(), &secrets);
        assert_clean(&format!("{line:?}"), &secrets);
        assert_clean(&serde_json::to_string(line).unwrap(), &secrets);
    }
    for wanted in [
        "request",
        "retrying",
        "needs_person",
        "waiting",
        "blocked",
        "token_refreshed",
        "store_failed",
    ] {
        let is_wanted = |event: &LogEvent| serde_json::to_value(event).unwrap()["event"] == wanted;
        assert!(
            lines.iter().any(|line| is_wanted(&line.event)),
            "{wanted} was said"
        );
    }
}

#[test]
fn no_route_in_the_log_names_an_entry() {
    let (world, _) = eventful();

    for line in world.device.heard.lines.borrow().iter() {
        for number in 1..=12 {
            assert!(!line.event.to_string().contains(&key(number).id.to_string()));
        }
    }
}

#[test]
fn debug_of_public_types_shows_no_secret() {
    let (world, shown) = eventful();
    let mut secrets = secrets(&world);
    // The published state holds the address to show it, and says so by being asked for it.
    secrets.retain(|secret| secret != EMAIL);
    for text in shown {
        assert_clean(&text, &secrets);
    }
}

#[test]
fn debug_of_requests_answers_and_records_shows_no_secret() {
    use lume_sync::meta::{Account, Backend, BackendChoice, StoredSession, Tokens};
    use lume_sync::ports::{Method, Request, Response};
    let text = || SECRET_NOTE.to_owned();
    let bytes = || SECRET_NOTE.as_bytes().to_vec();
    let user_id = lume_core::ids::UserId::from_random_bytes([1; 16]);
    let values: [Box<dyn Debug>; 6] = [
        Box::new(Request {
            method: Method::Post,
            url: "https://lume.example".to_owned(),
            headers: vec![("authorization", text())],
            body: Some(bytes()),
            timeout_ms: 1,
        }),
        Box::new(Response {
            status: 200,
            redirected: false,
            content_type: None,
            protocol: None,
            retry_after: None,
            date: None,
            etag: Some(text()),
            body: Some(bytes()),
        }),
        Box::new(Tokens {
            access: text(),
            refresh: text(),
        }),
        Box::new(StoredSession {
            generation: 1,
            account: Some(text()),
            expires_at: None,
            sealed: bytes(),
        }),
        Box::new(Account {
            server_id: text(),
            user_id,
            email: text(),
            name: text(),
        }),
        Box::new(Backend {
            base_url: text(),
            api_key: text(),
            choice: BackendChoice::Auto,
            kind: None,
            features: None,
            epoch: None,
        }),
    ];
    for value in values {
        let shown = format!("{value:?} {value:#?}");
        assert_clean(&shown, &[text(), format!("{:?}", bytes())]);
    }
}

#[test]
fn debug_of_rows_and_stores_shows_no_content() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, SECRET_NOTE);
    world.pass(&lume);
    update(&lume, 1, "zebra-secret again");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(lume_sync::Trigger::Timer));
    assert!(crate::world::advance(&mut pass).is_none());

    let tables = world.tables();
    assert_eq!(
        (tables.claims.len(), tables.bases.len(), tables.outbox.len()),
        (1, 1, 1)
    );

    let shown = format!("{tables:?} {tables:#?}");
    let bytes = format!("{:?}", SECRET_NOTE.as_bytes());
    let bytes = bytes.trim_matches(['[', ']']);
    assert!(
        !shown.contains(SECRET_NOTE) && !shown.contains(bytes),
        "a row shows its body"
    );
    drop((pass, release));
}
