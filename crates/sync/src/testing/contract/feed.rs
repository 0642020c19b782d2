//! The feed of changes.

use lume_core::ids::EntityId;
use lume_core::time::DAY_MS;
use lume_wire::changes::ChangesPage;
use lume_wire::{Capabilities, ErrorCode, Feature, paths};
use serde_json::json;

use super::person::{Person, code, data, rev};
use crate::ports::{Method, Response};

/// A page by its cursor.
fn ask(person: &mut Person<'_>, cursor: &str, limit: usize) -> Response {
    let path = format!("{}?cursor={cursor}&limit={limit}", paths::CHANGES);
    person.ask(Method::Get, &path, None, &[])
}

fn page(person: &mut Person<'_>, cursor: &str, limit: usize) -> ChangesPage {
    let answer = ask(person, cursor, limit);
    assert_eq!(answer.status, 200);
    serde_json::from_value(data(&answer)).expect("a page of changes")
}

fn ids(page: &ChangesPage) -> Vec<EntityId> {
    page.changes.iter().map(|change| change.entity_id).collect()
}

pub(super) fn an_empty_feed_has_an_epoch_and_a_place_to_go_on(person: &mut Person<'_>) {
    let answer = person.ask(Method::Get, paths::CAPABILITIES, None, &[]);
    let capabilities: Capabilities =
        serde_json::from_value(data(&answer)).expect("what the backend can do");
    assert!(capabilities.has(&Feature::Changes));

    let first = page(person, "", 500);
    let again = page(person, &first.next_cursor, 500);

    assert_eq!(first.server_epoch, capabilities.server_epoch);
    for page in [&first, &again] {
        assert!(page.changes.is_empty() && !page.has_more);
    }
}

pub(super) fn changes_come_in_order_with_their_events_and_go_on_from_the_cursor(
    person: &mut Person<'_>,
) {
    let (one, two) = (person.new_id(), person.new_id());
    let (key, other) = (person.new_key(), person.new_key());
    let created = rev(&person.create(one, &key, "Cake"));
    person.create_new(two, "Tea");

    let first = page(person, "", 500);
    assert_eq!(ids(&first), [one, two]);
    let change = &first.changes[0];
    assert_eq!(
        (change.kind.as_str(), change.rev, change.deleted),
        ("mood", created, false)
    );
    assert_eq!(change.origin_event_id.map(|id| id.to_string()), Some(key));
    let note = change.entity.as_ref().and_then(|entity| entity.get("note"));
    assert_eq!(note, Some(&json!("Cake")));
    assert!(change.modified_at <= first.server_now);

    let updated = rev(&person.update(one, &other, created, &json!({"note": "Pie"})));
    let second = page(person, &first.next_cursor, 500);
    assert_eq!(ids(&second), [one]);
    assert_eq!(second.changes[0].rev, updated);
    assert_eq!(
        ids(&page(person, "", 500)),
        [two, one],
        "each once, at its last change"
    );
}

pub(super) fn a_page_has_at_most_what_was_asked_for(person: &mut Person<'_>) {
    let wanted: Vec<_> = (0..5).map(|_| person.new_id()).collect();
    for id in &wanted {
        person.create_new(*id, "Cake");
    }

    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(person, &cursor, 2);
        assert!(page.changes.len() <= 2);
        found.extend(ids(&page));
        cursor = page.next_cursor;
        if !page.has_more {
            break;
        }
    }

    assert_eq!(found, wanted);
    for limit in [0, 501] {
        let refused = ask(person, "", limit);
        assert_eq!(
            (refused.status, code(&refused)),
            (400, ErrorCode::BadRequest)
        );
    }
}

pub(super) fn a_deleted_entity_is_in_the_feed_as_a_tombstone(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let seen = page(person, "", 500);
    let key = person.new_key();
    person.delete(id, &key, None);

    let after = page(person, &seen.next_cursor, 500);

    assert_eq!(ids(&after), [id]);
    assert!(after.changes[0].deleted && after.changes[0].entity.is_none());
}

pub(super) fn a_cursor_from_before_the_oldest_tombstone_is_good_no_more(person: &mut Person<'_>) {
    let (id, other) = (person.new_id(), person.new_id());
    person.create_new(id, "Cake");
    let seen = page(person, "", 500);
    let key = person.new_key();
    person.delete(id, &key, None);
    if !person.api.pass_ms(181 * DAY_MS) {
        return;
    }
    person.sign_in();
    person.create_new(other, "Tea");

    let refused = ask(person, &seen.next_cursor, 500);
    assert_eq!((refused.status, code(&refused)), (410, ErrorCode::Resync));

    // A listing that begins now goes on to its end.
    let anew = page(person, "", 500);
    assert_eq!(ids(&anew), [other]);
    assert_eq!(ask(person, &anew.next_cursor, 500).status, 200);
}

pub(super) fn nobody_sees_another_ones_changes(person: &mut Person<'_>) {
    let id = person.new_id();
    person.create_new(id, "Cake");
    let api = &mut *person.api;
    let mut other = Person::register(api, "somebody else who asks for changes");

    assert!(page(&mut other, "", 500).changes.is_empty());
}
