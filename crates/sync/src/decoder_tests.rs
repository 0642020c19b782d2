//! Everything that is read from outside, fed with what no honest sender would send: answers of a backend, requests of a
//! client, the headers of a proxy, rows and records of a database that something else has written to.
//!
//! Nothing may panic, and what is read is written and read again as the same. `PROPTEST_CASES` says how many cases each
//! target gets.

mod mangled;

use lume_core::ids::{ClaimId, EntityId, EventId, UserId};
use lume_core::time::{LocalDate, LocalDateTime, Timestamp, UtcOffsetMinutes, ZoneName};
use lume_wire::{ApiError, Capabilities, Envelope, ErrorCode, Rev, envelope::parse_data};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::mangled::{ID, mangled, mangled_text};
use crate::body;
use crate::content::{Content, Operation};
use crate::feed::Feed;
use crate::gate::Gate;
use crate::kinds;
use crate::log::LogLine;
use crate::merge::{Loser, Overlap};
use crate::meta::{self, BackendKind, Profile, Progress, StoredSession, Tokens};
use crate::outcome::{Asked, classify, is_html, retry_after_ms};
use crate::ports::{Plain, Response};
use crate::rows::{BaseRow, ClaimRow, EntityRow, HistoryRow, OutboxRow};
use crate::wire_request::EventRequest;

/// Reads bytes as a type; where that works, writing and reading again leads to the same.
fn reads<T: Serialize + DeserializeOwned + PartialEq>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert!(again == value, "it is read as another value");
}

/// A test for each type and what an honest sender sends of it.
macro_rules! reads_whatever_comes {
    ($($name:ident: $kind:ty, $sample:expr;)+) => {
        proptest! {
            $(
                #[test]
                fn $name(bytes in mangled($sample)) {
                    reads::<$kind>(&bytes);
                    // Within the envelope, and without it.
                    let _ = parse_data::<$kind>(&bytes);
                }
            )+
        }

        #[test]
        fn every_sample_is_what_its_type_reads() {
            $(
                let sample: Value = $sample;
                serde_json::from_value::<$kind>(sample).expect(stringify!($name));
            )+
        }
    };
}

