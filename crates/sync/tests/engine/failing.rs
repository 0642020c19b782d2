//! Events that fail, and those beside them that do not.

use futures::executor::block_on;
use lume_sync::ShownStatus;
use lume_sync::log::LogEvent;
use lume_sync::rows::{EventState, FailureReason, OutboxRow};
use lume_sync::store::{Answers, Mode, Step, Store, StoreName, Write};
use lume_sync::unsent::Wanted;

use crate::net::Fate;
use crate::world::{World, create, note, shown, update};

#[test]
fn a_failing_event_is_tried_after_the_seeds_delays_and_then_waits_for_the_person() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(500, "internal"));

    world.pass_until_quiet(&lume, 20);

    let times: Vec<_> = world.net.events().iter().map(|sent| sent.at).collect();
    let waits: Vec<_> = times
        .windows(2)
        .map(|pair| pair[1].millis_since(pair[0]))
        .collect();
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 32_000]);
    let event = world.only_event();
    assert_eq!((event.state, event.attempts), (EventState::Dead, 6));
    assert_eq!(
        event.failure.map(|failure| failure.reason),
        Some(FailureReason::GaveUp)
    );
    assert_eq!(shown(&lume, 1), "failed");
    assert_eq!(
        note(&lume, 1).as_deref(),
        Some("a"),
        "a refusal is no deletion"
    );
    let failed = block_on(lume.unsent(Wanted::NeedsPerson, None, 10))
        .unwrap()
        .events;
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0].failure.as_ref().map(|failure| failure.status),
        Some(Some(500))
    );
    assert_eq!(world.status(&lume).shown(), ShownStatus::Attention);
    world.check();
}

#[test]
fn a_wait_has_at_most_a_fifth_of_jitter_and_is_never_slept_through() {
    let world = World::new();
    let lume = world.signed_in();
    world.device.chance.most.set(true);
    create(&lume, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(500, "internal"));

    world.pass_until_quiet(&lume, 20);

    let times: Vec<_> = world.net.events().iter().map(|sent| sent.at).collect();
    let waits: Vec<_> = times
        .windows(2)
        .map(|pair| pair[1].millis_since(pair[0]))
        .collect();
    assert_eq!(waits, [2_400, 4_800, 9_600, 19_200, 38_400]);
}

#[test]
fn one_events_wait_never_delays_another() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(500, "internal"));
    create(&lume, 2, "b");

    world.pass(&lume);
    assert_eq!(world.notes_there(), ["b"]);
    create(&lume, 3, "c");
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["b", "c"]);
    assert_eq!(world.only_event().attempts, 1);
    world.later(2_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["b", "c", "a"]);
}

#[test]
fn a_dead_or_parked_lane_stands_in_front_of_no_other() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "refused");
    create(&lume, 2, "in conflict");
    create(&lume, 3, "fine");
    world.net.next("/moods", Fate::Refused(422, "validation"));
    world.net.next("/moods", Fate::Refused(409, "unique"));

    let report = world.pass(&lume);

    assert_eq!((report.succeeded, report.failed), (1, 2));
    assert_eq!(world.notes_there(), ["fine"]);
    assert_eq!(world.states(), [0, 0, 1, 1]);
    assert_eq!(
        [1, 2, 3].map(|number| shown(&lume, number)),
        ["failed", "conflict", "synced"]
    );
    let requests = world.net.count();
    world.later(3_600_000);
    world.pass(&lume);
    assert_eq!(
        world.net.count(),
        requests,
        "what waits for the person costs no request"
    );
    world.check();
}

#[test]
fn a_conflict_of_natural_keys_parks_its_lane_and_keeps_what_the_person_wrote() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.net.next("/moods", Fate::Refused(409, "unique"));
    world.pass(&lume);
    update(&lume, 1, "c");
    world.pass(&lume);

    assert_eq!(world.states(), [0, 1, 0, 1]);
    assert_eq!(note(&lume, 1).as_deref(), Some("c"));
    assert_eq!(shown(&lume, 1), "conflict");
    assert_eq!(world.status(&lume).shown(), ShownStatus::Attention);
    assert_eq!(world.notes_there(), ["a"]);
    world.check();
}

/// A firewall that dislikes the words of one note, a proxy that finds it too long, a server that hangs on it: what they
/// answer says nothing about the event, so it can't be given up; but it must not stand in front of the others for ever.
#[test]
fn an_event_that_somebody_on_the_way_dislikes_stands_in_front_of_no_other() {
    let fates: [fn() -> Fate; 5] = [
        || Fate::Foreign(403),
        || Fate::Foreign(413),
        || Fate::TimedOut,
        || Fate::AnswerCut,
        || Fate::Refused(408, "timeout"),
    ];
    for (index, fate) in fates.into_iter().enumerate() {
        let world = World::new();
        let lume = world.signed_in();
        world.net.dislike("DROP TABLE", fate);
        create(&lume, 1, "'; DROP TABLE moods");
        (2..=5).for_each(|number| create(&lume, number, "fine"));

        world.pass_until_quiet(&lume, 3);

        let fine = world
            .notes_there()
            .iter()
            .filter(|note| *note == "fine")
            .count();
        assert_eq!(fine, 4, "outcome {index}");
        assert_eq!(world.only_event().attempts, 0);
        assert_eq!(shown(&lume, 1), "waiting");
    }
}

#[test]
fn an_event_that_cannot_be_read_stays_and_stands_in_front_of_no_other() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let newer = OutboxRow {
        body: vec![99],
        ..world.only_event()
    };
    let put = move |_: Answers| Step::Write(vec![Write::PutEvent(newer.clone())], ());
    block_on(
        world
            .device
            .store
            .transact(Mode::Strict, &[StoreName::Outbox], put),
    )
    .unwrap();
    create(&lume, 2, "b");

    for _ in 0..3 {
        world.pass(&lume);
    }

    assert_eq!(world.notes_there(), ["b"]);
    assert_eq!(world.only_event().body, [99]);
    let told = |event: &&LogEvent| matches!(event, LogEvent::StoreFailed { .. });
    assert_eq!(
        world.said().iter().filter(told).count(),
        1,
        "it is said once, not with each pass"
    );
}
