//! Reminders by the backend: what is asked of it, and what a device makes of the answers.

use futures::executor::block_on;
use lume_core::reminder::Schedule;
use lume_core::time::ZoneName;
use lume_sync::kept::KeptError;
use lume_sync::ports::Method;
use lume_wire::{headers, paths};

use crate::net::{Fate, Sent};
use crate::world::{Lume, World, create};

#[test]
fn nothing_is_asked_for_somebody_who_is_not_signed_in() {
    let world = World::new();
    let lume = world.tab();

    assert_eq!(set(&lume), Err(KeptError::SignedOut));
    assert!(asked(&world).is_empty());
}

/// It knows of moods alone: it might take the path for anything.
#[test]
fn a_basic_backend_is_not_asked_and_offers_none() {
    let world = World::basic();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);

    assert_eq!(set(&lume), Err(KeptError::NotOffered));
    assert_eq!(block_on(lume.push_key()), Err(KeptError::NotOffered));
    assert!(asked(&world).is_empty());
}

#[test]
fn a_backend_of_before_there_were_reminders_offers_none() {
    let world = World::new();
    let lume = world.signed_in();
    world
        .net
        .always(paths::REMINDERS, || Fate::Refused(404, "not_found"));

    assert_eq!(set(&lume), Err(KeptError::NotOffered));
}

#[test]
fn what_somebody_else_answers_says_nothing_about_the_backend() {
    for fate in [
        || Fate::Foreign(404),
        || Fate::Foreign(200),
        || Fate::Portal,
        || Fate::Redirected,
        || Fate::Lost,
    ] {
        let world = World::new();
        let lume = world.signed_in();
        world.net.always(paths::REMINDERS, fate);

        assert_eq!(set(&lume), Err(KeptError::Unreachable));
        assert_eq!(asked(&world).len(), 1);
    }
}

#[test]
fn a_token_that_is_refused_is_renewed_once_and_the_schedule_sent_again() {
    let world = World::new();
    let lume = world.signed_in();
    world
        .net
        .next(paths::REMINDERS, Fate::Refused(401, "unauthorized"));
    world
        .net
        .next(paths::REMINDERS, Fate::Refused(401, "unauthorized"));

    assert_eq!(set(&lume), Err(KeptError::Unreachable));
    let asked = asked(&world);
    assert_eq!(asked.len(), 2);
    assert_eq!(world.net.sent(paths::REFRESH).len(), 1);
    assert_ne!(
        asked[0].header(headers::AUTHORIZATION),
        asked[1].header(headers::AUTHORIZATION)
    );
    assert_eq!(asked[0].body, asked[1].body);
}

#[test]
fn a_schedule_is_set_as_the_backend_reads_it() {
    let world = World::new();
    let lume = world.signed_in();
    world
        .net
        .always(paths::REMINDERS, || Fate::Refused(404, "not_found"));

    drop(set(&lume));

    let [sent] = &asked(&world)[..] else {
        panic!("it is sent once");
    };
    assert_eq!(sent.method, Method::Put);
    assert_eq!(
        sent.json(),
        serde_json::json!({
            "enabled": false, "times": ["21:00"], "days": [1, 2, 3, 4, 5, 6, 7], "zone": "Europe/Berlin", "quiet": null,
            "skip_if_logged": true, "snoozed_until": null,
        })
    );
}

fn set(lume: &Lume) -> Result<(), KeptError> {
    let zone: ZoneName = "Europe/Berlin".parse().unwrap();
    block_on(lume.set_reminders(&Schedule::off(zone))).map(drop)
}

fn asked(world: &World) -> Vec<Sent> {
    [paths::REMINDERS, "/push/"]
        .iter()
        .flat_map(|path| world.net.sent(path))
        .collect()
}
