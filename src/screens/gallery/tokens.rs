//! The tokens as they are in the theme that is shown: colours with their measured contrast, type, space, radius, motion.

use leptos::prelude::*;

use super::Group;
use crate::model::contrast::{self, PAIRS};
use crate::shell::app_state::use_app;
use crate::shell::page;

const GROUNDS: [&str; 13] = [
    "bg",
    "bg-glow",
    "surface",
    "surface-soft",
    "raised",
    "line",
    "line-strong",
    "accent",
    "accent-strong",
    "accent-two",
    "good",
    "caution",
    "bad",
];
const SIZES: [&str; 6] = [
    "size-hint",
    "size-small",
    "size-body",
    "size-lead",
    "size-heading",
    "size-title",
];
const SPACES: [&str; 7] = [
    "space-1", "space-2", "space-3", "space-4", "space-5", "space-6", "space-7",
];
const RADII: [&str; 4] = ["radius-small", "radius", "radius-large", "radius-round"];
const MOTIONS: [&str; 3] = ["quick", "calm", "ease"];

/// All of them.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let app = use_app();
    let theme = Memo::new(move |_| app.prefs.with(|prefs| prefs.theme));
    let value = move |name: &str| {
        theme.track();
        page::token(name)
    };
    view! {
        <Group title="Colours">
            <dl class="facts">{GROUNDS.map(|name| view! {
                <div><dt>{name}</dt><dd>{move || value(name)}<span class="tag" style:background=format!("var(--{name})")>"      "</span></dd></div>
            }).into_iter().collect_view()}</dl>
        </Group>
        <Group title="Contrast, measured">
            <dl class="facts">{PAIRS.iter().flat_map(|(name, grounds, least)| grounds.iter().map(move |ground| (*name, *ground, *least))).map(|(name, ground, least)| view! {
                <div>
                    <dt style:color=format!("var(--{name})") style:background=format!("var(--{ground})")>{format!("{name} on {ground}")}</dt>
                    <dd>{move || measured(&value(name), &value(ground), least)}</dd>
                </div>
            }).collect_view()}</dl>
        </Group>
        <Group title="Type">
            {SIZES.map(|name| view! { <p style:font-size=format!("var(--{name})")>{name}": Lume keeps what you felt"</p> }).into_iter().collect_view()}
            <p style:font-family="var(--font-display)">"font-display: What brought you this calm?"</p>
        </Group>
        <Group title="Space, radius, motion">
            {SPACES.map(|name| view! {
                <p class="small">{name}<span class="tag" style:display="block" style:inline-size=format!("var(--{name})")>" "</span></p>
            }).into_iter().collect_view()}
            <div class="button-row">{RADII.map(|name| view! {
                <span class="button" style:border-radius=format!("var(--{name})")>{name}</span>
            }).into_iter().collect_view()}</div>
            <dl class="facts">{MOTIONS.map(|name| view! { <div><dt>{name}</dt><dd>{move || value(name)}</dd></div> }).into_iter().collect_view()}</dl>
        </Group>
    }
}

fn measured(colour: &str, ground: &str, least: f64) -> String {
    match (contrast::read(colour), contrast::read(ground)) {
        (Some(colour), Some(ground)) => {
            let ratio = contrast::ratio(colour, ground);
            let verdict = if ratio >= least { "good" } else { "TOO LITTLE" };
            format!("{ratio:.2} of {least:.1}: {verdict}")
        }
        _ => "not measured".to_owned(),
    }
}
