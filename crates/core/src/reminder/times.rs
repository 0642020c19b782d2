//! Times of day, days of the week and quiet hours.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::day::minutes_of;
use crate::time::{InvalidTime, LocalDate, LocalDateTime, serde_as_text};

const MINUTES_IN_A_DAY: u16 = 24 * 60;

/// A time of day to the minute, 00:00 to 23:59; as text `08:30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    /// 21:00, when most of a day can be told.
    pub const EVENING: Self = Self { minutes: 21 * 60 };

    /// Makes a time of minutes after midnight; `None` from 24:00 on.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes < MINUTES_IN_A_DAY {
            Some(Self { minutes })
        } else {
            None
        }
    }

    /// Returns the minutes after midnight, 0 to 1439.
    pub const fn as_minutes(self) -> u16 {
        self.minutes
    }

    /// Returns what the clock shows, to the minute.
    pub fn of(local: LocalDateTime) -> Self {
        Self {
            minutes: u16::from(local.hour()) * 60 + u16::from(local.minute()),
        }
    }

    /// Returns this time on a day.
    pub fn on(self, day: LocalDate) -> LocalDateTime {
        day.midnight().plus_minutes(i64::from(self.minutes))
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    /// Reads `08:30`, and `08:30:00` as some forms write it.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        const INVALID: InvalidTime = InvalidTime::expected("a time of day from 00:00 to 23:59");
        let text = text
            .strip_suffix(":00")
            .filter(|rest| rest.len() == 5)
            .unwrap_or(text);
        minutes_of(text).and_then(Self::from_minutes).ok_or(INVALID)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(TimeOfDay);

/// Days of the week; as JSON a list of numbers, 1 for Monday to 7 for Sunday.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b0111_1111);
    /// No day.
    pub const NONE: Self = Self(0);

    /// Whether a day, 1 for Monday to 7 for Sunday, is among them.
    pub const fn contains(self, day: u8) -> bool {
        matches!(day, 1..=7) && self.0 & (1 << (day - 1)) != 0
    }

    /// Returns them with a day, 1 to 7, added where it is missing and taken away where it is there.
    #[must_use]
    pub const fn toggled(self, day: u8) -> Self {
        match day {
            1..=7 => Self(self.0 ^ (1 << (day - 1))),
            _ => self,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the days, Monday first.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=7).filter(move |day| self.contains(*day))
    }
}

impl Default for Weekdays {
    /// Every day.
    fn default() -> Self {
        Self::ALL
    }
}

impl TryFrom<Vec<u8>> for Weekdays {
    type Error = InvalidTime;

    fn try_from(days: Vec<u8>) -> Result<Self, InvalidTime> {
        days.into_iter().try_fold(Self::NONE, |all, day| match day {
            1..=7 => Ok(Self(all.0 | (1 << (day - 1)))),
            _ => Err(InvalidTime::expected("days of the week from 1 to 7")),
        })
    }
}

impl From<Weekdays> for Vec<u8> {
    fn from(days: Weekdays) -> Self {
        days.iter().collect()
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Hours of the day in which nothing comes: from one time, included, to another, excluded. Over midnight where it ends
/// before it begins; a pair of equal times is no quiet at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first minute.
    pub from: TimeOfDay,
    /// The first minute after it.
    pub to: TimeOfDay,
}

impl QuietHours {
    /// Whether it is quiet at a time.
    pub fn holds(self, time: TimeOfDay) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> TimeOfDay {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_of_day_is_two_digits_and_two_digits() {
        for text in ["00:00", "08:30", "23:59"] {
            assert_eq!(time(text).to_string(), text);
        }
        assert_eq!(time("08:30:00"), time("08:30"));
        for text in [
            "", "8:30", "24:00", "12:60", "+1:00", "08:30:01", "0830", "08:3:00",
        ] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn quiet_hours_reach_over_midnight_and_end_before_their_end() {
        let night = QuietHours {
            from: time("22:00"),
            to: time("07:30"),
        };
        for (at, quiet) in [
            ("21:59", false),
            ("22:00", true),
            ("00:00", true),
            ("07:29", true),
            ("07:30", false),
        ] {
            assert_eq!(night.holds(time(at)), quiet, "{at}");
        }
        let noon = QuietHours {
            from: time("12:00"),
            to: time("13:00"),
        };
        assert!(
            noon.holds(time("12:00")) && !noon.holds(time("13:00")) && !noon.holds(time("00:00"))
        );
        let none = QuietHours {
            from: time("12:00"),
            to: time("12:00"),
        };
        assert!(!none.holds(time("12:00")));
    }

    #[test]
    fn days_are_numbers_from_monday_in_any_order_and_each_once() {
        let days: Weekdays = serde_json::from_str("[7, 1, 1]").unwrap();
        assert_eq!(serde_json::to_string(&days).unwrap(), "[1,7]");
        assert_eq!(
            days.toggled(7).toggled(3).iter().collect::<Vec<_>>(),
            [1, 3]
        );
        assert!(serde_json::from_str::<Weekdays>("[0]").is_err());
        assert!(serde_json::from_str::<Weekdays>("[8]").is_err());
    }
}
