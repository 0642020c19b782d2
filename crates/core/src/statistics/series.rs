//! Averages over time.

use super::{Period, Tally};
use crate::time::LocalDate;

/// Periods of up to so many days are shown by day.
const BY_DAY_MAX: u32 = 100;
/// Periods of up to so many days are shown by week, and longer ones by month.
const BY_WEEK_MAX: u32 = 800;
/// Days of a week.
const WEEK: u8 = 7;

/// What one point stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A day.
    Day,
    /// A week of the calendar; at the period's ends what the period has of it.
    Week,
    /// A month of the calendar; at the period's ends what the period has of it.
    Month,
}

impl Step {
    /// Returns the step that suits a period's length.
    pub fn of(period: Period) -> Self {
        let days = period.days();
        if days <= BY_DAY_MAX {
            Self::Day
        } else if days <= BY_WEEK_MAX {
            Self::Week
        } else {
            Self::Month
        }
    }

    /// The first day of the step after the one that a day is in.
    fn after(self, day: LocalDate, week_start: u8) -> LocalDate {
        match self {
            Self::Day => day.plus_days(1),
            Self::Week => {
                let week = WEEK;
                let into = (day.weekday() + week - week_start) % week;
                day.plus_days(i32::from(week - into))
            }
            Self::Month => day.plus_days(i32::from(day.days_in_month() - day.day()) + 1),
        }
    }
}

/// A day, a week or a month.
#[derive(Clone, Copy, PartialEq)]
pub struct Point {
    /// Its first day within the period.
    pub from: LocalDate,
    /// The day after its last one.
    pub until: LocalDate,
    /// Its entries.
    pub tally: Tally,
    /// The lowest and the highest valence of an entry; `None` without entries.
    pub range: Option<(f64, f64)>,
}

/// The points of a period, all of them empty.
pub(super) fn points(period: Period, step: Step, week_start: u8) -> Vec<Point> {
    let mut points = Vec::new();
    let mut from = period.from();
    while from < period.until() {
        let until = step.after(from, week_start).min(period.until());
        points.push(Point {
            from,
            until,
            tally: Tally::default(),
            range: None,
        });
        from = until;
    }
    points
}

/// Adds an entry to the point whose day it belongs to, if there is one.
pub(super) fn add(points: &mut [Point], day: LocalDate, valence: f64) {
    let at = points.partition_point(|point| point.until <= day);
    if let Some(point) = points.get_mut(at).filter(|point| point.from <= day) {
        point.tally.add(valence);
        let (low, high) = point.range.unwrap_or((valence, valence));
        point.range = Some((low.min(valence), high.max(valence)));
    }
}
