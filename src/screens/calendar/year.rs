//! A year in small squares: a column for each month, a row for each day. On a phone that gives squares that a finger can
//! hit, which a row for each month would not.

use std::collections::BTreeMap;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use lume_core::mood::Mood;
use lume_core::statistics::{Band, Tally, by_day};
use lume_core::time::LocalDate;
use lume_sync::StoreError;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::entry_view::mood_name;
use crate::model::year::{MONTH_DAYS_MAX, MONTHS, step};
use crate::screens::calendar::{address, day_id, year_address};
use crate::shell::app_state::use_app;
use crate::shell::query::use_query;
use crate::shell::services::AppEngine;
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;

/// What a day was like.
#[derive(Clone, Copy, PartialEq)]
struct Pixel {
    entries: u32,
    average: f64,
}

type Pixels = BTreeMap<LocalDate, Pixel>;

/// A year.
#[component]
pub(super) fn Year(
    /// Which.
    year: Memo<u16>,
    /// The day it is.
    today: Memo<LocalDate>,
) -> impl IntoView {
    let app = use_app();
    let asked = move || (year.get(), app.prefs.with(|prefs| prefs.day_start));
    let found = use_query(asked, |engine, (year, day_start)| async move {
        read(&engine, year, day_start).await
    });
    let failed = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    let days = Memo::new(move |_| {
        found.with(|found| {
            let days = found.as_ref().and_then(|found| found.as_ref().ok());
            days.cloned().unwrap_or_default()
        })
    });
    view! {
        <YearBar year=year today=today/>
        <FailureNote failure=failed/>
        {move || view! { <Grid year=year.get() days=days today=today/> }}
        <Legend/>
    }
}

async fn read(
    engine: &AppEngine,
    year: u16,
    day_start: lume_core::day::DayStart,
) -> Result<Pixels, StoreError> {
    let Some((first, after)) = first_of(year).zip(first_of(year + 1)) else {
        return Ok(Pixels::new());
    };
    // A day that starts late ends on the next date.
    let moments = engine
        .moments(&MOOD.kind(), first, after.plus_days(1))
        .await?;
    let pixel = |(day, tally): (LocalDate, Tally)| {
        let average = tally.average()?;
        let entries = tally.entries();
        (day.year() == year).then_some((day, Pixel { entries, average }))
    };
    let days = by_day(&moments, day_start);
    Ok(days.into_iter().filter_map(pixel).collect())
}

fn first_of(year: u16) -> Option<LocalDate> {
    LocalDate::new(year, 1, 1)
}

#[component]
fn YearBar(year: Memo<u16>, today: Memo<LocalDate>) -> impl IntoView {
    let is_now = Memo::new(move |_| year.get() == today.get().year());
    let name = move || first_of(year.get()).map(format::year);
    view! {
        <div class="calendar-bar">
            <a href=move || year_address(year.get() - 1) data-noscroll="" class="icon-button" aria-label=t::insights::year_before() title=t::insights::year_before()>
                <Icon name="back"/>
            </a>
            <h2 aria-live="polite">{name}</h2>
            <a href=move || year_address(year.get() + 1) data-noscroll="" class="icon-button" aria-label=t::insights::year_after() title=t::insights::year_after()>
                <Icon name="forward"/>
            </a>
            <Show when=move || !is_now.get()>
                <a href=move || year_address(today.get().year()) data-noscroll="" class="button button-quiet">{t::insights::this_year()}</a>
            </Show>
        </div>
    }
}

