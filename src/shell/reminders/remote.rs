//! Reminders by the account's backend: subscribing this browser, and keeping the schedule the same here and there.
//!
//! What was chosen last holds, on whichever device. What was chosen here for the account and could not be told yet is told
//! first; else the backend is asked before it is told anything, so that an old choice of this device, or one for another
//! account or for none, undoes nothing that is there.

use std::cell::Cell;

use futures::future::{Either, join, select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::ids::UserId;
use lume_core::reminder::Schedule;
use lume_sync::kept::KeptError;
use lume_web::notifications::{self, Permission};
use lume_web::push;
use lume_web::timer::sleep;

use crate::shell::app_state::{App, Phase};
use crate::shell::reminders::choice::Choice;
use crate::shell::reminders::{Delivery, Reminders, Why};
use crate::shell::services::{AppEngine, zone};

/// How long leaving an account waits for the backend, and for the browser, to end the pushes.
const TAKE_BACK_MS_MAX: u64 = 2_000;

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
    // Behind the lock nobody knows who is signed in. It is seen to once it is open.
    if reminders.app.phase.get_untracked() != Phase::Ready {
        return;
    }
    let Some(engine) = reminders.app.engine() else {
        return;
    };
    let delivery = if let Some(account) = account(reminders) {
        if reminders.delivery.get_untracked() != Delivery::Push {
            reminders.delivery.set(Delivery::Asking);
        }
        let told = tell(reminders, &engine).await;
        if let Ok(delivery) = told {
            note_subscribed(reminders, account, delivery);
        }
        told.unwrap_or_else(|error| Delivery::WhileOpen(why(&error)))
    } else {
        Delivery::WhileOpen(Why::NoAccount)
    };
    reminders.delivery.set(delivery);
}

/// Ends that this browser is pushed to, before the account is left: what the backend can't be told now it learns from the
/// browser's push service, once it pushes. For somebody who has never chosen anything there is nothing to end.
pub(crate) async fn take_back(app: App) {
    if app.prefs.with_untracked(|prefs| prefs.reminders.is_none()) {
        return;
    }
    let engine = app.engine();
    let ending = Box::pin(async move {
        let telling = async {
            if let Some(engine) = engine {
                drop(engine.unsubscribe_from_push().await);
            }
        };
        join(telling, push::unsubscribe()).await;
    });
    let wait = Box::pin(sleep(TAKE_BACK_MS_MAX));
    if let Either::Right(((), ending)) = select(ending, wait).await {
        // It goes on by itself.
        spawn_local(async move {
            ending.await;
        });
    }
    if app.prefs.with_untracked(Choice::of).subscribed.is_some() {
        app.prefs_changed(|prefs| Choice::change(prefs, |choice| choice.subscribed = None));
    }
}

/// Takes over what another device of the account has chosen, unless something is chosen here that is still to be told.
/// Says whether the backend has a schedule.
pub(super) async fn take_over(reminders: Reminders) -> Result<bool, KeptError> {
    let app = reminders.app;
    let Some(engine) = app.engine().filter(|_| account(reminders).is_some()) else {
        return Ok(false);
    };
    if is_owed(reminders) {
        return Ok(false);
    }
    let there = engine.reminders().await?.schedule;
    let is_there = there.is_some();
    // Something may have been chosen here meanwhile, which is told next.
    if let Some(schedule) = there
        && !is_owed(reminders)
        && (kept(reminders).unsent || kept(reminders).schedule.as_ref() != Some(&schedule))
    {
        app.prefs_changed(|prefs| {
            Choice::change(prefs, |choice| {
                choice.schedule = Some(schedule);
                choice.unsent = false;
            });
        });
    }
    Ok(is_there)
}

/// The account that is reminded; none on a device by itself.
pub(super) fn account(reminders: Reminders) -> Option<UserId> {
    let profile = reminders.app.profile;
    profile.with_untracked(|profile| profile.syncing().map(|account| account.user_id))
}

/// What is kept here.
pub(super) fn kept(reminders: Reminders) -> Choice {
    reminders.app.prefs.with_untracked(Choice::of)
}

/// Whether the account's backend is still to be told what was chosen here for it.
fn is_owed(reminders: Reminders) -> bool {
    kept(reminders).is_owed_to(account(reminders))
}

/// Tells the backend the schedule, and where this device takes pushes.
async fn tell(reminders: Reminders, engine: &AppEngine) -> Result<Delivery, KeptError> {
    let has_there = take_over(reminders).await?;
    let mut schedule = reminders.schedule_untracked();
    // The person has gone to where clocks show something else.
    let has_moved = schedule.zone != zone();
    schedule.zone = zone();
    let is_chosen = kept(reminders).schedule.is_some();
    if is_owed(reminders) || (is_chosen && (has_moved || !has_there)) {
        engine.set_reminders(&schedule).await?;
        note_told(reminders, &schedule);
    }
    if !schedule.enabled {
        // None comes, and how the next one will is asked when they are turned on.
        return Ok(Delivery::Asking);
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

/// Notes whether the backend pushes here from now on. Not from an answer that says nothing of it.
fn note_subscribed(reminders: Reminders, account: UserId, delivery: Delivery) {
    let subscribed = match delivery {
        Delivery::Asking => return,
        Delivery::Push => Some(account),
        Delivery::WhileOpen(_) => None,
    };
    if kept(reminders).subscribed != subscribed {
        reminders.app.prefs_changed(|prefs| {
            Choice::change(prefs, |choice| choice.subscribed = subscribed);
        });
    }
}

/// Notes that the backend has this schedule.
fn note_told(reminders: Reminders, told: &Schedule) {
    reminders.app.prefs_changed(|prefs| {
        Choice::change(prefs, |choice| {
            // Something else may have been chosen meanwhile, which is told next.
            if choice
                .schedule
                .as_ref()
                .is_some_and(|now| is_same(now, told))
            {
                choice.schedule = Some(told.clone());
                choice.unsent = false;
            }
        });
    });
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
