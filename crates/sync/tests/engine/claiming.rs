//! Claims: crashes, lost answers, frozen tabs and several flushers at once.

use std::collections::BTreeSet;

use futures::executor::block_on;
use futures::join;
use lume_sync::Trigger;
use lume_sync::claim::is_over;
use lume_sync::ports::Random;
use lume_sync::rows::EventState;

use crate::net::Fate;
use crate::world::{World, advance, create, delete, key, keys, shown, update};

#[test]
fn a_lost_answer_leads_to_the_same_key_and_bytes_and_one_effect() {
    for fate in [|| Fate::AnswerLost, || Fate::AnswerCut] as [fn() -> Fate; 2] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        for _ in 0..3 {
            world.net.next("/moods", fate());
        }

        world.pass_until_quiet(&lume, 10);

        let sent = world.net.events();
        assert_eq!(sent.len(), 4);
        let same =
            |index: usize| (sent[index].key(), &sent[index].body) == (sent[0].key(), &sent[0].body);
        assert!((1..4).all(same));
        assert_eq!(world.effects(), 1);
        assert_eq!(shown(&lume, 1), "synced");
    }
}

#[test]
fn a_lost_answer_to_every_kind_of_change_has_one_effect() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::AnswerLost);
    world.pass_until_quiet(&lume, 10);
    update(&lume, 1, "b");
    world.net.next("/moods", Fate::AnswerLost);
    world.pass_until_quiet(&lume, 10);
    delete(&lume, 1);
    world.net.next("/moods", Fate::AnswerLost);
    world.pass_until_quiet(&lume, 10);

    assert_eq!(world.effects(), 3);
    assert!(world.outbox().is_empty());
    assert!(world.notes_there().is_empty());
    world.check();
}

#[test]
fn an_edit_after_a_lost_answer_follows_and_never_replaces() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::AnswerLost);
    world.pass(&lume);

    update(&lume, 1, "b");
    assert_eq!(world.states(), [1, 1, 0, 0]);
    world.pass_until_quiet(&lume, 10);

    assert_eq!(world.notes_there(), ["b"]);
    assert_eq!(world.effects(), 2);
    let sent = world.net.events();
    assert_eq!(
        (sent[0].key(), &sent[0].body),
        (sent[1].key(), &sent[1].body)
    );
    world.check();
}

#[test]
fn a_claim_is_taken_over_after_a_crash_with_the_same_bytes() {
    for locks in [true, false] {
        let world = World::new();
        world.device.locks.missing.set(!locks);
        let lume = world.signed_in();
        create(&lume, 1, "a");
        create(&lume, 2, "b");
        // The tab dies while its first request is on its way.
        let release = world.net.hold("/moods");
        let mut pass = Box::pin(lume.pass(Trigger::Timer));
        assert!(advance(&mut pass).is_none());
        drop((pass, release));
        assert_eq!(world.tables().claims.len(), 1);

        let other = world.tab();
        update(&other, 1, "edited since");
        if !locks {
            world.later(89_999);
            world.pass(&other);
            assert_eq!(world.net.events().len(), 1, "the lease is not over");
            world.later(1);
        }
        world.pass_until_quiet(&other, 5);

        let sent = world.net.events();
        assert_eq!(
            (sent[0].key(), &sent[0].body),
            (sent[1].key(), &sent[1].body)
        );
        assert_eq!(world.notes_there(), ["b", "edited since"]);
        assert_eq!(world.effects(), 3);
        assert!(world.tables().claims.is_empty());
        world.check();
    }
}

#[test]
fn a_crash_at_any_await_of_a_pass_loses_and_doubles_nothing() {
    let mut turns = 0;
    loop {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        create(&lume, 2, "b");
        world.net.next("/moods", Fate::Answered);
        world.net.next("/moods", Fate::AnswerLost);
        let finished = {
            let mut pass = Box::pin(lume.pass(Trigger::Timer));
            (0..turns).any(|_| poll_once(&mut pass))
        };
        world.check();
        let other = world.tab();
        world.pass_until_quiet(&other, 10);

        let mut notes = world.notes_there();
        notes.sort();
        assert_eq!(notes, ["a", "b"], "crashed after {turns} turns");
        assert_eq!(world.effects(), 2, "crashed after {turns} turns");
        assert!(world.outbox().is_empty() && world.tables().claims.is_empty());
        world.check();
        if finished {
            break;
        }
        turns += 1;
    }
    assert!(turns > 15, "the pass has few awaits: {turns}");
}

