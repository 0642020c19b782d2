//! How pleasant days, weeks or months were, one after the other.

use leptos::prelude::*;
use lume_core::statistics::{Point, Statistics, Step, TREND_DAYS_MIN, Trend};
use lume_core::time::LocalDate;

use crate::i18n::t;
use crate::screens::insights::{Figures, made, saving};
use crate::shell::{format, page};
use crate::ui::charts::card::{ChartCard, Table, chart_id};
use crate::ui::charts::line::{Line, LineChart, LinePoint};
use crate::ui::charts::place::named;

/// The chart's name.
const NAME: &str = "valence";
/// How many names fit below the chart on a phone.
const NAMES_MAX: usize = 5;
/// The heights that are named beside it.
const LEVELS: [f64; 5] = [1.0, 0.5, 0.0, -0.5, -1.0];

/// The card.
#[component]
pub(super) fn OverTime(figures: Figures) -> impl IntoView {
    let line = made(figures, line);
    let table = made(figures, table);
    let title = t::insights::over_time();
    let has_trend = Memo::new(move |_| line.with(|line| line.trend.is_some()));
    view! {
        <ChartCard name=NAME title=title table=table on_save=saving(NAME, title, figures)>
            <LineChart id=chart_id(NAME) line=line is_mirrored=page::is_right_to_left()/>
            <ul class="chart-key">
                <li>
                    <svg aria-hidden="true" viewBox="0 0 28 14"><path class="chart-line" d="M2 7h24"/></svg>
                    {t::insights::key_average()}
                </li>
                <li>
                    <svg aria-hidden="true" viewBox="0 0 28 14"><path class="chart-band" d="M2 1h24v12h-24z"/></svg>
                    {t::insights::key_range()}
                </li>
                <Show when=move || has_trend.get()>
                    <li>
                        <svg aria-hidden="true" viewBox="0 0 28 14"><path class="chart-trend" d="M2 10l24-6"/></svg>
                        {t::insights::key_trend()}
                    </li>
                </Show>
            </ul>
        </ChartCard>
    }
}

fn line(figures: &Statistics) -> Line {
    let point = |point: &Point| {
        let (low, high) = point.range?;
        let average = point.tally.average()?;
        Some(LinePoint { average, low, high })
    };
    let names = named(figures.series.len(), NAMES_MAX).into_iter();
    let trend = figures.trend.filter(|trend| trend.days >= TREND_DAYS_MIN);
    Line {
        points: figures.series.iter().map(point).collect(),
        trend: trend.and_then(|trend| trend_line(figures, trend)),
        names: names
            .map(|at| (at, short_name(figures, figures.series[at])))
            .collect(),
        levels: LEVELS.map(|level| (level, format::mark(level))).into(),
        gist: gist(figures),
    }
}

/// The trend where there are entries: beyond them it would be a guess.
fn trend_line(figures: &Statistics, trend: Trend) -> Option<[(usize, f64); 2]> {
    let is_noted = |point: &Point| point.tally.entries() > 0;
    let first = figures.series.iter().position(is_noted)?;
    let last = figures.series.iter().rposition(is_noted)?;
    let height = |at: usize| {
        let point = figures.series[at];
        let days = |day: LocalDate| f64::from(day.days_since(figures.period.from()));
        let middle = f64::midpoint(days(point.from), days(point.until.plus_days(-1)));
        trend.slope.mul_add(middle, trend.at_start)
    };
    Some([first, last].map(|at| (at, height(at))))
}

fn short_name(figures: &Statistics, point: Point) -> String {
    match figures.step {
        Step::Day | Step::Week => format::short_day(point.from),
        Step::Month => format::month(point.from),
    }
}

fn full_name(figures: &Statistics, point: Point) -> String {
    match figures.step {
        Step::Day => format::dated_day(point.from),
        Step::Week => {
            let (first, last) = (point.from, point.until.plus_days(-1));
            t::insights::span(&format::short_day(first), &format::dated_day(last))
        }
        Step::Month => format::month(point.from),
    }
}

/// The highest, the lowest and the direction.
fn gist(figures: &Statistics) -> String {
    let noted = figures
        .series
        .iter()
        .filter_map(|point| Some((point, point.tally.average()?)));
    let higher = |one: &(&Point, f64), other: &(&Point, f64)| one.1.total_cmp(&other.1);
    let Some((high, low)) = noted.clone().max_by(higher).zip(noted.min_by(higher)) else {
        return t::insights::nothing().to_owned();
    };
    let ends = t::insights::gist(
        &full_name(figures, *high.0),
        &format::valence(high.1),
        &full_name(figures, *low.0),
        &format::valence(low.1),
    );
    let direction = match figures.trend.filter(Trend::is_borne_out) {
        Some(trend) if trend.change > 0.0 => t::insights::rises(),
        Some(_) => t::insights::falls(),
        None => t::insights::no_direction(),
    };
    format!("{}. {ends} {direction}", t::insights::over_time())
}

fn table(figures: &Statistics) -> Table {
    let row = |point: &Point| {
        let average = point.tally.average()?;
        let (low, high) = point.range?;
        Some(vec![
            full_name(figures, *point),
            format::valence(average),
            format::valence(low),
            format::valence(high),
            format::count(point.tally.entries()),
        ])
    };
    Table {
        head: vec![
            t::insights::col_time(),
            t::insights::col_average(),
            t::insights::col_lowest(),
            t::insights::col_highest(),
            t::insights::entries(),
        ],
        rows: figures.series.iter().rev().filter_map(row).collect(),
    }
}
