//! Sync: where things stand, what to check, what waits or was refused, and what happened last.

mod checklist;
mod facts;
mod log;
mod transfer;
mod unsent;

use leptos::prelude::*;
use leptos_router::components::A;
use lume_sync::meta::AppMode;

use crate::i18n::t;
use crate::model::sync_words;
use crate::screens::sync::checklist::Checklist;
use crate::screens::sync::facts::Facts;
use crate::screens::sync::log::LastLines;
use crate::screens::sync::transfer::Transfer;
use crate::screens::sync::unsent::UnsentEvents;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::ui::icon::Icon;
use crate::ui::notice::{Notice, Tone};

/// The place.
#[component]
pub(crate) fn Sync() -> impl IntoView {
    page::set_title(t::app::sync());
    let app = use_app();
    let is_synced = Memo::new(move |_| app.profile.with(|profile| profile.mode == AppMode::Synced));
    let blocked = Memo::new(move |_| {
        app.status
            .with(|status| status.as_ref().and_then(|status| status.blocked))
    });
    let lead = move || {
        if is_synced.get() {
            t::sync::lead_synced()
        } else {
            t::sync::lead_device()
        }
    };
    view! {
        <div class="page-head">
            <h1>{t::sync::title()}</h1>
            <p class="quiet">{lead}</p>
        </div>
        <div class="stack settings">
            {move || blocked.get().map(|reason| view! {
                <div role="alert">
                    <Notice tone=Tone::Bad>
                        <p>{sync_words::blocked(reason)}</p>
                        <p><A href="/settings">{t::app::settings()}</A></p>
                    </Notice>
                </div>
            })}
            <section class="card stack" aria-labelledby="sync-state">
                <h2 id="sync-state">{t::sync::state()}</h2>
                <Facts/>
                <div class="button-row">
                    <Show
                        when=move || is_synced.get()
                        fallback=|| view! { <A href="/settings" attr:class="button button-primary">{t::sync::turn_on()}</A> }
                    >
                        <SyncNow/>
                    </Show>
                </div>
            </section>
            <UnsentEvents/>
            <Transfer/>
            <Checklist/>
            <LastLines/>
        </div>
    }
}

#[component]
fn SyncNow() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let busy = RwSignal::new(false);
    let sync = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        dispatch.send_then(Intent::SyncNow, move |outcome| {
            busy.try_set(false);
            let Ok(done) = outcome else { return };
            let waiting = app.status.with_untracked(|status| {
                status.as_ref().map_or(0, |status| status.counts.waiting())
            });
            app.say(match (done.pass.succeeded, done.pass.failed, waiting) {
                (0, 0, 0) => t::sync::now_none(),
                (_, 0, _) if done.pass.succeeded > 0 => t::sync::now_done(),
                _ => t::sync::now_later(),
            });
        });
    };
    view! {
        <button
            type="button"
            class="button button-primary"
            data-testid="sync-now"
            aria-disabled=move || busy.get().then_some("true")
            on:click=sync
        >
            <Icon name="sync"/>
            {move || if busy.get() { t::status::syncing() } else { t::sync::now() }}
        </button>
    }
}
