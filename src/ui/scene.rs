//! The illustration of empty places, drawn once in `icons.svg`.

use leptos::prelude::*;
use leptos::svg;

/// Hills in the light of a low sun. Decoration only.
#[component]
pub(crate) fn Scene() -> impl IntoView {
    // Built by hand: within a view, a `use` without anything dynamic is written out under its Rust name.
    svg::svg()
        .class("scene")
        .attr("aria-hidden", "true")
        .child(svg::r#use().attr("href", "#s-hills"))
}
