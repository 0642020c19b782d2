//! [`LocalDateTime`] and [`LocalDate`].

use std::fmt;
use std::str::FromStr;

use jiff::civil;

use super::{InvalidTime, MINUTE_MS, Timestamp, UtcOffsetMinutes, serde_as_text};

const FIRST_YEAR: i16 = 1;

/// What the calendar and the clock on the wall show, to the millisecond, in no particular zone.
///
/// As text it is always `2025-01-15T11:30:00.000`: 23 characters, so that texts sort as times do. Seconds and decimals
/// may be left out when it is read (an `<input type="datetime-local">` does so); an offset or a `Z` is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime(civil::DateTime);

impl LocalDateTime {
    /// 0001-01-01T00:00:00.000.
    pub const MIN: Self = Self(civil::DateTime::constant(FIRST_YEAR, 1, 1, 0, 0, 0, 0));
    /// 9999-12-31T23:59:59.999.
    pub const MAX: Self = Self(civil::DateTime::constant(
        9999,
        12,
        31,
        23,
        59,
        59,
        999_000_000,
    ));

    /// Makes a civil time; `None` where there is no such date or time of day.
    pub fn new(
        date: LocalDate,
        hour: u8,
        minute: u8,
        second: u8,
        millisecond: u16,
    ) -> Option<Self> {
        let part = |n: u8| i8::try_from(n).ok();
        let nanos = i32::from(millisecond).checked_mul(1_000_000)?;
        let time = civil::Time::new(part(hour)?, part(minute)?, part(second)?, nanos).ok()?;
        Some(Self(date.0.to_datetime(time)))
    }

    /// Returns the date.
    pub fn date(self) -> LocalDate {
        LocalDate(self.0.date())
    }

    /// Returns the hour of the day, 0 to 23.
    pub fn hour(self) -> u8 {
        self.0.hour().unsigned_abs()
    }

    /// Returns the minute of the hour, 0 to 59.
    pub fn minute(self) -> u8 {
        self.0.minute().unsigned_abs()
    }

    /// Returns the same time with the seconds and milliseconds cut off, as a form shows it.
    #[must_use]
    pub fn to_minute(self) -> Self {
        Self::from_utc_millis(self.utc_millis().div_euclid(MINUTE_MS) * MINUTE_MS)
    }

    /// Returns the civil time `minutes` later on the same clock, whatever the zone does in between; it stops at
    /// [`LocalDateTime::MIN`] and [`LocalDateTime::MAX`].
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self::from_utc_millis(
            self.utc_millis()
                .saturating_add(minutes.saturating_mul(MINUTE_MS)),
        )
    }

    /// Returns the instant at which clocks that are `offset` ahead of UTC show this.
    pub fn to_instant(self, offset: UtcOffsetMinutes) -> Timestamp {
        Timestamp::from_millis(self.utc_millis() - i64::from(offset.get()) * MINUTE_MS)
    }

    /// Returns how far this is ahead of UTC at that instant; `None` where no offset of whole minutes leads from one to
    /// the other.
    pub fn offset_from(self, at: Timestamp) -> Option<UtcOffsetMinutes> {
        let millis = self.utc_millis() - at.as_millis();
        if millis % MINUTE_MS != 0 {
            return None;
        }
        UtcOffsetMinutes::new(i16::try_from(millis / MINUTE_MS).ok()?)
    }

    /// Milliseconds from 1970-01-01T00:00:00 to this on the same clock.
    pub(super) fn utc_millis(self) -> i64 {
        let since = self
            .0
            .duration_since(civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        i64::try_from(since.as_millis()).expect("ten thousand years of milliseconds fit an i64")
    }

    /// The inverse of [`Self::utc_millis`]; what lies outside the range becomes its nearer end.
    pub(super) fn from_utc_millis(millis: i64) -> Self {
        let epoch = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        match epoch.checked_add(jiff::SignedDuration::from_millis(millis)) {
            Ok(time) => Self(time).clamp(Self::MIN, Self::MAX),
            Err(_) if millis < 0 => Self::MIN,
            Err(_) => Self::MAX,
        }
    }
}

impl FromStr for LocalDateTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        const INVALID: InvalidTime = InvalidTime::expected("a civil date and time");
        // The library would read an offset and drop it, and take a bare date for midnight; both hide a mistake.
        let (date, time) = text.split_once('T').ok_or(INVALID)?;
        let date: LocalDate = date.parse().map_err(|_| INVALID)?;
        if time.len() < "00:00".len()
            || !time
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
        {
            return Err(INVALID);
        }
        let time: civil::Time = time.parse().map_err(|_| INVALID)?;
        let nanos = time.subsec_nanosecond() / 1_000_000 * 1_000_000;
        let time = civil::Time::new(time.hour(), time.minute(), time.second(), nanos)
            .map_err(|_| INVALID)?;
        Ok(Self(date.0.to_datetime(time)))
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(LocalDateTime);

/// A calendar date between the years 1 and 9999; as text `2025-01-15`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate(civil::Date);

impl LocalDate {
    /// Makes a date; `None` where the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year)
            .ok()
            .filter(|year| *year >= FIRST_YEAR)?;
        let date =
            civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Self(date))
    }

    /// Returns the year, 1 to 9999.
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// Returns the month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// Returns the day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// Returns the day of the week, 1 for Monday to 7 for Sunday (ISO 8601).
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_one_offset().unsigned_abs()
    }

    /// Returns how many days the month has, 28 to 31.
    pub fn days_in_month(self) -> u8 {
        self.0.days_in_month().unsigned_abs()
    }

    /// Returns the date `days` later; it stops at the ends of the range.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        let span = jiff::SignedDuration::from_hours(i64::from(days) * 24);
        let moved = self.0.saturating_add(span);
        Self(moved.max(civil::Date::constant(FIRST_YEAR, 1, 1)))
    }

    /// Returns how many days this is after `earlier`; negative where it is before.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it can't: ten thousand years of days fit an i32"
    )]
    pub fn days_since(self, earlier: Self) -> i32 {
        let hours = self.0.duration_since(earlier.0).as_hours();
        i32::try_from(hours / 24).expect("ten thousand years of days fit an i32")
    }

    /// Returns midnight at the start of this date.
    pub fn midnight(self) -> LocalDateTime {
        LocalDateTime(self.0.to_datetime(civil::Time::midnight()))
    }
}

impl FromStr for LocalDate {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        const INVALID: InvalidTime = InvalidTime::expected("a calendar date");
        let bytes = text.as_bytes();
        if bytes.len() != "2025-01-15".len() || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(INVALID);
        }
        let date: civil::Date = text.parse().map_err(|_| INVALID)?;
        if date.year() < FIRST_YEAR {
            Err(INVALID)
        } else {
            Ok(Self(date))
        }
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(LocalDate);
