//! A pull at the top of the page, on a touch screen: what other devices have changed is fetched.

use leptos::ev;
use leptos::prelude::*;
use lume_sync::{Feature, Status};
use web_sys::TouchEvent;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::kept::offers;
use crate::shell::{page, status};
use crate::ui::icon::Icon;

/// How far the sign follows the finger, in CSS pixels, and how far it has to be pulled.
const PULL_MAX: f64 = 96.0;
const PULL_ENOUGH: f64 = 64.0;
/// The sign moves less than the finger: it is felt that there is an end.
const RESISTANCE: f64 = 0.5;
/// What a finger scrolls, moves or writes in by itself.
const NOT_PULLED: &str = "textarea, input, select, [contenteditable], .log-lines, dialog";

/// Where a finger is, in CSS pixels.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    x: f64,
    y: f64,
}

/// Where a pull stands.
#[derive(Clone, Copy, PartialEq)]
enum Pull {
    /// Nobody pulls.
    Idle,
    /// A finger is down, here at first, and the sign has come so far.
    Pulled { from: Place, by: f64 },
    /// It was let go far enough.
    Fetching,
}

/// The sign that comes down with the finger. There while the backend tells what has changed.
#[component]
pub(crate) fn PullToRefresh() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let pull = RwSignal::new(Pull::Idle);
    let fetches_changes = offers(app, Feature::Changes);
    let start = move |event: TouchEvent| {
        let can_start = fetches_changes.get_untracked()
            && pull.get_untracked() == Pull::Idle
            && page::is_at_top()
            && !page::is_dialog_open()
            && !page::is_within(&event, NOT_PULLED);
        if let Some(from) = one_finger(&event).filter(|_| can_start) {
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
            // So it is with one that is swiped, or with words that are selected.
            Some(now) if (now.x - from.x).abs() > (now.y - from.y).abs() => Pull::Idle,
            Some(now) => Pull::Pulled {
                from,
                by: ((now.y - from.y) * RESISTANCE).clamp(0.0, PULL_MAX),
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
            status::look(app, move |status| {
                if let Some(words) = hindrance(status) {
                    app.say(words);
                }
            });
        });
    };
    let cancel = move |_: TouchEvent| {
        if matches!(pull.get_untracked(), Pull::Pulled { .. }) {
            pull.set(Pull::Idle);
        }
    };
    let listening = [
        window_event_listener(ev::touchstart, start),
        window_event_listener(ev::touchmove, follow),
        window_event_listener(ev::touchend, let_go),
        window_event_listener(ev::touchcancel, cancel),
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

/// Why nothing could be fetched.
fn hindrance(status: &Status) -> Option<&'static str> {
    match (status.online, status.unreachable) {
        (false, _) => Some(t::sync::pull_offline()),
        (true, true) => Some(t::sync::pull_unreachable()),
        (true, false) => None,
    }
}

/// Where the one finger on the screen is.
fn one_finger(event: &TouchEvent) -> Option<Place> {
    let touches = event.touches();
    let touch = touches.get(0).filter(|_| touches.length() == 1)?;
    Some(Place {
        x: f64::from(touch.client_x()),
        y: f64::from(touch.client_y()),
    })
}
