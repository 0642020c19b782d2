//! The last lines of the log, and whether requests are logged.

use leptos::prelude::*;
use lume_sync::log::{Level, LogLine};

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::query::use_query;

/// Lines shown.
const LINES_MAX: usize = 60;

/// Newest first.
#[component]
pub(crate) fn LastLines() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    // The lines are written at the end of a pass, which the state tells of.
    let state = Memo::new(move |_| app.status.get());
    let found = use_query(
        move || state.get(),
        |engine, _| async move { engine.log_lines(LINES_MAX).await },
    );
    let list = |lines: Vec<LogLine>| {
        if lines.is_empty() {
            return view! { <p class="quiet">{t::sync::log_none()}</p> }.into_any();
        }
        let items = lines.iter().rev().map(line).collect_view();
        view! { <ol class="log-lines" tabindex="0" aria-labelledby="sync-log">{items}</ol> }
            .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="sync-log">
            <h2 id="sync-log">{t::sync::log()}</h2>
            <p class="quiet small">{t::sync::log_say()}</p>
            {move || found.get().map(|found| found.map(list))}
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || app.logs_requests.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        app.logs_requests.set(on);
                        dispatch.send(Intent::LogRequests(on));
                    }
                />
                <span>
                    {t::sync::debug()}
                    <br/>
                    <span class="field-help">{t::sync::debug_help()}</span>
                </span>
            </label>
        </section>
    }
}

fn line(line: &LogLine) -> impl IntoView {
    let class = match line.level {
        Level::Debug | Level::Info => "",
        Level::Warn => "is-warn",
        Level::Error => "is-error",
    };
    view! { <li class=class><time>{format::log_time(line.at)}</time>{line.event.to_string()}</li> }
}
