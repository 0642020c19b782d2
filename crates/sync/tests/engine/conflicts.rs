//! What an event meets that another device has written before it: it is merged, and nothing waits for the person.

use futures::executor::block_on;
use lume_sync::merge::{Overlap, Side};
use lume_sync::rows::{EventState, FailureReason};
use serde_json::json;

use crate::net::Fate;
use crate::world::*;

/// Two devices of one person without a feed, who both have the same entry.
fn two_devices() -> (World, Lume, World, Lume) {
    let (one, lume, two, other) = two_devices_of(World::new());
    let pulled = content("a");
    block_on(other.create(&key(1).kind, key(1).id, pulled, None)).unwrap();
    two.pass(&other);
    (one, lume, two, other)
}

fn two_devices_of(world: World) -> (World, Lume, World, Lume) {
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    let second = world.other_device();
    let other = second.signed_in();
    (world, lume, second, other)
}

#[test]
fn edits_of_different_fields_are_both_there() {
    let (one, lume, two, other) = two_devices();
    set(&lume, 1, "valence", json!(0.5));
    one.pass(&lume);
    set(&other, 1, "associations", json!(["work"]));

    two.pass_until_quiet(&other, 5);

    assert_eq!(two.outbox(), []);
    assert_eq!(field(&other, 1, "valence"), json!(0.5));
    assert_eq!(field(&other, 1, "associations"), json!(["work"]));
    assert_eq!(shown(&other, 1), "synced");
    let there = one.net.backend().entity(key(1).id).unwrap().fields.clone();
    assert_eq!(
        (&there["valence"], &there["associations"]),
        (&json!(0.5), &json!(["work"]))
    );
    two.check();
}

#[test]
fn what_is_left_goes_on_under_a_new_id_with_the_revision_it_was_merged_with() {
    let (one, lume, two, other) = two_devices();
    set(&lume, 1, "valence", json!(0.5));
    one.pass(&lume);
    let before = two.net.events().len();
    set(&other, 1, "associations", json!(["work"]));

    two.pass_until_quiet(&other, 5);

    let sent = two.net.events().split_off(before);
    assert_eq!(sent.len(), 2);
    assert_ne!(sent[0].key(), sent[1].key());
    assert_eq!(
        sent[1].header("If-Match").or(sent[1].header("if-match")),
        Some("\"2\"")
    );
    assert_eq!(sent[1].json(), json!({"associations": ["work"]}));
}

#[test]
fn the_same_edit_on_both_devices_is_settled_without_another_request() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "b");
    one.pass(&lume);
    update(&other, 1, "b");
    let before = two.net.events().len();

    two.pass(&other);

    assert_eq!((two.outbox(), two.net.events().len()), (vec![], before + 1));
    assert_eq!((shown(&other, 1), one.effects()), ("synced", 2));
    two.check();
}

#[test]
fn a_scalar_that_both_changed_is_the_servers_and_the_other_can_be_brought_back() {
    let (one, lume, two, other) = two_devices();
    set(&lume, 1, "valence", json!(0.5));
    one.pass(&lume);
    set(&other, 1, "valence", json!(-0.5));

    two.pass_until_quiet(&other, 5);

    assert_eq!(field(&other, 1, "valence"), json!(0.5));
    let versions = block_on(other.history(&key(1))).unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(
        (versions[0].side, &versions[0].fields["valence"]),
        (Side::Mine, &json!(-0.5))
    );

    block_on(other.restore_version(&key(1), versions[0].id)).unwrap();
    two.pass_until_quiet(&other, 5);
    let there = one.net.backend().entity(key(1).id).unwrap().fields.clone();
    assert_eq!(there["valence"], json!(-0.5));
    two.check();
}

#[test]
fn overlapping_notes_are_both_there_and_wait_for_nobody() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "theirs");
    one.pass(&lume);
    update(&other, 1, "mine");

    two.pass_until_quiet(&other, 5);

    assert_eq!(two.outbox(), []);
    assert_eq!(one.notes_there(), ["theirs\nmine"]);
    let overlap = block_on(other.overlap(&key(1))).unwrap();
    let expected = Overlap {
        field: "note".to_owned(),
        mine: "mine".to_owned(),
        theirs: "theirs".to_owned(),
    };
    assert_eq!(overlap, Some(expected));
    let listed = block_on(other.timeline(&key(1).kind, None, None, 10)).unwrap();
    assert!(listed[0].overlaps);

    block_on(other.settle_overlap(&key(1), "mine")).unwrap();
    two.pass_until_quiet(&other, 5);

    assert_eq!(block_on(other.overlap(&key(1))), Ok(None));
    assert_eq!(one.notes_there(), ["mine"]);
    let versions = block_on(other.history(&key(1))).unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].fields["note"], json!("theirs"));
    two.check();
}

#[test]
fn a_line_that_came_after_two_versions_is_put_aside_when_they_are_settled() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "theirs");
    one.pass(&lume);
    update(&other, 1, "mine");
    two.pass_until_quiet(&other, 5);
    set(&other, 1, "note", json!("theirs\nmine\nand more"));
    assert!(block_on(other.overlap(&key(1))).unwrap().is_some());

    // The choice was opened before that.
    block_on(other.settle_overlap(&key(1), "theirs\nmine")).unwrap();

    assert_eq!(note(&other, 1).as_deref(), Some("theirs\nmine"));
    let versions = block_on(other.history(&key(1))).unwrap();
    let texts: Vec<_> = versions
        .iter()
        .map(|version| &version.fields["note"])
        .collect();
    assert!(texts.contains(&&json!("theirs\nmine\nand more")));
    two.check();
}

