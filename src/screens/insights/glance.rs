//! The time at a glance: its average, its entries, its days, and the time before.

use leptos::prelude::*;
use lume_core::mood::Mood;
use lume_core::statistics::{SIDE_MIN, Statistics};

use crate::i18n::t;
use crate::model::entry_view::mood_name;
use crate::screens::insights::{Figures, made};
use crate::shell::format;
use crate::ui::mood_badge::MoodBadge;

/// Four figures.
#[component]
pub(super) fn Glance(figures: Figures) -> impl IntoView {
    let label = made(figures, |figures| {
        let average = figures.all.average();
        average.map_or_else(String::new, |average| {
            Mood::nearest(average).label().to_owned()
        })
    });
    let average = made(figures, |figures| {
        figures
            .all
            .average()
            .map(format::valence)
            .unwrap_or_default()
    });
    let entries = made(figures, |figures| format::count(figures.all.entries()));
    let days = made(figures, |figures| {
        t::insights::days_of(
            &format::count(figures.days_noted),
            &format::count(figures.days_counted),
        )
    });
    let before = made(figures, before_words);
    let scale = t::insights::scale(&format::mark(-1.0), &format::mark(1.0));
    view! {
        <section class="card insights-glance" aria-labelledby="insights-glance">
            <h2 id="insights-glance" class="visually-hidden">{t::insights::glance()}</h2>
            <div class="insights-average">
                <MoodBadge label=label/>
                <p>
                    <span class="quiet small">{t::insights::average()}</span>
                    <strong data-testid="insights-average">{move || mood_name(&label.get())}" "<bdi>{average}</bdi></strong>
                    <span class="quiet small">{scale}</span>
                </p>
            </div>
            <dl class="insights-facts">
                <div><dt>{t::insights::entries()}</dt><dd data-testid="insights-entries">{entries}</dd></div>
                <div><dt>{t::insights::days()}</dt><dd data-testid="insights-days">{days}</dd></div>
                <div><dt>{t::insights::before()}</dt><dd data-testid="insights-before">{before}</dd></div>
            </dl>
        </section>
    }
}

/// How the average differs from the time before, where both have enough entries to say so.
fn before_words(figures: &Statistics) -> String {
    let enough = figures.all.entries() >= SIDE_MIN && figures.before.entries() >= SIDE_MIN;
    match (figures.all.average(), figures.before.average()) {
        (Some(now), Some(before)) if enough => t::insights::before_is(
            &format::valence(before),
            &format::valence(now - before),
            &t::calendar::entries(figures.before.entries().into()),
        ),
        (_, _) => t::insights::before_few().to_owned(),
    }
}
