//! Averages by the day of the week and by the time of the day.

use leptos::prelude::*;
use lume_core::statistics::{HOURS_TOGETHER, Statistics, Tally};
use lume_core::time::LocalDate;

use crate::i18n::t;
use crate::screens::insights::{Figures, made, saving};
use crate::shell::app_state::use_app;
use crate::shell::{format, page};
use crate::ui::charts::bars::{Bar, BarChart, Bars, Measure};
use crate::ui::charts::card::{ChartCard, Table, chart_id};
use crate::ui::charts::place::{Extent, scale_of};

/// The name of the chart of weekdays.
const WEEKDAYS: &str = "weekdays";
/// The name of the chart of hours.
const HOURS: &str = "hours";

/// Averages by the day of the week.
#[component]
pub(super) fn Weekdays(figures: Figures) -> impl IntoView {
    let app = use_app();
    let start = Memo::new(move |_| {
        let chosen = app.prefs.with(|prefs| prefs.week_start.day());
        chosen.unwrap_or_else(format::week_start)
    });
    let groups = move |figures: &Statistics| weekdays(figures, start.get());
    let title = t::insights::weekdays();
    let bars = made(figures, move |figures| bars(title, &groups(figures)));
    let table = made(figures, move |figures| {
        table(t::insights::col_weekday(), &groups(figures))
    });
    view! {
        <ChartCard name=WEEKDAYS title=title table=table on_save=saving(WEEKDAYS, title, figures)>
            <BarChart id=chart_id(WEEKDAYS) bars=bars is_mirrored=page::is_right_to_left()/>
        </ChartCard>
    }
}

/// Averages by the time of the day.
#[component]
pub(super) fn Hours(figures: Figures) -> impl IntoView {
    let title = t::insights::hours();
    let bars = made(figures, move |figures| bars(title, &hours(figures)));
    let table = made(figures, |figures| {
        table(t::insights::col_time(), &hours(figures))
    });
    view! {
        <ChartCard name=HOURS title=title table=table on_save=saving(HOURS, title, figures)>
            <BarChart id=chart_id(HOURS) bars=bars is_mirrored=page::is_right_to_left()/>
        </ChartCard>
    }
}

/// What a group is called, and its entries.
type Group = (String, Tally);

/// The name of a day of the week, 1 for Monday to 7 for Sunday.
pub(super) fn weekday_name(weekday: u8) -> String {
    // A Monday.
    let monday = LocalDate::new(2025, 1, 6);
    monday.map_or_else(String::new, |monday| {
        format::weekday(monday.plus_days(i32::from(weekday) - 1), "long")
    })
}

fn weekdays(figures: &Statistics, start: u8) -> Vec<Group> {
    let days = (1..=7).map(weekday_name).zip(figures.weekdays);
    let mut groups: Vec<Group> = days.collect();
    groups.rotate_left(usize::from(start - 1));
    groups
}

fn hours(figures: &Statistics) -> Vec<Group> {
    let some_day = LocalDate::new(2025, 1, 15).map(LocalDate::midnight);
    let name = |part: usize| {
        let hour = u8::try_from(part).unwrap_or_default() * HOURS_TOGETHER;
        let clock = |hour: u8| {
            some_day
                .map(|midnight| format::time_of_day(midnight.plus_minutes(i64::from(hour) * 60)))
        };
        let (from, until) = (clock(hour), clock(hour + HOURS_TOGETHER));
        t::insights::span(&from.unwrap_or_default(), &until.unwrap_or_default())
    };
    figures
        .hours
        .into_iter()
        .enumerate()
        .map(|(part, tally)| (name(part), tally))
        .collect()
}

fn bars(title: &str, groups: &[Group]) -> Bars {
    let scale = scale_of(groups.iter().filter_map(|(_, tally)| tally.average()));
    let rows = groups.iter().map(|(name, tally)| {
        let average = tally.average();
        Bar {
            name: name.clone(),
            icon: None,
            figure: average.map_or_else(
                || t::insights::no_entries().to_owned(),
                |average| {
                    let entries = t::calendar::entries(tally.entries().into());
                    t::insights::figure(&format::valence(average), &entries)
                },
            ),
            extent: average.map(|average| Extent::of_signed(average, scale)),
            class: side(average.unwrap_or_default()).to_owned(),
        }
    });
    Bars {
        rows: rows.collect(),
        measure: Measure::Signed([-scale, 0.0, scale].map(format::mark)),
        gist: gist(
            title,
            groups
                .iter()
                .filter_map(|(name, tally)| Some((name.as_str(), tally.average()?))),
        ),
    }
}

/// The class of a bar by the side that it is on.
pub(super) fn side(value: f64) -> &'static str {
    if value < 0.0 { "is-less" } else { "" }
}

/// The highest and the lowest.
pub(super) fn gist<'a>(
    title: &str,
    values: impl Iterator<Item = (&'a str, f64)> + Clone,
) -> String {
    let higher = |one: &(&str, f64), other: &(&str, f64)| one.1.total_cmp(&other.1);
    let ends = values.clone().max_by(higher).zip(values.min_by(higher));
    let ends = ends.map(|(high, low)| {
        t::insights::gist(
            high.0,
            &format::valence(high.1),
            low.0,
            &format::valence(low.1),
        )
    });
    format!("{title}. {}", ends.unwrap_or_default())
}

fn table(first: &'static str, groups: &[Group]) -> Table {
    let row = |(name, tally): &Group| {
        let average = tally
            .average()
            .map_or_else(|| "–".to_owned(), format::valence);
        vec![name.clone(), average, format::count(tally.entries())]
    };
    Table {
        head: vec![first, t::insights::col_average(), t::insights::entries()],
        rows: groups.iter().map(row).collect(),
    }
}