#[test]
fn an_edit_brings_back_what_another_device_deleted() {
    let (one, lume, two, other) = two_devices();
    delete(&lume, 1);
    one.later(10_000);
    one.pass(&lume);
    assert!(one.notes_there().is_empty());
    update(&other, 1, "b");

    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (two.outbox(), one.notes_there()),
        (vec![], vec!["b".to_owned()])
    );
    assert_eq!(shown(&other, 1), "synced");
    two.check();
}

#[test]
fn a_deletion_gives_way_to_what_another_device_wrote() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "b");
    one.pass(&lume);
    delete(&other, 1);
    assert_eq!(note(&other, 1), None);
    two.later(10_000);

    two.pass_until_quiet(&other, 5);

    assert_eq!(two.outbox(), []);
    assert_eq!(note(&other, 1).as_deref(), Some("b"));
    assert_eq!(one.notes_there(), ["b"]);
    two.check();
}

/// The server has what the person saw when they deleted it, only at another revision: a device wrote the same words, or
/// an edit took effect though the server said that it had not.
#[test]
fn a_deletion_of_what_the_server_has_stands_whatever_it_was_based_on() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "b");
    one.pass(&lume);
    update(&other, 1, "b");
    delete(&other, 1);
    two.later(10_000);

    two.pass_until_quiet(&other, 5);

    assert_eq!((two.outbox(), note(&other, 1)), (vec![], None));
    assert!(one.notes_there().is_empty());
    two.check();
}

#[test]
fn two_creations_of_one_id_become_one_entry_with_both_notes() {
    let (one, lume, two, other) = two_devices_of(World::new());
    update(&lume, 1, "theirs");
    set(&lume, 1, "valence", json!(0.5));
    one.pass(&lume);
    let mut mine = content("mine");
    mine.insert("valence".to_owned(), json!(-0.5));
    block_on(other.create(&key(1).kind, key(1).id, mine, None)).unwrap();

    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (two.outbox(), note(&other, 1).as_deref()),
        (vec![], Some("theirs\nmine"))
    );
    assert!(block_on(other.overlap(&key(1))).unwrap().is_some());
    assert_eq!(field(&other, 1, "valence"), json!(0.5));
    let versions = block_on(other.history(&key(1))).unwrap();
    assert_eq!(versions[0].fields["valence"], json!(-0.5));
    two.check();
}

#[test]
fn an_edit_of_what_was_deleted_and_brought_back_elsewhere_loses_no_words() {
    let (one, _, two, other) = two_devices();
    // By the time of the next request it is there again.
    two.net.next("/moods", Fate::Refused(410, "deleted"));
    update(&other, 1, "b");

    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (two.outbox(), one.notes_there()),
        (vec![], vec!["a\nb".to_owned()])
    );
    assert!(block_on(other.overlap(&key(1))).unwrap().is_some());
    two.check();
}

#[test]
fn an_edit_of_what_the_server_did_not_find_and_has_after_all_loses_no_words() {
    let (one, _, two, other) = two_devices();
    two.net.next("/moods", Fate::Refused(404, "entity"));
    update(&other, 1, "b");

    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (two.outbox(), one.notes_there()),
        (vec![], vec!["a\nb".to_owned()])
    );
    two.check();
}

#[test]
fn an_entity_that_the_server_knows_nothing_of_is_created_again() {
    let (_, _, two, other) = two_devices();
    two.net.next("/moods", Fate::Refused(404, "entity"));
    update(&other, 1, "b");

    two.pass(&other);

    let sent = two.net.events();
    let last = sent.last().unwrap();
    assert_eq!(
        (last.method.name(), &last.json()["note"]),
        ("POST", &json!("b"))
    );
}

#[test]
fn later_edits_of_the_lane_are_merged_too() {
    let (one, lume, two, other) = two_devices();
    update(&lume, 1, "x\na");
    one.pass(&lume);
    update(&other, 1, "a\ny");
    let release = two.net.hold("/moods");
    let mut pass = Box::pin(other.pass(lume_sync::Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    set(&other, 1, "valence", json!(1.0));
    drop(release.send(Fate::Answered));
    advance(&mut pass).unwrap();
    drop(pass);

    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (two.outbox(), one.notes_there()),
        (vec![], vec!["x\na\ny".to_owned()])
    );
    assert_eq!(field(&other, 1, "valence"), json!(1.0));
    two.check();
}

#[test]
fn a_server_that_finds_another_version_every_time_is_left_to_the_person() {
    let (_, _, two, other) = two_devices();
    update(&other, 1, "b");
    // What it shows is never what it compares with.
    two.net.always("/moods/", || Fate::Refused(412, "version"));

    two.pass_until_quiet(&other, 40);

    // Without the entity in the answer it is read; that fails alike, and the event waits.
    let event = two.only_event();
    assert_eq!((event.state, event.attempts), (EventState::Pending, 0));
    two.net.heal();
    let before = two.net.events().len();
    two.net.always("/moods/", || Fate::OtherVersion);
    two.pass_until_quiet(&other, 40);
    let event = two.only_event();
    assert_eq!(event.state, EventState::Parked);
    let reason = event.failure.map(|failure| failure.reason);
    assert_eq!(reason, Some(FailureReason::Version));
    assert_eq!(
        two.net.events().len() - before,
        7,
        "at once, and after each wait of an attempt"
    );
}
