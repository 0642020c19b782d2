//! Dead letters: listed with their reason, and each has retry, edit and discard.

use futures::executor::block_on;
use lume_sync::ShownStatus;
use lume_sync::meta::AppMode;
use lume_sync::rows::{EventState, FailureReason};
use lume_sync::unsent::{Unsent, Wanted};

use crate::net::Fate;
use crate::world::{Lume, World, create, delete, key, note, shown, update};

/// A world in which the only event was refused.
fn refused(status: u16, code: &'static str) -> (World, Lume) {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(status, code));
    world.pass(&lume);
    (world, lume)
}

/// A world in which an entry is at the backend and an edit of it was refused.
fn refused_edit() -> (World, Lume) {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.net.next("/moods", Fate::Refused(422, "validation"));
    world.pass(&lume);
    (world, lume)
}

fn dead_letter(lume: &Lume) -> Unsent {
    let mut letters = block_on(lume.unsent(Wanted::NeedsPerson, None, 10))
        .unwrap()
        .events;
    assert_eq!(letters.len(), 1);
    letters.remove(0)
}

#[test]
fn every_refusal_is_listed_with_its_reason() {
    for (status, code, reason) in [
        (400, "bad_request", FailureReason::BadRequest),
        (403, "permission", FailureReason::Forbidden),
        (409, "unique", FailureReason::Natural),
        (413, "too_large", FailureReason::TooLarge),
        (422, "validation", FailureReason::Invalid),
        (422, "key_reused", FailureReason::KeyReused),
    ] {
        let (world, lume) = refused(status, code);

        let letter = dead_letter(&lume);

        let failure = letter.failure.unwrap();
        assert_eq!(
            (failure.reason, failure.status, failure.at),
            (reason, Some(status), world.now())
        );
        assert_eq!(
            (letter.attempts, letter.content.unwrap()["note"].as_str()),
            (1, Some("a"))
        );
        assert_eq!(world.status(&lume).shown(), ShownStatus::Attention);
        assert_eq!(note(&lume, 1).as_deref(), Some("a"));
        world.check();
    }
}

#[test]
fn a_retry_sends_the_same_key_and_bytes() {
    let (world, lume) = refused(403, "permission");

    block_on(lume.retry(dead_letter(&lume).event_id)).unwrap();
    assert_eq!(shown(&lume, 1), "waiting");
    world.pass(&lume);

    let sent = world.net.events();
    assert_eq!(
        (sent[0].key(), &sent[0].body),
        (sent[1].key(), &sent[1].body)
    );
    assert_eq!(
        (world.notes_there(), shown(&lume, 1)),
        (vec!["a".to_owned()], "synced")
    );
    world.check();
}

#[test]
fn a_retry_of_what_was_given_up_has_all_its_tries_again() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(500, "internal"));
    world.pass_until_quiet(&lume, 20);
    assert_eq!(world.net.events().len(), 6);

    block_on(lume.retry(dead_letter(&lume).event_id)).unwrap();
    world.pass_until_quiet(&lume, 20);

    assert_eq!(world.net.events().len(), 12);
    assert_eq!(world.only_event().state, EventState::Dead);
}

#[test]
fn an_edit_replaces_what_was_refused_under_a_new_key() {
    let (world, lume) = refused(422, "validation");
    let refused_key = world.only_event().event_id;

    update(&lume, 1, "better");
    assert_ne!(world.only_event().event_id, refused_key);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["better"]);
    assert_eq!(world.effects(), 1);
    world.check();
}

#[test]
fn deleting_an_entry_whose_creation_was_refused_needs_no_event() {
    let (world, lume) = refused(422, "validation");

    delete(&lume, 1);

    assert!(world.outbox().is_empty());
    assert_eq!(world.status(&lume).shown(), ShownStatus::Synced);
    world.check();
}

