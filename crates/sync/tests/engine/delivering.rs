//! Passes: what is due goes out once, in order, and one event's trouble is no other's.

use futures::executor::block_on;
use futures::join;
use lume_sync::log::LogEvent;
use lume_sync::ports::Method;
use lume_sync::testing::{BackendOptions, BasicEdits, EffectKind, Profile};
use lume_sync::{ShownStatus, Trigger};

use crate::net::Fate;
use crate::world::{World, create, delete, key, note, restore, shown, update};

#[test]
fn an_entry_arrives_once_and_is_synced() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");

    let report = world.pass(&lume);

    assert_eq!((report.succeeded, report.failed), (1, 0));
    assert_eq!(world.notes_there(), ["a"]);
    assert_eq!(shown(&lume, 1), "synced");
    assert!(world.outbox().is_empty() && world.tables().claims.is_empty());
    let status = world.status(&lume);
    assert_eq!(
        (status.shown(), status.last_sync),
        (ShownStatus::Synced, Some(world.now()))
    );
    world.check();
}

#[test]
fn a_pass_with_nothing_pending_sends_nothing_and_says_nothing() {
    let world = World::new();
    let lume = world.signed_in();
    let (requests, lines) = (world.net.count(), world.said().len());

    for trigger in [
        Trigger::Timer,
        Trigger::Online,
        Trigger::Foreground,
        Trigger::Manual,
    ] {
        block_on(lume.pass(trigger));
    }

    assert_eq!(world.net.count(), requests);
    assert_eq!(world.said().len(), lines);
}

#[test]
fn an_event_carries_its_key_and_the_version_of_the_app() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let id = world.only_event().event_id;
    world.pass(&lume);

    let sent = world.net.events();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].key(), Some(id.to_string().as_str()));
    assert_eq!(sent[0].header("x-lume-client"), Some("1.0.0"));
    assert_eq!(sent[0].json()["id"], key(1).id.to_string());
}

#[test]
fn an_edit_goes_out_as_a_patch_of_the_revision_it_was_made_on() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");

    world.pass(&lume);

    let sent = world.net.events();
    assert_eq!(sent[1].method, Method::Put);
    assert_eq!(sent[1].header("if-match"), Some("\"1\""));
    assert_eq!(sent[1].json(), serde_json::json!({"note": "b"}));
    assert_eq!(world.notes_there(), ["b"]);
    world.check();
}

#[test]
fn edits_made_while_the_entry_is_on_its_way_follow_it_in_order() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let release = world.net.hold("/moods");
    block_on(async {
        join!(lume.pass(Trigger::Timer), async {
            crate::ports::yield_now().await;
            while world.net.events().is_empty() {
                crate::ports::yield_now().await;
            }
            lume.update(&key(1), crate::world::content("b"), None)
                .await
                .unwrap();
            lume.update(&key(1), crate::world::content("c"), None)
                .await
                .unwrap();
            assert_eq!(world.states(), [1, 1, 0, 0]);
            release.send(Fate::Answered).ok();
        })
    });

    assert_eq!(world.notes_there(), ["c"]);
    assert_eq!(world.effects(), 2);
    assert!(world.outbox().is_empty());
    world.check();
}

#[test]
fn many_entries_arrive_in_one_pass_in_the_order_in_which_they_were_made() {
    let world = World::new();
    let lume = world.signed_in();
    for number in 1..=120 {
        create(&lume, number, &number.to_string());
    }

    let report = world.pass(&lume);

    assert_eq!(report.succeeded, 120);
    let made: Vec<_> = (1..=120).map(|number| number.to_string()).collect();
    assert_eq!(world.notes_there(), made);
}

#[test]
fn a_save_during_a_pass_is_sent_by_that_pass_or_the_next_at_once() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let release = world.net.hold("/moods");

    block_on(async {
        join!(lume.pass(Trigger::Timer), async {
            while world.net.events().is_empty() {
                crate::ports::yield_now().await;
            }
            let key = key(2);
            lume.create(&key.kind, key.id, crate::world::content("b"), None)
                .await
                .unwrap();
            lume.pass(Trigger::Saved).await;
            release.send(Fate::Answered).ok();
        })
    });

    assert_eq!(world.notes_there(), ["a", "b"]);
}

#[test]
fn a_delete_waits_ten_seconds_and_undo_cancels_it() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    world.pass(&lume);
    delete(&lume, 1);
    delete(&lume, 2);
    assert_eq!(note(&lume, 1), None, "the person sees it gone at once");
    let ten_seconds_on = world.now().plus_millis(10_000);

    world.later(9_999);
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a", "b"]);
    assert_eq!(world.status(&lume).next_attempt, Some(ten_seconds_on));
    restore(&lume, 2);
    world.later(1);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["b"]);
    assert_eq!(note(&lume, 2).as_deref(), Some("b"));
    assert_eq!(shown(&lume, 2), "synced");
    assert!(world.outbox().is_empty());
    world.check();
}

