//! What a span of time was like, in figures, and in the few sentences that the figures bear out.
//!
//! [`summarise`] is a function of moments and a [`Frame`]: it reads each moment once and keeps sums alone, so that a
//! hundred thousand of them take no longer than reading them does. It decides nothing about how figures are shown.
//!
//! An average is always handed out with the number of entries behind it. A sentence ([`Insight`]) is made only where
//! there are enough of them and the difference is larger than their spread explains ([`Difference::is_borne_out`]); in
//! all other cases there is silence. Nothing here knows of streaks, and nothing is advice.

mod band;
mod insight;
mod period;
mod series;
mod tally;
mod trend;

use std::collections::BTreeMap;

pub use band::Band;
pub use insight::{ENTRIES_MIN, Insight, SIDE_MIN, TOPIC_SENTENCES_MAX};
pub use period::{PERIOD_DAYS_MAX, Period};
pub use series::{Point, Step};
pub use tally::{CERTAINTY_OF_MANY, CERTAINTY_OF_ONE, DIFFERENCE_MIN, Difference, Tally};
pub use trend::{TREND_CERTAINTY, TREND_DAYS_MIN, Trend};

use crate::association::AssociationLabel;
use crate::day::{DayPart, DayStart};
use crate::moment::Moment;
use crate::mood::MoodLabel;
use crate::time::LocalDate;

/// Days of a week.
pub const WEEK_DAYS: usize = 7;
/// Hours that are counted together.
pub const HOURS_TOGETHER: u8 = 3;
/// How many such parts a day has.
pub const HOUR_PARTS: usize = 24 / HOURS_TOGETHER as usize;

/// What figures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The days that are asked about.
    pub period: Period,
    /// When the person's days start.
    pub day_start: DayStart,
    /// The day that weeks start on, 1 for Monday to 7 for Sunday.
    pub week_start: u8,
    /// The day of the person's first entry; days before it are not counted as days without one.
    pub first: Option<LocalDate>,
    /// The day it is; days after it are not counted, either.
    pub today: LocalDate,
}

/// A topic, and what entries are like with it and without.
#[derive(Clone, PartialEq)]
pub struct Topic {
    /// Which one.
    pub label: AssociationLabel,
    /// The entries that are about it.
    pub with: Tally,
    /// All others of the same time.
    pub without: Tally,
}

impl Topic {
    /// Returns how much higher the average is with it; `None` where one side has too few entries to tell their spread.
    pub fn difference(&self) -> Option<Difference> {
        Difference::between(&self.with, &self.without)
    }
}

/// The figures of a period.
///
/// Has no `Debug`: how somebody felt reaches no log.
#[derive(Clone, PartialEq)]
pub struct Statistics {
    /// The days they are about.
    pub period: Period,
    /// All entries.
    pub all: Tally,
    /// All entries of as many days right before.
    pub before: Tally,
    /// On how many days there are entries.
    pub days_noted: u32,
    /// How many days there were to note something on: since the first entry, and up to today.
    pub days_counted: u32,
    /// What one point of the series stands for.
    pub step: Step,
    /// Averages over time, the oldest first; points without entries are among them.
    pub series: Vec<Point>,
    /// The straight line through the days' averages that is nearest to them; `None` with fewer than three days.
    pub trend: Option<Trend>,
    /// How often each mood was the first of an entry, the most frequent first.
    pub moods: Vec<(MoodLabel, u32)>,
    /// Entries by day of the week, Monday first.
    pub weekdays: [Tally; WEEK_DAYS],
    /// Entries by the hour of their civil time, [`HOURS_TOGETHER`] at a time from midnight on.
    pub hours: [Tally; HOUR_PARTS],
    /// Entries by part of the day, in the order of [`DayPart::ALL`].
    pub day_parts: [Tally; DayPart::ALL.len()],
    /// What entries are about, the most frequent first.
    pub topics: Vec<Topic>,
}

