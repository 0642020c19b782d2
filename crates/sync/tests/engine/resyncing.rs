//! A device that was away for too long, and a server that was put back to a backup.

use futures::executor::block_on;
use lume_sync::Trigger;
use lume_sync::feed::{Feed, Missing, Phase};
use lume_sync::kinds::KINDS;
use lume_sync::rows::{BaseRow, EntityKey, Kind};
use lume_sync::store::Write;
use serde_json::json;

use crate::net::Fate;
use crate::world::*;

const HALF_A_YEAR_MS: i64 = 181 * 86_400_000;

fn two_devices() -> (World, Lume, World, Lume) {
    let one = World::shared();
    let lume = one.signed_in();
    (1..=3).for_each(|number| create(&lume, number, "a"));
    one.pass(&lume);
    let two = one.other_device();
    let other = two.signed_in();
    assert_eq!(note(&other, 3).as_deref(), Some("a"));
    (one, lume, two, other)
}

fn look(lume: &Lume) {
    block_on(lume.pass(Trigger::Changed));
}

fn phase(lume: &Lume) -> Phase {
    block_on(lume.feed()).unwrap().unwrap().phase
}

/// The other device is away for half a year, while this one deletes the first entry and edits the second.
fn away(one: &World, lume: &Lume) {
    delete(lume, 1);
    one.later(10_000);
    one.pass(lume);
    update(lume, 2, "b");
    one.pass(lume);
    one.later(HALF_A_YEAR_MS);
    // What a pass does about the tombstone shows when somebody asks.
    sign_in_again(lume);
    look(lume);
}

fn sign_in_again(lume: &Lume) {
    let account = block_on(lume.sign_in(EMAIL, PASSWORD)).unwrap();
    block_on(lume.bind(&account)).unwrap();
}

#[test]
fn a_device_past_the_horizon_takes_everything_in_anew_and_lets_go_what_is_gone() {
    let (one, lume, two, other) = two_devices();
    away(&one, &lume);

    sign_in_again(&other);
    look(&other);

    assert_eq!(
        [1, 2, 3].map(|number| note(&other, number)),
        [None, Some("b".to_owned()), Some("a".to_owned())]
    );
    assert_eq!((phase(&other), two.outbox()), (Phase::Following, vec![]));
    two.check();
    assert_eq!(one.notes_there().len(), 2, "nothing came back by itself");
}

#[test]
fn what_a_server_lost_whose_files_were_copied_back_is_sent_again() {
    let (one, lume, two, other) = two_devices();
    let backup = one.net.backend().backup();
    create(&lume, 4, "since then");
    update(&lume, 2, "since then");
    set(&lume, 2, "updated_at", json!("2023-11-14T21:00:00.000Z"));
    one.pass(&lume);
    look(&other);
    assert_eq!(note(&other, 4).as_deref(), Some("since then"));

    one.net.backend().roll_back(&backup);
    look(&other);
    two.pass_until_quiet(&other, 6);

    assert_eq!(
        [1, 2, 3, 4].map(|number| note(&other, number).unwrap()),
        ["a", "since then", "a", "since then"]
    );
    assert_eq!((phase(&other), two.outbox()), (Phase::Following, vec![]));
    assert_eq!(one.notes_there().len(), 4);
    two.check();
}

#[test]
fn an_edit_that_waited_is_no_part_of_what_goes() {
    let (one, lume, two, other) = two_devices();
    update(&other, 1, "mine");
    update(&other, 3, "mine too");
    two.net.always("/moods", || Fate::Lost);
    two.pass(&other);
    two.net.heal();
    away(&one, &lume);

    sign_in_again(&other);
    look(&other);
    two.pass_until_quiet(&other, 6);

    assert_eq!(
        [1, 2, 3].map(|number| note(&other, number).unwrap()),
        ["mine", "b", "mine too"]
    );
    assert_eq!((phase(&other), two.outbox()), (Phase::Following, vec![]));
    assert_eq!(one.notes_there().len(), 3);
    two.check();
}

#[test]
fn a_deletion_that_waited_for_what_is_gone_is_done() {
    let (one, lume, two, other) = two_devices();
    two.net.always("/moods", || Fate::Lost);
    delete(&other, 1);
    two.later(20_000);
    two.net.heal();
    away(&one, &lume);
    two.net.always("/moods", || Fate::Lost);

    sign_in_again(&other);
    look(&other);

    assert_eq!((note(&other, 1), two.outbox()), (None, vec![]));
}

