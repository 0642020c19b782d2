//! Calendar: a month at a glance, each day by the mood that is nearest to its average, and what was noted on one; or a
//! year.

mod year;

use std::collections::BTreeMap;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use lume_core::ids::EntityId;
use lume_core::time::LocalDate;
use lume_sync::StoreError;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::entry_view::{EntryView, mood_name};
use crate::model::month::{DayMood, Month, WEEK, day_moods};
use crate::model::year as a_year;
use crate::screens::calendar::year::Year;
use crate::screens::entry_item::EntryList;
use crate::shell::app_state::use_app;
use crate::shell::query::use_query;
use crate::shell::services::{AppEngine, local_now};
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;

/// Where it is.
pub(crate) const PATH: &str = "/calendar";
/// The parameter of the address that holds the month.
const MONTH_PARAMETER: &str = "month";
/// The parameter of the address that holds the chosen day, here and where one adds to it.
pub(crate) const DAY_PARAMETER: &str = "day";
/// The parameter of the address that holds the year, where a whole one is shown.
const YEAR_PARAMETER: &str = "year";
/// Entries read at once.
const READ: usize = 500;

/// Where a day of the calendar is.
pub(crate) fn address(day: LocalDate) -> String {
    format!(
        "/calendar?{MONTH_PARAMETER}={}&{DAY_PARAMETER}={day}",
        Month::of(day)
    )
}

/// Where a year of the calendar is.
fn year_address(year: u16) -> String {
    format!("/calendar?{YEAR_PARAMETER}={year}")
}

/// Where a month of the calendar is.
fn month_address(month: Month) -> String {
    format!("/calendar?{MONTH_PARAMETER}={month}")
}

/// A month and a day of it, or a year.
#[component]
pub(crate) fn Calendar() -> impl IntoView {
    page::set_title(t::app::calendar());
    let app = use_app();
    let parameters = use_query_map();
    let today = Memo::new(move |_| {
        app.data.track();
        app.prefs.with(|prefs| prefs.day_start).day_of(local_now())
    });
    let asked_year = Memo::new(move |_| {
        parameters.with(|parameters| a_year::read(parameters.get_str(YEAR_PARAMETER)?))
    });
    let shown_month = Memo::new(move |_| {
        let asked = parameters.with(|parameters| parameters.get_str(MONTH_PARAMETER)?.parse().ok());
        asked.unwrap_or_else(|| Month::of(today.get()))
    });
    // From a year back to the month of today, or to the year's first.
    let month_of_year = move || match asked_year.get() {
        Some(year) if year != today.get().year() => {
            LocalDate::new(year, 1, 1).map_or_else(|| shown_month.get(), Month::of)
        }
        Some(_) | None => shown_month.get(),
    };
    let is_year = Memo::new(move |_| asked_year.get().is_some());
    let year = Memo::new(move |_| {
        asked_year
            .get()
            .unwrap_or_else(|| shown_month.get().first().year())
    });
    view! {
        <div class="calendar-head">
            <div class="page-head"><h1>{t::app::calendar()}</h1></div>
            <nav class="segments" aria-label=t::insights::view()>
                <a href=move || month_address(month_of_year()) data-noscroll="" class="segment" aria-current=move || (!is_year.get()).then_some("true")>
                    {t::insights::month()}
                </a>
                <a href=move || year_address(year.get()) data-noscroll="" class="segment" aria-current=move || is_year.get().then_some("true")>
                    {t::insights::year()}
                </a>
            </nav>
        </div>
        <Show when=move || is_year.get() fallback=move || view! { <MonthView today=today/> }>
            <Year year=year today=today/>
        </Show>
    }
}

