//! Horizontal bars, each under its name and its figure.

use leptos::prelude::*;

use crate::ui::charts::place::{Extent, per_cent};

/// The height of a row, in pixels.
const ROW: f64 = 46.0;
/// How far below the row's top its words stand.
const WORDS: f64 = 16.0;
/// How far below the row's top its bar begins.
const BAR_TOP: f64 = 24.0;
/// The height of a bar.
const BAR: f64 = 12.0;
/// The height of what stands below all rows.
const AXIS: f64 = 20.0;
/// The size of an icon.
const ICON: f64 = 18.0;
/// Where the words begin beside an icon: in pixels, so that it fits at any width.
const BESIDE_ICON: f64 = 26.0;

/// What bars are measured by.
#[derive(Clone, Default, PartialEq)]
pub(crate) enum Measure {
    /// Shares of a whole; nothing is written below.
    #[default]
    Share,
    /// More or less than nothing; the three words are those below the chart's start, middle and end.
    Signed([String; 3]),
}

/// A row.
#[derive(Clone, PartialEq)]
pub(crate) struct Bar {
    /// What it is about.
    pub(crate) name: String,
    /// An icon beside the name.
    pub(crate) icon: Option<&'static str>,
    /// What it says.
    pub(crate) figure: String,
    /// From where to where it reaches; `None` where there is nothing to show.
    pub(crate) extent: Option<Extent>,
    /// Classes beside the bar's own.
    pub(crate) class: String,
}

/// What is drawn.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Bars {
    /// Its rows.
    pub(crate) rows: Vec<Bar>,
    /// What they are measured by.
    pub(crate) measure: Measure,
    /// What it shows, in words.
    pub(crate) gist: String,
}

/// The drawing.
#[component]
pub(crate) fn BarChart(
    /// Its id, and what tests call it.
    id: String,
    /// What is drawn.
    #[prop(into)]
    bars: Signal<Bars>,
    /// Whether one reads from right to left.
    is_mirrored: bool,
) -> impl IntoView {
    let height = move || {
        bars.with(|bars| {
            let axis = if bars.measure == Measure::Share {
                0.0
            } else {
                AXIS
            };
            count(bars.rows.len()) * ROW + axis
        })
    };
    let rows = move || {
        let bars = bars.get();
        let is_signed = bars.measure != Measure::Share;
        let rows = bars.rows.into_iter().enumerate();
        rows.map(|(at, bar)| row(bar, count(at) * ROW, is_signed, is_mirrored))
            .collect_view()
    };
    let axis = move || {
        let bars = bars.get();
        let y = count(bars.rows.len()) * ROW + AXIS - 6.0;
        match bars.measure {
            Measure::Share => None,
            Measure::Signed([start, middle, end]) => Some(view! {
                <text class="chart-mark" x=per_cent(at_start(is_mirrored)) y=y text-anchor="start">{start}</text>
                <text class="chart-mark" x="50%" y=y text-anchor="middle">{middle}</text>
                <text class="chart-mark" x=per_cent(1.0 - at_start(is_mirrored)) y=y text-anchor="end">{end}</text>
            }),
        }
    };
    view! {
        <svg
            class="chart"
            id=id.clone()
            data-testid=id
            role="img"
            aria-label=move || bars.with(|bars| bars.gist.clone())
            width="100%"
            height=height
        >
            {rows}
            {axis}
        </svg>
    }
}

/// Where one begins to read.
const fn at_start(is_mirrored: bool) -> f64 {
    if is_mirrored { 1.0 } else { 0.0 }
}

fn row(bar: Bar, top: f64, is_signed: bool, is_mirrored: bool) -> impl IntoView {
    let whole = Extent::of_share(1.0);
    let track = (!is_signed).then(|| rect(whole, top, "chart-track"));
    let middle = is_signed.then(|| {
        view! { <line class="chart-zero" x1="50%" x2="50%" y1=top + BAR_TOP - 3.0 y2=top + BAR_TOP + BAR + 3.0/> }
    });
    let shape = bar.extent.map(|extent| {
        let class = format!("chart-bar {}", bar.class);
        let extent = if is_mirrored {
            extent.mirrored()
        } else {
            extent
        };
        rect(extent, top, &class)
    });
    let ground = bar.class;
    // An icon's place is in pixels from where one begins to read: its corner at that edge, moved by what it needs.
    let shift = |pixels: f64| if is_mirrored { -pixels } else { pixels };
    let icon = bar.icon.map(|icon| {
        let by = if is_mirrored { -ICON } else { 0.0 };
        view! {
            <g transform=format!("translate({by} {top})")>
                <svg class=format!("chart-icon {ground}") x=per_cent(at_start(is_mirrored)) y="1" width=ICON height=ICON>
                    <use_ href=move || format!("#i-{icon}")></use_>
                </svg>
            </g>
        }
    });
    let beside = if bar.icon.is_some() {
        shift(BESIDE_ICON)
    } else {
        0.0
    };
    view! {
        {track}
        {middle}
        {shape}
        {icon}
        <text class="chart-name" x=per_cent(at_start(is_mirrored)) dx=beside y=top + WORDS text-anchor="start">{bar.name}</text>
        <text class="chart-figure" x=per_cent(1.0 - at_start(is_mirrored)) y=top + WORDS text-anchor="end">{bar.figure}</text>
    }
}

fn rect(extent: Extent, top: f64, class: &str) -> impl IntoView + use<> {
    view! {
        <rect
            class=class.to_owned()
            x=per_cent(extent.from)
            width=per_cent(extent.length)
            y=top + BAR_TOP
            height=BAR
            rx="5"
        />
    }
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}
