//! History: days, newest first, as far back as there are any; a search through all of it, filters, and a way to any day.
//!
//! What is asked for is in the address, and nowhere else: each filter is a step that the browser's buttons take back, and
//! an address that is opened again shows the same.

mod chips;
mod days;
mod filters;
mod go_to_day;
mod search_field;

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use crate::i18n::t;
use crate::model::lookup::{Lookup, PATH};
use crate::model::search::{Named, words};
use crate::screens::history::chips::Chips;
use crate::screens::history::days::Days;
use crate::screens::history::filters::Filters;
use crate::screens::history::go_to_day::GoToDay;
use crate::screens::history::search_field::SearchField;
use crate::shell::app_state::use_app;
use crate::shell::own_labels::use_own_labels;
use crate::shell::timeline::{Asked, Tally, Timeline, use_timeline};
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::scene::Scene;

/// The button that opens the filters: where the focus goes when a filter is taken away.
const FILTERS_BUTTON_ID: &str = "history-filters-button";
const FILTERS_ID: &str = "history-filters";
const GO_ID: &str = "history-go";

/// What is unfolded above the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unfolded {
    Nothing,
    Filters,
    GoToDay,
}

/// Goes to what is to be looked up, as a step of its own.
type Go = Callback<Lookup>;

/// All entries by day.
#[component]
pub(crate) fn History() -> impl IntoView {
    page::set_title(t::app::history());
    let app = use_app();
    let lookup = use_lookup();
    let unfolded = RwSignal::new(Unfolded::Nothing);
    let own = use_own_labels(move || {
        unfolded.get() == Unfolded::Filters || lookup.with(|lookup| !words(&lookup.text).is_empty())
    });
    let names = Memo::new(move |_| own.with(Named::with));
    let asked = Memo::new(move |_| {
        let start = app.prefs.with(|prefs| prefs.day_start);
        let lookup = lookup.get();
        let wanted = names.with(|names| lookup.wanted(start, names));
        Asked {
            lookup,
            wanted,
            start,
        }
    });
    let element: NodeRef<html::Div> = NodeRef::new();
    let list = use_timeline(asked, element);
    let go = use_go();
    view! {
        <div class="history-head">
            <div class="history-title">
                <h1>{t::history::title()}</h1>
                <A href="/bin" attr:class="button button-plain"><Icon name="trash"/>{t::bin::title()}</A>
            </div>
            <SearchField lookup=lookup/>
            <Tools lookup=lookup unfolded=unfolded/>
            <Show when=move || unfolded.get() == Unfolded::Filters>
                <Filters lookup=lookup names=names go=go/>
            </Show>
            <Show when=move || unfolded.get() == Unfolded::GoToDay>
                <GoToDay lookup=lookup go=go on_gone=Callback::new(move |()| unfolded.set(Unfolded::Nothing))/>
            </Show>
            <Chips lookup=lookup/>
            <Answer list=list/>
        </div>
        <FailureNote failure=list.failure/>
        <Newer list=list/>
        <Show when=move || list.is_empty()><Nothing list=list/></Show>
        <Days list=list element=element/>
        <Older list=list/>
    }
}

/// What the address asks for. On the way to another place it stays what it was.
fn use_lookup() -> Memo<Lookup> {
    let location = use_location();
    Memo::new(move |before: Option<&Lookup>| {
        let is_here = location.pathname.with(|path| path == PATH);
        let asked = location.search.with(|search| Lookup::parse(search));
        before.filter(|_| !is_here).cloned().unwrap_or(asked)
    })
}

