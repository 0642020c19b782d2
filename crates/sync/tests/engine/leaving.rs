//! What passes leave: whether it is worth waking another flusher, and when.

use futures::executor::block_on;
use lume_sync::Remainder;
use lume_sync::limits::DELETE_DELAY_MS;
use lume_sync::meta::AppMode;

use crate::net::Fate;
use crate::world::{Lume, World, authenticated, create, delete};

fn left(world: &World, lume: &Lume) -> Remainder {
    world.status(lume).remainder(world.now())
}

#[test]
fn nothing_is_left_on_this_device_alone_and_when_all_is_delivered() {
    let world = World::new();
    let lume = world.tab();
    create(&lume, 1, "a");
    assert_eq!(left(&world, &lume), Remainder::Nothing);

    let lume = world.other_database().signed_in();
    assert_eq!(left(&world, &lume), Remainder::Nothing);
    create(&lume, 2, "b");
    assert_eq!(left(&world, &lume), Remainder::From(world.now()));
    world.pass(&lume);
    assert_eq!(left(&world, &lume), Remainder::Nothing);
}

#[test]
fn what_the_network_kept_back_is_left_until_the_wait_is_over() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.always("", || Fate::Lost);
    world.pass(&lume);

    let Remainder::From(at) = left(&world, &lume) else {
        panic!("the event is still there");
    };
    assert!(at > world.now());
    assert_eq!(world.status(&lume).next_attempt, Some(at));
}

#[test]
fn a_delete_is_left_until_it_can_be_undone_no_more() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);

    let undone_until = world
        .now()
        .plus_millis(i64::try_from(DELETE_DELAY_MS).unwrap());
    assert_eq!(left(&world, &lume), Remainder::From(undone_until));
}

#[test]
fn what_waits_for_the_person_is_not_left_for_others() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "refused");
    world.net.next("/moods", Fate::Refused(422, "validation"));
    world.pass(&lume);
    assert_eq!(left(&world, &lume), Remainder::Nothing, "a dead event");

    create(&lume, 2, "too old");
    world.net.always("/moods", || Fate::Refused(426, "upgrade"));
    world.pass(&lume);
    assert!(world.status(&lume).next_attempt.is_some());
    assert_eq!(left(&world, &lume), Remainder::Nothing, "an app too old");

    world.net.heal();
    block_on(lume.sign_out()).unwrap();
    assert_eq!(left(&world, &lume), Remainder::Nothing, "no session");
}

#[test]
fn entries_that_are_still_to_get_their_events_are_left() {
    let world = World::new();
    let lume = world.tab();
    create(&lume, 1, "a");
    let account = authenticated(&lume);
    block_on(lume.bind(&account)).unwrap();
    assert_eq!(left(&world, &lume), Remainder::From(world.now()));

    block_on(lume.set_mode(AppMode::Device)).unwrap();
    assert_eq!(left(&world, &lume), Remainder::Nothing);
    block_on(lume.set_mode(AppMode::Synced)).unwrap();
    assert_eq!(left(&world, &lume), Remainder::From(world.now()));
    block_on(lume.sign_out()).unwrap();
    assert_eq!(left(&world, &lume), Remainder::Nothing, "no session");
}
