//! Gates: reasons to send nothing that are no event's fault, and when the next attempt is.

use futures::executor::block_on;
use lume_core::time::Timestamp;
use lume_sync::meta::BackendChoice;
use lume_sync::rows::OutboxRow;
use lume_sync::store::StoreName;
use lume_sync::{Blocked, ShownStatus, Trigger};

use crate::net::Fate;
use crate::ports::Fault;
use crate::world::{Lume, URL, World, create};

/// The only event, with nothing in it that a gate might have changed but its bytes.
fn untouched(world: &World, before: &OutboxRow) {
    let event = OutboxRow {
        request: None,
        not_before: before.not_before,
        wait_ms: 0,
        ..world.only_event()
    };
    assert_eq!(&event, before);
}

#[test]
fn offline_counts_no_attempt_however_long_it_lasts() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.only_event();
    world.net.set_online(false);
    world.net.always("", || Fate::Lost);

    for _ in 0..200 {
        world.later(600_000);
        world.pass(&lume);
    }

    untouched(&world, &before);
    assert_eq!(world.status(&lume).shown(), ShownStatus::Offline);
    world.net.heal();
    world.net.set_online(true);
    world.later(60_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
    assert!(!world.status(&lume).unreachable);
}

#[test]
fn waits_grow_to_a_minute_while_nobody_answers() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.device.chance.most.set(true);
    world.net.always("", || Fate::Lost);

    let mut waits = Vec::new();
    for _ in 0..8 {
        world.pass(&lume);
        let wait = world
            .status(&lume)
            .next_attempt
            .unwrap()
            .millis_since(world.now());
        waits.push(wait);
        world.later(wait);
    }

    assert_eq!(
        waits,
        [1_999, 3_999, 7_999, 15_999, 31_999, 59_999, 59_999, 59_999]
    );
}

#[test]
fn nothing_is_sent_before_the_wait_is_over_and_coming_online_cuts_it_short() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.device.chance.most.set(true);
    world.net.next("/moods", Fate::Lost);
    world.pass(&lume);

    for trigger in [Trigger::Timer, Trigger::Saved] {
        block_on(lume.pass(trigger));
        assert_eq!(world.net.events().len(), 1);
    }
    block_on(lume.pass(Trigger::Online));

    assert_eq!(world.net.events().len(), 2);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn coming_and_going_online_is_no_hot_loop() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.device.chance.most.set(true);
    world.net.always("", || Fate::Lost);
    let before = world.net.count();

    for _ in 0..600 {
        world.later(100);
        for trigger in [
            Trigger::Online,
            Trigger::Foreground,
            Trigger::Manual,
            Trigger::Start,
        ] {
            block_on(lume.pass(trigger));
        }
    }

    let sent = world.net.count() - before;
    assert!(sent <= 30, "{sent} requests in a minute");
}

#[test]
fn no_outcome_at_all_makes_more_than_thirty_requests_in_any_minute() {
    let fates: [fn() -> Fate; 13] = [
        || Fate::Lost,
        || Fate::TimedOut,
        || Fate::AnswerCut,
        || Fate::Portal,
        || Fate::Redirected,
        || Fate::Asked(503, "0"),
        || Fate::Asked(429, "Sun, 06 Nov 1994 08:49:37 GMT"),
        || Fate::Refused(500, "internal"),
        || Fate::Refused(401, "token_expired"),
        || Fate::Refused(409, "in_progress"),
        || Fate::Refused(423, "locked"),
        || Fate::Refused(404, "not_found"),
        || Fate::Foreign(403),
    ];
    for (index, fate) in fates.into_iter().enumerate() {
        let world = World::new();
        let lume = world.signed_in();
        for number in 1..=35 {
            create(&lume, number, "a");
        }
        world.net.always("/moods", fate);
        let before = world.net.count();
        for _ in 0..480 {
            world.later(250);
            block_on(lume.pass(Trigger::Manual));
        }
        let times: Vec<_> = world.net.sent("")[before..]
            .iter()
            .map(|sent| sent.at)
            .collect();
        for (end, at) in times.iter().enumerate() {
            let within = |other: &&Timestamp| at.millis_since(**other) < 60_000;
            let count = times[..=end].iter().filter(within).count();
            assert!(
                count <= 30,
                "outcome {index}: {count} requests within a minute"
            );
        }
        assert_eq!(world.tables().entities.len(), 35);
        world.check();
    }
}

#[test]
fn progress_of_healthy_lanes_is_not_throttled_by_failing_ones() {
    let world = World::new();
    let lume = world.signed_in();
    for number in 1..=100 {
        create(&lume, number, "a");
        if number % 2 == 0 {
            world.net.next("/moods", Fate::Answered);
        } else {
            world.net.next("/moods", Fate::Refused(500, "internal"));
        }
    }

    let report = world.pass(&lume);

    assert_eq!((report.succeeded, report.failed), (50, 50));
}

#[test]
fn a_wait_is_over_when_the_wall_clock_jumps_back() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Asked(503, "3600"));
    world.pass(&lume);

    world.jump(-7_200_000);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn an_events_wait_is_over_when_the_wall_clock_jumps_back() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(500, "internal"));
    world.pass(&lume);

    world.jump(-3_600_000);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_portal_acknowledges_nothing_and_goes_away_by_itself() {
    for fate in [|| Fate::Portal, || Fate::Redirected, || Fate::Foreign(200)] as [fn() -> Fate; 3] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        let before = world.only_event();
        world.net.always("", fate);
        for _ in 0..5 {
            world.later(60_000);
            world.pass(&lume);
        }

        untouched(&world, &before);
        assert_eq!(world.status(&lume).blocked, Some(Blocked::Captive));
        world.net.heal();
        world.later(60_000);
        world.pass(&lume);

        assert_eq!(world.notes_there(), ["a"]);
        assert_eq!(world.status(&lume).blocked, None);
    }
}