#[test]
fn a_crash_at_any_await_of_a_save_leaves_all_or_nothing() {
    for turns in 0..20 {
        let world = World::new();
        let lume = world.signed_in();
        {
            let key = key(1);
            let mut save = Box::pin(async {
                lume.create(&key.kind, key.id, crate::world::content("a"), None)
                    .await
            });
            let _ = (0..turns).any(|_| poll_once(&mut save));
        }

        let tables = world.tables();
        assert_eq!(
            tables.entities.len(),
            tables.outbox.len(),
            "crashed after {turns} turns"
        );
        world.check();
    }
}

#[test]
fn a_late_failure_changes_nothing_once_the_claim_is_anothers() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let frozen = world.signed_in();
    create(&frozen, 1, "a");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(frozen.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    // It freezes for longer than its lease; another tab delivers and the person goes on.
    world.later(90_000);
    let other = world.tab();
    world.pass(&other);
    update(&other, 1, "b");
    let before = world.tables();

    release.send(Fate::Refused(422, "validation")).ok();
    assert!(advance(&mut pass).is_some());

    let after = world.tables();
    assert_eq!(
        (&after.outbox, &after.entities, &after.bases),
        (&before.outbox, &before.entities, &before.bases)
    );
    assert_eq!(after.claims, before.claims);
    assert_eq!(
        after.meta["gate"], before.meta["gate"],
        "nor is the gate touched"
    );
    world.pass(&other);
    assert_eq!(world.notes_there(), ["b"]);
}

/// Two tabs freeze with fifty and ten events; a third one takes fifty of them over, so that one of the two claims is
/// left with a part. A late failure about an event of the other part is as void as one of a claim that is gone.
#[test]
fn a_late_failure_changes_nothing_where_a_part_of_the_claim_was_taken_over() {
    for draws in 0..6 {
        let world = World::new();
        world.device.locks.missing.set(true);
        for _ in 0..draws {
            world.device.chance.bytes();
        }
        let (first, second, third) = (world.signed_in(), world.tab(), world.tab());
        (1..=50).for_each(|number| create(&first, number, "a"));
        let release_first = world.net.hold("/moods");
        let mut first_pass = Box::pin(first.pass(Trigger::Timer));
        assert!(advance(&mut first_pass).is_none());
        (51..=60).for_each(|number| create(&first, number, "b"));
        let release_second = world.net.hold("/moods");
        let mut second_pass = Box::pin(second.pass(Trigger::Timer));
        assert!(advance(&mut second_pass).is_none());
        world.later(90_000);
        let release_third = world.net.hold("/moods");
        let mut third_pass = Box::pin(third.pass(Trigger::Timer));
        assert!(advance(&mut third_pass).is_none());
        assert_eq!(world.tables().claims.len(), 2);

        release_first.send(Fate::Refused(422, "validation")).ok();
        release_second.send(Fate::Refused(422, "validation")).ok();
        assert!(advance(&mut first_pass).is_some() && advance(&mut second_pass).is_some());

        let dead = world.states()[2];
        assert!(
            dead <= 1,
            "only what was not taken over may be settled: {dead}"
        );
        let taken: BTreeSet<_> = (world.tables().claims.into_values())
            .flat_map(|claim| claim.items.into_iter().map(|item| item.event_id))
            .collect();
        assert!(
            world
                .outbox()
                .iter()
                .all(|row| row.state == EventState::Pending || !taken.contains(&row.event_id))
        );
        release_third.send(Fate::Answered).ok();
        advance(&mut third_pass);
        world.pass_until_quiet(&third, 5);
        assert_eq!(world.effects(), 60 - dead);
        world.check();
    }
}

