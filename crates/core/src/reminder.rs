//! Reminders: at which times and on which days a person wants to be asked, and when that is.
//!
//! A [`Schedule`] is what the person chose; [`next_due`] and [`settle`] turn it into instants, in the app while it is open
//! and in the server while it is not, by the same rules:
//!
//! - A reminder is due when clocks in the schedule's zone show one of its times on one of its days. A time that clocks
//!   skip comes as long after the jump as it is after the skipped stretch's start, and one that they show twice comes once.
//! - In the quiet hours nothing is due, whatever the times say.
//! - While it is snoozed nothing is due, and when the snooze ends one reminder is.
//! - What is later than [`LATE_MS_MAX`] is passed over, and what was due several times meanwhile comes once: a device or a
//!   server that was away asks once, not five times.
//!
//! Whether something was noted already is not known here: [`Due::day`] says which day to look at.

mod due;
mod times;

use serde::{Deserialize, Serialize};

use crate::time::{Timestamp, ZoneName};
use crate::validate::{FieldCode, FieldErrors};

pub use due::{Due, Settled, next_due, settle};
pub use times::{QuietHours, TimeOfDay, Weekdays};

/// Most times of day in a schedule.
pub const TIMES_MAX: usize = 12;
/// Longest snooze, in days.
pub const SNOOZE_DAYS_MAX: i64 = 31;
/// How late a reminder may come, in milliseconds: half an hour. After that it would ask for another time of day than the
/// person chose.
pub const LATE_MS_MAX: i64 = 30 * crate::time::MINUTE_MS;

/// When a person wants to be reminded. As JSON it is the body of `PUT /api/v1/reminders`.
///
/// ```
/// use lume_core::reminder::Schedule;
/// let schedule: Schedule = serde_json::from_str(
///     r#"{"times": ["21:00", "08:30", "21:00"], "zone": "Europe/Berlin"}"#,
/// )?;
/// assert_eq!(schedule.times.len(), 2);
/// assert_eq!(schedule.times[0].to_string(), "08:30");
/// assert!(schedule.enabled && schedule.skip_if_logged);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Unsorted")]
pub struct Schedule {
    /// Whether there are reminders at all; the rest is kept for when there are again.
    pub enabled: bool,
    /// The times of day, in order, each once.
    pub times: Vec<TimeOfDay>,
    /// The days of the week.
    pub days: Weekdays,
    /// The zone whose clocks are meant.
    pub zone: ZoneName,
    /// When nothing is to come, where the person chose so.
    pub quiet: Option<QuietHours>,
    /// Whether none comes on a day on which something was noted already.
    pub skip_if_logged: bool,
    /// Until when nothing is to come; one reminder comes then.
    pub snoozed_until: Option<Timestamp>,
}

/// A schedule as it is written down by somebody else: in any order, and with what is usual left out.
#[derive(Deserialize)]
struct Unsorted {
    #[serde(default = "yes")]
    enabled: bool,
    times: Vec<TimeOfDay>,
    #[serde(default)]
    days: Weekdays,
    zone: ZoneName,
    #[serde(default)]
    quiet: Option<QuietHours>,
    #[serde(default = "yes")]
    skip_if_logged: bool,
    #[serde(default)]
    snoozed_until: Option<Timestamp>,
}

const fn yes() -> bool {
    true
}

impl From<Unsorted> for Schedule {
    fn from(unsorted: Unsorted) -> Self {
        let mut schedule = Self {
            enabled: unsorted.enabled,
            times: unsorted.times,
            days: unsorted.days,
            zone: unsorted.zone,
            quiet: unsorted.quiet,
            skip_if_logged: unsorted.skip_if_logged,
            snoozed_until: unsorted.snoozed_until,
        };
        schedule.sort();
        schedule
    }
}

impl Schedule {
    /// A schedule that is off, with one time in the evening of every day for when it is turned on.
    pub fn off(zone: ZoneName) -> Self {
        Self {
            enabled: false,
            times: vec![TimeOfDay::EVENING],
            days: Weekdays::ALL,
            zone,
            quiet: None,
            skip_if_logged: true,
            snoozed_until: None,
        }
    }

    /// Adds a time; says whether it is there now, which it is not where there are [`TIMES_MAX`] others.
    pub fn add(&mut self, time: TimeOfDay) -> bool {
        if self.times.contains(&time) {
            return true;
        }
        if self.times.len() >= TIMES_MAX {
            return false;
        }
        self.times.push(time);
        self.sort();
        true
    }

    /// Takes a time away.
    pub fn remove(&mut self, time: TimeOfDay) {
        self.times.retain(|other| *other != time);
    }

    /// Whether a reminder can ever be due but for a snooze's end.
    pub fn is_live(&self) -> bool {
        self.enabled && !self.times.is_empty() && !self.days.is_empty()
    }

    /// Checks what is bounded: the number of times, and how far ahead of `now` the snooze ends.
    ///
    /// # Errors
    ///
    /// The fields that are wrong.
    pub fn check(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.times.len() > TIMES_MAX {
            errors.add("times", FieldCode::TooMany);
        }
        let latest = now.plus_millis(SNOOZE_DAYS_MAX * crate::time::DAY_MS);
        if self.snoozed_until.is_some_and(|until| until > latest) {
            errors.add("snoozed_until", FieldCode::InTheFuture);
        }
        errors.into_result()
    }

    fn sort(&mut self) {
        self.times.sort_unstable();
        self.times.dedup();
    }
}
