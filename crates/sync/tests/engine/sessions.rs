//! Sessions: begun by a person, refreshed in good time and once, ended by a refusal and by nothing less.

use futures::executor::block_on;
use futures::join;
use lume_core::time::LocalDate;
use lume_sync::account::AuthError;
use lume_sync::log::LogEvent;
use lume_sync::meta::{AppMode, BackendChoice, BackendKind};
use lume_sync::{Blocked, ShownStatus, Trigger};
use lume_wire::paths;

use crate::net::Fate;
use crate::world::{EMAIL, PASSWORD, URL, World, advance, authenticated, create, note, session};

const MINUTE_MS: i64 = 60_000;

fn refreshes(world: &World) -> usize {
    world.net.sent(paths::REFRESH).len()
}

#[test]
fn signing_in_writes_nothing_before_it_is_bound() {
    let world = World::new();
    let lume = world.tab();
    block_on(lume.set_backend(URL, "", BackendChoice::Auto)).unwrap();
    let before = world.tables();

    let account = authenticated(&lume);

    assert_eq!(world.tables(), before);
    assert_eq!(account.account().server_id, "memory");
    block_on(lume.bind(&account)).unwrap();
    let profile = block_on(lume.profile()).unwrap();
    assert_eq!(
        (profile.mode, profile.backend.kind),
        (AppMode::Synced, Some(BackendKind::Extended))
    );
    let status = world.status(&lume);
    assert_eq!(
        (status.signed_in, status.email.as_deref()),
        (true, Some(EMAIL))
    );
}

#[test]
fn a_wrong_password_a_taken_address_and_a_dead_backend_are_told_apart() {
    let world = World::new();
    let lume = world.tab();
    let sign_in = || block_on(lume.sign_in(EMAIL, "wrong")).err();
    assert_eq!(sign_in(), Some(AuthError::NoBackend));
    authenticated(&lume);

    assert_eq!(sign_in(), Some(AuthError::WrongPassword));
    let born = LocalDate::new(1990, 1, 1).unwrap();
    let taken = block_on(lume.register(EMAIL, PASSWORD, "Ada", born)).err();
    assert_eq!(taken, Some(AuthError::EmailTaken));
    for (fate, expected) in [
        ((|| Fate::Lost) as fn() -> Fate, AuthError::Unreachable),
        (|| Fate::Portal, AuthError::NotABackend),
        (|| Fate::Redirected, AuthError::NotABackend),
        (|| Fate::Refused(500, "internal"), AuthError::Failed(500)),
        (|| Fate::Refused(401, "api_key"), AuthError::ApiKey),
        (|| Fate::Refused(426, "upgrade"), AuthError::Upgrade),
        (
            || Fate::Asked(429, "30"),
            AuthError::RateLimited { wait_s: 30 },
        ),
    ] {
        world.net.always(paths::LOGIN, fate);
        assert_eq!(sign_in(), Some(expected));
        world.net.heal();
    }
}

#[test]
fn a_401_leads_to_one_refresh_and_one_more_try() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .next("/moods", Fate::Refused(401, "token_expired"));

    let report = world.pass(&lume);

    assert_eq!((report.succeeded, report.failed), (1, 0));
    assert_eq!(refreshes(&world), 1);
    let sent = world.net.events();
    assert_eq!(
        (sent[0].key(), &sent[0].body),
        (sent[1].key(), &sent[1].body)
    );
    assert_ne!(
        sent[0].header("authorization"),
        sent[1].header("authorization")
    );
    assert_eq!(world.effects(), 1);
}

#[test]
fn a_second_401_waits_for_the_person_and_leaves_the_event_alone() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world
        .net
        .always("/moods", || Fate::Refused(401, "unauthorized"));

    world.pass(&lume);
    world.later(3_600_000);
    world.pass(&lume);

    assert_eq!((refreshes(&world), world.net.events().len()), (1, 2));
    assert_eq!(world.only_event().attempts, 0);
    let status = world.status(&lume);
    assert_eq!(
        (status.blocked, status.shown()),
        (Some(Blocked::Auth), ShownStatus::Attention)
    );
    assert_eq!(status.next_attempt, None);
}

