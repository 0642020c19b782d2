//! Clocks, zones, locks, timers and signals.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::FutureExt;
use futures::channel::oneshot;
use lume_core::time::{Timestamp, UtcOffsetMinutes, ZoneName, ZoneRules, instant_at, local_at};
use lume_sync::ports::{Clock, Lock, Locks, Random};
use lume_web::channel::{ChangeChannel, Hint};
use lume_web::clock::WebClock;
use lume_web::connectivity::{Connectivity, Signal};
use lume_web::locks::WebLocks;
use lume_web::random::WebRandom;
use lume_web::zone::WebZones;
use lume_web::{persist, secure, timer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

fn zone(name: &str) -> ZoneName {
    name.parse().expect("it looks like a zone")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("it is a time")
}

fn offset(name: &str, text: &str) -> Option<i16> {
    let offset = WebZones::default().offset_at(&zone(name), at(text));
    offset.ok().map(UtcOffsetMinutes::get)
}

#[wasm_bindgen_test]
fn the_browser_knows_the_offsets_of_zones() {
    for (name, text, minutes) in [
        ("UTC", "2025-01-15T11:30:00Z", 0),
        ("Europe/Berlin", "2025-03-30T00:59:59.999Z", 60),
        ("Europe/Berlin", "2025-03-30T01:00:00Z", 120),
        ("Europe/Berlin", "2025-10-26T00:59:59.999Z", 120),
        ("Europe/Berlin", "2025-10-26T01:00:00Z", 60),
        ("Asia/Kathmandu", "2025-01-15T11:30:00Z", 345),
        ("Pacific/Kiritimati", "2025-01-15T11:30:00Z", 840),
        ("Pacific/Pago_Pago", "2025-01-15T11:30:00Z", -660),
        ("America/St_Johns", "2025-01-15T11:30:00.500Z", -210),
        ("America/New_York", "1969-07-20T20:17:40.001Z", -240),
    ] {
        assert_eq!(offset(name, text), Some(minutes), "{name} at {text}");
    }
}

#[wasm_bindgen_test]
fn a_zone_that_the_browser_does_not_know_is_an_error_and_nothing_is_thrown() {
    assert_eq!(offset("Middle/Earth", "2025-01-15T11:30:00Z"), None);
}

#[wasm_bindgen_test]
fn skipped_and_repeated_times_resolve_with_the_browsers_rules() {
    let zones = WebZones::default();
    let berlin = zone("Europe/Berlin");
    let instant = |text: &str| {
        let local = text.parse().expect("it is a civil time");
        instant_at(&zones, &berlin, local).expect("the zone is known")
    };

    assert_eq!(
        instant("2025-03-30T02:30:00.000"),
        at("2025-03-30T01:30:00Z")
    );
    assert_eq!(
        instant("2025-10-26T02:30:00.000"),
        at("2025-10-26T00:30:00Z")
    );
    let local = local_at(&zones, &berlin, at("2024-12-31T23:30:00.123Z"));
    assert_eq!(
        local.expect("the zone is known").to_string(),
        "2025-01-01T00:30:00.123"
    );
}

#[wasm_bindgen_test]
fn the_devices_zone_is_one_whose_offset_is_known() {
    let zones = WebZones::default();

    assert!(zones.offset_at(&zones.current(), WebClock.now()).is_ok());
}

#[wasm_bindgen_test]
fn the_clocks_agree_with_the_browsers() {
    let before = js("Date.now()").as_f64().expect("a number");
    let now = WebClock.now().as_millis();
    let after = js("Date.now()").as_f64().expect("a number");

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let now = now as f64;
    assert!(before <= now && now <= after);
    assert!(WebClock.monotonic_ms() <= WebClock.monotonic_ms());
}

#[wasm_bindgen_test]
fn chance_does_not_repeat_and_stays_below_its_bound() {
    assert_ne!(WebRandom.bytes(), WebRandom.bytes());
    assert!((0..1000).all(|_| WebRandom.below(7) < 7));
    assert!((0..1000).any(|_| WebRandom.below(2) == 1));
    assert_eq!(WebRandom.below(0), 0);
    assert_eq!(WebRandom.below(1), 0);
}

#[wasm_bindgen_test]
async fn a_lock_is_one_holders_until_the_guard_is_dropped() {
    let locks = WebLocks::for_database(&fresh_name("locks"));

    let Lock::Held(guard) = locks.try_lock("flush").await else {
        panic!("nobody holds it");
    };
    assert!(matches!(locks.try_lock("flush").await, Lock::Busy));
    assert!(matches!(locks.try_lock("auth").await, Lock::Held(_)));
    let mut waiting = Box::pin(locks.lock("flush", u64::from(u32::MAX)));
    assert!((&mut waiting).now_or_never().is_none());
    drop(guard);

    assert!(matches!(waiting.await, Lock::Held(_)));
}

#[wasm_bindgen_test]
async fn profiles_do_not_share_their_locks() {
    let one = WebLocks::for_database(&fresh_name("locks"));
    let other = WebLocks::for_database(&fresh_name("locks"));

    let first = one.try_lock("flush").await;
    let second = other.try_lock("flush").await;

    assert!(matches!((first, second), (Lock::Held(_), Lock::Held(_))));
}

#[wasm_bindgen_test]
async fn waiting_for_a_lock_ends_and_leaves_nothing_in_the_queue() {
    let locks = WebLocks::for_database(&fresh_name("locks"));
    let held = locks.try_lock("auth").await;

    assert!(matches!(locks.lock("auth", 1).await, Lock::Busy));
    drop(held);

    assert!(matches!(
        locks.lock("auth", u64::from(u32::MAX)).await,
        Lock::Held(_)
    ));
}

#[wasm_bindgen_test]
async fn a_lock_that_nobody_waits_for_any_more_is_given_back() {
    let locks = WebLocks::for_database(&fresh_name("locks"));
    let held = locks.try_lock("flush").await;
    let mut dropped = Box::pin(locks.lock("flush", u64::from(u32::MAX)));
    assert!((&mut dropped).now_or_never().is_none());
    drop(dropped);
    drop(held);

    assert!(matches!(
        locks.lock("flush", u64::from(u32::MAX)).await,
        Lock::Held(_)
    ));
}

#[wasm_bindgen_test]
async fn an_interval_calls_until_it_is_dropped() {
    let (sender, third) = oneshot::channel();
    let (calls, sender) = (Rc::new(Cell::new(0)), RefCell::new(Some(sender)));
    let interval = timer::every(1, {
        let calls = Rc::clone(&calls);
        move || {
            calls.set(calls.get() + 1);
            if calls.get() == 3
                && let Some(sender) = sender.take()
            {
                let _ = sender.send(());
            }
        }
    });

    third.await.expect("it calls again and again");
    drop(interval);
    let calls_before = calls.get();
    // A later timer of the same length is over after the next call would have been.
    timer::sleep(5).await;

    assert_eq!(calls.get(), calls_before);
}

#[wasm_bindgen_test]
async fn an_interval_may_be_dropped_by_its_own_callback() {
    let (sender, called) = oneshot::channel();
    let slot: Rc<RefCell<Option<timer::Interval>>> = Rc::default();
    let sender = RefCell::new(Some(sender));
    let interval = timer::every(1, {
        let slot = Rc::clone(&slot);
        move || {
            slot.borrow_mut().take();
            if let Some(sender) = sender.take() {
                let _ = sender.send(());
            }
        }
    });
    slot.borrow_mut().replace(interval);

    called.await.expect("it was called");

    assert!(slot.borrow().is_none());
}

#[wasm_bindgen_test]
fn signals_come_from_the_network_and_the_pages_life() {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let listening = Connectivity::listen({
        let heard = Rc::clone(&heard);
        move |signal| heard.borrow_mut().push(signal)
    });
    for script in [
        "dispatchEvent(new Event('offline'))",
        "dispatchEvent(new Event('online'))",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
        "dispatchEvent(new Event('pagehide'))",
        "document.dispatchEvent(new Event('freeze'))",
        "document.dispatchEvent(new Event('resume'))",
    ] {
        js(script);
    }

    assert_eq!(
        *heard.borrow(),
        [
            Signal::Offline,
            Signal::Online,
            Signal::Foreground,
            Signal::Background,
            Signal::Background,
            Signal::Foreground,
        ]
    );
    drop(listening);
    js("dispatchEvent(new Event('online'))");
    assert_eq!(heard.borrow().len(), 6, "dropped, it listens no more");
}

#[wasm_bindgen_test]
async fn a_change_is_announced_to_the_other_tabs_of_the_profile_alone() {
    let name = fresh_name("channel");
    let (sender, heard) = oneshot::channel();
    let sender = RefCell::new(Some(sender));
    let own = ChangeChannel::join(&name, |_| panic!("a tab does not hear itself"));
    let stranger = ChangeChannel::join(&fresh_name("channel"), |_| panic!("another profile's"));
    let other = ChangeChannel::join(&name, move |hint| {
        if let Some(sender) = sender.take() {
            let _ = sender.send(hint);
        }
    });

    own.as_ref()
        .expect("this browser has channels")
        .announce(Hint::Locked);

    assert_eq!(heard.await, Ok(Hint::Locked), "the other one hears it");
    drop((own, stranger, other));
}

#[wasm_bindgen_test]
async fn the_browser_says_how_much_is_stored_and_whether_this_place_is_secure() {
    assert!(secure::is_secure_context());
    let usage = persist::usage().await;
    let is_persistent = persist::is_persistent().await;

    if js("'storage' in navigator").is_truthy() {
        let usage = usage.expect("this browser says it");
        assert!(usage.quota > 0 && usage.used <= usage.quota);
        assert!(is_persistent.is_some());
    } else {
        assert_eq!(Engine::here(), Engine::WebKit, "its GTK port says nothing");
        assert_eq!((usage, is_persistent), (None, None));
        assert_eq!(persist::request_persistence().await, None);
    }
}
