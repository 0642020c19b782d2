//! Waits that the server asks for (`Retry-After`): every tab keeps to them, and nothing cuts them short.

use futures::executor::block_on;
use lume_sync::Trigger;

use crate::net::Fate;
use crate::world::{World, advance, create};

#[test]
fn a_wait_that_the_server_asks_for_is_kept_by_every_tab_and_nothing_cuts_it_short() {
    for status in [429, 503] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        world.net.next(
            "/moods",
            if status == 429 {
                Fate::Asked(429, "120")
            } else {
                Fate::Asked(503, "120")
            },
        );
        world.pass(&lume);
        let end = world.now().plus_millis(120_000);
        let other = world.tab();

        assert_eq!(world.status(&other).next_attempt, Some(end));
        world.later(119_999);
        for tab in [&lume, &other] {
            for trigger in [
                Trigger::Timer,
                Trigger::Online,
                Trigger::Manual,
                Trigger::Start,
            ] {
                block_on(tab.pass(trigger));
            }
        }
        assert_eq!(world.net.events().len(), 1, "{status}");
        world.later(1);
        world.pass(&other);

        assert_eq!(world.notes_there(), ["a"], "{status}");
    }
}

/// Without locks another tab may be in the middle of a pass when the server asks the first one to wait.
#[test]
fn what_the_server_asked_one_tab_for_holds_for_the_other_and_its_successes_do_not_end_it() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    let other = world.tab();
    create(&other, 3, "c");
    world.net.next("/moods", Fate::Asked(429, "120"));
    world.pass(&other);

    assert!(release.send(Fate::Answered).is_ok());
    block_on(pass);

    assert_eq!(world.notes_there(), ["a"]);
    world.later(119_000);
    world.pass(&lume);
    world.pass(&other);
    assert_eq!(world.notes_there(), ["a"]);
    world.later(1_000);
    world.pass(&lume);
    assert_eq!(world.notes_there().len(), 3);
}

/// A tab whose database is slow to begin has looked at the clock before the other one wrote down its wait, and may not take
/// a wait for one that a clock set back has ended.
#[test]
fn what_the_server_asked_one_tab_for_is_kept_by_one_that_is_slow_to_settle() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    let settling = world.device.store.hold_next();
    assert!(release.send(Fate::Answered).is_ok());
    assert!(advance(&mut pass).is_none());
    world.later(100);
    let other = world.tab();
    create(&other, 2, "b");
    world.net.next("/moods", Fate::Asked(429, "120"));
    world.pass(&other);

    assert!(settling.send(()).is_ok());
    block_on(pass);

    world.later(119_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
    world.later(1_000);
    world.pass(&lume);
    assert_eq!(world.notes_there().len(), 2);
}