#[test]
fn a_refused_refresh_drops_the_tokens_and_keeps_everything_else() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.only_event();
    world
        .net
        .next("/moods", Fate::Refused(401, "token_expired"));
    world
        .net
        .next(paths::REFRESH, Fate::Refused(401, "token_reused"));

    world.pass(&lume);

    assert!(session(&world).sealed.is_empty());
    let event = world.only_event();
    assert_eq!(
        (event.event_id, event.attempts, event.state),
        (before.event_id, 0, before.state)
    );
    assert_eq!(note(&lume, 1).as_deref(), Some("a"));
    let status = world.status(&lume);
    assert_eq!(
        (status.signed_in, status.blocked),
        (false, Some(Blocked::Auth))
    );
    assert!(world.said().contains(&LogEvent::SignInNeeded));
    let account = authenticated(&lume);
    block_on(lume.bind(&account)).unwrap();
    world.pass(&lume);
    assert_eq!(world.notes_there(), ["a"]);
}

#[test]
fn a_refresh_that_nobody_answers_ends_no_session() {
    for fate in [
        (|| Fate::Lost) as fn() -> Fate,
        || Fate::Portal,
        || Fate::Redirected,
        || Fate::Foreign(401),
        || Fate::AnswerCut,
        || Fate::Refused(503, "unavailable"),
        || Fate::Refused(401, "api_key"),
        || Fate::Refused(426, "upgrade"),
    ] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "a");
        world
            .net
            .next("/moods", Fate::Refused(401, "token_expired"));
        world.net.next(paths::REFRESH, fate());
        world.pass(&lume);

        assert!(world.status(&lume).signed_in);
        assert_eq!(world.only_event().attempts, 0);
        world.pass_until_quiet(&lume, 3);
        assert_eq!(world.notes_there(), ["a"]);
    }
}

#[test]
fn a_token_with_less_than_five_minutes_left_is_refreshed_before_use() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.later(10 * MINUTE_MS);
    world.pass(&lume);
    assert_eq!(refreshes(&world), 0, "five minutes are left");
    create(&lume, 2, "b");
    world.later(1);

    world.pass(&lume);

    assert_eq!(refreshes(&world), 1);
    assert_eq!(world.notes_there(), ["a", "b"]);
    assert!(world.said().contains(&LogEvent::TokenRefreshed));
}

#[test]
fn a_token_is_not_refreshed_for_nothing() {
    let world = World::new();
    let lume = world.signed_in();

    for _ in 0..20 {
        world.later(10 * MINUTE_MS);
        world.pass(&lume);
    }

    assert_eq!(world.net.sent(paths::REFRESH).len(), 0);
}

#[test]
fn two_tabs_that_both_need_a_refresh_do_it_once_under_a_lock_and_harmlessly_without() {
    for locks in [true, false] {
        let world = World::new();
        let first = world.signed_in();
        let second = world.tab();
        for number in 1..=2 {
            create(&first, number, &number.to_string());
        }
        world.later(12 * MINUTE_MS);
        world.device.locks.missing.set(!locks);
        // Under locks the second tab does not even begin: let it be passed by as if the first had stalled.
        block_on(async { join!(first.pass(Trigger::Timer), second.pass(Trigger::Timer)) });
        world.pass_until_quiet(&first, 5);

        assert!(refreshes(&world) <= if locks { 1 } else { 2 });
        assert_eq!(world.notes_there().len(), 2, "locks: {locks}");
        assert_eq!(world.status(&first).blocked, None);
        assert!(world.status(&second).signed_in);
    }
}

#[test]
fn the_tab_that_loses_the_race_for_a_refresh_goes_on_with_the_winners_tokens() {
    for lost in [|| Fate::Answered, || Fate::Refused(401, "token_reused")] as [fn() -> Fate; 2] {
        let world = World::new();
        world.device.locks.missing.set(true);
        let (slow, quick) = (world.signed_in(), world.tab());
        create(&slow, 1, "a");
        world.later(12 * MINUTE_MS);
        let release = world.net.hold(paths::REFRESH);
        let mut pass = Box::pin(slow.pass(Trigger::Timer));
        assert!(advance(&mut pass).is_none());
        world.pass(&quick);
        assert_eq!(world.notes_there(), ["a"]);
        create(&quick, 2, "b");

        release.send(lost()).ok();
        assert!(advance(&mut pass).is_some());

        let status = world.status(&slow);
        assert_eq!((status.signed_in, status.blocked), (true, None));
        assert_eq!(world.notes_there(), ["a", "b"]);
        assert!(!world.said().contains(&LogEvent::SignInNeeded));
    }
}