#[test]
fn a_listing_that_is_interrupted_sweeps_nothing() {
    let (one, lume, two, other) = two_devices();
    away(&one, &lume);
    sign_in_again(&other);
    two.net.next("/changes", Fate::Answered);
    two.net.next("/changes", Fate::Lost);

    look(&other);
    assert_eq!(phase(&other), Phase::Listing(Missing::Gone));
    assert_eq!(note(&other, 1).as_deref(), Some("a"));
    two.later(60_000);
    let other = two.tab();
    look(&other);

    assert_eq!((note(&other, 1), phase(&other)), (None, Phase::Following));
}

#[test]
fn a_server_put_back_to_a_backup_is_given_again_what_it_lacks() {
    let (one, lume, two, other) = two_devices();
    let backup = one.net.backend().backup();
    create(&lume, 4, "new");
    update(&lume, 2, "b");
    one.pass(&lume);
    look(&other);
    one.later(1_000);
    one.net.backend().restore(&backup);
    assert_eq!(one.notes_there(), ["a", "a", "a"]);

    for _ in 0..2 {
        one.later(60_000);
        look(&lume);
        one.pass_until_quiet(&lume, 6);
        look(&other);
        two.pass_until_quiet(&other, 6);
    }

    for (world, lume) in [(&one, &lume), (&two, &other)] {
        assert_eq!(note(lume, 4).as_deref(), Some("new"));
        assert_eq!((world.outbox(), phase(lume)), (vec![], Phase::Following));
        world.check();
    }
    assert_eq!(one.notes_there().len(), 4);
    assert_eq!(note(&lume, 2), note(&other, 2));
    // Written at one moment, by the times in them: the server's holds, and nothing is lost.
    let kept = note(&lume, 2).as_deref() == Some("b")
        || block_on(lume.history(&key(2))).unwrap()[0].fields["note"] == json!("b");
    assert!(kept);
}

#[test]
fn a_later_edit_beats_what_the_backup_has() {
    let (one, lume, _, _) = two_devices();
    let backup = one.net.backend().backup();
    set(&lume, 2, "updated_at", json!("2023-11-15T20:00:00.000Z"));
    set(&lume, 2, "note", json!("b"));
    one.pass(&lume);
    one.net.backend().restore(&backup);

    one.later(60_000);
    look(&lume);
    one.pass_until_quiet(&lume, 6);

    assert_eq!(note(&lume, 2).as_deref(), Some("b"));
    let there = one.net.backend().entity(key(2).id).unwrap().fields.clone();
    assert_eq!(there["note"], json!("b"));
    let kept = block_on(lume.history(&key(2))).unwrap();
    assert_eq!(kept[0].fields["note"], json!("a"));
}

#[test]
fn what_was_deleted_since_the_backup_is_deleted_again() {
    let (one, lume, two, other) = two_devices();
    let backup = one.net.backend().backup();
    delete(&lume, 1);
    one.later(10_000);
    one.pass(&lume);
    one.net.backend().restore(&backup);
    assert_eq!(one.notes_there().len(), 3);

    one.later(60_000);
    look(&lume);
    one.pass_until_quiet(&lume, 6);
    look(&other);

    assert_eq!((note(&lume, 1), note(&other, 1)), (None, None));
    assert_eq!((one.notes_there().len(), two.outbox()), (2, vec![]));
}

#[test]
fn what_waits_when_the_server_is_put_back_goes_there_all_the_same() {
    let (one, lume, _, _) = two_devices();
    let backup = one.net.backend().backup();
    create(&lume, 4, "new");
    one.pass(&lume);
    one.net.always("/moods", || Fate::Lost);
    update(&lume, 4, "newer");
    update(&lume, 1, "b");
    one.pass(&lume);
    one.net.heal();
    one.net.backend().restore(&backup);

    one.later(60_000);
    look(&lume);
    one.pass_until_quiet(&lume, 8);

    assert_eq!(one.outbox(), []);
    let mut notes = one.notes_there();
    notes.sort();
    assert_eq!(notes, ["a", "a", "b", "newer"]);
    one.check();
}

