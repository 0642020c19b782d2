//! To which day an entry belongs: the date of its civil time, counted from the hour at which the person's days start.
//!
//! The day start applies when days are shown; it is never stored in an entry, so that changing it rewrites nothing.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::time::{InvalidTime, LocalDate, LocalDateTime, serde_as_text};

/// The time of day at which a day starts, 00:00 to 06:00; as text `04:00`.
///
/// With 04:00, an entry made at 02:30 on the 15th belongs to the 14th.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayStart {
    minutes: u16,
}

impl DayStart {
    /// 00:00, the default.
    pub const MIDNIGHT: Self = Self { minutes: 0 };
    /// The latest day start, in minutes after midnight.
    pub const MINUTES_MAX: u16 = 6 * 60;

    /// Makes a day start of minutes after midnight; `None` after 06:00.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= Self::MINUTES_MAX {
            Some(Self { minutes })
        } else {
            None
        }
    }

    /// Returns the minutes after midnight, 0 to [`Self::MINUTES_MAX`].
    pub const fn as_minutes(self) -> u16 {
        self.minutes
    }

    /// Returns the day to which a civil time belongs.
    pub fn day_of(self, local: LocalDateTime) -> LocalDate {
        local.plus_minutes(-i64::from(self.minutes)).date()
    }

    /// Returns the civil times that belong to a day, the end excluded.
    ///
    /// On the very last day of the calendar the end is [`LocalDateTime::MAX`].
    pub fn range_of(self, day: LocalDate) -> Range<LocalDateTime> {
        let start = |midnight: LocalDateTime| midnight.plus_minutes(i64::from(self.minutes));
        start(day.midnight())..start(day.midnight().plus_minutes(24 * 60))
    }
}

impl FromStr for DayStart {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        const INVALID: InvalidTime = InvalidTime::expected("a day start from 00:00 to 06:00");
        minutes_of(text).and_then(Self::from_minutes).ok_or(INVALID)
    }
}

/// Reads a time like `08:30` as minutes after midnight; hours up to 99, which the caller limits.
pub(crate) fn minutes_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str| match digits.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
        }
        _ => None,
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    Some(number(hours)? * 60 + minutes)
}

impl fmt::Display for DayStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl fmt::Debug for DayStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(DayStart);

/// The parts of a day that people name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayPart {
    /// From five.
    Morning,
    /// From noon.
    Afternoon,
    /// From six.
    Evening,
    /// From eleven.
    Night,
}

impl DayPart {
    /// All of them in their order.
    pub const ALL: [Self; 4] = [Self::Morning, Self::Afternoon, Self::Evening, Self::Night];

    /// Returns the part in which an hour lies, 0 to 23.
    pub const fn of(hour: u8) -> Self {
        match hour {
            5..=11 => Self::Morning,
            12..=17 => Self::Afternoon,
            18..=22 => Self::Evening,
            _ => Self::Night,
        }
    }

    /// Returns where it stands in [`Self::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Morning => 0,
            Self::Afternoon => 1,
            Self::Evening => 2,
            Self::Night => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(start: &str, local: &str, expect: &str) {
        let start: DayStart = start.parse().unwrap();
        assert_eq!(
            start.day_of(local.parse().unwrap()).to_string(),
            expect,
            "{local} with days from {start}"
        );
    }

    #[test]
    fn with_days_from_four_the_small_hours_belong_to_the_day_before() {
        check("04:00", "2025-01-15T02:30", "2025-01-14");
        check("04:00", "2025-01-15T03:59:59.999", "2025-01-14");
        check("04:00", "2025-01-15T04:00", "2025-01-15");
        check("04:00", "2025-01-15T23:59", "2025-01-15");
        check("00:00", "2025-01-15T00:00", "2025-01-15");
    }

    #[test]
    fn the_small_hours_reach_back_over_months_years_and_leap_days() {
        check("04:00", "2025-01-01T01:00", "2024-12-31");
        check("04:00", "2024-03-01T01:00", "2024-02-29");
        check("04:00", "2025-03-01T01:00", "2025-02-28");
        check("06:00", "2024-02-29T05:59", "2024-02-28");
    }

    #[test]
    fn a_day_start_is_a_time_from_midnight_to_six() {
        for text in ["00:00", "03:30", "04:00", "06:00"] {
            assert_eq!(text.parse::<DayStart>().unwrap().to_string(), text);
        }
        for text in [
            "", "4", "4:00", "04:60", "06:01", "23:00", "-1:00", "+4:00", "04:00:00",
        ] {
            assert!(text.parse::<DayStart>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_time_lies_in_the_range_of_its_day_and_of_no_neighbour(
            minutes in 0..=DayStart::MINUTES_MAX,
            day in -700_000..2_900_000_i32,
            minute in 0..1440_i64,
        ) {
            let start = DayStart::from_minutes(minutes).unwrap();
            let local = LocalDate::new(1970, 1, 1).unwrap().plus_days(day).midnight().plus_minutes(minute);
            let belongs = start.day_of(local);
            prop_assert!(start.range_of(belongs).contains(&local));
            prop_assert!(!start.range_of(belongs.plus_days(1)).contains(&local));
            prop_assert!(!start.range_of(belongs.plus_days(-1)).contains(&local));
        }
    }
}