#[test]
fn an_edit_after_giving_up_sends_the_given_up_event_first() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(500, "internal"));
    world.pass_until_quiet(&lume, 20);
    let given_up = world.only_event().event_id;
    world.net.heal();

    update(&lume, 1, "b");
    world.pass(&lume);

    let sent = world.net.events();
    assert_eq!(sent[6].key(), Some(given_up.to_string().as_str()));
    assert_eq!(sent[6].body, sent[0].body);
    assert_eq!(world.notes_there(), ["b"]);
    world.check();
}

#[test]
fn discarding_a_creation_removes_the_entry() {
    let (world, lume) = refused(422, "validation");
    let id = dead_letter(&lume).event_id;

    block_on(lume.discard(id)).unwrap();

    assert_eq!(
        block_on(lume.entity(&key(1))).map(|entity| entity.is_none()),
        Ok(true)
    );
    assert!(world.outbox().is_empty());
    assert_eq!(world.status(&lume).shown(), ShownStatus::Synced);
    // Twice does no harm.
    block_on(lume.discard(id)).unwrap();
    block_on(lume.retry(id)).unwrap();
}

#[test]
fn discarding_a_creation_takes_later_edits_along() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(409, "unique"));
    world.pass(&lume);
    update(&lume, 1, "b");
    assert_eq!(world.states(), [0, 1, 0, 1]);

    block_on(lume.discard(dead_letter(&lume).event_id)).unwrap();

    assert!(world.outbox().is_empty() && world.tables().entities.is_empty());
}

#[test]
fn discarding_an_edit_goes_back_to_what_the_backend_has() {
    let (world, lume) = refused_edit();

    block_on(lume.discard(dead_letter(&lume).event_id)).unwrap();

    assert_eq!(
        (note(&lume, 1).as_deref(), shown(&lume, 1)),
        (Some("a"), "synced")
    );
    world.check();
}

#[test]
fn discarding_a_refused_deletion_brings_the_entry_back() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.net.next("/moods", Fate::Refused(403, "permission"));
    world.pass(&lume);
    assert_eq!(note(&lume, 1), None);

    block_on(lume.discard(dead_letter(&lume).event_id)).unwrap();

    assert_eq!(
        (note(&lume, 1).as_deref(), shown(&lume, 1)),
        (Some("a"), "synced")
    );
    world.check();
}

#[test]
fn discarding_an_event_keeps_what_was_edited_while_sync_was_off() {
    let (world, lume) = refused_edit();
    block_on(lume.set_mode(AppMode::Device)).unwrap();
    update(&lume, 1, "c");

    block_on(lume.discard(dead_letter(&lume).event_id)).unwrap();

    assert_eq!(note(&lume, 1).as_deref(), Some("c"));
    block_on(lume.set_mode(AppMode::Synced)).unwrap();
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["c"]);
    world.check();
}

#[test]
fn discarding_a_creation_keeps_an_entry_that_was_edited_while_sync_was_off() {
    let (world, lume) = refused(422, "validation");
    block_on(lume.set_mode(AppMode::Device)).unwrap();
    update(&lume, 1, "c");

    block_on(lume.discard(dead_letter(&lume).event_id)).unwrap();

    assert_eq!(
        (note(&lume, 1).as_deref(), shown(&lume, 1)),
        (Some("c"), "local")
    );
    block_on(lume.set_mode(AppMode::Synced)).unwrap();
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["c"]);
    world.check();
}

#[test]
fn what_is_on_its_way_cannot_be_discarded() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");

    block_on(lume.discard(world.only_event().event_id)).unwrap();

    assert_eq!(world.outbox().len(), 1);
    let listed = |wanted| {
        block_on(lume.unsent(wanted, None, 10))
            .unwrap()
            .events
            .len()
    };
    assert_eq!((listed(Wanted::NeedsPerson), listed(Wanted::Waits)), (0, 1));
}

#[test]
fn a_retried_conflict_goes_out_as_it_was() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.net.next("/moods", Fate::Refused(409, "unique"));
    world.pass(&lume);
    update(&lume, 1, "c");

    block_on(lume.retry(dead_letter(&lume).event_id)).unwrap();
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["c"]);
    assert_eq!(world.effects(), 3);
    world.check();
}
