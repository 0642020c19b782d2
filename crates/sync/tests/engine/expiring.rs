//! Keys whose answers the server no longer keeps.

use lume_sync::ports::Method;
use lume_sync::rows::{EventState, FailureReason};

use crate::net::Fate;
use crate::world::{World, create, keys, note, shown};

#[test]
fn an_answer_about_an_expired_key_is_looked_up_at_the_entity() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::AnswerLost);
    world.pass(&lume);
    world.later(60_000);
    world.net.next("/moods", Fate::Refused(410, "key_expired"));
    world.pass(&lume);
    assert_eq!(
        shown(&lume, 1),
        "synced",
        "the backend has it as it was sent"
    );
}

#[test]
fn an_event_that_nobody_applied_goes_out_again_under_a_new_key_when_its_own_has_expired() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(410, "key_expired"));
    world.pass(&lume);
    let event = world.only_event();
    assert_eq!((event.state, event.attempts), (EventState::Pending, 1));

    world.later(3_000);
    world.pass(&lume);

    assert_eq!(world.outbox(), []);
    assert_eq!(world.notes_there(), ["a"]);
    let posts: Vec<_> = world
        .net
        .events()
        .into_iter()
        .filter(|sent| sent.method == Method::Post)
        .collect();
    let [first, second] = &keys(&posts)[..] else {
        panic!("two requests that carry the event");
    };
    assert_ne!(first, second);
    assert_eq!(posts[0].body, posts[1].body);
}

#[test]
fn a_server_that_finds_every_key_expired_is_given_up_after_the_fifth_retry() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    // The key is always the matter, the entity can be read.
    world.net.always("/moods/", || Fate::Answered);
    world
        .net
        .always("/moods", || Fate::Refused(410, "key_expired"));

    world.pass_until_quiet(&lume, 20);

    let event = world.only_event();
    assert_eq!(event.state, EventState::Dead);
    assert_eq!(
        event.failure.map(|failure| failure.reason),
        Some(FailureReason::GaveUp)
    );
    assert_eq!(note(&lume, 1).as_deref(), Some("a"));
}
