//! What changed elsewhere is taken in, page by page, without touching what the person has written since.

use futures::executor::block_on;
use lume_core::ids::EntityId;
use lume_sync::meta::AppMode;
use lume_sync::status::Listing;
use lume_sync::{Trigger, feed::Phase};
use serde_json::{Value, json};

use crate::net::Fate;
use crate::ports::Fault;
use crate::world::*;

/// Two devices of one person with a feed, who both have the same entry and nothing to do.
pub(crate) fn two_devices() -> (World, Lume, World, Lume) {
    let one = World::shared();
    let lume = one.signed_in();
    create(&lume, 1, "a");
    one.pass(&lume);
    let two = one.other_device();
    let other = two.signed_in();
    assert_eq!(note(&other, 1).as_deref(), Some("a"));
    (one, lume, two, other)
}

pub(crate) fn look(lume: &Lume) {
    block_on(lume.pass(Trigger::Changed));
}

fn cursor(lume: &Lume) -> String {
    block_on(lume.feed()).unwrap().unwrap().cursor
}

pub(crate) fn pulls(world: &World) -> usize {
    world.net.sent("/changes").len()
}

/// A page of entities in a format of tomorrow.
fn of_tomorrow(_: &str, page: &mut Value) {
    for change in page["data"]["changes"].as_array_mut().unwrap() {
        change["entity"]["date"] = json!({"of": "tomorrow"});
    }
}

#[test]
fn what_another_device_wrote_changed_and_deleted_is_here() {
    let (one, lume, two, other) = two_devices();
    create(&lume, 2, "b");
    update(&lume, 1, "c");
    one.pass(&lume);
    look(&other);
    assert_eq!(
        (note(&other, 1), note(&other, 2)),
        (Some("c".to_owned()), Some("b".to_owned()))
    );
    assert_eq!((shown(&other, 1), shown(&other, 2)), ("synced", "synced"));

    delete(&lume, 1);
    one.later(10_000);
    one.pass(&lume);
    look(&other);

    assert_eq!(note(&other, 1), None);
    assert_eq!(two.outbox(), []);
    two.check();
}

#[test]
fn a_first_listing_shows_its_progress_and_goes_on_after_any_stop() {
    let one = World::shared();
    let lume = one.signed_in();
    let count = 1_203_u64;
    let contents = (0..count).map(|number| content(&number.to_string()));
    for (number, content) in (0..).zip(contents) {
        let id = EntityId::from_random_bytes(u128::to_be_bytes(number + 1));
        block_on(lume.create(&key(1).kind, id, content, None)).unwrap();
    }
    one.pass_until_quiet(&lume, 80);
    let two = one.other_device();
    let other = two.tab();
    let account = authenticated(&other);
    block_on(other.bind(&account)).unwrap();

    // The second page does not arrive, and the tab is gone.
    two.net.next("/changes", Fate::Answered);
    two.net.next("/changes", Fate::Lost);
    two.pass(&other);
    let listing = Listing {
        first: true,
        count: 500,
    };
    assert_eq!(two.status(&other).listing, Some(listing));
    assert_eq!(block_on(other.count(&key(1).kind)), Ok(500));
    create(&other, 9, "the app can be used meanwhile");
    drop(other);

    let other = two.tab();
    two.later(60_000);
    two.pass_until_quiet(&other, 10);

    assert_eq!(two.status(&other).listing, None);
    assert_eq!(block_on(other.count(&key(1).kind)), Ok(count + 1));
    assert_eq!(two.outbox(), []);
    let asked = two.net.sent("/changes");
    assert!(asked.iter().all(|sent| sent.url.ends_with("limit=500")));
}

#[test]
fn what_this_version_cannot_read_is_missing_at_no_backend_and_another_one_lists_it_anew() {
    let (one, lume, two, other) = two_devices();
    two.net.always("/changes", || Fate::Changed(of_tomorrow));
    update(&lume, 1, "c");
    create(&lume, 2, "d");
    one.pass(&lume);
    look(&other);
    // Everything is listed anew, and what is missing then is gone.
    two.net.next("/changes", Fate::Refused(410, "resync"));
    two.later(1_000);
    look(&other);
    two.pass_until_quiet(&other, 5);
    assert_eq!(
        (note(&other, 1).as_deref(), note(&other, 2)),
        (Some("a"), None)
    );
    drop(other);

    two.net.heal();
    let other = two.tab_of("1.1.0");
    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (note(&other, 1).as_deref(), note(&other, 2).as_deref()),
        (Some("c"), Some("d"))
    );
    let asked = pulls(&two);
    two.later(60_000);
    two.pass(&other);
    assert_eq!(pulls(&two), asked + 1, "once");
}

#[test]
fn two_versions_that_both_cannot_read_it_do_not_list_for_each_other_without_an_end() {
    let (one, lume, two, other) = two_devices();
    let newer = two.tab_of("1.1.0");
    two.net.always("/changes", || Fate::Changed(of_tomorrow));
    update(&lume, 1, "c");
    one.pass(&lume);
    look(&other);
    look(&newer);
    let listings = || block_on(other.feed()).unwrap().unwrap().round;
    let before = listings();

    for _ in 0..10 {
        two.later(1_000);
        look(&other);
        look(&newer);
    }

    assert_eq!(listings(), before);
    assert_eq!(note(&newer, 1).as_deref(), Some("a"));
}

