//! The list of what is not at the backend: pages, what surrounds an event, and what giving it up would do.

use futures::executor::block_on;
use lume_sync::meta::AppMode;
use lume_sync::rows::{FailureReason, OutboxRow};
use lume_sync::store::{Answers, Mode, Step, Store, StoreName, Write};
use lume_sync::unsent::{Decision, Outlook, Unsent, Wanted};

use crate::net::Fate;
use crate::world::*;

fn list(lume: &Lume, wanted: Wanted) -> Vec<Unsent> {
    block_on(lume.unsent(wanted, None, 1_000)).unwrap().events
}

fn only_failed(lume: &Lume) -> Unsent {
    let mut failed = list(lume, Wanted::NeedsPerson);
    assert_eq!(failed.len(), 1);
    failed.remove(0)
}

/// A device on which so many entries were refused.
fn refused(count: u8) -> (World, Lume) {
    let world = World::new();
    let lume = world.signed_in();
    (1..=count).for_each(|number| create(&lume, number, "a"));
    world
        .net
        .always("/moods", || Fate::Refused(422, "validation"));
    world.pass_until_quiet(&lume, 5);
    world.net.heal();
    (world, lume)
}

#[test]
fn pages_follow_one_another_without_a_gap() {
    let (_, lume) = refused(25);
    let mut seen = Vec::new();
    let mut after = None;

    loop {
        let page = block_on(lume.unsent(Wanted::NeedsPerson, after, 10)).unwrap();
        seen.extend(page.events.iter().map(|event| event.key.clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }

    assert_eq!(seen, (1..=25).map(key).collect::<Vec<_>>());
}

#[test]
fn a_full_last_page_promises_no_further_one() {
    let (_, lume) = refused(10);

    let page = block_on(lume.unsent(Wanted::NeedsPerson, None, 10)).unwrap();

    assert_eq!((page.events.len(), page.next), (10, None));
}

#[test]
fn an_event_is_listed_with_its_reason_and_its_entity() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::NoteTooLong);
    world.pass(&lume);

    let event = block_on(lume.unsent_of(&key(1))).unwrap().unwrap();

    assert_eq!(event.key, key(1));
    let failure = event.failure.unwrap();
    assert_eq!(failure.reason, FailureReason::Invalid);
    assert_eq!(failure.fields, [("note".to_owned(), "too_long".to_owned())]);
    assert_eq!(event.entity.unwrap().content["note"], "a");
    create(&lume, 2, "b");
    assert_eq!(block_on(lume.unsent_of(&key(2))).unwrap(), None);
}

#[test]
fn an_event_that_this_version_cannot_read_is_listed_and_hides_no_other() {
    let (world, lume) = refused(2);
    let newer = OutboxRow {
        body: vec![99],
        ..world.outbox()[0].clone()
    };
    let put = move |_: Answers| Step::Write(vec![Write::PutEvent(newer.clone())], ());
    let stores = [StoreName::Outbox];
    block_on(world.device.store.transact(Mode::Strict, &stores, put)).unwrap();

    let listed = list(&lume, Wanted::NeedsPerson);

    assert_eq!(listed.len(), 2);
    assert_eq!(
        (listed[0].content.is_none(), &listed[0].outlook),
        (true, &Outlook::Unknown)
    );
    assert!(listed[1].content.is_some());
}

#[test]
fn giving_up_a_creation_is_told_to_take_the_entry_and_its_later_changes_along() {
    let (_, lume) = refused(1);
    assert_eq!(only_failed(&lume).outlook, Outlook::Vanishes { later: 0 });

    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(409, "unique"));
    world.pass(&lume);
    update(&lume, 1, "b");

    assert_eq!(only_failed(&lume).outlook, Outlook::Vanishes { later: 1 });
}

#[test]
fn giving_up_an_edit_is_told_to_lead_back_to_what_the_backend_has() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.net.next("/moods", Fate::Refused(409, "unique"));
    world.pass(&lume);

    let Outlook::Becomes { content, later } = only_failed(&lume).outlook else {
        panic!("the backend has it")
    };

    assert_eq!((content["note"].as_str(), later), (Some("a"), 0));
    update(&lume, 1, "c");
    let Outlook::Becomes { content, later } = only_failed(&lume).outlook else {
        panic!("the backend has it")
    };
    assert_eq!((content["note"].as_str(), later), (Some("c"), 1));
}

#[test]
fn giving_up_a_deletion_is_told_to_bring_the_entry_back() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.net.next("/moods", Fate::Refused(403, "permission"));
    world.pass(&lume);

    let event = only_failed(&lume);

    assert!(event.entity.is_some_and(|entity| entity.deleted));
    let Outlook::Becomes { content, .. } = event.outlook else {
        panic!("the backend has it")
    };
    assert_eq!(content["note"], "a");
}

#[test]
fn giving_up_an_event_of_an_entry_that_was_edited_while_sync_was_off_is_told_to_change_nothing() {
    let (_, lume) = refused(1);
    block_on(lume.set_mode(AppMode::Device)).unwrap();
    update(&lume, 1, "b");

    assert_eq!(only_failed(&lume).outlook, Outlook::Stays);
}

/// What is told before is what is done: for each shape of a lane.
#[test]
fn what_was_told_is_what_giving_up_does() {
    for (edits_before, edits_after, status, code) in [
        (0, 0, 422, "validation"),
        (0, 1, 409, "unique"),
        (1, 0, 422, "validation"),
        (1, 1, 409, "unique"),
    ] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        if edits_before > 0 {
            world.pass(&lume);
            update(&lume, 1, "b");
        }
        world.net.next("/moods", Fate::Refused(status, code));
        world.pass(&lume);
        if edits_after > 0 {
            update(&lume, 1, "c");
        }
        let event = only_failed(&lume);

        block_on(lume.discard(event.event_id)).unwrap();

        let (left, events) = match event.outlook {
            Outlook::Vanishes { .. } => (None, 0),
            Outlook::Becomes { content, later } => (Some(content), later),
            other @ (Outlook::Deleted | Outlook::Stays | Outlook::Unknown) => {
                panic!("{other:?}")
            }
        };
        let found = block_on(lume.entity(&key(1))).unwrap();
        assert!(found.map(|entity| entity.content) == left);
        assert_eq!(world.outbox().len(), events);
        world.check();
    }
}

#[test]
fn all_are_tried_again_at_once() {
    let (world, lume) = refused(120);

    let decided = block_on(lume.decide_all(Decision::Retry, world.now())).unwrap();
    world.pass_until_quiet(&lume, 10);

    assert_eq!(decided, 120);
    assert_eq!(world.notes_there().len(), 120);
    assert_eq!(world.effects(), 120);
    world.check();
}

#[test]
fn all_are_given_up_at_once_apart_from_those_the_person_has_not_seen() {
    let (world, lume) = refused(60);
    let seen = world.now();
    world.later(1_000);
    create(&lume, 101, "refused later");
    world.net.next("/moods", Fate::Refused(422, "validation"));
    world.pass(&lume);
    assert_eq!(list(&lume, Wanted::NeedsPerson).len(), 61);

    let decided = block_on(lume.decide_all(Decision::Discard, seen)).unwrap();

    assert_eq!(decided, 60);
    assert_eq!(only_failed(&lume).key, key(101));
    assert_eq!(world.tables().entities.len(), 1);
    world.check();
}
