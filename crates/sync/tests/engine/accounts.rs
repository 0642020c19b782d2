//! Accounts: signed in and out of, and never mixed with one another or another server's.

use futures::executor::block_on;
use lume_core::time::LocalDate;
use lume_sync::account::AuthError;
use lume_sync::log::LogEvent;
use lume_sync::meta::{BackendChoice, BackendKind};
use lume_sync::testing::BackendOptions;
use lume_sync::{Blocked, Trigger};
use lume_wire::paths;

use crate::net::Fate;
use crate::world::{Lume, PASSWORD, URL, World, advance, authenticated, create, note, session};

const MINUTE_MS: i64 = 60_000;

#[test]
fn signing_out_during_a_batch_sends_nothing_more() {
    let world = World::new();
    let lume = world.signed_in();
    for number in 1..=5 {
        create(&lume, number, "a");
    }
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    let other = world.tab();
    world.net.always(paths::LOGOUT, || Fate::Lost);

    block_on(other.sign_out()).unwrap();
    release.send(Fate::Answered).ok();
    assert!(advance(&mut pass).is_some());

    assert_eq!(world.net.events().len(), 1);
    assert_eq!(
        world.outbox().len(),
        4,
        "what arrived is settled, the rest is kept"
    );
    assert!(world.outbox().iter().all(|event| event.request.is_none()));
    world.later(3_600_000);
    world.pass(&lume);
    world.pass(&other);
    assert_eq!(world.net.events().len(), 1);
    let account = authenticated(&lume);
    block_on(lume.bind(&account)).unwrap();
    world.pass(&lume);
    assert_eq!(world.notes_there().len(), 5);
}

#[test]
fn signing_out_keeps_entries_and_events_and_ends_the_session_there_too() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");

    block_on(lume.sign_out()).unwrap();

    assert_eq!(world.net.sent(paths::LOGOUT).len(), 1);
    assert!(session(&world).sealed.is_empty());
    assert_eq!(
        (world.outbox().len(), note(&lume, 1).as_deref()),
        (1, Some("a"))
    );
    assert!(world.said().contains(&LogEvent::SignedOut { kept: 1 }));
    world.pass(&lume);
    world.pass(&lume);
    assert!(world.net.events().is_empty());
    let skips = world
        .said()
        .iter()
        .filter(|event| **event == LogEvent::SkippedNoToken)
        .count();
    assert_eq!(skips, 1);
}

#[test]
fn signing_out_works_without_a_network_and_against_a_refresh() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.later(12 * MINUTE_MS);
    let release = world.net.hold(paths::REFRESH);
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    world.net.always(paths::LOGOUT, || Fate::Lost);

    block_on(world.tab().sign_out()).unwrap();
    release.send(Fate::Answered).ok();
    advance(&mut pass);

    assert!(
        session(&world).sealed.is_empty(),
        "a late refresh signs nobody in again"
    );
    assert!(world.net.events().is_empty());
    assert!(!world.status(&lume).signed_in);
}

#[test]
fn a_session_that_began_since_is_not_blocked_by_an_older_ones_refusal() {
    let world = World::new();
    world.device.locks.missing.set(true);
    let slow = world.signed_in();
    create(&slow, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(401, "unauthorized"));
    let release = world.net.hold("/moods");
    let mut pass = Box::pin(slow.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none());
    let other = world.tab();
    block_on(other.sign_out()).unwrap();
    let account = authenticated(&other);
    block_on(other.bind(&account)).unwrap();
    world.net.heal();

    release.send(Fate::Refused(401, "unauthorized")).ok();
    advance(&mut pass);

    assert_eq!(world.status(&other).blocked, None);
    world.later(90_000);
    world.pass(&other);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn another_account_cannot_be_bound_to_this_database() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    block_on(lume.sign_out()).unwrap();
    let born = LocalDate::new(1990, 1, 1).unwrap();
    let other = block_on(lume.register("eve@lume.example", PASSWORD, "Eve", born)).unwrap();
    let before = world.tables();

    assert_eq!(block_on(lume.bind(&other)), Err(AuthError::OtherAccount));

    assert_eq!(world.tables(), before);
    world.pass(&lume);
    assert!(world.net.events().is_empty());
    // In a database of its own it may.
    let theirs = world.other_database();
    let lume = theirs.tab();
    block_on(lume.set_backend(URL, "", BackendChoice::Auto)).unwrap();
    let account = block_on(lume.sign_in("eve@lume.example", PASSWORD)).unwrap();
    block_on(lume.bind(&account)).unwrap();
    theirs.pass(&lume);
    assert!(theirs.tables().entities.is_empty());
}

