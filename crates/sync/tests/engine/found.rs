//! What the simulation found, each mistake as the shortest story that shows it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::executor::block_on;
use lume_sync::Trigger;
use lume_sync::content::Content;
use lume_sync::pass::PassReport;
use lume_wire::paths;

use crate::net::Fate;
use crate::world::*;

const HOUR_MS: i64 = 3_600_000;

/// A tombstone keeps its content for the bin, and whatever revives it is laid over that.
#[test]
fn a_revival_brings_back_no_field_that_was_removed() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "to be removed");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);

    restore(&lume, 1);
    block_on(lume.update(&key(1), without_note(), None)).unwrap();
    world.pass(&lume);

    assert_eq!(world.outbox(), []);
    assert_eq!(world.notes_there(), [""]);
    world.check();
}

/// A patch that follows a revival leads nowhere without it: what was left was an entity with three fields.
#[test]
fn discarding_a_revival_takes_the_edit_along_that_follows_it() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);
    restore(&lume, 1);
    world.net.next("/moods", Fate::Lost);
    world.pass(&lume);
    update(&lume, 1, "b");
    world
        .net
        .always("/moods", || Fate::Refused(422, "validation"));
    world.pass_until_quiet(&lume, 3);
    assert_eq!(world.states(), [0, 1, 1, 0]);

    let revival = world.outbox()[0].event_id;
    block_on(lume.discard(revival)).unwrap();

    assert_eq!(world.outbox(), []);
    assert_eq!(note(&lume, 1), None);
    world.check();
}

/// The second flusher gave the event back before it had sent it, and with its claim went the only note of the bytes
/// that the first one had sent.
#[test]
fn an_event_that_was_sent_taken_over_and_given_back_is_never_coalesced() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    world.net.next("/moods", Fate::Answered);
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    assert_eq!(world.net.events().len(), 2);
    // The tab ends although the server has both.
    drop((pass, release));
    world.later(91_000);
    let other = world.tab();
    world.net.next("/moods", Fate::Lost);
    world.pass(&other);
    assert_eq!(world.net.events().len(), 3);

    update(&other, 2, "c");

    let rows = world.outbox();
    let kept = rows.iter().filter(|row| row.key == key(2));
    assert_eq!(kept.count(), 2, "the edit is an event of its own");
    world.pass_until_quiet(&other, 5);
    assert_eq!(world.outbox(), []);
    world.check();
}

/// Wherever a tab freezes between its claim and its request, it sends nothing hours later: a basic backend can't tell
/// an old request from a new edit.
#[test]
fn a_tab_that_froze_between_claim_and_request_sends_nothing_when_it_thaws() {
    for polls in 0..30 {
        let world = World::basic();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        let mut pass = Box::pin(lume.pass(Trigger::Timer));
        while world.tables().claims.is_empty() {
            assert!(once(&mut pass).is_none());
        }
        for _ in 0..polls {
            if once(&mut pass).is_some() {
                return;
            }
        }
        let frozen_at = world.now();

        world.later(HOUR_MS);
        while once(&mut pass).is_none() {}

        let late = world.net.events();
        assert!(
            late.iter().all(|sent| sent.at <= frozen_at),
            "sent an hour later, frozen after {polls} polls"
        );
    }
}

/// One 404 of a proxy made an extended backend a basic one, whose account is another one by its server's name.
#[test]
fn a_backend_that_seemed_basic_is_asked_again_when_its_answer_is_marked() {
    let world = World::new();
    let lume = world.tab();
    world.net.next(paths::CAPABILITIES, Fate::Foreign(404));

    let account = authenticated(&lume);

    assert_eq!(account.account().server_id, "memory");
}

/// To a backend that only knows `POST`, bringing an entry back is a creation: 409 says that the first one arrived.
#[test]
fn a_revival_whose_answer_was_lost_is_acknowledged_by_a_basic_backend_that_refuses_edits() {
    let world = World::with(lume_sync::testing::BackendOptions {
        profile: lume_sync::testing::Profile::Basic(lume_sync::testing::BasicEdits::Refuse),
        ..lume_sync::testing::BackendOptions::default()
    });
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);
    restore(&lume, 1);

    world.net.next("/moods", Fate::AnswerLost);
    world.pass_until_quiet(&lume, 5);

    assert_eq!(world.outbox(), []);
    assert_eq!(world.notes_there(), ["a"]);
}

fn without_note() -> Content {
    let mut content = content("");
    content.remove("note");
    content
}

/// Polls once.
fn once(pass: &mut Pin<Box<impl Future<Output = PassReport>>>) -> Option<PassReport> {
    let mut context = Context::from_waker(futures::task::noop_waker_ref());
    match pass.as_mut().poll(&mut context) {
        Poll::Ready(report) => Some(report),
        Poll::Pending => None,
    }
}