/// A month, and a day of it.
#[component]
fn MonthView(today: Memo<LocalDate>) -> impl IntoView {
    let app = use_app();
    let parameters = use_query_map();
    let parameter = move |name: &str| parameters.with(|parameters| parameters.get(name));
    let start = Memo::new(move |_| app.prefs.with(|prefs| prefs.day_start));
    let month = Memo::new(move |_| {
        let asked = parameter(MONTH_PARAMETER).and_then(|text| text.parse().ok());
        asked.unwrap_or_else(|| Month::of(today.get()))
    });
    let chosen = Memo::new(move |_| {
        let asked: Option<LocalDate> = parameter(DAY_PARAMETER).and_then(|text| text.parse().ok());
        asked.filter(|day| Month::of(*day) == month.get())
    });
    let range = move || {
        let bound = |month: Month| start.get().range_of(month.first()).start.to_string();
        (bound(month.get()), bound(month.get().after()))
    };
    let found = use_query(range, |engine, (from, to)| async move {
        read(&engine, from, to).await
    });
    let entries = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().ok().cloned()));
    let failed = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    let days = Memo::new(move |_| {
        entries.with(|entries| day_moods(entries.as_deref().unwrap_or_default(), start.get()))
    });
    view! {
        <MonthBar month=month today=today/>
        <FailureNote failure=failed/>
        <MonthGrid month=month days=days chosen=chosen today=today/>
        <p class="quiet small">{t::calendar::legend()}</p>
        {move || chosen.get().map(|day| view! { <DayPanel day=day today=today entries=entries/> })}
    }
}

/// The entries from one civil time up to another one.
async fn read(engine: &AppEngine, from: String, to: String) -> Result<Vec<EntryView>, StoreError> {
    let mut before = Some((to, EntityId::from_random_bytes([0; 16])));
    let mut entries = Vec::new();
    loop {
        let page = engine
            .timeline(&MOOD.kind(), Some(from.clone()), before, READ)
            .await?;
        entries.extend(page.iter().map(EntryView::listed));
        match page.last() {
            Some(last) if page.len() == READ => {
                before = Some((last.local_time.clone(), last.key.id));
            }
            Some(_) | None => return Ok(entries),
        }
    }
}

#[component]
fn MonthBar(month: Memo<Month>, today: Memo<LocalDate>) -> impl IntoView {
    let is_now = Memo::new(move |_| month.get() == Month::of(today.get()));
    view! {
        <div class="calendar-bar">
            <a href=move || month_address(month.get().before()) data-noscroll="" class="icon-button" aria-label=t::calendar::before() title=t::calendar::before()>
                <Icon name="back"/>
            </a>
            <h2 aria-live="polite">{move || format::month(month.get().first())}</h2>
            <a href=move || month_address(month.get().after()) data-noscroll="" class="icon-button" aria-label=t::calendar::after() title=t::calendar::after()>
                <Icon name="forward"/>
            </a>
            <Show when=move || !is_now.get()>
                <a href="/calendar" data-noscroll="" class="button button-quiet">{t::calendar::this_month()}</a>
            </Show>
        </div>
    }
}