reads_whatever_comes! {
    registrations: lume_wire::auth::RegisterRequest,
        json!({ "email": "a@example.org", "password": "otters", "name": "A", "date_of_birth": "1990-05-17" });
    sign_ins: lume_wire::auth::LoginRequest, json!({ "email": "a@example.org", "password": "otters" });
    refreshes: lume_wire::auth::RefreshRequest, json!({ "refresh_token": "lume_rt_0" });
    sign_outs: lume_wire::auth::LogoutRequest, json!({ "refresh_token": "lume_rt_0" });
    new_passwords: lume_wire::auth::PasswordRequest,
        json!({ "current_password": "otters", "new_password": "beavers" });
    deletions_of_an_account: lume_wire::auth::DeleteAccountRequest, json!({ "password": "otters" });
    sessions: lume_wire::auth::SessionAnswer, json!({
        "user_id": ID, "email": "a@example.org", "name": "A", "created_at": "2025-01-15T10:30:00Z",
        "access_token": "lume_at_0", "refresh_token": "lume_rt_0", "expires_in": 900
    });
    pairs_of_tokens: lume_wire::auth::TokenPair,
        json!({ "access_token": "lume_at_0", "refresh_token": "lume_rt_0", "expires_in": 900 });
    profiles_of_an_account: lume_wire::auth::Profile, json!({
        "user_id": ID, "email": "a@example.org", "name": "A", "date_of_birth": "1990-05-17",
        "created_at": "2025-01-15T10:30:00Z"
    });
    changes_of_a_profile: lume_wire::auth::ProfilePatch,
        json!({ "name": "A", "email": "a@example.org", "date_of_birth": "1990-05-17", "password": "otters" });
    batches: lume_wire::batch::BatchRequest, json!({ "events": [
        { "event_id": ID, "type": "mood.updated", "entity_id": ID, "base_rev": 7, "payload": { "note": "Cake" } }
    ] });
    answers_to_a_batch: lume_wire::batch::BatchAnswer, json!({ "results": [
        { "event_id": ID, "status": "conflict", "rev": 7, "entity": { "note": "Cake" },
          "error": { "code": "version", "message": "no", "fields": { "note": "too_long" } } }
    ] });
    capabilities: Capabilities,
        json!({ "server_id": ID, "server_epoch": ID, "protocol": 1, "features": ["batch", "later"] });
    pages_of_changes: lume_wire::changes::ChangesPage, json!({
        "changes": [{ "kind": "mood", "entity_id": ID, "rev": 7, "deleted": false, "entity": { "note": "Cake" },
                      "origin_event_id": ID, "modified_at": "2025-01-15T10:30:00Z" }],
        "next_cursor": "7", "has_more": true, "server_epoch": ID, "server_now": "2025-01-15T10:30:00Z"
    });
    pages_of_consultations: lume_wire::consultations::ConsultationsPage,
        json!({ "consultations": [{ "id": ID }], "total_count": 1, "limit": 20, "offset": 0 });
    pages_of_a_history: lume_wire::history::HistoryPage, json!({
        "revisions": [{ "rev": 7, "at": "2025-01-15T10:30:00Z", "device": "Chrome on Android", "deleted": false,
                        "entity": { "note": "Cake" } }],
        "next_cursor": "6"
    });
    what_a_live_connection_says: lume_wire::live::LiveMessage, json!({ "type": "changed", "cursor": "7" });
    envelopes: Envelope<Value>, json!({ "success": true, "data": { "rev": 7 } });
    errors: ApiError, json!({
        "code": "version", "message": "no", "fields": { "note": "too_long" }, "rev": 7, "entity": { "note": "Cake" }
    });
    rows_of_entities: EntityRow, json!({
        "key": { "kind": "mood", "id": ID }, "local_time": "2025-01-15T10:30:00.000", "deleted": false, "rev": 7,
        "sync": "waiting", "source": "manual", "source_id": null, "body": [1, 123, 125]
    });
    rows_of_bases: BaseRow,
        json!({ "key": { "kind": "mood", "id": ID }, "rev": 7, "deleted": false, "body": [1, 123, 125] });
    rows_of_bases_with_a_later_state: BaseRow, json!({
        "key": { "kind": "mood", "id": ID }, "rev": 7, "deleted": true, "body": [1, 123, 125], "round": 2,
        "ahead": { "state": "live", "rev": 9, "modified_at": "2025-01-15T10:30:00.000Z", "round": 3,
                   "body": [1, 123, 125] }
    });
    rows_of_the_history: HistoryRow, json!({
        "seq": 7, "key": { "kind": "mood", "id": ID }, "at": "2025-01-15T10:30:00.000Z", "body": [1, 123, 125]
    });
    what_lost_in_a_merge: Loser, json!({ "fields": { "note": "Cake", "valence": null }, "side": "theirs" });
    two_versions_of_a_text: Overlap, json!({ "field": "note", "mine": "Cake", "theirs": "Tea" });
    rows_of_the_outbox: OutboxRow, json!({
        "seq": 7, "event_id": ID, "key": { "kind": "mood", "id": ID }, "operation": "updated", "state": "dead",
        "not_before": "2025-01-15T10:30:00.000Z", "wait_ms": 1000, "attempts": 2, "base_rev": 7,
        "created_at": "2025-01-15T10:30:00.000Z", "account": "server/account", "schema_v": 1, "request": [1, 123, 125],
        "failure": { "reason": "invalid", "status": 422, "fields": [["note", "too_long"]],
                     "at": "2025-01-15T10:30:00.000Z" },
        "body": [1, 123, 125]
    });
    rows_of_claims: ClaimRow, json!({
        "id": ID, "owner": "tab", "epoch": 7, "until": "2025-01-15T10:30:00.000Z",
        "items": [{ "seq": 7, "event_id": ID, "key": { "kind": "mood", "id": ID }, "request": [1, 123, 125] }]
    });
    tokens_of_the_vault: Tokens, json!({ "access": "lume_at_0", "refresh": "lume_rt_0" });
    lines_of_the_log: LogLine, json!({
        "at": "2025-01-15T10:30:00.000Z", "level": "warn",
        "event": { "event": "retrying", "kind": "mood.created", "id": "6f9619ff", "retry": 1, "status": 503,
                   "wait_ms": 1000 }
    });
}

/// The settings of a profile as they are stored.
fn profile() -> Value {
    json!({
        "mode": "synced",
        "account": { "server_id": ID, "user_id": ID, "email": "a@example.org", "name": "A" },
        "backend": { "base_url": "https://lume.example.org", "api_key": "k", "choice": "auto", "kind": "extended" },
        "interval_s": 30,
        "adoption": { "after": ID, "done": 1, "total": 2, "events": 1 }
    })
}

