//! Insights: how a time went, in figures and charts, and in the sentences that the figures bear out.

mod glance;
mod groups;
mod moods;
mod over_time;
mod ranges;
mod topics;
mod words;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use lume_core::statistics::{Frame, Period, Statistics, summarise};
use lume_sync::StoreError;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::range::{FROM_PARAMETER, RANGE_PARAMETER, Range, TO_PARAMETER};
use crate::screens::insights::glance::Glance;
use crate::screens::insights::groups::{Hours, Weekdays};
use crate::screens::insights::moods::Moods;
use crate::screens::insights::over_time::OverTime;
use crate::screens::insights::ranges::Ranges;
use crate::screens::insights::topics::Topics;
use crate::screens::insights::words::Words;
use crate::shell::app_state::use_app;
use crate::shell::picture::{self, Picture};
use crate::shell::query::use_query;
use crate::shell::services::{AppEngine, local_now};
use crate::shell::{format, page};
use crate::ui::charts::card::chart_id;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::scene::Scene;

/// The figures that are shown; none until they are there.
type Figures = Memo<Option<Statistics>>;

/// What was found.
#[derive(Clone, PartialEq)]
enum Found {
    /// There is no entry at all.
    NoEntries,
    /// The figures of the range.
    Figures(Box<Statistics>),
}

/// The place.
#[component]
pub(crate) fn Insights() -> impl IntoView {
    page::set_title(t::insights::place());
    let app = use_app();
    let parameters = use_query_map();
    let range = Memo::new(move |_| {
        parameters.with(|parameters| {
            let [range, from, to] = [RANGE_PARAMETER, FROM_PARAMETER, TO_PARAMETER]
                .map(|name| parameters.get_str(name));
            Range::read(range, from, to)
        })
    });
    let asked = move || {
        app.data.track();
        let (day_start, week_start) = app
            .prefs
            .with(|prefs| (prefs.day_start, prefs.week_start.day()));
        let today = day_start.day_of(local_now());
        Some(Frame {
            period: range.get().period(today)?,
            day_start,
            week_start: week_start.unwrap_or_else(format::week_start),
            first: None,
            today,
        })
    };
    let found = use_query(asked, |engine, frame| async move {
        match frame {
            Some(frame) => read(&engine, frame).await,
            None => Ok(Found::NoEntries),
        }
    });
    let failed = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    let figures: Figures = Memo::new(move |_| {
        found.with(|found| match found.as_ref()?.as_ref().ok()? {
            Found::NoEntries => None,
            Found::Figures(figures) => Some((**figures).clone()),
        })
    });
    let is_empty =
        Memo::new(move |_| found.with(|found| matches!(found, Some(Ok(Found::NoEntries)))));
    let is_waiting = Memo::new(move |_| found.with(Option::is_none));
    let has_figures = Memo::new(move |_| {
        figures.with(|figures| {
            figures
                .as_ref()
                .is_some_and(|figures| figures.all.entries() > 0)
        })
    });
    let has_none =
        Memo::new(move |_| figures.with(|figures| figures.is_some() && !has_figures.get()));
    view! {
        <div class="insights" data-testid="insights" aria-busy=move || is_waiting.get().to_string()>
            <div class="page-head"><h1>{t::insights::place()}</h1></div>
            <FailureNote failure=failed/>
            <Show when=move || is_empty.get()><Empty/></Show>
            <Show when=move || !is_empty.get()>
                <Ranges range=range/>
                <Span range=range/>
            </Show>
            <Show when=move || is_waiting.get()><Skeleton/></Show>
            <Show when=move || has_none.get()>
                <div class="empty">
                    <h2>{t::insights::nothing()}</h2>
                    <p>{t::insights::nothing_say()}</p>
                </div>
            </Show>
            <Show when=move || has_figures.get()>
                <Glance figures=figures/>
                <div class="insights-cards">
                    <OverTime figures=figures/>
                    <Words figures=figures/>
                    <Moods figures=figures/>
                    <Weekdays figures=figures/>
                    <Topics figures=figures/>
                    <Hours figures=figures/>
                </div>
            </Show>
        </div>
    }
}

async fn read(engine: &AppEngine, frame: Frame) -> Result<Found, StoreError> {
    let Some((first, _)) = engine.span(&MOOD.kind()).await? else {
        return Ok(Found::NoEntries);
    };
    let from = frame.period.before().from();
    // A day that starts late ends on the next date.
    let until = frame.period.until().plus_days(1);
    let moments = engine.moments(&MOOD.kind(), from, until).await?;
    let frame = Frame {
        first: Some(first),
        ..frame
    };
    Ok(Found::Figures(Box::new(summarise(&moments, &frame))))
}

/// What is made of the figures; nothing while there are none.
fn made<T>(figures: Figures, make: impl Fn(&Statistics) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| figures.with(|figures| figures.as_ref().map(&make).unwrap_or_default()))
}

/// What saves a chart of this name as a picture.
fn saving(name: &'static str, title: &'static str, figures: Figures) -> Callback<()> {
    let app = use_app();
    Callback::new(move |()| {
        let Some(period) =
            figures.with_untracked(|figures| figures.as_ref().map(|figures| figures.period))
        else {
            return;
        };
        let picture = Picture {
            chart: chart_id(name),
            title: title.to_owned(),
            subtitle: span_words(period),
            file: format!("lume-{name}-{}-{}.png", period.from(), period.last()),
        };
        picture::save(app, picture);
    })
}

/// A period by its first and its last day.
fn span_words(period: Period) -> String {
    let (first, last) = (
        format::dated_day(period.from()),
        format::dated_day(period.last()),
    );
    if first == last {
        first
    } else {
        t::insights::span(&first, &last)
    }
}

/// Which days these are.
#[component]
fn Span(range: Memo<Range>) -> impl IntoView {
    let app = use_app();
    let words = move || {
        let today = app.prefs.with(|prefs| prefs.day_start.day_of(local_now()));
        range.get().period(today).map(span_words)
    };
    view! { <p class="insights-span quiet" aria-live="polite">{words}</p> }
}

/// What there is before the first entry.
#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <Scene/>
            <h2>{t::insights::empty()}</h2>
            <p>{t::insights::empty_say()}</p>
            <A href="/" attr:class="button button-primary"><Icon name="plus"/>{t::insights::empty_log()}</A>
        </div>
    }
}

/// The place's shape while its figures are read.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <p class="visually-hidden" role="status">{t::insights::loading()}</p>
        <div class="insights-wait" aria-hidden="true">
            <div class="card insights-wait-glance"></div>
            <div class="insights-cards">
                <div class="card insights-wait-chart"></div>
                <div class="card insights-wait-chart"></div>
                <div class="card insights-wait-chart"></div>
                <div class="card insights-wait-chart"></div>
            </div>
        </div>
    }
}