#[test]
fn an_entry_restored_after_its_delete_was_sent_is_there_again() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);
    assert!(world.notes_there().is_empty());

    restore(&lume, 1);
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["a"]);
    assert_eq!(shown(&lume, 1), "synced");
    world.check();
}

#[test]
fn a_basic_backend_gets_the_seeds_requests_only() {
    let world = World::basic();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["b"]);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);

    assert!(world.notes_there().is_empty());
    assert!(world.outbox().is_empty());
    let sent = world.net.events();
    assert_eq!(
        sent.iter().map(|sent| sent.method).collect::<Vec<_>>(),
        [Method::Post, Method::Post, Method::Delete]
    );
    assert_eq!(
        sent[1].json()["mood"],
        "happy",
        "an edit carries the whole entry"
    );
    for name in ["idempotency-key", "if-match", "x-lume-client"] {
        assert!(
            world
                .net
                .sent("")
                .iter()
                .all(|sent| sent.header(name).is_none()),
            "{name}"
        );
    }
    world.check();
}

#[test]
fn a_basic_backend_that_lost_its_answer_says_409_and_that_is_enough() {
    let world = World::with(BackendOptions {
        profile: Profile::Basic(BasicEdits::Refuse),
        ..BackendOptions::default()
    });
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::AnswerLost);
    world.net.next("/moods", Fate::Refused(409, "exists"));

    world.pass_until_quiet(&lume, 5);

    assert_eq!(world.effects(), 1);
    assert_eq!(shown(&lume, 1), "synced");
}

#[test]
fn the_log_tells_the_course_of_a_pass_in_the_seeds_words() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    world.net.next("/moods", Fate::Refused(500, "internal"));
    let before = world.said().len();

    world.pass(&lume);

    let said: Vec<_> = world.said()[before..]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(said[0], "[OutboxProcessor] Processing 2 pending events");
    assert!(
        said[1].ends_with("failed (retry 1/5): status 500; waiting 2000 ms before retry"),
        "{}",
        said[1]
    );
    assert!(
        said[2].starts_with("[OutboxProcessor] Event mood.created "),
        "{}",
        said[2]
    );
    assert!(said[2].ends_with(" processed successfully"), "{}", said[2]);
    assert_eq!(
        said[3],
        "[OutboxProcessor] Processing complete: 1 succeeded, 1 failed"
    );
    let kept = block_on(lume.log_lines(100)).unwrap();
    assert!(kept.iter().any(|line| line.event
        == LogEvent::PassFinished {
            succeeded: 1,
            failed: 1
        }));
}

#[test]
fn device_mode_with_events_left_sends_none_of_them() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    block_on(lume.set_mode(lume_sync::meta::AppMode::Device)).unwrap();

    for _ in 0..3 {
        world.later(30_000);
        world.pass(&lume);
    }

    assert!(world.net.events().is_empty());
    assert_eq!(world.outbox().len(), 1);
    assert_eq!(world.status(&lume).next_attempt, None);
    let skips = world
        .said()
        .iter()
        .filter(|event| **event == LogEvent::SkippedLocalMode)
        .count();
    assert_eq!(skips, 1, "the reason is said once");
    block_on(lume.set_mode(lume_sync::meta::AppMode::Synced)).unwrap();
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn sync_turned_off_during_a_pass_stops_it_before_the_next_event() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create(&lume, 2, "b");
    let release = world.net.hold("/moods");

    block_on(async {
        join!(lume.pass(Trigger::Timer), async {
            while world.net.events().is_empty() {
                crate::ports::yield_now().await;
            }
            lume.set_mode(lume_sync::meta::AppMode::Device)
                .await
                .unwrap();
            release.send(Fate::Answered).ok();
        })
    });

    assert_eq!(world.net.events().len(), 1);
    assert_eq!(world.only_event().key, key(2));
}

#[test]
fn what_became_of_each_entry_stands_in_the_backends_journal_in_order() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "b");
    world.pass(&lume);
    delete(&lume, 1);
    world.later(10_000);
    world.pass(&lume);

    let kinds: Vec<_> = world
        .net
        .backend()
        .journal()
        .iter()
        .map(|effect| effect.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            EffectKind::Created,
            EffectKind::Updated,
            EffectKind::Deleted
        ]
    );
}