#[component]
fn MonthGrid(
    month: Memo<Month>,
    days: Memo<BTreeMap<LocalDate, DayMood>>,
    chosen: Memo<Option<LocalDate>>,
    today: Memo<LocalDate>,
) -> impl IntoView {
    let app = use_app();
    let weeks = Memo::new(move |_| {
        let chosen = app.prefs.with(|prefs| prefs.week_start.day());
        month.get().weeks(chosen.unwrap_or_else(format::week_start))
    });
    let names = move || {
        // Any month has a full second week.
        let week = weeks.with(|weeks| weeks[1]);
        week.into_iter().flatten().map(|day| {
            view! { <th scope="col" abbr=format::weekday(day, "long")>{format::weekday(day, "short")}</th> }
        }).collect_view()
    };
    view! {
        <table class="calendar" data-testid="calendar">
            <caption class="visually-hidden">{move || format::month(month.get().first())}</caption>
            <thead><tr>{names}</tr></thead>
            <tbody>
                {move || weeks.get().into_iter().map(|week| view! {
                    <tr>{week.into_iter().map(|day| view! {
                        <td>{day.map(|day| view! { <DayCell day=day days=days chosen=chosen today=today/> })}</td>
                    }).collect_view()}</tr>
                }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn DayCell(
    day: LocalDate,
    days: Memo<BTreeMap<LocalDate, DayMood>>,
    chosen: Memo<Option<LocalDate>>,
    today: Memo<LocalDate>,
) -> impl IntoView {
    let mood = Memo::new(move |_| days.with(|days| days.get(&day).copied()));
    let words = move || match mood.get() {
        None => t::calendar::day_empty(&format::full_day(day)),
        Some(DayMood { entries, mood }) => {
            let entries = t::calendar::entries(entries);
            let name = mood.map_or_else(String::new, |mood| mood_name(mood.label()));
            if name.is_empty() {
                t::calendar::day_without(&format::full_day(day), &entries)
            } else {
                t::calendar::day_with(&format::full_day(day), &entries, &name)
            }
        }
    };
    let badge = move || {
        mood.get().map(|found| {
            let label = found
                .mood
                .map_or_else(String::new, |mood| mood.label().to_owned());
            view! { <MoodBadge label=Signal::stored(label)/> }
        })
    };
    let current = move || (today.get() == day).then_some("date");
    let is_chosen = move || (chosen.get() == Some(day)).then_some("true");
    let is_future = move || day > today.get();
    view! {
        <a
            href=address(day)
            data-noscroll=""
            id=day_id(day)
            class="calendar-day"
            data-day=day.to_string()
            aria-label=words
            aria-current=current
            data-chosen=is_chosen
            class:is-future=is_future
            on:keydown=move |event| step(&event, day)
        >
            <span class="calendar-number">{format::day_number(day)}</span>
            {badge}
        </a>
    }
}

/// The id of a day's link.
fn day_id(day: LocalDate) -> String {
    format!("day-{day}")
}

/// Arrows go from day to day and from week to week.
fn step(event: &KeyboardEvent, day: LocalDate) {
    let week = i32::try_from(WEEK).unwrap_or_default();
    let forward = if page::is_right_to_left() { -1 } else { 1 };
    let days = match event.key().as_str() {
        "ArrowRight" => forward,
        "ArrowLeft" => -forward,
        "ArrowDown" => week,
        "ArrowUp" => -week,
        _ => return,
    };
    event.prevent_default();
    page::focus(&day_id(day.plus_days(days)));
}

/// What was noted on a day, and the way to note more.
#[component]
fn DayPanel(
    day: LocalDate,
    today: Memo<LocalDate>,
    entries: Memo<Option<Vec<EntryView>>>,
) -> impl IntoView {
    let app = use_app();
    let of_day = Memo::new(move |_| {
        let start = app.prefs.with(|prefs| prefs.day_start);
        let is_of_day = |view: &&EntryView| {
            let local = view.local_time();
            local.is_some_and(|local| start.day_of(local) == day)
        };
        entries.with(|entries| {
            let entries = entries.as_ref()?;
            Some(
                entries
                    .iter()
                    .filter(is_of_day)
                    .cloned()
                    .collect::<Vec<_>>(),
            )
        })
    });
    let is_past = Memo::new(move |_| day <= today.get());
    view! {
        <section class="calendar-panel" aria-labelledby="calendar-panel" data-testid="calendar-day">
            <h2 id="calendar-panel">{format::full_day(day)}</h2>
            <Show when=move || of_day.with(|entries| entries.as_ref().is_some_and(Vec::is_empty))>
                <p class="quiet">{move || if is_past.get() { t::calendar::nothing() } else { t::calendar::not_yet() }}</p>
            </Show>
            <EntryList entries=Signal::derive(move || of_day.get().unwrap_or_default())/>
            <Show when=move || is_past.get()>
                <a href=format!("/?{DAY_PARAMETER}={day}") class="button">
                    <Icon name="plus"/>
                    {t::calendar::add()}
                </a>
            </Show>
        </section>
    }
}
