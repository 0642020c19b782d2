//! Valence over time: a line, the range around it, and the direction it goes in.

use leptos::prelude::*;

use crate::ui::charts::place::{BREADTH, down, path, per_cent, runs};

/// The height of the plot, in pixels.
const HEIGHT: f64 = 208.0;
/// The room above it.
const TOP: f64 = 10.0;
/// The height of the whole chart, with the names below.
const WHOLE: f64 = TOP + HEIGHT + 28.0;
/// The share of the chart's width before the plot.
const BEFORE: f64 = 0.11;
/// The share of the chart's width that the plot takes.
const ALONG: f64 = 0.86;
/// The longest gap between two points that the line reaches over.
const GAP_MAX: usize = 2;
/// The most points that are marked with a dot each.
const DOTS_MAX: usize = 46;

/// A point of the line.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct LinePoint {
    /// The average.
    pub(crate) average: f64,
    /// The lowest of what it is made of.
    pub(crate) low: f64,
    /// The highest.
    pub(crate) high: f64,
}

/// What is drawn.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Line {
    /// The points at even distances; `None` where there is nothing.
    pub(crate) points: Vec<Option<LinePoint>>,
    /// The trend from one point to another, each with its height there.
    pub(crate) trend: Option<[(usize, f64); 2]>,
    /// Names below the chart, each of a point.
    pub(crate) names: Vec<(usize, String)>,
    /// Names beside the chart, each of a height.
    pub(crate) levels: Vec<(f64, String)>,
    /// What it shows, in words.
    pub(crate) gist: String,
}

impl Line {
    /// Where a point is along the plot, 0 to 1: in the middle of its day.
    fn along(&self, at: usize) -> f64 {
        let count = |of: usize| f64::from(u32::try_from(of).unwrap_or(u32::MAX));
        (count(at) + 0.5) / count(self.points.len().max(1))
    }
}

/// The drawing.
#[component]
pub(crate) fn LineChart(
    /// Its id, and what tests call it.
    id: String,
    /// What is drawn.
    #[prop(into)]
    line: Signal<Line>,
    /// Whether one reads from right to left.
    is_mirrored: bool,
) -> impl IntoView {
    let side = move |along: f64| if is_mirrored { 1.0 - along } else { along };
    let plot_from = if is_mirrored {
        1.0 - BEFORE - ALONG
    } else {
        BEFORE
    };
    let on_chart = move |along: f64| per_cent(side(along).mul_add(ALONG, plot_from));
    let drawn = move || line.with(|line| drawing(line, side));
    let levels = move || {
        line.get().levels.into_iter().map(|(value, name)| {
        let y = TOP + down(value, HEIGHT);
        let class = if value == 0.0 { "chart-zero" } else { "chart-grid" };
        let edge = if is_mirrored { 1.0 - BEFORE * 0.8 } else { BEFORE * 0.8 };
        view! {
            <line class=class x1=per_cent(plot_from) x2=per_cent(plot_from + ALONG) y1=y y2=y/>
            <text class="chart-mark" x=per_cent(edge) y=y + 4.0 text-anchor="end">{name}</text>
        }
    }).collect_view()
    };
    let names = move || {
        let line = line.get();
        let name = |(at, name): &(usize, String)| {
            view! { <text class="chart-mark" x=on_chart(line.along(*at)) y=WHOLE - 6.0 text-anchor="middle">{name.clone()}</text> }
        };
        line.names.iter().map(name).collect_view()
    };
    let dots = move || {
        let line = line.get();
        let is_few = line.points.len() <= DOTS_MAX;
        let dot = |(at, point): (usize, &Option<LinePoint>)| {
            let point = point.as_ref()?;
            // A point without neighbours has no line to be seen by.
            let is_alone = |other: Option<usize>| {
                other
                    .and_then(|other| line.points.get(other)?.as_ref())
                    .is_none()
            };
            let is_lonely = is_alone(at.checked_sub(1)) && is_alone(Some(at + 1));
            (is_few || is_lonely).then(|| {
                view! { <circle class="chart-dot" cx=on_chart(line.along(at)) cy=TOP + down(point.average, HEIGHT) r="3.5"/> }
            })
        };
        line.points
            .iter()
            .enumerate()
            .filter_map(dot)
            .collect_view()
    };
    view! {
        <svg
            class="chart"
            id=id.clone()
            data-testid=id
            role="img"
            aria-label=move || line.with(|line| line.gist.clone())
            width="100%"
            height=WHOLE
        >
            {levels}
            <svg
                class="chart-plot"
                x=per_cent(plot_from)
                y=TOP
                width=per_cent(ALONG)
                height=HEIGHT
                viewBox=format!("0 0 {BREADTH} {HEIGHT}")
                preserveAspectRatio="none"
            >
                {drawn}
            </svg>
            {dots}
            {names}
        </svg>
    }
}

/// The band, the line and the trend.
fn drawing<F: Fn(f64) -> f64>(line: &Line, side: F) -> impl IntoView + use<F> {
    let mut bands = String::new();
    let mut lines = String::new();
    for run in runs(&line.points, GAP_MAX) {
        let at = |pick: fn(&LinePoint) -> f64| {
            let place = |(at, point): &(usize, LinePoint)| {
                (side(line.along(*at)), down(pick(point), HEIGHT))
            };
            run.iter().map(place).collect::<Vec<_>>()
        };
        lines += &path(&at(|point| point.average));
        let mut around = at(|point| point.high);
        around.extend(at(|point| point.low).into_iter().rev());
        bands += &path(&around);
        bands.push('Z');
    }
    let trend = line.trend.map(|ends| {
        let ends = ends.map(|(at, height)| (side(line.along(at)), down(height, HEIGHT)));
        view! { <path class="chart-trend" d=path(&ends) vector-effect="non-scaling-stroke"/> }
    });
    view! {
        <path class="chart-band" d=bands/>
        <path class="chart-line" d=lines vector-effect="non-scaling-stroke"/>
        {trend}
    }
}
