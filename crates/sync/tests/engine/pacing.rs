//! When the feed is asked, and for how much: nobody who asks for news holds up what is sent, nor asks in circles.

use futures::executor::block_on;
use lume_sync::Trigger;
use lume_sync::testing::BackendOptions;
use serde_json::{Value, json};

use crate::net::Fate;
use crate::ports::Fault;
use crate::pulling::{look, pulls, two_devices};
use crate::world::*;

/// A page after which the feed is where it was.
fn nowhere(url: &str, page: &mut Value) {
    let cursor = url.split(['=', '&']).nth(1);
    page["data"]["next_cursor"] = cursor.into();
    page["data"]["has_more"] = true.into();
}

#[test]
fn a_hint_that_comes_while_a_pass_runs_is_followed_by_another_look() {
    let (_, _, two, other) = two_devices();
    look(&other);
    let before = pulls(&two);
    let release = two.net.hold("/changes");
    let mut pass = Box::pin(other.pass(Trigger::Changed));
    assert!(advance(&mut pass).is_none());
    // What is on its way may have been answered before that.
    block_on(other.pass(Trigger::Changed));
    block_on(other.pass(Trigger::Saved));
    drop(release.send(Fate::Answered));
    advance(&mut pass).unwrap();

    assert_eq!(pulls(&two), before + 2);
}

#[test]
fn a_page_that_does_not_come_through_holds_up_nothing_that_is_sent() {
    for fate in [|| Fate::TimedOut, || Fate::Foreign(504)] {
        let (one, _, two, other) = two_devices();
        two.net.always("/changes", fate);
        create(&other, 2, "small");

        look(&other);

        assert_eq!((one.notes_there().len(), two.outbox()), (2, vec![]));
    }
}

#[test]
fn a_page_that_is_too_much_is_asked_for_in_smaller_ones() {
    let (one, lume, two, other) = two_devices();
    for number in 2..20 {
        create(&lume, number, "b");
    }
    one.pass(&lume);
    let before = pulls(&two);
    two.net.next("limit=500", Fate::TimedOut);
    two.net.next("limit=50", Fate::Foreign(504));

    look(&other);
    two.later(30_000);
    look(&other);
    assert_eq!(note(&other, 2), None);
    two.later(60_000);
    look(&other);

    assert_eq!(note(&other, 19).as_deref(), Some("b"));
    let asked = two.net.sent("/changes");
    let limits = asked.iter().map(|sent| sent.url.rsplit('=').next());
    let limits: Vec<_> = limits.flatten().collect();
    assert_eq!(limits[before..], ["500", "50", "5", "10", "20"]);
}

#[test]
fn a_feed_that_leads_nowhere_is_left_alone() {
    let (one, lume, two, other) = two_devices();
    create(&lume, 2, "b");
    one.pass(&lume);
    two.net.always("/changes", || Fate::Changed(nowhere));
    let before = pulls(&two);

    for _ in 0..60 {
        two.later(1_000);
        look(&other);
    }

    assert_eq!(note(&other, 2).as_deref(), Some("b"));
    assert!(
        pulls(&two) - before <= 3,
        "{} in a minute",
        pulls(&two) - before
    );
}

#[test]
fn a_page_that_finds_no_room_holds_up_nothing_that_is_sent() {
    let (one, lume, two, other) = two_devices();
    create(&lume, 2, "b");
    one.pass(&lume);
    create(&other, 3, "c");
    two.device.store.fail_next([Fault::Full]);

    look(&other);

    assert_eq!((one.notes_there().len(), two.outbox()), (3, vec![]));
}

#[test]
fn who_asks_a_feed_that_rests_is_not_told_to_try_at_once() {
    let (_, _, two, other) = two_devices();
    two.later(60_000);
    look(&other);
    block_on(other.pass(Trigger::Manual));
    two.net.next("/changes", Fate::Refused(500, "internal"));
    look(&two.tab());

    let next = two.status(&other).next_attempt.unwrap();
    assert_eq!(next.millis_since(two.now()), 30_000);
}

#[test]
fn a_person_who_taps_and_taps_asks_the_feed_once_a_second() {
    let (_, _, two, other) = two_devices();
    look(&other);
    two.later(1_000);
    let before = pulls(&two);
    for _ in 0..10 {
        block_on(other.pass(Trigger::Manual));
    }
    assert_eq!(pulls(&two), before + 1);
    two.later(1_000);
    block_on(other.pass(Trigger::Manual));
    assert_eq!(pulls(&two), before + 2);
}

#[test]
fn who_asks_too_soon_is_answered_when_the_time_has_come() {
    for (trigger, rest_ms) in [(Trigger::Manual, 1_000), (Trigger::Foreground, 5_000)] {
        let (one, lume, two, other) = two_devices();
        two.later(60_000);
        look(&other);
        create(&lume, 2, "b");
        one.pass(&lume);

        block_on(other.pass(trigger));
        assert_eq!(note(&other, 2), None);
        let next = two.status(&other).next_attempt.unwrap();
        assert_eq!(next.millis_since(two.now()), rest_ms);
        two.later(rest_ms);
        two.pass(&other);

        assert_eq!(note(&other, 2).as_deref(), Some("b"));
        assert_eq!(two.status(&other).next_attempt, None);
    }
}

