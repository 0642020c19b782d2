//! A pull at the top of the page, on a touch screen: what other devices have changed is fetched.

use leptos::ev;
use leptos::prelude::*;
use lume_sync::meta::AppMode;
use web_sys::TouchEvent;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::ui::icon::Icon;

/// How far the sign follows the finger, in CSS pixels, and how far it has to be pulled.
const PULL_MAX: f64 = 96.0;
const PULL_ENOUGH: f64 = 64.0;
/// The sign moves less than the finger: it is felt that there is an end.
const RESISTANCE: f64 = 0.5;

/// Where a pull stands.
#[derive(Clone, Copy, PartialEq)]
enum Pull {
    /// Nobody pulls.
    Idle,
    /// A finger is down, at this height at first, and the sign has come so far.
    Pulled { from: f64, by: f64 },
    /// It was let go far enough.
    Fetching,
}

/// The sign that comes down with the finger. Shown while sync is on.
#[component]
pub(crate) fn PullToRefresh() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let pull = RwSignal::new(Pull::Idle);
    let start = move |event: TouchEvent| {
        let syncs = app
            .profile
            .with_untracked(|profile| profile.mode == AppMode::Synced);
        let idle = pull.get_untracked() == Pull::Idle;
        if let (true, true, true, Some(from)) = (syncs, idle, page::is_at_top(), one_finger(&event))
        {
            pull.set(Pull::Pulled { from, by: 0.0 });
        }
    };
    let follow = move |event: TouchEvent| {
        let Pull::Pulled { from, by } = pull.get_untracked() else {
            return;
        };
        let next = match one_finger(&event) {
            // A second finger zooms, and a page that scrolls is not pulled.
            None => Pull::Idle,
            Some(_) if !page::is_at_top() => Pull::Idle,
            Some(now) => Pull::Pulled {
                from,
                by: ((now - from) * RESISTANCE).clamp(0.0, PULL_MAX),
            },
        };
        if next != (Pull::Pulled { from, by }) {
            pull.set(next);
        }
    };
    let let_go = move |_: TouchEvent| {
        let Pull::Pulled { by, .. } = pull.get_untracked() else {
            return;
        };
        if by < PULL_ENOUGH {
            pull.set(Pull::Idle);
            return;
        }
        pull.set(Pull::Fetching);
        dispatch.send_then(Intent::SyncNow, move |_| {
            pull.try_set(Pull::Idle);
        });
    };
    let listening = [
        window_event_listener(ev::touchstart, start),
        window_event_listener(ev::touchmove, follow),
        window_event_listener(ev::touchend, let_go),
        window_event_listener(ev::touchcancel, move |_| pull.set(Pull::Idle)),
    ];
    on_cleanup(move || listening.into_iter().for_each(WindowListenerHandle::remove));
    let distance = move || match pull.get() {
        Pull::Idle => "0".to_owned(),
        Pull::Pulled { by, .. } => (by / PULL_ENOUGH).to_string(),
        Pull::Fetching => "1".to_owned(),
    };
    let fetches = Memo::new(move |_| pull.get() == Pull::Fetching);
    view! {
        <div
            class="pull"
            class:is-pulled=move || matches!(pull.get(), Pull::Pulled { .. })
            class:is-fetching=fetches
            style=("--pull", distance)
            data-testid="pull"
            role="status"
        >
            <span class="pull-mark"><Icon name="sync"/></span>
            <span class="visually-hidden">{move || fetches.get().then(t::sync::fetching)}</span>
        </div>
    }
}

/// The height of the one finger on the screen.
fn one_finger(event: &TouchEvent) -> Option<f64> {
    let touches = event.touches();
    let touch = touches.get(0).filter(|_| touches.length() == 1)?;
    Some(f64::from(touch.client_y()))
}
