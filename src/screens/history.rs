//! History: days, newest first, as far back as one scrolls, and a search through all of it.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::i18n::t;
use crate::model::days::{Day, by_day};
use crate::model::entry_view::EntryView;
use crate::screens::entry_item::EntryItem;
use crate::shell::app_state::use_app;
use crate::shell::services::local_now;
use crate::shell::timeline::{Timeline, use_timeline};
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::scene::Scene;

/// The parameter of the address that holds the search.
const QUERY_PARAMETER: &str = "q";

/// All entries by day.
#[component]
pub(crate) fn History() -> impl IntoView {
    page::set_title(t::app::history());
    let parameters = use_query_map();
    let query = Memo::new(move |_| {
        parameters
            .with(|parameters| parameters.get(QUERY_PARAMETER))
            .unwrap_or_default()
    });
    let list = use_timeline(query);
    let app = use_app();
    let days = Memo::new(move |_| {
        let start = app.prefs.with(|prefs| prefs.day_start);
        list.entries
            .with(|entries| entries.as_ref().map(|entries| by_day(entries, start)))
    });
    view! {
        <div class="history-head">
            <h1>{t::history::title()}</h1>
            <SearchField query=query/>
            <p class="history-links"><A href="/bin">{t::bin::title()}</A></p>
        </div>
        <FailureNote failure=list.failure/>
        <Show when=move || days.with(|days| days.as_ref().is_some_and(Vec::is_empty)) && !list.more.get()>
            <Nothing query=query/>
        </Show>
        <div class="history-days">
            <For
                each=move || days.get().unwrap_or_default()
                key=|day| day_key(day)
                children=move |day| view! { <DayList day=day/> }
            />
        </div>
        <Older list=list query=query/>
    }
}

/// Changes whenever anything in the day does, so that a day is drawn anew as a whole.
fn day_key(day: &Day) -> String {
    day.entries.iter().map(EntryView::version).collect()
}

#[component]
fn SearchField(query: Memo<String>) -> impl IntoView {
    let navigate = use_navigate();
    let search = move |text: String| {
        let address = if text.is_empty() {
            "/history".to_owned()
        } else {
            format!(
                "/history?{QUERY_PARAMETER}={}",
                String::from(js_sys::encode_uri_component(&text))
            )
        };
        navigate(
            &address,
            NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    };
    view! {
        <div class="input-with-icon" role="search">
            <Icon name="search"/>
            <input
                class="input"
                type="search"
                data-testid="search"
                aria-label=t::history::search()
                placeholder=t::history::search()
                prop:value=query
                on:input=move |event| search(event_target_value(&event))
            />
        </div>
    }
}

#[component]
fn DayList(day: Day) -> impl IntoView {
    let heading = day
        .date
        .map(|date| format::day(date, local_now().date()))
        .unwrap_or_default();
    let items = day
        .entries
        .into_iter()
        .map(|entry| view! { <li><EntryItem entry=entry/></li> });
    view! {
        <section class="history-day">
            <h2>{heading}</h2>
            <ul class="entries">{items.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Nothing(query: Memo<String>) -> impl IntoView {
    view! {
        <div class="empty">
            <Scene/>
            {move || query.with(|query| if query.is_empty() {
                view! { <h2>{t::history::empty()}</h2><p>{t::history::empty_say()}</p> }.into_any()
            } else {
                view! { <h2>{t::history::nothing_found(query)}</h2><p>{t::history::nothing_found_say()}</p> }.into_any()
            })}
        </div>
    }
}

/// The way to older entries: a button, pressed by itself when it comes into view.
#[component]
fn Older(list: Timeline, query: Memo<String>) -> impl IntoView {
    let button: NodeRef<html::Button> = NodeRef::new();
    let watch = StoredValue::new_local(None::<page::Watch>);
    Effect::new(move |_| {
        let Some(button) = button.get() else { return };
        watch.set_value(page::Watch::new(&button, move || list.load_more()));
    });
    let found = move || {
        list.entries
            .with(|entries| entries.as_ref().map_or(0, Vec::len))
    };
    let has_more = Memo::new(move |_| list.more.get() && list.entries.with(Option::is_some));
    let words = move || match (list.reading.get(), query.with(String::is_empty)) {
        (true, false) => t::history::searching(),
        (true, true) => t::history::loading(),
        (false, _) => t::history::more(),
    };
    view! {
        <div class="history-more">
            <p class="quiet small" role="status">
                {move || (!query.with(String::is_empty) && found() > 0).then(|| t::history::found(found() as u64))}
            </p>
            <Show when=move || has_more.get()>
                <button type="button" class="button button-quiet" node_ref=button on:click=move |_| list.load_more()>
                    {words}
                </button>
            </Show>
            <Show when=move || !list.more.get() && found() != 0>
                <p class="quiet small">{t::history::end()}</p>
            </Show>
        </div>
    }
}
