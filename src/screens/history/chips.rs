//! The filters that are set, each with the way to take it away.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::entry_view::{association_name, mood_icon, mood_name};
use crate::model::lookup::{Lookup, Part};
use crate::screens::history::FILTERS_BUTTON_ID;
use crate::shell::{format, page};
use crate::ui::icon::Icon;
use crate::ui::mood_badge::ground;

/// What is set. Each is a link to the same without it.
#[component]
pub(super) fn Chips(
    /// What is asked for.
    lookup: Memo<Lookup>,
) -> impl IntoView {
    let parts = Memo::new(move |_| lookup.with(Lookup::parts));
    let chip = move |part: Part| {
        let name = name_of(&part);
        let (icon, class) = match &part {
            Part::Mood(label) => (mood_icon(label), format!("history-chip {}", ground(label))),
            Part::About(_) => ("tag", "history-chip".to_owned()),
            Part::Days { .. } => ("calendar", "history-chip".to_owned()),
        };
        let remove = t::lookup::remove(&name);
        let address = move || lookup.with(|lookup| lookup.without(&part).address());
        view! {
            <li>
                <a
                    href=address
                    data-noscroll=""
                    class=class
                    aria-label=remove.clone()
                    title=remove
                    on:click=move |_| focus_filters()
                >
                    <Icon name=icon/>
                    <span>{name}</span>
                    <Icon name="close"/>
                </a>
            </li>
        }
    };
    let cleared = move || lookup.with(|lookup| Lookup::default().with_text(&lookup.text).address());
    view! {
        <Show when=move || parts.with(|parts| !parts.is_empty())>
            <ul class="history-chips" aria-label=t::lookup::set()>
                <For each=move || parts.get() key=key_of children=chip/>
                <Show when=move || parts.with(|parts| parts.len() > 1)>
                    <li>
                        <a href=cleared data-noscroll="" class="button button-plain" on:click=move |_| focus_filters()>
                            {t::lookup::clear()}
                        </a>
                    </li>
                </Show>
            </ul>
        </Show>
    }
}

/// The link that had the focus goes with its filter.
pub(super) fn focus_filters() {
    request_animation_frame(|| page::focus(FILTERS_BUTTON_ID));
}

fn key_of(part: &Part) -> String {
    match part {
        Part::Mood(label) => format!("mood {label}"),
        Part::About(label) => format!("about {label}"),
        Part::Days { from, to } => format!("days {from:?} {to:?}"),
    }
}

fn name_of(part: &Part) -> String {
    match part {
        Part::Mood(label) => mood_name(label),
        Part::About(label) => association_name(label),
        Part::Days {
            from: Some(from),
            to: Some(to),
        } => t::lookup::days_between(&format::date(*from), &format::date(*to)),
        Part::Days {
            from: Some(from),
            to: None,
        } => t::lookup::days_from(&format::date(*from)),
        Part::Days {
            from: None,
            to: Some(to),
        } => t::lookup::days_to(&format::date(*to)),
        Part::Days {
            from: None,
            to: None,
        } => String::new(),
    }
}