#[test]
fn who_asks_again_and_again_for_news_holds_up_nothing_that_is_sent() {
    let (one, _, two, other) = two_devices();
    for _ in 0..50 {
        two.later(1_000);
        block_on(other.pass(Trigger::Manual));
    }

    create(&other, 2, "b");
    block_on(other.pass(Trigger::Saved));

    assert_eq!((one.notes_there().len(), two.outbox()), (2, vec![]));
}

#[test]
fn a_backend_without_a_feed_is_never_asked() {
    for world in [World::new(), World::basic()] {
        let lume = world.signed_in();
        create(&lume, 1, "a");
        for trigger in [
            Trigger::Start,
            Trigger::Manual,
            Trigger::Changed,
            Trigger::Online,
        ] {
            world.later(100_000);
            block_on(lume.pass(trigger));
        }
        assert_eq!(pulls(&world), 0);
    }
}

#[test]
fn a_feed_that_fails_holds_up_nothing_and_is_left_alone_for_longer_and_longer() {
    let (one, _, two, other) = two_devices();
    two.net
        .always("/changes", || Fate::Refused(500, "internal"));
    let before = pulls(&two);
    create(&other, 2, "b");

    look(&other);
    assert_eq!(one.notes_there(), ["a", "b"]);
    for _ in 0..20 {
        two.later(5_000);
        look(&other);
    }
    let asked = pulls(&two) - before;
    assert!((2..=4).contains(&asked), "{asked} in 100 s");

    two.net.heal();
    two.later(900_000);
    create(&two.tab(), 3, "c");
    look(&other);
    assert_eq!(
        pulls(&two) - before,
        asked + 2,
        "before sending and after it"
    );
}

#[test]
fn the_timer_asks_once_a_minute_while_somebody_looks() {
    let (_, _, two, other) = two_devices();
    let before = pulls(&two);
    for _ in 0..10 {
        two.later(30_000);
        two.pass(&other);
    }
    assert_eq!(pulls(&two) - before, 5);

    other.set_visible(false);
    for _ in 0..10 {
        two.later(30_000);
        two.pass(&other);
    }
    assert_eq!(pulls(&two) - before, 5);
    block_on(other.pass(Trigger::Foreground));
    block_on(other.pass(Trigger::Foreground));
    assert_eq!(pulls(&two) - before, 6, "once for both");
    block_on(other.pass(Trigger::Changed));
    assert_eq!(pulls(&two) - before, 7);
}

#[test]
fn empty_pages_are_bounded_like_every_request_that_leads_to_nothing() {
    let (_, _, two, other) = two_devices();
    two.later(120_000);
    let before = two.net.count();
    for _ in 0..200 {
        two.later(250);
        block_on(other.pass(Trigger::Changed));
    }
    let asked = two.net.count() - before;
    assert!(asked <= 30, "{asked} in 50 s");
}

#[test]
fn a_server_that_asks_for_a_wait_is_not_asked_for_changes_either() {
    let (_, _, two, other) = two_devices();
    two.net.next("/changes", Fate::Asked(429, "120"));
    two.later(60_000);
    look(&other);
    let before = two.net.count();
    for _ in 0..11 {
        two.later(10_000);
        look(&other);
    }
    assert_eq!(two.net.count(), before);
    two.later(11_000);
    look(&other);
    assert_eq!(two.net.count(), before + 1);
}

#[test]
fn nobody_signed_in_asks_for_nothing() {
    let (_, _, two, other) = two_devices();
    block_on(other.sign_out()).unwrap();
    two.later(60_000);
    let before = two.net.count();
    look(&other);
    assert_eq!(two.net.count(), before);
}

#[test]
fn a_backend_of_an_older_database_is_asked_what_it_offers_once() {
    let (_, _, two, other) = two_devices();
    let mut profile: Value = serde_json::from_slice(&two.tables().meta["profile"]).unwrap();
    profile["backend"]
        .as_object_mut()
        .unwrap()
        .remove("features");
    let bytes = profile.to_string().into_bytes();
    two.put(lume_sync::store::Write::PutMeta(
        "profile".to_owned(),
        bytes,
    ));
    two.later(60_000);
    let asked = || two.net.sent("/capabilities").len();
    let (before, pulled) = (asked(), pulls(&two));

    look(&other);
    look(&other);

    assert_eq!((asked() - before, pulls(&two) - pulled), (1, 2));
}

#[test]
fn the_feed_is_asked_of_backends_whose_features_are_known_without_asking() {
    let options = BackendOptions {
        changes: true,
        ..BackendOptions::default()
    };
    let world = World::with(options);
    let lume = world.signed_in();

    assert!(pulls(&world) > 0);
    assert!(block_on(lume.feed()).unwrap().is_some());
}

#[test]
fn a_backend_that_has_got_a_feed_since_is_found_out_when_the_app_starts() {
    let (_, _, two, other) = two_devices();
    let mut profile: Value = serde_json::from_slice(&two.tables().meta["profile"]).unwrap();
    profile["backend"]["features"] = json!(["conditional"]);
    let bytes = profile.to_string().into_bytes();
    two.put(lume_sync::store::Write::PutMeta(
        "profile".to_owned(),
        bytes,
    ));
    two.later(60_000);
    let before = pulls(&two);

    look(&other);
    assert_eq!(pulls(&two), before);
    block_on(two.tab().pass(Trigger::Start));

    assert_eq!(pulls(&two), before + 1);
}
