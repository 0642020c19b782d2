//! Turning sync on with entries already there: each gets the one event it needs, however often it is interrupted.

use futures::executor::block_on;
use lume_sync::Trigger;
use lume_sync::log::LogEvent;
use lume_sync::meta::AppMode;

use crate::net::Fate;
use crate::ports::Fault;
use crate::world::{Lume, World, authenticated, create, delete, note, restore, shown, update};

fn sign_in(lume: &Lume) {
    let account = authenticated(lume);
    block_on(lume.bind(&account)).unwrap();
}

fn device_mode(lume: &Lume) {
    block_on(lume.set_mode(AppMode::Device)).unwrap();
}

fn synced_mode(lume: &Lume) {
    block_on(lume.set_mode(AppMode::Synced)).unwrap();
}

#[test]
fn entries_of_the_device_come_along() {
    let world = World::new();
    let lume = world.tab();
    for number in 1..=120 {
        create(&lume, number, &number.to_string());
    }
    delete(&lume, 5);

    sign_in(&lume);
    assert_eq!(
        world.status(&lume).adoption.map(|adoption| adoption.done),
        Some(0)
    );
    world.pass(&lume);

    assert_eq!(
        world.effects(),
        119,
        "a deleted entry that was never sent stays where it is"
    );
    assert_eq!(world.notes_there().len(), 119);
    assert_eq!(world.status(&lume).adoption, None);
    assert!(world.said().contains(&LogEvent::Adopted { events: 119 }));
    assert_eq!([shown(&lume, 1), shown(&lume, 5)], ["synced", "local"]);
    world.check();
}

#[test]
fn adoption_goes_on_where_it_was_interrupted_and_doubles_nothing() {
    for fault in [
        Fault::Aborted,
        Fault::Full,
        Fault::UnknownLost,
        Fault::UnknownWritten,
    ] {
        for step in 0..3 {
            let world = World::new();
            let lume = world.tab();
            for number in 1..=110 {
                create(&lume, number, &number.to_string());
            }
            sign_in(&lume);
            world
                .device
                .store
                .fail_next((0..step).map(|_| Fault::None).chain([fault]));
            world.pass(&lume);
            // Reloaded.
            drop(lume);
            let lume = world.tab();
            world.pass(&lume);

            assert_eq!(world.effects(), 110, "{fault:?} at step {step}");
            assert_eq!(world.net.events().len(), 110);
            world.check();
        }
    }
}

#[test]
fn two_tabs_that_adopt_at_once_make_one_event_for_each_entry() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let (first, second) = (world.tab(), world.tab());
    for number in 1..=110 {
        create(&first, number, &number.to_string());
    }
    sign_in(&first);

    let done = block_on(async { futures::join!(first.adopt(20), second.adopt(20)) });

    assert_eq!(done, (Ok(None), Ok(None)));
    assert_eq!(world.outbox().len(), 110);
    world.pass(&first);
    assert_eq!(world.effects(), 110);
}

#[test]
fn an_entry_that_is_edited_or_deleted_before_its_turn_is_sent_as_it_is_then() {
    let world = World::new();
    let lume = world.tab();
    for number in 1..=60 {
        create(&lume, number, "a");
    }
    sign_in(&lume);
    // One step of fifty is done.
    block_on(lume.adopt(1)).unwrap();
    update(&lume, 1, "edited after its turn");
    update(&lume, 59, "edited before its turn");
    delete(&lume, 60);

    world.pass(&lume);

    let notes = world.notes_there();
    assert_eq!(notes.len(), 59);
    assert!(notes.contains(&"edited after its turn".to_owned()));
    assert!(notes.contains(&"edited before its turn".to_owned()));
    assert_eq!(world.effects(), 59);
    world.check();
}

#[test]
fn sync_turned_off_and_on_again_sends_the_differences_only() {
    let world = World::new();
    let lume = world.signed_in();
    for number in 1..=4 {
        create(&lume, number, "a");
    }
    world.pass(&lume);
    device_mode(&lume);
    update(&lume, 1, "b");
    delete(&lume, 2);
    update(&lume, 3, "b");
    update(&lume, 3, "a");
    create(&lume, 5, "new");
    world.later(3_600_000);
    world.pass(&lume);
    assert_eq!(world.effects(), 4, "off is off");
    assert!(world.outbox().is_empty());

    synced_mode(&lume);
    world.pass(&lume);

    assert_eq!(world.effects(), 7);
    let mut notes = world.notes_there();
    notes.sort();
    assert_eq!(notes, ["a", "a", "b", "new"]);
    assert_eq!(
        [1, 3, 4, 5].map(|number| shown(&lume, number)),
        ["synced"; 4]
    );
    assert_eq!(note(&lume, 2), None);
    world.check();
}

#[test]
fn an_entry_deleted_and_restored_while_sync_was_off_needs_no_event() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    device_mode(&lume);
    delete(&lume, 1);
    restore(&lume, 1);
    synced_mode(&lume);

    world.pass(&lume);

    assert_eq!(world.effects(), 1);
    assert_eq!(shown(&lume, 1), "synced");
}

#[test]
fn events_that_waited_when_sync_was_turned_off_lead_to_what_the_person_sees_now() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "a");
    world.net.next("/moods", Fate::AnswerLost);
    world.pass(&lume);
    device_mode(&lume);
    update(&lume, 1, "b");
    delete(&lume, 2);

    synced_mode(&lume);
    world.later(60_000);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["b"]);
    assert_eq!(note(&lume, 2), None);
    assert!(world.outbox().is_empty());
    world.check();
}

#[test]
fn a_second_sign_in_of_the_same_account_sends_nothing_again() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    block_on(lume.sign_out()).unwrap();

    sign_in(&lume);
    block_on(lume.pass(Trigger::Start));

    assert_eq!(world.net.events().len(), 1);
    assert_eq!(world.status(&lume).adoption, None);
}
