//! What the figures bear out, in words.

use leptos::prelude::*;
use lume_core::day::DayPart;
use lume_core::statistics::{ENTRIES_MIN, Insight, Tally};

use crate::i18n::t;
use crate::model::entry_view::{association_name, mood_name};
use crate::screens::insights::groups::weekday_name;
use crate::screens::insights::{Figures, made};
use crate::shell::format;
use crate::ui::icon::Icon;

/// The card.
#[component]
pub(super) fn Words(figures: Figures) -> impl IntoView {
    let sentences = made(figures, |figures| {
        figures.insights().iter().map(sentence).collect::<Vec<_>>()
    });
    let is_few = made(figures, |figures| figures.all.entries() < ENTRIES_MIN);
    let silence = move || {
        if is_few.get() {
            t::insights::words_few()
        } else {
            t::insights::words_none()
        }
    };
    view! {
        <section class="card insights-words" aria-labelledby="insights-words">
            <h2 id="insights-words">{t::insights::words()}</h2>
            <Show when=move || sentences.with(Vec::is_empty)><p class="quiet">{silence}</p></Show>
            <ul>
                {move || sentences.get().into_iter().map(|(icon, words)| view! {
                    <li data-testid="insight"><Icon name=icon/><span>{words}</span></li>
                }).collect_view()}
            </ul>
        </section>
    }
}

/// A sentence with its icon.
fn sentence(insight: &Insight) -> (&'static str, String) {
    match insight {
        Insight::Direction { change, days } => {
            let size = format::valence(*change);
            if *change > 0.0 {
                ("rise", t::insights::say_rising(u64::from(*days), &size))
            } else {
                ("fall", t::insights::say_falling(u64::from(*days), &size))
            }
        }
        Insight::AgainstBefore { now, before } => against_before(now, before),
        Insight::Weekday {
            weekday,
            on,
            otherwise,
        } => compared("calendar", &weekday_name(*weekday), on, otherwise),
        Insight::DayPart {
            part,
            during,
            otherwise,
        } => compared("waiting", part_name(*part), during, otherwise),
        Insight::Topic {
            label,
            with,
            without,
        } => {
            let topic = t::insights::with_topic(&association_name(label.as_str()));
            compared("tag", &topic, with, without)
        }
        Insight::MostOften {
            mood,
            times,
            entries,
        } => {
            let words = t::insights::say_most(
                &mood_name(mood.as_str()),
                &format::count(*times),
                &format::count(*entries),
            );
            ("star", words)
        }
    }
}

/// That one thing was more or less pleasant than everything else, with both figures.
fn compared(icon: &'static str, what: &str, one: &Tally, other: &Tally) -> (&'static str, String) {
    let say = if one.average() > other.average() {
        t::insights::say_higher
    } else {
        t::insights::say_lower
    };
    // Arguments are in the order of their names: the build sorts them.
    let words = say(
        &average(one),
        &entries(one),
        &average(other),
        &entries(other),
        what,
    );
    (icon, words)
}

fn against_before(now: &Tally, before: &Tally) -> (&'static str, String) {
    let say = if now.average() > before.average() {
        t::insights::say_more_before
    } else {
        t::insights::say_less_before
    };
    let words = say(
        &average(now),
        &entries(now),
        &average(before),
        &entries(before),
    );
    ("history", words)
}

fn average(tally: &Tally) -> String {
    tally.average().map(format::valence).unwrap_or_default()
}

fn entries(tally: &Tally) -> String {
    t::calendar::entries(tally.entries().into())
}

fn part_name(part: DayPart) -> &'static str {
    match part {
        DayPart::Morning => t::insights::mornings(),
        DayPart::Afternoon => t::insights::afternoons(),
        DayPart::Evening => t::insights::evenings(),
        DayPart::Night => t::insights::nights(),
    }
}