#[component]
fn Grid(year: u16, days: Memo<Pixels>, today: Memo<LocalDate>) -> impl IntoView {
    // One square at a time is on the way of the Tab key; the arrows lead on from it.
    let reached = RwSignal::new({
        let today = today.get_untracked();
        if today.year() == year {
            Some(today)
        } else {
            first_of(year)
        }
    });
    let months = || (1..=MONTHS).filter_map(move |month| LocalDate::new(year, month, 1));
    let heads = months().map(|first| {
        view! { <th scope="col" abbr=format::month_name(first, "long")>{format::month_name(first, "narrow")}</th> }
    });
    let row = |number: u8| {
        let cells = (1..=MONTHS).map(|month| {
            let square = LocalDate::new(year, month, number).map(|day| {
                view! { <Square day=day days=days today=today reached=reached/> }
            });
            view! { <td>{square}</td> }
        });
        let name = format::count(u32::from(number));
        view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }
    };
    view! {
        <table class="pixels" data-testid="calendar-year">
            <caption class="visually-hidden">{first_of(year).map(format::year)}</caption>
            <thead><tr><td></td>{heads.collect_view()}</tr></thead>
            <tbody>{(1..=MONTH_DAYS_MAX).map(row).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Square(
    day: LocalDate,
    days: Memo<Pixels>,
    today: Memo<LocalDate>,
    reached: RwSignal<Option<LocalDate>>,
) -> impl IntoView {
    let pixel = Memo::new(move |_| days.with(|days| days.get(&day).copied()));
    let band = move || pixel.get().map(|pixel| Band::of(pixel.average));
    let words = move || {
        let name = format::full_day(day);
        match pixel.get() {
            None => t::calendar::day_empty(&name),
            Some(Pixel { entries, average }) => {
                let mood = mood_name(Mood::nearest(average).label());
                t::calendar::day_with(&name, &t::calendar::entries(entries.into()), &mood)
            }
        }
    };
    let class = move || match band() {
        None => "pixel".to_owned(),
        Some(band) => format!("pixel band-ground band-{}", band_code(band)),
    };
    let is_future = move || day > today.get();
    let walk = move |event: KeyboardEvent| {
        if let Some(next) = step(&event.key(), day, page::is_right_to_left()) {
            event.prevent_default();
            reached.set(Some(next));
            page::focus(&day_id(next));
        }
    };
    view! {
        <a
            href=address(day)
            id=day_id(day)
            class=class
            class:is-future=is_future
            data-day=day.to_string()
            aria-label=words
            aria-current=move || (today.get() == day).then_some("date")
            tabindex=move || if reached.get() == Some(day) { "0" } else { "-1" }
            on:keydown=walk
            on:focus=move |_| reached.set(Some(day))
        >
            {move || band().map(band_sign)}
        </a>
    }
}

/// What the squares stand for.
#[component]
fn Legend() -> impl IntoView {
    let bands = Band::ALL.into_iter().rev().map(|band| {
        view! {
            <li>
                <span class=format!("pixel band-ground band-{}", band_code(band)) aria-hidden="true">{band_sign(band)}</span>
                {band_name(band)}
            </li>
        }
    });
    view! {
        <div class="pixels-legend">
            <p class="quiet small">{t::insights::year_legend()}</p>
            <ul>
                {bands.collect_view()}
                <li><span class="pixel" aria-hidden="true"></span>{t::insights::no_entries()}</li>
            </ul>
        </div>
    }
}

const fn band_code(band: Band) -> &'static str {
    match band {
        Band::VeryUnpleasant => "1",
        Band::Unpleasant => "2",
        Band::Between => "3",
        Band::Pleasant => "4",
        Band::VeryPleasant => "5",
    }
}

/// What tells a band from the others without its colour.
const fn band_sign(band: Band) -> &'static str {
    match band {
        Band::VeryUnpleasant => "−−",
        Band::Unpleasant => "−",
        Band::Between => "~",
        Band::Pleasant => "+",
        Band::VeryPleasant => "++",
    }
}

fn band_name(band: Band) -> &'static str {
    match band {
        Band::VeryUnpleasant => t::insights::band_very_unpleasant(),
        Band::Unpleasant => t::insights::band_unpleasant(),
        Band::Between => t::insights::band_between(),
        Band::Pleasant => t::insights::band_pleasant(),
        Band::VeryPleasant => t::insights::band_very_pleasant(),
    }
}