impl Statistics {
    /// Returns the sentences that these figures bear out, the most telling first.
    pub fn insights(&self) -> Vec<Insight> {
        insight::borne_out(self)
    }
}

/// Makes the figures of a period of the moments of that period and of the one before. Moments of other times are passed
/// over, and their order does not matter.
pub fn summarise(moments: &[Moment], frame: &Frame) -> Statistics {
    let period = frame.period;
    let before_period = period.before();
    let mut days: BTreeMap<LocalDate, Tally> = BTreeMap::new();
    let mut moods: BTreeMap<&MoodLabel, u32> = BTreeMap::new();
    let mut topics: BTreeMap<&AssociationLabel, Tally> = BTreeMap::new();
    let step = Step::of(period);
    let mut found = Statistics {
        period,
        all: Tally::default(),
        before: Tally::default(),
        days_noted: 0,
        days_counted: 0,
        step,
        series: series::points(period, step, frame.week_start),
        trend: None,
        moods: Vec::new(),
        weekdays: [Tally::default(); WEEK_DAYS],
        hours: [Tally::default(); HOUR_PARTS],
        day_parts: [Tally::default(); DayPart::ALL.len()],
        topics: Vec::new(),
    };
    for moment in moments {
        let day = frame.day_start.day_of(moment.local_time);
        let valence = moment.valence;
        if before_period.contains(day) {
            found.before.add(valence);
        }
        if !period.contains(day) {
            continue;
        }
        let hour = moment.local_time.hour();
        found.all.add(valence);
        days.entry(day).or_default().add(valence);
        series::add(&mut found.series, day, valence);
        found.weekdays[usize::from(day.weekday() - 1)].add(valence);
        found.hours[usize::from(hour / HOURS_TOGETHER)].add(valence);
        found.day_parts[DayPart::of(hour).index()].add(valence);
        if let Some(mood) = moment.labels.first() {
            *moods.entry(mood).or_default() += 1;
        }
        for topic in &moment.associations {
            topics.entry(topic).or_default().add(valence);
        }
    }
    found.days_noted = u32::try_from(days.len()).unwrap_or(u32::MAX);
    found.days_counted = days_counted(frame).max(found.days_noted);
    found.trend = Trend::through(&days, period);
    found.moods = ranked(moods);
    found.topics = topics_of(topics, &found.all);
    found
}

/// Adds up entries by the day they belong to.
pub fn by_day(moments: &[Moment], day_start: DayStart) -> BTreeMap<LocalDate, Tally> {
    let mut days: BTreeMap<LocalDate, Tally> = BTreeMap::new();
    for moment in moments {
        let day = day_start.day_of(moment.local_time);
        days.entry(day).or_default().add(moment.valence);
    }
    days
}

/// Days of the period on which something could have been noted.
fn days_counted(frame: &Frame) -> u32 {
    let Some(first) = frame.first else { return 0 };
    let from = frame.period.from().max(first);
    let until = frame.period.until().min(frame.today.plus_days(1));
    u32::try_from(until.days_since(from)).unwrap_or(0)
}

/// The most frequent first; of two that are equally frequent, the catalogue's earlier one, and then those of the person's own.
fn ranked(counts: BTreeMap<&MoodLabel, u32>) -> Vec<(MoodLabel, u32)> {
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|(label, count)| {
        (
            std::cmp::Reverse(*count),
            label.known().is_none(),
            label.known(),
        )
    });
    let owned = |(label, count): (&MoodLabel, u32)| (label.clone(), count);
    ranked.into_iter().map(owned).collect()
}

fn topics_of(tallies: BTreeMap<&AssociationLabel, Tally>, all: &Tally) -> Vec<Topic> {
    let topic = |(label, with): (&AssociationLabel, Tally)| Topic {
        label: label.clone(),
        with,
        without: all.without(&with),
    };
    let mut topics: Vec<_> = tallies.into_iter().map(topic).collect();
    topics.sort_by_key(|topic| std::cmp::Reverse(topic.with.entries()));
    topics
}
