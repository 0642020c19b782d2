//! The published state, line by line.

use leptos::prelude::*;
use lume_sync::meta::AppMode;
use lume_sync::{Feature, Status};

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::format;
use crate::shell::kept::offers;
use crate::shell::services::now;

/// Mode, account, connection, processing, pending, last sync, next attempt.
#[component]
pub(crate) fn Facts() -> impl IntoView {
    let app = use_app();
    let is_told_changes = offers(app, Feature::Changes);
    let fact = move |name: &'static str, value: fn(&Status) -> String| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{move || app.status.with(|status| status.as_ref().map(value))}</dd>
            </div>
        }
    };
    view! {
        <dl class="facts">
            {fact(t::sync::mode(), |status| match status.mode {
                AppMode::Device => t::sync::mode_device().to_owned(),
                AppMode::Synced => t::sync::mode_synced().to_owned(),
            })}
            {fact(t::sync::account(), |status| match (&status.email, status.signed_in) {
                (Some(email), true) => email.clone(),
                _ => t::sync::account_none().to_owned(),
            })}
            {fact(t::sync::connection(), |status| match (status.online, status.unreachable) {
                (true, false) => t::sync::online().to_owned(),
                (true, true) => t::sync::unreachable().to_owned(),
                (false, _) => t::sync::offline().to_owned(),
            })}
            {fact(t::sync::processing(), |status| yes_or_no(status.processing).to_owned())}
            {fact(t::sync::pending(), |status| status.counts.waiting().to_string())}
            {fact(t::sync::last(), |status| {
                status.last_sync.map_or_else(|| t::sync::never().to_owned(), format::moment)
            })}
            {move || is_told_changes.get().then(|| fact(t::sync::pulled(), |status| {
                status.last_pull.map_or_else(|| t::sync::never().to_owned(), format::moment)
            }))}
            {fact(t::sync::next(), next_attempt)}
        </dl>
    }
}

fn yes_or_no(is: bool) -> &'static str {
    if is { t::sync::yes() } else { t::sync::no() }
}

fn next_attempt(status: &Status) -> String {
    match status.next_attempt {
        None => t::sync::next_none().to_owned(),
        Some(at) if at <= now() => t::sync::next_soon().to_owned(),
        Some(at) => format::moment(at),
    }
}
