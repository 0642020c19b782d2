//! Batches: many events in one request, each with its own key, bytes and answer.

use lume_core::ids::EventId;
use lume_sync::rows::FailureReason;
use lume_sync::testing::BackendOptions;
use lume_wire::batch::BATCH_BYTES_MAX;
use serde_json::Value;

use crate::net::{Fate, Sent};
use crate::world::*;

const BATCH: &str = "/events:batch";

/// A device whose backend takes batches.
fn world() -> World {
    World::with(BackendOptions {
        batches: true,
        ..BackendOptions::default()
    })
}

/// A tab in which so many entries were made while there was no network.
fn with_pending(world: &World, count: u8) -> Lume {
    let lume = world.signed_in();
    for number in 0..count {
        create(&lume, number, &format!("note {number}"));
    }
    lume
}

fn events_of(sent: &Sent) -> Vec<Value> {
    sent.json()["events"].as_array().unwrap().clone()
}

fn keys_of(sent: &Sent) -> Vec<EventId> {
    let key = |event: &Value| event["event_id"].as_str().unwrap().parse().unwrap();
    events_of(sent).iter().map(key).collect()
}

#[test]
fn what_is_pending_goes_out_in_as_few_requests_as_there_is_room_for() {
    let world = world();
    let lume = with_pending(&world, 120);

    let report = world.pass(&lume);

    assert_eq!((report.succeeded, report.failed), (120, 0));
    let sizes: Vec<_> = world
        .net
        .sent(BATCH)
        .iter()
        .map(events_of)
        .map(|events| events.len())
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
    assert_eq!(world.net.events().len(), 0, "nothing goes alone");
    assert_eq!(world.notes_there().len(), 120);
    assert_eq!(world.states(), [0; 4]);
}

#[test]
fn one_event_goes_alone() {
    let world = world();
    let lume = with_pending(&world, 1);

    world.pass(&lume);

    assert_eq!(
        (world.net.sent(BATCH).len(), world.net.events().len()),
        (0, 1)
    );
}

#[test]
fn a_backend_without_batches_is_never_asked_for_one() {
    for world in [World::new(), World::basic()] {
        let lume = with_pending(&world, 3);

        world.pass(&lume);

        assert_eq!(world.net.sent(BATCH).len(), 0);
        assert_eq!(world.notes_there().len(), 3);
    }
}

#[test]
fn a_batch_whose_answer_was_lost_goes_out_again_with_the_same_keys_and_takes_effect_once() {
    let world = world();
    let lume = with_pending(&world, 5);
    world.net.next(BATCH, Fate::AnswerLost);

    world.pass(&lume);
    assert_eq!(world.states(), [5, 0, 0, 0]);
    world.pass_until_quiet(&lume, 5);

    let sent = world.net.sent(BATCH);
    assert_eq!(sent.len(), 2);
    assert_eq!(events_of(&sent[0]), events_of(&sent[1]), "the same bytes");
    assert_eq!(world.notes_there().len(), 5);
    assert_eq!(world.effects(), 5);
    assert_eq!(world.states(), [0; 4]);
}

#[test]
fn a_refused_event_is_the_persons_and_the_others_are_delivered() {
    let world = world();
    let lume = with_pending(&world, 4);
    create(&lume, 201, &"x".repeat(5_000));
    create(&lume, 202, "after it");

    world.pass(&lume);

    assert_eq!(world.states(), [0, 0, 1, 0]);
    let failure = world.only_event().failure.unwrap();
    assert_eq!(failure.reason, FailureReason::Invalid);
    assert_eq!(world.notes_there().len(), 5);
    assert_eq!(world.net.sent(BATCH).len(), 1);
}

