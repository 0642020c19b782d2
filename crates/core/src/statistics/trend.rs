//! [`Trend`].

use std::collections::BTreeMap;

use super::{DIFFERENCE_MIN, Period, Tally};
use crate::time::LocalDate;

/// The fewest days with entries of which a direction is told.
pub const TREND_DAYS_MIN: u32 = 7;
/// How many standard errors a slope must exceed to be told.
pub const TREND_CERTAINTY: f64 = 3.0;
/// Two points are always on a straight line: with fewer days than this nothing is known of the error.
const LINE_DAYS_MIN: usize = 3;

/// The straight line that is nearest to the averages of days (ordinary least squares, a day counting once whatever the
/// number of its entries). Has no `Debug`: how somebody felt reaches no log.
#[derive(Clone, Copy, PartialEq)]
pub struct Trend {
    /// How much it rises a day.
    pub slope: f64,
    /// The slope's standard error.
    pub error: f64,
    /// Its height on the period's first day.
    pub at_start: f64,
    /// Its height on the period's last day.
    pub at_end: f64,
    /// How many days it was made of.
    pub days: u32,
    /// How much it rises from the first of them to the last.
    pub change: f64,
}

impl Trend {
    /// Lays the line through the days' averages; `None` with fewer than three days.
    pub(super) fn through(days: &BTreeMap<LocalDate, Tally>, period: Period) -> Option<Self> {
        let position = |day: LocalDate| f64::from(day.days_since(period.from()));
        let points: Vec<(f64, f64)> = days
            .iter()
            .filter_map(|(day, tally)| Some((position(*day), tally.average()?)))
            .collect();
        if points.len() < LINE_DAYS_MIN {
            return None;
        }
        let days = u32::try_from(points.len()).ok()?;
        let count = f64::from(days);
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let joint: f64 = points
            .iter()
            .map(|(x, y)| (x - mean_x) * (y - mean_y))
            .sum();
        let slope = joint / spread;
        let height = |x: f64| mean_y + slope * (x - mean_x);
        let rest: f64 = points.iter().map(|(x, y)| (y - height(*x)).powi(2)).sum();
        let (first, last) = (points.first()?.0, points.last()?.0);
        Some(Self {
            slope,
            error: (rest / (count - 2.0) / spread).sqrt(),
            at_start: height(0.0),
            at_end: height(position(period.last())),
            days,
            change: slope * (last - first),
        })
    }

    /// Says whether the direction can be told: enough days, a change that is worth telling, and a slope that is larger
    /// than [`TREND_CERTAINTY`] times its standard error.
    pub fn is_borne_out(&self) -> bool {
        self.days >= TREND_DAYS_MIN
            && self.change.abs() >= DIFFERENCE_MIN
            && self.slope.abs() > TREND_CERTAINTY * self.error
    }
}
