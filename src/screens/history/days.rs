//! The list: the pages that are near the view, and gaps in the place of all others.

use leptos::html;
use leptos::prelude::*;
use lume_core::time::LocalDate;

use crate::i18n::t;
use crate::model::days::Day;
use crate::model::search::words;
use crate::screens::entry_item::EntryList;
use crate::shell::format;
use crate::shell::services::local_now;
use crate::shell::timeline::{Row, Timeline};

/// All days.
#[component]
pub(super) fn Days(
    /// The list.
    list: Timeline,
    /// Its element.
    element: NodeRef<html::Div>,
) -> impl IntoView {
    let found = Memo::new(move |_| list.shown.with(|lookup| words(&lookup.text)));
    let row = move |row: Row| match row {
        Row::Gap { height, .. } => view! {
            <div class="history-gap" style:block-size=format!("{height}px")></div>
        }
        .into_any(),
        Row::Page {
            id, days, is_torn, ..
        } => view! {
            <div class="history-page" data-page=id.0.to_string()>
                <PageDays days=days.into() is_torn=is_torn found=found/>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="history-days" data-testid="days" node_ref=element>
            <For each=move || list.rows.get().unwrap_or_default() key=Row::key children=row/>
        </div>
    }
}

#[component]
fn PageDays(days: RwSignal<Vec<Day>>, is_torn: bool, found: Memo<Vec<String>>) -> impl IntoView {
    let dates = Memo::new(move |_| {
        days.with(|days| {
            let dates = days.iter().enumerate();
            let dates = dates.map(|(at, day)| (day.date, is_torn && at == 0));
            dates.collect::<Vec<_>>()
        })
    });
    view! {
        <For
            each=move || dates.get()
            key=|day| *day
            children=move |(date, is_torn)| view! { <OneDay date=date is_torn=is_torn days=days found=found/> }
        />
    }
}

#[component]
fn OneDay(
    date: Option<LocalDate>,
    is_torn: bool,
    days: RwSignal<Vec<Day>>,
    found: Memo<Vec<String>>,
) -> impl IntoView {
    let day = date
        .map(|date| format::day(date, local_now().date()))
        .unwrap_or_default();
    let heading = if is_torn {
        t::lookup::continued(&day)
    } else {
        day
    };
    let entries = Memo::new(move |_| {
        days.with(|days| {
            let day = days.iter().find(|day| day.date == date);
            day.map(|day| day.entries.clone()).unwrap_or_default()
        })
    });
    view! {
        <section class="history-day">
            <h2>{heading}</h2>
            <EntryList entries=entries found=found/>
        </section>
    }
}
