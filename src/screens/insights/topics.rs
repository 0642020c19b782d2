//! What entries were about, and how their average differs from that of the others.

use leptos::prelude::*;
use lume_core::statistics::{Statistics, Tally, Topic};

use crate::i18n::t;
use crate::model::entry_view::association_name;
use crate::screens::insights::groups::{gist, side};
use crate::screens::insights::{Figures, made, saving};
use crate::shell::{format, page};
use crate::ui::charts::bars::{Bar, BarChart, Bars, Measure};
use crate::ui::charts::card::{ChartCard, Table, chart_id};
use crate::ui::charts::place::{Extent, scale_of};

/// The chart's name.
const NAME: &str = "topics";
/// The most topics that are drawn; the table has all.
const ROWS_MAX: usize = 8;
/// The fewest entries of a topic whose difference is drawn: that of one or two is a matter of chance.
const DRAWN_MIN: u32 = 3;

/// The card.
#[component]
pub(super) fn Topics(figures: Figures) -> impl IntoView {
    let title = t::insights::topics();
    let bars = made(figures, bars);
    let has_none = Memo::new(move |_| bars.with(|bars| bars.rows.is_empty()));
    view! {
        <ChartCard
            name=NAME
            title=title
            say=t::insights::topics_say()
            table=made(figures, table)
            on_save=saving(NAME, title, figures)
        >
            <Show when=move || has_none.get()><p>{t::insights::topics_none()}</p></Show>
            <BarChart id=chart_id(NAME) bars=bars is_mirrored=page::is_right_to_left()/>
        </ChartCard>
    }
}

/// How much higher the average is with it; `None` where every entry is about it.
fn difference(topic: &Topic) -> Option<f64> {
    Some(topic.with.average()? - topic.without.average()?)
}

fn bars(figures: &Statistics) -> Bars {
    let drawn = |topic: &Topic| {
        let difference = difference(topic).filter(|_| topic.with.entries() >= DRAWN_MIN)?;
        Some((
            association_name(topic.label.as_str()),
            difference,
            topic.with,
        ))
    };
    let mut topics: Vec<(String, f64, Tally)> = figures
        .topics
        .iter()
        .filter_map(drawn)
        .take(ROWS_MAX)
        .collect();
    topics.sort_by(|(_, one, _), (_, other, _)| other.total_cmp(one));
    let scale = scale_of(topics.iter().map(|(_, difference, _)| *difference));
    let rows = topics.iter().map(|(name, difference, with)| Bar {
        name: name.clone(),
        icon: None,
        figure: t::insights::figure(
            &format::valence(*difference),
            &t::calendar::entries(with.entries().into()),
        ),
        extent: Some(Extent::of_signed(*difference, scale)),
        class: side(*difference).to_owned(),
    });
    if topics.is_empty() {
        return Bars {
            gist: t::insights::topics_none().to_owned(),
            ..Bars::default()
        };
    }
    Bars {
        rows: rows.collect(),
        measure: Measure::Signed([-scale, 0.0, scale].map(format::mark)),
        gist: gist(
            t::insights::topics(),
            topics
                .iter()
                .map(|(name, difference, _)| (name.as_str(), *difference)),
        ),
    }
}

fn table(figures: &Statistics) -> Table {
    let average = |tally: &Tally| {
        tally
            .average()
            .map_or_else(|| "–".to_owned(), format::valence)
    };
    let row = |topic: &Topic| {
        vec![
            association_name(topic.label.as_str()),
            average(&topic.with),
            average(&topic.without),
            difference(topic).map_or_else(|| "–".to_owned(), format::valence),
            format::count(topic.with.entries()),
        ]
    };
    Table {
        head: vec![
            t::insights::col_topic(),
            t::insights::col_with(),
            t::insights::col_without(),
            t::insights::col_difference(),
            t::insights::entries(),
        ],
        rows: figures.topics.iter().map(row).collect(),
    }
}
