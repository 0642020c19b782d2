//! The frame around every place: where one is, where one can go, and where sync stands.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};
use lume_sync::meta::AppMode;

use crate::i18n::t;
use crate::model::sync_words::pill;
use crate::screens::banners::Banners;
use crate::screens::calendar;
use crate::screens::pull_to_refresh::PullToRefresh;
use crate::screens::toasts::Toasts;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::ui::icon::Icon;
use crate::ui::sync_pill::SyncPill;

/// The id of the place's content.
const CONTENT_ID: &str = "content";

/// Bottom bar on a phone, rail on a desktop.
#[component]
pub(crate) fn Frame(
    /// The place.
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let path = use_location().pathname;
    // A screen reader hears where it is; the first place is read from the top anyway.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            page::note_move();
            page::focus_heading(CONTENT_ID);
            page::scroll_to_top();
            // Offered where one has come to after saving; not for ever.
            if path != calendar::PATH {
                app.offers_help.set(false);
            }
        }
        path
    });
    let pill = Memo::new(move |_| app.status.with(|status| status.as_ref().map(pill)));
    let class = move || {
        if matches!(path.get().as_str(), "/" | "/insights") {
            "frame-main is-wide"
        } else {
            "frame-main"
        }
    };
    view! {
        // Followed here: the router would take the link for a move to another address, and leave the focus where it is.
        <a class="skip-link" href="#content" on:click=move |event| { event.prevent_default(); page::focus(CONTENT_ID); }>
            {t::app::skip()}
        </a>
        <div class="frame">
            <header class="frame-top">
                <Brand/>
                <div class="frame-tools">
                    <SyncNowButton path=path/>
                    <SyncPill pill=pill/>
                </div>
            </header>
            <PullToRefresh/>
            <main class=class id=CONTENT_ID tabindex="-1">
                <Banners/>
                {children()}
            </main>
            <Launches/>
            <Navigation path=path/>
        </div>
        <Toasts/>
    }
}

/// Goes where a launch from outside asks for.
#[component]
fn Launches() -> impl IntoView {
    let app = use_app();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(place) = app.launched.get() {
            app.launched.set(None);
            navigate(&place, NavigateOptions::default());
        }
    });
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <A href="/" attr:class="frame-brand">
            <img src="/icons/lume.svg" alt="" width="32" height="32"/>
            <span>{t::app::name()}</span>
        </A>
    }
}

/// Sync at a tap, from everywhere but the Sync screen, which has its own.
#[component]
fn SyncNowButton(path: Memo<String>) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let is_shown = Memo::new(move |_| {
        let syncing = app.status.with(|status| {
            status
                .as_ref()
                .is_some_and(|status| status.mode == AppMode::Synced)
        });
        syncing && path.get() != "/sync"
    });
    view! {
        <Show when=move || is_shown.get()>
            <button
                type="button"
                class="icon-button"
                data-testid="sync-now"
                aria-label=t::sync::now()
                title=t::sync::now()
                on:click=move |_| dispatch.send(Intent::SyncNow)
            >
                <Icon name="retry"/>
            </button>
        </Show>
    }
}

#[component]
fn Navigation(path: Memo<String>) -> impl IntoView {
    let near_more = move || {
        matches!(
            path.get().as_str(),
            "/sync" | "/settings" | "/bin" | "/help"
        )
    };
    let near_history = move || path.with(|path| path.starts_with("/entry/"));
    view! {
        <nav class="frame-nav" aria-label=t::app::places()>
            <div class="frame-rail-only"><Brand/></div>
            <ul class="frame-places">
                <Place href="/" icon="today" name=t::app::today()/>
                <Place href="/history" icon="history" name=t::app::history() near=near_history/>
                <Place href="/calendar" icon="calendar" name=t::app::calendar()/>
                <Place href="/insights" icon="insights" name=t::insights::place()/>
                <Place href="/sync" icon="sync" name=t::app::sync() class="frame-rail-only-item"/>
                <Place href="/settings" icon="settings" name=t::app::settings() class="frame-rail-only-item"/>
                <Place href="/more" icon="more" name=t::app::more() goes_on=t::start::more_of() class="frame-phone-only" near=near_more/>
            </ul>
        </nav>
    }
}

#[component]
fn Place(
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    /// What a screen reader says after the name, where the name alone says little.
    #[prop(optional)]
    goes_on: Option<&'static str>,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] near: Signal<bool>,
) -> impl IntoView {
    view! {
        <li class=class>
            <A href=href exact=true attr:class="frame-place" class:is-near=near>
                <span class="frame-mark"><Icon name=icon/></span>
                <span>{name}{goes_on.map(|words| view! { <span class="visually-hidden">" "{words}</span> })}</span>
            </A>
        </li>
    }
}
