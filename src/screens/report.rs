//! A report of some days: figures and entries on a page to print.

mod card;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use lume_core::ids::EntityId;
use lume_core::time::LocalDate;
use lume_sync::kinds::MOOD;

pub(crate) use card::ReportCard;

use crate::i18n::t;
use crate::model::days::{Day, by_day};
use crate::model::entry_view::{EntryView, association_name, mood_name};
use crate::shell::app_state::use_app;
use crate::shell::query::use_query;
use crate::shell::services::local_now;
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;

/// The most entries of a report.
const ENTRIES_MAX: usize = 3_000;
/// Days of a report for which nobody says otherwise.
pub(super) const DAYS: i32 = 30;
/// Moods and associations that are named.
const NAMED_MAX: usize = 5;

/// The place.
#[component]
pub(crate) fn Report() -> impl IntoView {
    page::set_title(t::exchange::report_title());
    let app = use_app();
    let parameters = use_query_map();
    let day_of = move |name: &str| {
        let text = parameters.with(|parameters| parameters.get(name));
        text.and_then(|text| text.parse::<LocalDate>().ok())
    };
    let range = Memo::new(move |_| {
        let to = day_of("to").unwrap_or_else(|| local_now().date());
        let from = day_of("from").unwrap_or_else(|| to.plus_days(1 - DAYS));
        (from, to)
    });
    let start = Memo::new(move |_| app.prefs.with(|prefs| prefs.day_start));
    let found = use_query(
        move || (range.get(), start.get()),
        move |engine, ((from, to), start)| async move {
            let begin = |day: LocalDate| {
                day.midnight()
                    .plus_minutes(i64::from(start.as_minutes()))
                    .to_string()
            };
            // Before the first moment of the day after, whichever entry it is.
            let end = (begin(to.plus_days(1)), first_id());
            let kind = MOOD.kind();
            let page = engine.timeline(&kind, Some(begin(from)), Some(end), ENTRIES_MAX);
            let page = page.await?;
            Ok(page.iter().map(EntryView::listed).collect::<Vec<_>>())
        },
    );
    let entries = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().ok().cloned()));
    let failed = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    let heading = move || {
        let (from, to) = range.get();
        t::exchange::report_range(&format::date(from), &format::date(to))
    };
    let body = move || {
        entries.get().map(|entries| {
            if entries.is_empty() {
                return view! { <p>{t::exchange::report_empty()}</p> }.into_any();
            }
            let is_full = entries.len() == ENTRIES_MAX;
            let days = by_day(entries.clone(), start.get());
            view! {
                {is_full.then(|| view! { <p class="field-error">{t::exchange::report_full()}</p> })}
                <Figures entries=entries days=days.len()/>
                <div class="report-charts"></div>
                {days.into_iter().map(|day| view! { <ReportDay day=day/> }).collect_view()}
            }
            .into_any()
        })
    };
    view! {
        <article class="report" data-testid="report">
            <div class="page-head">
                <A href="/export" attr:class="page-back"><Icon name="back"/>{t::exchange::title()}</A>
                <h1>{t::exchange::report_title()}</h1>
                <p class="quiet">{heading}</p>
            </div>
            <div class="button-row report-tools">
                <button type="button" class="button button-primary" data-testid="report-print" on:click=move |_| page::print()>
                    {t::exchange::report_print()}
                </button>
            </div>
            <FailureNote failure=failed/>
            {body}
        </article>
    }
}

/// An id that hardly any other stands before.
fn first_id() -> EntityId {
    EntityId::from_random_bytes([0; 16])
}

#[component]
fn Figures(entries: Vec<EntryView>, days: usize) -> impl IntoView {
    let mut moods = BTreeMap::new();
    let mut topics = BTreeMap::new();
    for entry in entries.iter().filter_map(|view| view.entry.as_ref().ok()) {
        if let Some(mood) = entry.mood() {
            *moods.entry(mood_name(mood.as_str())).or_insert(0_u64) += 1;
        }
        for topic in &entry.associations {
            *topics
                .entry(association_name(topic.as_str()))
                .or_insert(0_u64) += 1;
        }
    }
    let topics = most(topics);
    view! {
        <dl class="facts report-figures">
            <div><dt>{t::exchange::report_entries()}</dt><dd>{entries.len().to_string()}</dd></div>
            <div><dt>{t::exchange::report_days()}</dt><dd>{days.to_string()}</dd></div>
            <div><dt>{t::exchange::report_moods()}</dt><dd>{most(moods)}</dd></div>
            {(!topics.is_empty()).then(|| view! { <div><dt>{t::exchange::report_topics()}</dt><dd>{topics}</dd></div> })}
        </dl>
    }
}

/// The most frequent names with how often each is there.
fn most(counts: BTreeMap<String, u64>) -> String {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = counts.iter().take(NAMED_MAX);
    let named: Vec<_> = named
        .map(|(name, count)| t::exchange::counted(&count.to_string(), name))
        .collect();
    named.join(", ")
}

#[component]
fn ReportDay(day: Day) -> impl IntoView {
    let heading = day.date.map(format::date).unwrap_or_default();
    let entries = day.entries.into_iter().map(|entry| {
        let time = entry.local_time().map(format::time_of_day).unwrap_or_default();
        let topics = entry.topics().join(", ");
        view! {
            <li class="report-entry">
                <MoodBadge label=entry.mood().to_owned()/>
                <div>
                    <p><strong>{entry.words()}</strong>" "<span class="quiet">{time}</span></p>
                    {(!topics.is_empty()).then(|| view! { <p class="quiet small">{topics}</p> })}
                    {entry.note().map(|note| view! { <p class="entry-note" dir="auto">{note.to_owned()}</p> })}
                </div>
            </li>
        }
    });
    view! {
        <section class="report-day">
            <h2>{heading}</h2>
            <ul>{entries.collect_view()}</ul>
        </section>
    }
}
