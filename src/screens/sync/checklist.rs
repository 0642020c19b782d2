//! What to check when nothing arrives, each point with its present state.

use leptos::prelude::*;
use lume_sync::meta::{AppMode, Profile};
use lume_sync::{Blocked, Status};

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::shell::page;
use crate::ui::icon::Icon;

/// How a point stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Bad,
    Idle,
}

impl Mark {
    const fn of(is_good: bool) -> Self {
        if is_good { Self::Good } else { Self::Bad }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Good => "is-good",
            Self::Bad => "is-bad",
            Self::Idle => "is-idle",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Good => "check-circle",
            Self::Bad => "attention",
            Self::Idle => "info",
        }
    }
}

struct Point {
    mark: Mark,
    question: &'static str,
    answer: String,
}

/// The list.
#[component]
pub(crate) fn Checklist() -> impl IntoView {
    let app = use_app();
    let points = move || {
        let profile = app.profile.get();
        app.status
            .with(|status| status.as_ref().map(|status| points(status, &profile)))
    };
    let item = |point: Point| {
        view! {
            <li class=point.mark.class()>
                <Icon name=point.mark.icon()/>
                <strong>{point.question}</strong>
                <span class="checklist-say">{point.answer}</span>
            </li>
        }
    };
    view! {
        <section class="card stack" aria-labelledby="sync-check">
            <h2 id="sync-check">{t::sync::check()}</h2>
            <ol class="checklist">
                {move || points().map(|points| points.into_iter().map(item).collect_view())}
            </ol>
        </section>
    }
}

fn points(status: &Status, profile: &Profile) -> Vec<Point> {
    let is_synced = status.mode == AppMode::Synced;
    let point = |mark, question, answer: String| Point {
        mark,
        question,
        answer,
    };
    let mode = if is_synced {
        t::sync::check_mode_good()
    } else {
        t::sync::check_mode_bad()
    };
    let refused = status.counts.needs_person();
    let waiting = status.counts.waiting();
    vec![
        point(Mark::of(is_synced), t::sync::check_mode(), mode.to_owned()),
        account(status),
        backend(profile),
        point(
            Mark::of(status.online),
            t::sync::check_online(),
            if status.online {
                t::sync::check_online_good()
            } else {
                t::sync::check_online_bad()
            }
            .to_owned(),
        ),
        point(
            Mark::Idle,
            t::sync::check_pending(),
            match (waiting, refused) {
                (0, 0) => t::sync::check_pending_none().to_owned(),
                (0, _) => t::sync::check_pending_refused().to_owned(),
                (_, _) => t::sync::check_pending_good(waiting),
            },
        ),
        point(
            Mark::of(refused == 0),
            t::sync::check_refused(),
            if refused == 0 {
                t::sync::check_refused_good().to_owned()
            } else {
                t::sync::check_refused_bad(refused)
            },
        ),
        accepted(status),
    ]
}

fn account(status: &Status) -> Point {
    let question = t::sync::check_account();
    let (mark, answer) = match (&status.email, status.signed_in, status.blocked) {
        (_, _, Some(Blocked::Auth)) => (Mark::Bad, t::sync::check_account_again().to_owned()),
        (Some(email), true, _) => (Mark::Good, t::sync::check_account_good(email)),
        _ => (Mark::Bad, t::sync::check_account_bad().to_owned()),
    };
    Point {
        mark,
        question,
        answer,
    }
}

fn backend(profile: &Profile) -> Point {
    let address = profile.backend.base_url.as_str();
    let (mark, answer) = if address.is_empty() {
        (Mark::Bad, t::sync::check_backend_bad().to_owned())
    } else if address == page::origin() {
        (Mark::Good, t::sync::check_backend_here(address))
    } else {
        (Mark::Good, t::sync::check_backend_is(address))
    };
    Point {
        mark,
        question: t::sync::check_backend(),
        answer,
    }
}

fn accepted(status: &Status) -> Point {
    let refusal = status.blocked.filter(|reason| {
        matches!(
            reason,
            Blocked::ApiKey | Blocked::Upgrade | Blocked::Account
        )
    });
    Point {
        mark: Mark::of(refusal.is_none()),
        question: t::sync::check_key(),
        answer: refusal
            .map_or_else(t::sync::check_key_good, crate::model::sync_words::blocked)
            .to_owned(),
    }
}