#[test]
fn a_late_success_is_accepted_whatever_its_epoch() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let frozen = world.signed_in();
    create(&frozen, 1, "a");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(frozen.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    world.later(90_000);
    // The other tab takes the claim over and gets nowhere.
    let other = world.tab();
    world.net.next("/moods", Fate::TimedOut);
    world.pass(&other);
    assert_eq!(world.outbox().len(), 1);

    release.send(Fate::Answered).ok();
    assert!(advance(&mut pass).is_some());

    assert!(world.outbox().is_empty());
    assert_eq!(shown(&other, 1), "synced");
    world.pass_until_quiet(&other, 5);
    assert_eq!(world.effects(), 1);
    world.check();
}

#[test]
fn two_engines_at_once_on_one_store_deliver_everything_once() {
    for locks in [true, false] {
        let world = World::new();
        world.device.locks.missing.set(!locks);
        let (first, second) = (world.signed_in(), world.tab());
        for number in 1..=60 {
            create(&first, number, &number.to_string());
        }

        block_on(async {
            join!(
                first.pass(Trigger::Timer),
                second.pass(Trigger::Online),
                first.pass(Trigger::Saved),
                async {
                    for number in 61..=70 {
                        let key = key(number);
                        let content = crate::world::content(&number.to_string());
                        second
                            .create(&key.kind, key.id, content, None)
                            .await
                            .unwrap();
                        second.pass(Trigger::Saved).await;
                    }
                }
            )
        });
        world.pass_until_quiet(&first, 5);

        assert_eq!(world.effects(), 70, "locks: {locks}");
        assert!(world.outbox().is_empty() && world.tables().claims.is_empty());
        let sent = keys(&world.net.events());
        let distinct: BTreeSet<_> = sent.iter().collect();
        assert_eq!(sent.len(), distinct.len(), "nothing was sent twice");
        world.check();
    }
}

#[test]
fn events_held_by_another_tab_are_left_to_it() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let (first, second) = (world.signed_in(), world.tab());
    create(&first, 1, "a");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(first.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    let (requests, lines) = (world.net.count(), world.said().len());

    for _ in 0..10 {
        world.later(2_000);
        let report = world.pass(&second);
        assert_eq!((report.succeeded, report.failed), (0, 0));
    }

    assert_eq!(world.net.count(), requests);
    assert_eq!(
        world.said().len(),
        lines,
        "a pass that finds nothing for itself says nothing"
    );
    release.send(Fate::Answered).ok();
    advance(&mut pass);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_busy_lock_is_respected_while_its_holder_makes_progress() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    create(&lume, 2, "b");
    let frozen = world.device.locks.freeze("flush");
    world.later(3_600_000);
    world.pass(&lume);
    assert_eq!(
        world.net.events().len(),
        1,
        "a heartbeat that is old for want of work says nothing about a holder that has only begun"
    );

    world.later(60_000);
    world.pass(&lume);
    assert_eq!(world.net.events().len(), 1);
    world.later(1);
    world.pass(&lume);

    assert_eq!(
        world.net.events().len(),
        2,
        "a holder without progress for a minute is passed by"
    );
    create(&lume, 3, "c");
    world.pass(&lume);
    assert_eq!(
        world.notes_there(),
        ["a", "b", "c"],
        "and from then on at once: what is done in its place is no progress of its own"
    );
    drop(frozen);
}

#[test]
fn a_clock_that_jumped_back_does_not_make_a_lease_endless() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    drop((pass, release));
    world.jump(-3_600_000);

    let claim = world.tables().claims.into_values().next().unwrap();
    assert!(is_over(&claim, world.now()));
    let other = world.tab();
    world.pass(&other);

    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_flusher_that_thaws_past_its_lease_sends_no_more_of_its_batch() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    world.later(50_000);
    release.send(Fate::Answered).ok();
    advance(&mut pass);

    assert_eq!(
        world.net.events().len(),
        1,
        "too little was left of the lease"
    );
    assert_eq!(
        world.only_event().request,
        None,
        "what was never sent may still be coalesced"
    );
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a", "b"]);
}

/// Polls once; whether it is finished.
fn poll_once<F: Future>(future: &mut std::pin::Pin<Box<F>>) -> bool {
    let mut context = std::task::Context::from_waker(futures::task::noop_waker_ref());
    future.as_mut().poll(&mut context).is_ready()
}