fn record<T: Serialize + DeserializeOwned + Default + PartialEq>(bytes: &[u8]) {
    reads::<T>(bytes);
    let _ = meta::from_bytes::<T>(Some(bytes));
}

proptest! {
    #[test]
    fn settings_of_a_profile(bytes in mangled(profile())) {
        record::<Profile>(&bytes);
    }

    #[test]
    fn the_session_s_record(bytes in mangled(json!({
        "generation": 7, "account": "server/account", "expires_at": "2025-01-15T10:30:00.000Z", "sealed": [1, 2, 3]
    }))) {
        record::<StoredSession>(&bytes);
    }

    #[test]
    fn the_record_of_progress(bytes in mangled(json!({
        "last_sync": "2025-01-15T10:30:00.000Z", "heartbeat": "2025-01-15T10:30:00.000Z"
    }))) {
        record::<Progress>(&bytes);
        record::<u64>(&bytes);
    }

    #[test]
    fn the_feed_s_record(bytes in mangled(json!({
        "epoch": ID, "cursor": "7", "phase": { "sweeping": { "missing": "sent_again", "after": "mood/1" } }, "round": 3,
        "era_from": 2, "count": 4, "more": true, "reached_at": "2025-01-15T10:30:00.000Z",
        "skew": { "ahead_ms": -5000, "since": "2025-01-15T10:30:00.000Z" }, "kinds": ["mood"], "failures": 1,
        "until": "2025-01-15T10:30:00.000Z", "wait_ms": 1000
    }))) {
        record::<Feed>(&bytes);
    }

    #[test]
    fn the_gate_s_record(bytes in mangled(json!(Gate::default()))) {
        record::<Gate>(&bytes);
    }

    /// A version, and then what the version holds.
    #[test]
    fn sealed_bodies(version in prop_oneof![9 => Just(1_u8), 1 => any::<u8>()], bytes in mangled(json!({
        "method": "Put", "path": "/api/v1/moods/1", "if_match": 7, "body": "{}"
    }))) {
        let sealed = [&[version], bytes.as_slice()].concat();
        let _ = body::open::<Content>(&Plain, &sealed);
        let _ = body::open::<Content>(&Plain, &bytes);
        if let Ok(request) = body::open::<EventRequest>(&Plain, &sealed) {
            let again = body::open::<EventRequest>(&Plain, &body::seal(&Plain, &request));
            prop_assert!(again == Ok(request));
        }
    }

    /// Entities as a backend sends them, and as they are stored.
    #[test]
    fn entities_of_every_kind(bytes in mangled(json!({
        "id": ID, "user_id": ID, "date": "2025-01-15T10:30:00Z", "mood": "happy", "note": "Cake", "valence": 0.5,
        "labels": ["happy", "proud"], "associations": ["family"], "local_date": "2025-01-15",
        "time_zone": "Europe/Berlin", "utc_offset_minutes": 60, "source": "manual", "source_id": "7",
        "created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00Z"
    }))) {
        let Ok(fields) = serde_json::from_slice::<Content>(&bytes) else {
            return Ok(());
        };
        for spec in kinds::KINDS {
            if let Some((id, content)) = (spec.read)(&fields) {
                // What came can be sent.
                let user: UserId = ID.parse().expect("an id");
                let _ = (spec.create)(&content, user, id);
                let _ = (spec.patch)(&content, &content);
            }
            let _ = (spec.create)(&fields, ID.parse().expect("an id"), ID.parse().expect("an id"));
        }
    }

    #[test]
    fn contents_of_an_entry(bytes in mangled(json!({
        "at": "2025-01-15T22:30:00.000Z", "zone": "Europe/Berlin", "local_time": "2025-01-15T23:30:00.000",
        "labels": ["happy"], "associations": [], "note": "Cake", "valence": 0.5, "source": "manual",
        "created_at": "2025-01-15T22:31:00.000Z", "updated_at": "2025-01-15T22:31:00.000Z"
    }))) {
        use lume_core::entry::MoodEntry;
        if let Ok(content) = serde_json::from_slice::<Content>(&bytes)
            && let Ok(entry) = MoodEntry::from_content(&content)
        {
            prop_assert!(MoodEntry::from_content(&entry.to_content()) == Ok(entry));
        }
    }

    #[test]
    fn refusals_in_every_shape(bytes in mangled(json!({
        "success": false, "error": { "code": "validation", "message": "no", "fields": { "note": "too_long" } }
    }))) {
        if let Some(error) = ApiError::parse(&bytes) {
            let _ = error.code.status();
            let again = ApiError::parse(error.to_envelope().to_string().as_bytes());
            prop_assert!(again == Some(error));
        }
    }

    #[test]
    fn answers_of_whoever_answers(
        status: u16,
        redirected: bool,
        extended: bool,
        texts in prop::collection::vec(prop::option::of(mangled_text("120")), 5),
        body in prop::option::of(mangled(json!({ "success": true, "data": { "rev": 7 } }))),
    ) {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().flatten();
        let response = Response {
            status,
            redirected,
            content_type: text(),
            protocol: text(),
            retry_after: text(),
            date: text(),
            etag: text(),
            body,
        };
        for (operation, events) in [(Operation::Created, 1), (Operation::Deleted, 1), (Operation::Updated, 2)] {
            let backend = if extended { BackendKind::Extended } else { BackendKind::Basic };
            let asked = Asked { backend, operation, events };
            let _ = classify(asked, Ok(&response));
        }
        let _ = is_html(&response);
    }

    #[test]
    fn waits_that_are_asked_for(
        wait in prop_oneof![mangled_text("120"), mangled_text("Wed, 15 Jan 2025 10:30:00 GMT")],
        date in prop::option::of(mangled_text("Wed, 15 Jan 2025 10:29:00 GMT")),
    ) {
        let response = Response {
            status: 503,
            redirected: false,
            content_type: None,
            protocol: None,
            retry_after: Some(wait),
            date,
            etag: None,
            body: None,
        };
        prop_assert!(retry_after_ms(&response).unwrap_or_default() <= 3_600_000);
    }

    #[test]
    fn instants(text in prop_oneof![mangled_text("2025-01-15T10:30:00.123+01:00"), mangled_text("2016-12-31T23:59:60Z")]) {
        if let Ok(at) = text.parse::<Timestamp>() {
            prop_assert_eq!(at.to_string().parse::<Timestamp>(), Ok(at));
            prop_assert!((Timestamp::MIN..=Timestamp::MAX).contains(&at));
        }
    }

    #[test]
    fn days_and_times_of_day(text in mangled_text("2025-01-15T10:30:00.123"), day in mangled_text("2024-02-29")) {
        if let Ok(time) = text.parse::<LocalDateTime>() {
            prop_assert_eq!(time.to_string().parse::<LocalDateTime>(), Ok(time));
            let offset = UtcOffsetMinutes::new(-18 * 60).expect("in range");
            let _ = time.to_instant(offset).to_local(offset);
        }
        if let Ok(day) = day.parse::<LocalDate>() {
            prop_assert_eq!(day.to_string().parse::<LocalDate>(), Ok(day));
            let _ = day.plus_days(i32::MAX).plus_days(i32::MIN).midnight();
        }
    }

    #[test]
    fn names_of_zones_and_of_moods(text in prop_oneof![mangled_text("Europe/Berlin"), mangled_text("happy")]) {
        if let Ok(zone) = text.parse::<ZoneName>() {
            prop_assert_eq!(zone.as_str().parse::<ZoneName>(), Ok(zone.clone()));
        }
        let _ = lume_core::mood::Mood::by_label(&text);
        let _ = lume_core::association::Association::by_label(&text);
        let _ = text.parse::<lume_core::day::DayStart>();
    }

    #[test]
    fn ids_revisions_and_codes(text in prop_oneof![mangled_text(ID), mangled_text("\"17\""), mangled_text("W/\"17\"")]) {
        if let Ok(id) = text.parse::<EntityId>() {
            prop_assert_eq!(id.to_string().parse::<EntityId>(), Ok(id));
        }
        let _ = (text.parse::<EventId>(), text.parse::<UserId>(), text.parse::<ClaimId>());
        if let Some(rev) = Rev::from_etag(&text) {
            prop_assert_eq!(Rev::from_etag(&rev.to_etag()), Some(rev));
        }
        let code = ErrorCode::from(text.as_str());
        prop_assert_eq!(code.as_str(), text.as_str());
    }
}