#[test]
fn what_was_edited_while_sync_was_off_outlives_what_came_while_an_event_was_open() {
    let (one, lume, two, other) = two_devices();
    two.net.next("/moods", Fate::Refused(422, "validation"));
    update(&other, 1, "mine");
    two.pass(&other);
    update(&lume, 1, "theirs");
    one.pass(&lume);
    look(&other);
    let refused = two.only_event().event_id;
    block_on(other.set_mode(AppMode::Device)).unwrap();
    update(&other, 1, "off");

    block_on(other.discard(refused)).unwrap();

    assert_eq!(note(&other, 1).as_deref(), Some("off"));
    block_on(other.set_mode(AppMode::Synced)).unwrap();
    two.pass_until_quiet(&other, 6);
    assert!(one.notes_there()[0].contains("off"));
    assert_eq!(two.outbox(), []);
    two.check();
}

#[test]
fn what_the_person_wrote_stays_and_what_others_wrote_comes_beside_it() {
    let (one, lume, two, other) = two_devices();
    set(&lume, 1, "valence", json!(0.5));
    one.pass(&lume);
    set(&other, 1, "note", json!("mine"));
    two.net.always("/moods", || Fate::Lost);

    look(&other);

    assert_eq!(field(&other, 1, "note"), json!("mine"));
    assert_eq!(field(&other, 1, "valence"), json!(0.5));
    let event = two.only_event();
    assert_eq!(
        (event.base_rev.map(|rev| rev.0), event.attempts),
        (Some(2), 0)
    );
    two.check();
    two.net.heal();
    two.later(60_000);
    two.pass_until_quiet(&other, 5);
    assert_eq!(two.outbox(), []);
    let puts = two.net.events();
    assert_eq!(puts.last().unwrap().json(), json!({"note": "mine"}));
}

#[test]
fn the_younger_edit_wins_and_the_other_is_kept() {
    for first_edit in ["theirs", "mine"] {
        let (one, lume, two, other) = two_devices();
        two.later(1_000);
        two.net.always("/moods", || Fate::Lost);
        let mine = || {
            set(&other, 1, "valence", json!(0.25));
            two.later(5_000);
        };
        if first_edit == "mine" {
            mine();
        }
        one.net.heal();
        set(&lume, 1, "valence", json!(0.75));
        one.pass(&lume);
        one.later(5_000);
        if first_edit == "theirs" {
            mine();
        }
        look(&other);

        let wins = if first_edit == "theirs" { 0.25 } else { 0.75 };
        assert_eq!(
            field(&other, 1, "valence"),
            json!(wins),
            "{first_edit} first"
        );
        let lost = block_on(other.history(&key(1))).unwrap();
        assert_eq!(lost.len(), 1);
    }
}

#[test]
fn an_event_whose_answer_was_lost_is_acknowledged_by_the_feed() {
    let (one, _, two, other) = two_devices();
    update(&other, 1, "b");
    two.net.next("/moods", Fate::AnswerLost);
    two.pass(&other);
    assert_eq!(two.outbox().len(), 1);
    let sent = two.net.events().len();
    two.later(60_000);

    look(&other);

    assert_eq!((two.outbox(), two.net.events().len()), (vec![], sent));
    assert_eq!((shown(&other, 1), one.effects()), ("synced", 2));
    two.check();
}

#[test]
fn what_comes_while_an_event_is_on_its_way_waits_for_its_answer() {
    let (one, lume, two, other) = two_devices();
    set(&other, 1, "valence", json!(0.25));
    let release = two.net.hold("/moods");
    let mut pass = Box::pin(other.pass(Trigger::Saved));
    assert!(advance(&mut pass).is_none());
    set(&lume, 1, "note", json!("theirs"));
    set(&lume, 1, "associations", json!(["work"]));
    one.pass(&lume);
    let tab = two.tab();
    look(&tab);
    two.device.locks.freeze("nobody's");
    two.later(70_000);
    look(&tab);
    two.check();
    assert_eq!(
        field(&tab, 1, "valence"),
        json!(0.25),
        "it is as the person has it"
    );

    drop(release.send(Fate::Answered));
    advance(&mut pass).unwrap();
    drop(pass);
    two.pass_until_quiet(&tab, 6);

    assert_eq!(two.outbox(), []);
    assert_eq!(field(&tab, 1, "note"), json!("theirs"));
    assert_eq!(field(&tab, 1, "associations"), json!(["work"]));
    assert_eq!(field(&tab, 1, "valence"), json!(0.25));
    let there = one.net.backend().entity(key(1).id).unwrap().fields.clone();
    assert_eq!(
        (&there["note"], &there["valence"]),
        (&json!("theirs"), &json!(0.25))
    );
    two.check();
}