#[test]
fn a_page_before_a_basic_backend_acknowledges_nothing_either() {
    let world = World::basic();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Portal);
    world.pass(&lume);

    assert_eq!(world.outbox().len(), 1);
    world.later(60_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_server_that_is_down_altogether_counts_against_no_event() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.only_event();
    world
        .net
        .always("/moods", || Fate::Refused(500, "internal"));
    world
        .net
        .always("/health", || Fate::Refused(503, "unavailable"));
    for _ in 0..20 {
        world.later(60_000);
        world.pass(&lume);
    }

    untouched(&world, &before);
    world.net.heal();
    world.later(60_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_gate_that_wants_something_done_is_looked_at_again_and_opens_by_itself() {
    for (fate, reason) in [
        (
            (|| Fate::Refused(402, "payment_required")) as fn() -> Fate,
            Blocked::Account,
        ),
        (|| Fate::Refused(426, "upgrade"), Blocked::Upgrade),
        (|| Fate::Refused(401, "api_key"), Blocked::ApiKey),
        (|| Fate::Refused(404, "not_found"), Blocked::Upgrade),
    ] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        let before = world.only_event();
        world.net.always("/moods", fate);
        world.pass(&lume);
        let requests = world.net.count();
        world.later(899_999);
        world.pass(&lume);

        untouched(&world, &before);
        assert_eq!(world.net.count(), requests);
        let status = world.status(&lume);
        assert_eq!(
            (status.blocked, status.shown()),
            (Some(reason), ShownStatus::Attention)
        );
        world.net.heal();
        world.later(1);
        world.pass(&lume);

        assert_eq!(world.notes_there(), ["a"], "{reason:?}");
        assert_eq!(world.status(&lume).blocked, None);
    }
}

#[test]
fn another_backend_address_opens_the_gate() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(401, "api_key"));
    world.pass(&lume);

    block_on(lume.set_backend(URL, "the right key", BackendChoice::Auto)).unwrap();
    world.pass(&lume);

    assert_eq!(
        world.net.events()[1].header("x-api-key"),
        Some("the right key")
    );
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_key_that_is_being_worked_on_is_asked_again_soon_under_the_same_id() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Refused(409, "in_progress"));
    world.pass(&lume);
    assert_eq!(world.only_event().attempts, 0);

    world.later(5_000);
    world.pass(&lume);

    let sent = world.net.events();
    assert_eq!(sent[0].key(), sent[1].key());
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_database_that_fails_is_left_alone_for_a_while() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.device.chance.most.set(true);
    let before = world.net.count();
    let lines = world.said().len();
    world.device.store.fail_always(Some(Fault::Aborted));

    for _ in 0..600 {
        world.later(100);
        world.pass(&lume);
    }

    assert_eq!(
        world.net.count(),
        before,
        "nothing is sent that could not be claimed"
    );
    assert!(
        world.said().len() - lines < 10,
        "{} lines in a minute",
        world.said().len() - lines
    );
    assert!(world.status(&lume).next_attempt > Some(world.now()));
    world.device.store.fail_always(None);
    world.later(60_000);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn acknowledgements_that_cannot_be_written_make_no_hot_loop() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.net.count();
    world.device.store.fail_over(Some(StoreName::Entries));
    for _ in 0..600 {
        world.later(100);
        world.pass(&lume);
    }

    assert!(
        world.net.count() - before <= 30,
        "{} requests",
        world.net.count() - before
    );
    assert_eq!(world.effects(), 1);
    world.device.store.fail_over(None);
    world.later(60_000);
    world.pass(&lume);
    assert!(world.outbox().is_empty());
    assert_eq!(world.effects(), 1);
}

#[test]
fn a_full_disk_is_told_as_what_it_is_until_something_can_be_written() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.net.count();
    world.device.store.fail_over(Some(StoreName::Claims));

    world.pass(&lume);

    let status = world.status(&lume);
    assert_eq!(status.blocked, Some(Blocked::Quota));
    assert_eq!(status.shown(), ShownStatus::Attention);
    assert_eq!(
        world.net.count(),
        before,
        "nothing is sent that could not be claimed"
    );
    world.device.store.fail_over(None);
    create(&lume, 2, "b");
    assert_eq!(world.status(&lume).blocked, None);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a", "b"]);
}

#[test]
fn the_next_attempt_is_told() {
    let world = World::new();
    let lume = world.tab();
    assert_eq!(next(&world, &lume), None, "device mode");
    let lume = world.signed_in();
    assert_eq!(next(&world, &lume), None, "nothing waits");
    create(&lume, 1, "a");
    assert_eq!(next(&world, &lume), Some(0), "at once");
    world.net.next("/moods", Fate::Refused(500, "internal"));
    world.pass(&lume);
    assert_eq!(next(&world, &lume), Some(2_000), "the event's wait");
    world.later(2_000);
    world.net.next("/moods", Fate::Asked(429, "60"));
    world.pass(&lume);
    assert_eq!(next(&world, &lume), Some(60_000), "everybody's wait");
    block_on(lume.sign_out()).unwrap();
    assert_eq!(next(&world, &lume), None, "only the person can go on");
}

fn next(world: &World, lume: &Lume) -> Option<i64> {
    world
        .status(lume)
        .next_attempt
        .map(|at| at.millis_since(world.now()))
}
