//! Reminders by the account's backend: subscribing this browser, and keeping the schedule the same here and there.

use std::cell::Cell;

use leptos::prelude::*;
use lume_core::reminder::Schedule;
use lume_sync::kept::KeptError;
use lume_web::notifications::{self, Permission};
use lume_web::push;

use crate::shell::reminders::{Delivery, Reminders, Why};
use crate::shell::services::{AppEngine, zone};

thread_local! {
    /// Whether it is being seen to, and whether it is to be once more: requests must not overtake each other.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
}

/// Sees to it that reminders come as they can, and says how.
pub(super) async fn settle(reminders: Reminders) {
    AGAIN.set(true);
    if RUNNING.replace(true) {
        return;
    }
    while AGAIN.take() {
        settle_once(reminders).await;
    }
    RUNNING.set(false);
}

async fn settle_once(reminders: Reminders) {
    let app = reminders.app;
    let Some(engine) = app.engine() else { return };
    let is_synced = app
        .profile
        .with_untracked(|profile| profile.syncing().is_some());
    let chosen = app
        .prefs
        .with_untracked(|prefs| prefs.reminders.schedule.clone());
    let delivery = match chosen {
        Some(schedule) if is_synced => {
            if reminders.delivery.get_untracked() != Delivery::Push {
                reminders.delivery.set(Delivery::Asking);
            }
            match tell(reminders, &engine, schedule).await {
                Ok(delivery) => delivery,
                Err(error) => Delivery::WhileOpen(why(&error)),
            }
        }
        Some(_) | None if is_synced => Delivery::WhileOpen(Why::NotAllowed),
        Some(_) | None => Delivery::WhileOpen(Why::NoAccount),
    };
    reminders.delivery.set(delivery);
}

/// Takes over what another device of the account has set since this one was looked at.
pub(super) async fn look(reminders: Reminders) {
    let app = reminders.app;
    let is_synced = app
        .profile
        .with_untracked(|profile| profile.syncing().is_some());
    let (is_unsent, known) = app
        .prefs
        .with_untracked(|prefs| (prefs.reminders.unsent, prefs.reminders.schedule.clone()));
    let Some(engine) = app.engine().filter(|_| is_synced && !is_unsent) else {
        settle(reminders).await;
        return;
    };
    if let Ok(there) = engine.reminders().await
        && let Some(schedule) = there.schedule
        && known.as_ref() != Some(&schedule)
    {
        app.prefs_changed(|prefs| prefs.reminders.schedule = Some(schedule));
    }
    settle(reminders).await;
}

/// Tells the backend the schedule, and where this device takes pushes.
async fn tell(
    reminders: Reminders,
    engine: &AppEngine,
    mut schedule: Schedule,
) -> Result<Delivery, KeptError> {
    let app = reminders.app;
    // The person has gone to where clocks show something else.
    let has_moved = schedule.zone != zone();
    schedule.zone = zone();
    let is_unsent = app.prefs.with_untracked(|prefs| prefs.reminders.unsent);
    if is_unsent || has_moved {
        engine.set_reminders(&schedule).await?;
        app.prefs_changed(|prefs| {
            // Something else may have been chosen meanwhile, which is told next.
            if prefs
                .reminders
                .schedule
                .as_ref()
                .is_some_and(|now| is_same(now, &schedule))
            {
                prefs.reminders.schedule = Some(schedule.clone());
                prefs.reminders.unsent = false;
            }
        });
    }
    if !schedule.enabled {
        return Ok(Delivery::Push);
    }
    if !push::is_supported() {
        return Ok(Delivery::WhileOpen(Why::NotSupported));
    }
    if notifications::permission() != Permission::Granted {
        return Ok(Delivery::WhileOpen(Why::NotAllowed));
    }
    let key = engine.push_key().await?;
    let Some(subscription) = push::subscribe(&key).await else {
        return Ok(Delivery::WhileOpen(Why::Unreachable));
    };
    engine.subscribe_to_push(&subscription).await?;
    Ok(Delivery::Push)
}

/// Whether two schedules are one, wherever they are meant.
fn is_same(one: &Schedule, other: &Schedule) -> bool {
    let mut one = one.clone();
    one.zone.clone_from(&other.zone);
    one == *other
}

fn why(error: &KeptError) -> Why {
    match error {
        KeptError::SignedOut => Why::NoAccount,
        KeptError::NotOffered | KeptError::Missing => Why::NotOffered,
        KeptError::Unreachable | KeptError::Store(_) => Why::Unreachable,
    }
}
