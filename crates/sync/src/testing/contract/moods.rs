//! The contract: moods, revisions and idempotency keys.

use lume_wire::{ErrorCode, Rev, paths};
use serde_json::{Value, json};

use super::person::{Person, code, data, error, item, rev};
use crate::ports::{Method, Response};

pub(super) fn a_key_has_its_effect_once_and_its_answer_twice(person: &mut Person<'_>) {
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

pub(super) fn a_refusal_is_stored_under_its_key_too(person: &mut Person<'_>) {
    let (id, key) = (person.new_id(), person.new_key());
    let patch = json!({"note": "new"});

    let first = person.update(id, &key, Rev(1), &patch);
    person.create(id, &person.key_after(&key), "Cake");
    let second = person.update(id, &key, Rev(1), &patch);

    assert_eq!((first.status, code(&first)), (404, ErrorCode::Entity));
    assert_eq!((second.status, code(&second)), (404, ErrorCode::Entity));
}

pub(super) fn a_key_with_another_payload_is_refused(person: &mut Person<'_>) {
    let (id, key) = (person.new_id(), person.new_key());
    person.create(id, &key, "Cake");

    let other = person.create(id, &key, "Tea");

    assert_eq!((other.status, code(&other)), (422, ErrorCode::KeyReused));
    assert_eq!(data(&person.get(id))["note"], "Cake");
}

pub(super) fn the_same_content_under_another_key_is_no_second_entity(person: &mut Person<'_>) {
    let id = person.new_id();
    let (one, two) = (person.new_key(), person.new_key());

    let first = person.create(id, &one, "Cake");
    let second = person.create(id, &two, "Cake");

    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.etag, second.etag);
}

pub(super) fn other_content_under_a_known_id_is_a_conflict_with_the_entity(
    person: &mut Person<'_>,
) {
    let id = person.new_id();
    let (one, two) = (person.new_key(), person.new_key());
    let first = person.create(id, &one, "Cake");

    let second = person.create(id, &two, "Tea");

    assert_eq!((second.status, code(&second)), (409, ErrorCode::Exists));
    let error = error(&second);
    assert_eq!(error.rev, first.etag.as_deref().and_then(Rev::from_etag));
    assert_eq!(error.entity.expect("the entity as it is")["note"], "Cake");
}

pub(super) fn an_update_wants_the_revision_it_is_based_on(person: &mut Person<'_>) {
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

pub(super) fn an_update_changes_the_fields_it_names_and_null_clears(person: &mut Person<'_>) {
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

pub(super) fn a_delete_leaves_a_tombstone_and_is_done_only_once(person: &mut Person<'_>) {
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

pub(super) fn a_tombstones_revision_brings_the_entity_back(person: &mut Person<'_>) {
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

pub(super) fn what_is_wrong_with_a_field_is_named(person: &mut Person<'_>) {
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

pub(super) fn nobody_touches_another_ones_entity(person: &mut Person<'_>) {
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

pub(super) fn a_list_has_live_entities_newest_first_in_pages(person: &mut Person<'_>) {
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
