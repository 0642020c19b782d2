//! What the first screen does without: every other place, sending and pulling, accounts, the app lock, files,
//! reminders.
//!
//! It is a wasm module of its own, which is fetched as soon as the first screen is there. Its functions are called like
//! any other, but for the first await and for one more way to fail. Whatever only they reach is in that module; what
//! the first screen reaches as well is not (xtask/src/dist/split.rs).

#![expect(
    clippy::unnecessary_wraps,
    reason = "what fails is the fetch in front of each body, which the macro adds"
)]

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use lume_sync::kept::{KeptError, LiveAccess};
use lume_sync::kinds::MOOD;
use lume_sync::pass::PassReport;
use lume_sync::{StoreError, Trigger};

use crate::model::failure::Failure;
use crate::screens::bin::Bin;
use crate::screens::calendar::Calendar;
use crate::screens::edit::EditEntry;
use crate::screens::entry_history::EntryHistory;
use crate::screens::exchange::Exchange;
use crate::screens::help::HelpPage;
use crate::screens::history::History;
use crate::screens::insights::Insights;
use crate::screens::more::More;
use crate::screens::own_moods::OwnMoods;
use crate::screens::report::Report;
use crate::screens::settings::Settings;
use crate::screens::sync::Sync;
use crate::shell::app_state::App;
use crate::shell::dispatch::{self, Done};
use crate::shell::intent::Intent;
use crate::shell::reminders::{Errand, Reminders};
use crate::shell::services::AppEngine;

/// A call that goes on in the module.
type Going<T> = Result<Pin<Box<dyn Future<Output = T>>>, SplitLoaderError>;

/// A place other than the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The month, and a day of it.
    Calendar,
    /// What was deleted.
    Bin,
    /// An entry's form.
    Edit,
    /// What an entry was before.
    EntryHistory,
    /// Whom one can turn to.
    Help,
    /// All entries.
    History,
    /// What the entries of a time come to.
    Insights,
    /// One's entries as files.
    Exchange,
    /// Entries of a time, for paper.
    Report,
    /// The places that the bar has no room for.
    More,
    /// The person's own moods.
    OwnMoods,
    /// What can be chosen.
    Settings,
    /// How sync goes.
    Sync,
}

/// Makes a place.
pub(crate) type Make = fn() -> AnyView;

/// Finds how a place is made.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn find(place: Place) -> Result<Make, SplitLoaderError> {
    Ok(match place {
        Place::Calendar => || view! { <Calendar/> }.into_any(),
        Place::Bin => || view! { <Bin/> }.into_any(),
        Place::Edit => || view! { <EditEntry/> }.into_any(),
        Place::EntryHistory => || view! { <EntryHistory/> }.into_any(),
        Place::Help => || view! { <HelpPage/> }.into_any(),
        Place::History => || view! { <History/> }.into_any(),
        Place::Insights => || view! { <Insights/> }.into_any(),
        Place::Exchange => || view! { <Exchange/> }.into_any(),
        Place::Report => || view! { <Report/> }.into_any(),
        Place::More => || view! { <More/> }.into_any(),
        Place::OwnMoods => || view! { <OwnMoods/> }.into_any(),
        Place::Settings => || view! { <Settings/> }.into_any(),
        Place::Sync => || view! { <Sync/> }.into_any(),
    })
}

/// Sends what waits and asks for what is new.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn pass(engine: Rc<AppEngine>, trigger: Trigger) -> Going<PassReport> {
    Ok(Box::pin(async move { engine.pass(trigger).await }))
}

/// What the live connection is opened with.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn live_access(engine: Rc<AppEngine>) -> Going<Result<Option<LiveAccess>, KeptError>> {
    Ok(Box::pin(async move { engine.live_access().await }))
}

/// Carries an intent out.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn carry_out(app: App, intent: Intent) -> Going<Result<Done, Failure>> {
    Ok(Box::pin(dispatch::carry_out(app, intent)))
}

/// Makes the next part of what is derived of entries. Whether there is more to be made.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn derive(engine: Rc<AppEngine>) -> Going<Result<bool, StoreError>> {
    Ok(Box::pin(async move { engine.derive(&MOOD.kind()).await }))
}

/// Sees to reminders.
#[wasm_split(rest, fallible, wasm_split_path = ::leptos::wasm_split)]
pub(crate) fn see_to(reminders: Reminders, errand: Errand) -> Result<(), SplitLoaderError> {
    reminders.carry_out(errand);
    Ok(())
}