#[test]
fn a_batch_that_is_refused_as_a_whole_goes_out_in_halves_until_the_event_is_found() {
    let world = world();
    let lume = with_pending(&world, 7);
    create(&lume, 203, "poison");
    world
        .net
        .dislike("poison", || Fate::Refused(400, "bad_request"));

    world.pass_until_quiet(&lume, 3);

    assert_eq!(world.states(), [0, 0, 1, 0]);
    assert_eq!(
        world.only_event().failure.unwrap().reason,
        FailureReason::BadRequest
    );
    assert_eq!(world.notes_there().len(), 7);
    let sizes: Vec<_> = world
        .net
        .sent(BATCH)
        .iter()
        .map(events_of)
        .map(|events| events.len())
        .collect();
    assert_eq!(sizes[0], 8);
    assert!(sizes.windows(2).all(|pair| pair[1] <= pair[0]), "{sizes:?}");
}

#[test]
fn a_server_that_fails_at_one_event_of_a_batch_takes_the_others() {
    let world = world();
    let lume = with_pending(&world, 3);
    create(&lume, 204, "poison");
    world
        .net
        .dislike("poison", || Fate::Refused(500, "internal"));

    world.pass(&lume);

    assert_eq!(world.notes_there().len(), 3);
    assert_eq!(world.only_event().attempts, 1, "it alone has failed");
}

#[test]
fn a_route_that_is_missing_after_all_is_done_without() {
    let world = world();
    let lume = with_pending(&world, 3);
    world.net.always(BATCH, || Fate::Refused(404, "not_found"));

    world.pass(&lume);

    assert_eq!(world.net.sent(BATCH).len(), 1);
    assert_eq!(world.notes_there().len(), 3);
    assert_eq!(world.states(), [0; 4]);
}

#[test]
fn a_portal_in_the_backends_place_changes_nothing() {
    let world = world();
    let lume = with_pending(&world, 3);
    world.net.next(BATCH, Fate::Portal);

    world.pass(&lume);

    assert_eq!(world.states(), [3, 0, 0, 0]);
    assert!(world.outbox().iter().all(|row| row.attempts == 0));
}

#[test]
fn an_expired_token_is_refreshed_once_and_the_batch_goes_out_again() {
    let world = world();
    let lume = with_pending(&world, 3);
    world.net.next(BATCH, Fate::Refused(401, "token_expired"));

    let report = world.pass(&lume);

    assert_eq!(report.succeeded, 3);
    assert_eq!(world.net.sent("/auth/refresh").len(), 1);
    assert_eq!(world.notes_there().len(), 3);
}

#[test]
fn no_batch_is_larger_than_the_backend_takes() {
    let world = world();
    let lume = world.signed_in();
    // Characters that take four bytes each, and quotes that JSON escapes.
    let note = "🌧\"".repeat(1_900);
    for number in 0..20 {
        create(&lume, number, &note);
    }

    world.pass(&lume);

    let sent = world.net.sent(BATCH);
    assert!(sent.len() > 1);
    for batch in &sent {
        assert!(batch.body.as_ref().unwrap().len() <= BATCH_BYTES_MAX);
    }
    assert_eq!(world.notes_there().len(), 20);
}

#[test]
fn an_event_that_was_sent_alone_before_is_the_same_event_in_a_batch() {
    let world = world();
    let lume = with_pending(&world, 1);
    world.net.next("/moods", Fate::AnswerLost);
    world.pass(&lume);
    create(&lume, 205, "a second one");

    world.pass_until_quiet(&lume, 5);

    let sent = world.net.sent(BATCH);
    assert_eq!(keys_of(&sent[0]).len(), 2);
    assert_eq!(world.effects(), 2, "each took effect once");
    assert_eq!(world.states(), [0; 4]);
}

/// The server did some of it, and failed: the second half waits for another pass, and is not to be written anew.
#[test]
fn what_went_out_in_a_batch_that_was_refused_keeps_its_bytes() {
    let world = world();
    let lume = with_pending(&world, 4);
    world.net.next(BATCH, Fate::Refused(500, "internal"));
    world.net.next(BATCH, Fate::Portal);

    world.pass(&lume);

    let rows = world.outbox();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.request.is_some()));
}