#[test]
fn a_deletion_elsewhere_gives_way_to_an_edit_here() {
    let (one, lume, two, other) = two_devices();
    two.net.always("/moods", || Fate::Lost);
    update(&other, 1, "b");
    two.pass(&other);
    one.net.heal();
    delete(&lume, 1);
    one.later(10_000);
    one.pass(&lume);

    look(&other);
    two.pass_until_quiet(&other, 5);

    assert_eq!(
        (note(&other, 1).as_deref(), two.outbox()),
        (Some("b"), vec![])
    );
    assert_eq!(one.notes_there(), ["b"]);
    look(&lume);
    assert_eq!(note(&lume, 1).as_deref(), Some("b"));
}

#[test]
fn an_edit_elsewhere_brings_back_what_was_deleted_here() {
    let (one, lume, two, other) = two_devices();
    delete(&other, 1);
    update(&lume, 1, "b");
    one.pass(&lume);

    look(&other);

    assert_eq!(
        (note(&other, 1).as_deref(), two.outbox()),
        (Some("b"), vec![])
    );
    two.check();
}

#[test]
fn the_place_in_the_feed_is_stored_with_what_it_speaks_of() {
    let (one, lume, two, other) = two_devices();
    create(&lume, 2, "b");
    one.pass(&lume);
    let before = cursor(&other);
    two.device
        .store
        .fail_over(Some(lume_sync::store::StoreName::Entries));
    two.device.store.fail_always(Some(Fault::Aborted));
    look(&other);
    two.device.store.fail_always(None);
    two.device.store.fail_over(None);
    assert_eq!((cursor(&other), note(&other, 2)), (before, None));

    two.later(60_000);
    look(&other);

    assert_eq!(note(&other, 2).as_deref(), Some("b"));
}

#[test]
fn fields_that_the_backend_does_not_know_stay() {
    let (one, lume, two, other) = two_devices();
    set(&other, 1, "weather_later", json!("sun"));
    two.pass_until_quiet(&other, 5);
    look(&lume);
    update(&lume, 1, "b");
    one.pass(&lume);

    look(&other);

    assert_eq!(field(&other, 1, "note"), json!("b"));
    assert_eq!(field(&other, 1, "weather_later"), json!("sun"));
}

#[test]
fn an_entity_that_cannot_be_read_holds_up_no_other() {
    let (one, lume, two, other) = two_devices();
    let newer = lume_sync::rows::EntityRow {
        body: vec![99],
        ..two.tables().entities[&key(1)].clone()
    };
    two.put(lume_sync::store::Write::PutEntity(newer));
    update(&lume, 1, "b");
    create(&lume, 2, "c");
    one.pass(&lume);

    look(&other);

    assert_eq!(note(&other, 2).as_deref(), Some("c"));
    assert_eq!(
        two.tables().entities[&key(1)].body,
        [99],
        "nobody writes over what they can't read"
    );
    assert!(
        two.tables().bases[&key(1)].ahead.is_some(),
        "it is kept for who can"
    );
}

#[test]
fn what_a_pull_brings_is_nobodys_before_earlier_entries_have_their_events() {
    let one = World::shared();
    let lume = one.signed_in();
    create(&lume, 1, "a");
    one.pass(&lume);
    let two = one.other_device();
    let other = two.tab();
    create(&other, 2, "made before signing in");
    let account = authenticated(&other);
    block_on(other.bind(&account)).unwrap();

    two.pass_until_quiet(&other, 5);

    assert_eq!(note(&other, 1).as_deref(), Some("a"));
    assert_eq!(one.notes_there(), ["a", "made before signing in"]);
    assert_eq!(
        block_on(other.feed()).unwrap().unwrap().phase,
        Phase::Following
    );
    two.check();
}

#[test]
fn what_came_while_an_entry_was_edited_is_not_undone_by_saving_it() {
    let (one, lume, two, other) = two_devices();
    let seen = block_on(other.entity(&key(1))).unwrap().unwrap().content;
    set(&lume, 1, "valence", json!(0.5));
    set(&lume, 1, "note", json!("theirs"));
    one.pass(&lume);
    look(&other);
    let mut made = seen.clone();
    made.insert("note".to_owned(), json!("mine"));

    block_on(other.edit(&key(1), seen, made, None)).unwrap();

    assert_eq!(field(&other, 1, "valence"), json!(0.5));
    assert_eq!(field(&other, 1, "note"), json!("mine\ntheirs"));
    two.check();
}

/// The tombstone keeps what an edit had brought that this device never saw, and a revival lays its fields over that.
#[test]
fn what_a_revival_brought_back_at_the_backend_is_here_too() {
    let (one, lume, two, other) = two_devices();
    set(&lume, 1, "valence", json!(0.9));
    one.pass(&lume);
    delete(&lume, 1);
    one.later(10_000);
    one.pass(&lume);
    update(&other, 1, "kept");
    look(&other);

    two.pass_until_quiet(&other, 5);
    look(&other);

    let there = two.net.backend();
    let (_, there) = there.entities().next().unwrap();
    assert_eq!(there.fields.get("valence"), Some(&json!(0.9)));
    assert_eq!(field(&other, 1, "valence"), json!(0.9));
    assert_eq!(note(&other, 1).as_deref(), Some("kept"));
}