#[test]
fn another_server_behind_a_new_address_gets_neither_tokens_nor_events() {
    for choice in [
        BackendChoice::Auto,
        BackendChoice::Basic,
        BackendChoice::Extended,
    ] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        let elsewhere = World::with(BackendOptions {
            server_id: "another".to_owned(),
            ..BackendOptions::default()
        });
        // The same database, on a network where another server answers.
        let moved = World {
            device: elsewhere_device(&world, &elsewhere),
            net: elsewhere.net.clone(),
        };
        let lume = moved.tab();
        block_on(lume.set_backend("https://another.example", "", choice)).unwrap();

        moved.pass(&lume);
        moved.later(3_600_000);
        moved.pass(&lume);

        let leaked = moved
            .net
            .sent("")
            .into_iter()
            .find(|sent| sent.header("authorization").is_some());
        assert!(
            leaked.is_none() && moved.net.events().is_empty(),
            "{choice:?}"
        );
        assert_eq!(moved.net.sent(paths::REFRESH).len(), 0);
        assert_eq!(moved.status(&lume).blocked, Some(Blocked::Auth));
        assert_eq!(moved.outbox().len(), 1);
        // Back home everything goes on.
        let lume = world.tab();
        block_on(lume.set_backend(URL, "", BackendChoice::Auto)).unwrap();
        world.pass(&lume);
        assert_eq!(world.notes_there(), ["a"]);
    }
}

#[test]
fn the_same_server_behind_a_new_address_goes_on() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");

    block_on(lume.set_backend("https://moved.example", "", BackendChoice::Auto)).unwrap();
    world.pass(&lume);

    assert_eq!(world.notes_there(), ["a"]);
    assert!(
        world.net.events()[0]
            .url
            .starts_with("https://moved.example/")
    );
}

#[test]
fn a_backend_once_seen_as_extended_is_never_taken_for_a_basic_one() {
    let world = World::new();
    let lume = world.signed_in();
    block_on(lume.set_backend(URL, "", BackendChoice::Basic)).unwrap();
    create(&lume, 1, "a");
    world.net.next("/moods", Fate::Foreign(200));

    world.pass(&lume);

    assert_eq!(
        world.outbox().len(),
        1,
        "an answer without the mark acknowledges nothing"
    );
    assert_eq!(
        block_on(lume.profile()).unwrap().backend.kind,
        Some(BackendKind::Extended)
    );
}

#[test]
fn tokens_that_cannot_be_kept_safely_are_not_kept() {
    let world = World::new();
    let lume = world.tab();
    let account = authenticated(&lume);
    world.device.vault.broken.set(true);

    assert_eq!(block_on(lume.bind(&account)), Err(AuthError::NoVault));

    assert!(!world.tables().meta.contains_key("session"));
}

#[test]
fn a_vault_whose_key_is_gone_asks_for_a_sign_in_and_loses_nothing() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.device.vault.broken.set(true);
    let other = world.tab();

    world.pass(&other);

    assert!(world.net.events().is_empty());
    assert_eq!(world.status(&other).blocked, Some(Blocked::Auth));
    world.device.vault.broken.set(false);
    let account = authenticated(&other);
    block_on(other.bind(&account)).unwrap();
    world.pass(&other);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn the_interval_has_bounds() {
    let world = World::new();
    let lume: Lume = world.tab();

    assert!(block_on(lume.set_interval(4)).is_err() && block_on(lume.set_interval(3_601)).is_err());
    block_on(lume.set_interval(5)).unwrap();

    assert_eq!(block_on(lume.profile()).unwrap().interval_s, 5);
}

fn elsewhere_device(world: &World, elsewhere: &World) -> crate::ports::Device {
    crate::ports::Device {
        net: elsewhere.net.clone(),
        clock: elsewhere.device.clock.clone(),
        ..world.device.clone()
    }
}

#[test]
fn another_password_is_asked_for_once_more_with_a_new_token_and_a_wrong_one_changes_nothing() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .next(paths::PASSWORD, Fate::Refused(401, "token_expired"));
    world
        .net
        .next(paths::PASSWORD, Fate::Refused(403, "wrong_password"));

    let changed = block_on(lume.change_password("not it", "another password"));

    assert_eq!(changed, Err(AuthError::WrongPassword));
    let asked = world.net.sent(paths::PASSWORD);
    assert_eq!(asked.len(), 2);
    assert_ne!(
        asked[0].header("authorization"),
        asked[1].header("authorization")
    );
    assert_eq!(asked[1].json()["new_password"], "another password");
    assert_eq!(world.net.sent(paths::REFRESH).len(), 1);
    assert!(world.status(&lume).signed_in);
    assert_eq!(world.outbox().len(), 1);
}

#[test]
fn an_account_is_deleted_only_by_whoever_is_signed_in() {
    let world = World::new();
    let lume = world.signed_in();
    block_on(lume.sign_out()).unwrap();

    assert_eq!(
        block_on(lume.delete_account(PASSWORD)),
        Err(AuthError::SignedOut)
    );
    assert!(world.net.sent(paths::ME).is_empty());
}