fn use_go() -> Go {
    let navigate = use_navigate();
    Callback::new(move |lookup: Lookup| {
        navigate(
            &lookup.address(),
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    })
}

#[component]
fn Tools(lookup: Memo<Lookup>, unfolded: RwSignal<Unfolded>) -> impl IntoView {
    let toggle = move |what: Unfolded| {
        unfolded.update(|unfolded| {
            *unfolded = if *unfolded == what {
                Unfolded::Nothing
            } else {
                what
            };
        });
    };
    let is_open = move |what: Unfolded| (unfolded.get() == what).to_string();
    let count = Memo::new(move |_| lookup.with(Lookup::count));
    let is_set = move || count.get() > 0;
    let filters = move || match count.get() {
        0 => t::lookup::filters().to_owned(),
        count => t::lookup::filters_set(count as u64),
    };
    view! {
        <div class="history-tools">
            <button
                type="button"
                class="button button-quiet"
                class:is-set=is_set
                id=FILTERS_BUTTON_ID
                aria-expanded=move || is_open(Unfolded::Filters)
                aria-controls=FILTERS_ID
                on:click=move |_| toggle(Unfolded::Filters)
            >
                <Icon name="filter"/>{filters}
            </button>
            <button
                type="button"
                class="button button-quiet"
                aria-expanded=move || is_open(Unfolded::GoToDay)
                aria-controls=GO_ID
                on:click=move |_| toggle(Unfolded::GoToDay)
            >
                <Icon name="calendar"/>{t::lookup::go()}
            </button>
        </div>
    }
}

/// What was found, heard by a screen reader. Until everything was read nobody knows how much it is: it says so, and does
/// not change with every page that is scrolled past.
#[component]
fn Answer(list: Timeline) -> impl IntoView {
    let is_narrow = move || list.shown.with(Lookup::is_narrow);
    let words = move || match list.tally.get() {
        Tally::All(count) if is_narrow() && count > 0 => t::lookup::found(count),
        Tally::MoreThan(count) if is_narrow() && count > 0 => t::lookup::found_more(count),
        // It is said in large letters below.
        Tally::All(0) if is_narrow() => t::lookup::nothing().to_owned(),
        Tally::All(_) | Tally::MoreThan(_) | Tally::Unknown => String::new(),
    };
    let is_said_below = move || list.tally.get() == Tally::All(0);
    view! {
        <p class="history-answer quiet small" class:visually-hidden=is_said_below role="status" data-testid="found">{words}</p>
    }
}

#[component]
fn Nothing(list: Timeline) -> impl IntoView {
    view! {
        <div class="empty">
            <Scene/>
            {move || list.shown.with(|lookup| {
                let text = lookup.text.trim();
                if list.has_newer.get() {
                    view! { <h2>{t::lookup::nothing_before()}</h2> }.into_any()
                } else if !lookup.is_narrow() {
                    view! { <h2>{t::history::empty()}</h2><p>{t::history::empty_say()}</p> }.into_any()
                } else if lookup.count() == 0 {
                    view! { <h2>{t::history::nothing_found(text)}</h2><p>{t::history::nothing_found_say()}</p><Clear/> }.into_any()
                } else {
                    view! { <h2>{t::lookup::nothing()}</h2><p>{t::lookup::nothing_say()}</p><Clear/> }.into_any()
                }
            })}
        </div>
    }
}

#[component]
fn Clear() -> impl IntoView {
    view! {
        <a href=PATH data-noscroll="" class="button" on:click=move |_| chips::focus_filters()>{t::lookup::show_all()}</a>
    }
}

/// Where the list begins, if it is not with the newest entry, and the ways to what is newer.
#[component]
fn Newer(list: Timeline) -> impl IntoView {
    let day = move || {
        let day = list.shown.with(|lookup| lookup.on);
        day.map(|day| t::lookup::begins_on(&format::date(day)))
    };
    let newest = move || list.shown.with(|lookup| lookup.at_newest().address());
    view! {
        <Show when=move || list.has_newer.get()>
            <div class="history-newer">
                <p class="quiet small" role="status">{day}</p>
                <div class="button-row">
                    <button type="button" class="button button-quiet" on:click=move |_| list.read_newer()>
                        {t::lookup::newer()}
                    </button>
                    <a href=newest data-noscroll="" class="button button-plain">{t::lookup::newest()}</a>
                </div>
            </div>
        </Show>
    }
}

/// The end of what is shown. More is read before one comes here; the button is for whoever is faster, or does not scroll.
#[component]
fn Older(list: Timeline) -> impl IntoView {
    let is_there = Memo::new(move |_| list.has_older.get() && list.rows.with(Option::is_some));
    let words = move || {
        if list.reading.get() {
            t::history::loading()
        } else {
            t::history::more()
        }
    };
    let has_any = move || !list.is_empty() && list.rows.with(Option::is_some);
    view! {
        // Not before there is anything above it: it would be pushed down.
        <div class="history-more" hidden=move || list.rows.with(Option::is_none)>
            <Show when=move || is_there.get()>
                <button type="button" class="button button-quiet" on:click=move |_| list.read_older()>{words}</button>
            </Show>
            <Show when=move || !list.has_older.get() && has_any()>
                <p class="quiet small">{t::history::end()}</p>
            </Show>
        </div>
    }
}
