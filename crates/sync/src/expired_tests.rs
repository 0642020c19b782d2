use lume_core::ids::{EntityId, EventId};
use serde_json::json;

use super::*;
use crate::ports::{Method, Response};
use crate::rows::{ClaimItem, EntityKey, Kind, Seq};
use crate::wire_request::EventRequest;

const REV: Rev = Rev(7);
const OTHER_REV: Rev = Rev(8);

fn event(operation: Operation, if_match: Option<Rev>) -> ClaimedEvent {
    let method = match operation {
        Operation::Created => Method::Post,
        Operation::Updated => Method::Put,
        Operation::Deleted => Method::Delete,
    };
    ClaimedEvent {
        item: ClaimItem {
            seq: Seq(1),
            event_id: EventId::from_random_bytes([1; 16]),
            key: EntityKey {
                kind: Kind("mood".to_owned()),
                id: EntityId::from_random_bytes([2; 16]),
            },
            request: Vec::new(),
        },
        operation,
        attempts: 0,
        request: EventRequest {
            method,
            path: String::new(),
            if_match,
            body: Some(json!({"note": "ours", "valence": null, "updated_at": "now"}).to_string()),
        },
    }
}

fn live(note: &str, rev: Rev) -> There {
    let content = json!({"note": note, "mood": "happy", "updated_at": "then"});
    There::Live(content.as_object().cloned().unwrap_or_default(), Some(rev))
}

#[test]
fn what_has_the_events_content_is_taken_in_with_what_came_after_it() {
    for (operation, from) in [
        (Operation::Created, None),
        (Operation::Updated, Some(OTHER_REV)),
    ] {
        let found = find(&event(operation, from), &live("ours", REV));

        assert_eq!(found, Finding::Met(FailureReason::Version));
    }
}

#[test]
fn what_is_gone_was_deleted_by_the_event() {
    for (gone, rev) in [
        (There::Absent, None),
        (There::Deleted(Some(OTHER_REV)), Some(OTHER_REV)),
    ] {
        let found = find(&event(Operation::Deleted, Some(REV)), &gone);

        assert_eq!(found, Finding::Applied(rev));
    }
}

#[test]
fn what_stands_where_the_event_begins_was_not_reached_by_it() {
    let cases = [
        (Operation::Created, None, There::Absent),
        (Operation::Updated, Some(REV), live("theirs", REV)),
        (Operation::Updated, Some(REV), There::Deleted(Some(REV))),
        (Operation::Deleted, Some(REV), live("theirs", REV)),
        (Operation::Deleted, None, live("theirs", REV)),
    ];
    for (operation, from, there) in cases {
        assert_eq!(find(&event(operation, from), &there), Finding::Open);
    }
}

#[test]
fn what_is_something_else_was_written_by_somebody_else() {
    let cases = [
        (
            Operation::Created,
            None,
            live("theirs", REV),
            FailureReason::Exists,
        ),
        (
            Operation::Created,
            None,
            There::Deleted(Some(REV)),
            FailureReason::Gone,
        ),
        (
            Operation::Updated,
            Some(REV),
            live("theirs", OTHER_REV),
            FailureReason::Version,
        ),
        (
            Operation::Updated,
            Some(REV),
            There::Absent,
            FailureReason::Gone,
        ),
        (
            Operation::Updated,
            Some(REV),
            There::Deleted(Some(OTHER_REV)),
            FailureReason::Gone,
        ),
        (
            Operation::Deleted,
            Some(REV),
            live("theirs", OTHER_REV),
            FailureReason::Version,
        ),
    ];
    for (operation, from, there, reason) in cases {
        assert_eq!(find(&event(operation, from), &there), Finding::Met(reason));
    }
}

#[test]
fn a_bare_404_says_nothing_about_the_entity() {
    let answer = |status, body: serde_json::Value| Response {
        status,
        redirected: false,
        content_type: None,
        protocol: Some("1".to_owned()),
        retry_after: None,
        date: None,
        etag: None,
        body: Some(body.to_string().into_bytes()),
    };
    let error = |code: &str| json!({"success": false, "error": {"code": code, "message": ""}});

    assert!(There::of_read(&answer(404, error("entity"))) == Some(There::Absent));
    assert!(There::of_read(&answer(404, error("not_found"))).is_none());
    assert!(There::of_read(&answer(404, json!("gone"))).is_none());
    assert!(There::of_read(&answer(500, error("internal"))).is_none());
}
