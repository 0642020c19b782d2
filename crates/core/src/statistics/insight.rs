//! [`Insight`]: sentences that figures bear out.

use super::{CERTAINTY_OF_MANY, CERTAINTY_OF_ONE, Difference, Statistics, Tally};
use crate::association::AssociationLabel;
use crate::day::DayPart;
use crate::mood::MoodLabel;

/// The fewest entries of a period about which anything is said.
pub const ENTRIES_MIN: u32 = 5;
/// The fewest entries on each side of a comparison.
pub const SIDE_MIN: u32 = 5;
/// The most topics that are told of.
pub const TOPIC_SENTENCES_MAX: usize = 3;

/// A sentence with its figures. Has no `Debug`: how somebody felt reaches no log.
#[derive(Clone, PartialEq)]
pub enum Insight {
    /// Days became more or less pleasant.
    Direction {
        /// By how much, along the trend from the first day with entries to the last.
        change: f64,
        /// How many days with entries there are.
        days: u32,
    },
    /// The period differs from the one before.
    AgainstBefore {
        /// The period's entries.
        now: Tally,
        /// Those before.
        before: Tally,
    },
    /// A day of the week differs from the others.
    Weekday {
        /// Which, 1 for Monday to 7 for Sunday.
        weekday: u8,
        /// Its entries.
        on: Tally,
        /// Those of other days.
        otherwise: Tally,
    },
    /// A part of the day differs from the others.
    DayPart {
        /// Which.
        part: DayPart,
        /// Its entries.
        during: Tally,
        /// Those of other parts.
        otherwise: Tally,
    },
    /// Entries about something differ from the others.
    Topic {
        /// What they are about.
        label: AssociationLabel,
        /// Those entries.
        with: Tally,
        /// The others.
        without: Tally,
    },
    /// A mood was noted more often than any other.
    MostOften {
        /// Which.
        mood: MoodLabel,
        /// How often.
        times: u32,
        /// Of how many entries.
        entries: u32,
    },
}

/// The sentences of a period, the most telling first; none where there are too few entries.
pub(super) fn borne_out(figures: &Statistics) -> Vec<Insight> {
    if figures.all.entries() < ENTRIES_MIN {
        return Vec::new();
    }
    let mut insights = Vec::new();
    insights.extend(direction(figures));
    insights.extend(against_before(figures));
    insights.extend(topics(figures));
    insights.extend(weekday(figures));
    insights.extend(day_part(figures));
    insights.extend(most_often(figures));
    insights
}

fn direction(figures: &Statistics) -> Option<Insight> {
    let trend = figures.trend.filter(super::Trend::is_borne_out)?;
    Some(Insight::Direction {
        change: trend.change,
        days: trend.days,
    })
}

fn against_before(figures: &Statistics) -> Option<Insight> {
    let (now, before) = (figures.all, figures.before);
    told(&now, &before, CERTAINTY_OF_ONE)?;
    Some(Insight::AgainstBefore { now, before })
}

/// The difference of two averages, if both sides have enough entries and it is larger than chance explains.
fn told(one: &Tally, other: &Tally, certainty: f64) -> Option<Difference> {
    let enough = one.entries() >= SIDE_MIN && other.entries() >= SIDE_MIN;
    Difference::between(one, other)
        .filter(|difference| enough && difference.is_borne_out(certainty))
}

/// The group that differs most clearly from all others together.
fn clearest(groups: &[Tally], all: &Tally) -> Option<(usize, Tally, Tally)> {
    let candidate = |(at, group): (usize, &Tally)| {
        let others = all.without(group);
        let difference = told(group, &others, CERTAINTY_OF_MANY)?;
        Some((difference.clarity(), (at, *group, others)))
    };
    let candidates = groups.iter().enumerate().filter_map(candidate);
    let (_, found) = candidates.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(found)
}

fn weekday(figures: &Statistics) -> Option<Insight> {
    let (at, on, otherwise) = clearest(&figures.weekdays, &figures.all)?;
    Some(Insight::Weekday {
        weekday: u8::try_from(at + 1).ok()?,
        on,
        otherwise,
    })
}

fn day_part(figures: &Statistics) -> Option<Insight> {
    let (at, during, otherwise) = clearest(&figures.day_parts, &figures.all)?;
    Some(Insight::DayPart {
        part: DayPart::ALL[at],
        during,
        otherwise,
    })
}

fn topics(figures: &Statistics) -> Vec<Insight> {
    let mut told: Vec<_> = figures
        .topics
        .iter()
        .filter_map(|topic| {
            let difference = told(&topic.with, &topic.without, CERTAINTY_OF_MANY)?;
            Some((difference.clarity(), topic))
        })
        .collect();
    told.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    told.truncate(TOPIC_SENTENCES_MAX);
    told.into_iter()
        .map(|(_, topic)| Insight::Topic {
            label: topic.label.clone(),
            with: topic.with,
            without: topic.without,
        })
        .collect()
}

fn most_often(figures: &Statistics) -> Option<Insight> {
    let (mood, times) = figures.moods.first()?;
    let second = figures.moods.get(1).map_or(0, |(_, times)| *times);
    (*times > second && *times >= SIDE_MIN).then(|| Insight::MostOften {
        mood: mood.clone(),
        times: *times,
        entries: figures.all.entries(),
    })
}
