//! Which moods came how often.

use leptos::prelude::*;
use lume_core::mood::MoodLabel;
use lume_core::statistics::Statistics;

use crate::i18n::t;
use crate::model::entry_view::{mood_icon, mood_name};
use crate::screens::insights::{Figures, made, saving};
use crate::shell::{format, page};
use crate::ui::charts::bars::{Bar, BarChart, Bars, Measure};
use crate::ui::charts::card::{ChartCard, Table, chart_id};
use crate::ui::charts::place::Extent;
use crate::ui::mood_badge::ground;

/// The chart's name.
const NAME: &str = "moods";
/// The most moods that are drawn; the table has all.
const ROWS_MAX: usize = 8;

/// The card.
#[component]
pub(super) fn Moods(figures: Figures) -> impl IntoView {
    let title = t::insights::moods();
    view! {
        <ChartCard name=NAME title=title table=made(figures, table) on_save=saving(NAME, title, figures)>
            <BarChart id=chart_id(NAME) bars=made(figures, bars) is_mirrored=page::is_right_to_left()/>
        </ChartCard>
    }
}

fn share(figures: &Statistics, times: u32) -> f64 {
    f64::from(times) / f64::from(figures.all.entries().max(1))
}

/// How often, and of how much that is.
fn figure(figures: &Statistics, times: u32) -> String {
    t::insights::figure(
        &format::percent(share(figures, times)),
        &t::calendar::entries(times.into()),
    )
}

fn bars(figures: &Statistics) -> Bars {
    // The longest bar is as long as there is room, so that a day of many moods is no row of dots.
    let most = figures.moods.first().map_or(1, |(_, times)| *times);
    let mut rows: Vec<Bar> = figures
        .moods
        .iter()
        .take(ROWS_MAX)
        .map(|(label, times)| Bar {
            name: mood_name(label.as_str()),
            icon: Some(mood_icon(label.as_str())),
            figure: figure(figures, *times),
            extent: Some(Extent::of_share(f64::from(*times) / f64::from(most))),
            class: ground(label.as_str()),
        })
        .collect();
    let others = figures.moods.get(ROWS_MAX..).unwrap_or_default();
    let times: u32 = others.iter().map(|(_, times)| times).sum();
    if times > 0 {
        rows.push(Bar {
            name: t::insights::others().to_owned(),
            icon: None,
            figure: figure(figures, times),
            // Together they may be more than the most frequent one, which the chart has no room for.
            extent: None,
            class: String::new(),
        });
    }
    Bars {
        rows,
        measure: Measure::Share,
        gist: gist(figures),
    }
}

fn gist(figures: &Statistics) -> String {
    let named = |(label, times): &(MoodLabel, u32)| {
        format!("{}, {}", mood_name(label.as_str()), figure(figures, *times))
    };
    let first: Vec<String> = figures.moods.iter().take(3).map(named).collect();
    format!("{}. {}.", t::insights::moods(), first.join("; "))
}

fn table(figures: &Statistics) -> Table {
    let row = |(label, times): &(MoodLabel, u32)| {
        vec![
            mood_name(label.as_str()),
            format::count(*times),
            format::percent(share(figures, *times)),
        ]
    };
    Table {
        head: vec![
            t::insights::col_mood(),
            t::insights::entries(),
            t::insights::col_share(),
        ],
        rows: figures.moods.iter().map(row).collect(),
    }
}