/// The other device has written into the backup before this one has heard of it. This one saves, is told of a conflict,
/// and must not take for removed what the backup never had.
#[test]
fn a_conflict_with_a_server_that_was_put_back_takes_nothing_away() {
    let (one, lume, two, other) = two_devices();
    let backup = one.net.backend().backup();
    set(&lume, 1, "associations", json!(["work"]));
    one.pass(&lume);
    assert_eq!(one.outbox(), []);
    one.net.backend().restore(&backup);
    set(&other, 1, "valence", json!(0.5));
    look(&other);
    two.pass_until_quiet(&other, 6);
    set(&lume, 1, "note", json!("b"));

    block_on(lume.pass(Trigger::Saved));
    for _ in 0..3 {
        one.later(60_000);
        look(&lume);
        one.pass_until_quiet(&lume, 6);
        look(&other);
    }

    let aside = block_on(lume.history(&key(1))).unwrap();
    let is_kept = |name: &str, value| {
        field(&lume, 1, name) == value
            || aside.iter().any(|old| old.fields.get(name) == Some(&value))
    };
    assert!(is_kept("associations", json!(["work"])));
    assert!(is_kept("valence", json!(0.5)));
    assert!(is_kept("note", json!("b")));
    assert_eq!((one.outbox(), phase(&lume)), (vec![], Phase::Following));
    assert_eq!(
        field(&lume, 1, "associations"),
        field(&other, 1, "associations")
    );
    one.check();
}

#[test]
fn a_server_that_finds_every_cursor_too_old_is_not_asked_in_circles() {
    let (_, _, two, other) = two_devices();
    two.net.always("/changes", || Fate::Refused(410, "resync"));
    let before = two.net.count();

    for _ in 0..60 {
        two.later(1_000);
        look(&other);
    }

    assert!(two.net.count() - before < 6, "{}", two.net.count() - before);
    assert_eq!(note(&other, 1).as_deref(), Some("a"));
}

#[test]
fn a_kind_that_was_not_known_before_is_listed_once_it_is() {
    let (_, _, two, other) = two_devices();
    let mut feed: Feed = block_on(other.feed()).unwrap().unwrap();
    feed.kinds.clear();
    two.put(Write::PutMeta(
        "feed".to_owned(),
        serde_json::to_vec(&feed).unwrap(),
    ));
    two.later(60_000);

    look(&other);

    let after = block_on(other.feed()).unwrap().unwrap();
    let all: Vec<_> = KINDS.iter().map(|spec| spec.name.to_owned()).collect();
    assert_eq!((after.kinds, after.round), (all, feed.round + 1));
    assert_eq!(after.phase, Phase::Following);
    assert_eq!(note(&other, 1).as_deref(), Some("a"));
}

/// An app of a version that knew more kinds has been here.
#[test]
fn a_listing_leaves_alone_what_is_of_a_kind_that_this_version_does_not_know() {
    let (_, _, two, other) = two_devices();
    let of_later = |key: &EntityKey| EntityKey {
        kind: Kind("journal".to_owned()),
        id: key.id,
    };
    let base = two.tables().bases[&key(1)].clone();
    let base = BaseRow {
        key: of_later(&base.key),
        ..base
    };
    two.put(Write::PutBase(base.clone()));
    let mut feed: Feed = block_on(other.feed()).unwrap().unwrap();
    feed.kinds.push("journal".to_owned());
    two.put(Write::PutMeta(
        "feed".to_owned(),
        serde_json::to_vec(&feed).unwrap(),
    ));
    two.later(60_000);

    look(&other);

    let after = block_on(other.feed()).unwrap().unwrap();
    assert_eq!(
        (after.phase, after.round),
        (Phase::Following, feed.round + 1)
    );
    assert_eq!(two.tables().bases[&base.key], base);
}

#[test]
fn what_was_acknowledged_before_the_first_look_at_the_feed_is_known_by_the_epoch_of_signing_in() {
    let one = World::shared();
    one.net.always("/changes", || Fate::Lost);
    let lume = one.signed_in();
    create(&lume, 1, "a");
    one.pass_until_quiet(&lume, 3);
    one.net.heal();
    one.net
        .always("/changes", || Fate::Refused(500, "internal"));
    one.later(60_000);
    one.pass_until_quiet(&lume, 3);
    let backup = one.net.backend().backup();
    update(&lume, 1, "b");
    create(&lume, 2, "c");
    one.pass_until_quiet(&lume, 3);
    assert_eq!(one.outbox(), []);
    one.net.backend().restore(&backup);
    one.net.heal();

    one.later(900_000);
    look(&lume);
    one.pass_until_quiet(&lume, 6);

    let entity = one.net.backend().entity(key(1).id).unwrap().fields.clone();
    assert_eq!(note(&lume, 1).as_deref(), entity["note"].as_str());
    assert_eq!(
        one.notes_there().len(),
        2,
        "what the server lacks is there again"
    );
}
