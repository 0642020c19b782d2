//! [`Timestamp`].

use std::fmt;
use std::str::FromStr;

use super::{InvalidTime, LocalDateTime, MINUTE_MS, UtcOffsetMinutes, serde_as_text};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// It lies between [`Timestamp::MIN`] and [`Timestamp::MAX`]: whatever offset and day start is applied, its civil
/// time stays within the years 1 to 9999. Arithmetic stops at those ends instead of overflowing.
///
/// As text it is RFC 3339 in UTC with exactly three decimals, `2025-01-15T10:30:00.000Z`. Any offset and any number
/// of decimals is read, and what is finer than a millisecond is cut off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-02T00:00:00.000Z.
    pub const MIN: Self = Self(-62_135_510_400_000);
    /// 9999-12-30T00:00:00.000Z.
    pub const MAX: Self = Self(253_402_128_000_000);
    /// 1970-01-01T00:00:00.000Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// Makes an instant of milliseconds since the epoch; what lies outside the range becomes its nearer end.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Returns the milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the instant `millis` later, or earlier where it is negative.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Returns how many milliseconds this is after `earlier`; negative where it is before.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        // Both are within the range, whose width is far below i64::MAX.
        self.0 - earlier.0
    }

    /// Returns the civil time of this instant where clocks are `offset` ahead of UTC.
    pub fn to_local(self, offset: UtcOffsetMinutes) -> LocalDateTime {
        LocalDateTime::from_utc_millis(self.0 + i64::from(offset.get()) * MINUTE_MS)
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("the range lies within jiff's")
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        const INVALID: InvalidTime = InvalidTime::expected("an rfc 3339 time with an offset");
        let instant: jiff::Timestamp = text.parse().map_err(|_| INVALID)?;
        let nanos = instant.as_nanosecond();
        let millis = i64::try_from(nanos.div_euclid(1_000_000)).map_err(|_| INVALID)?;
        let timestamp = Self::from_millis(millis);
        if timestamp.0 == millis {
            Ok(timestamp)
        } else {
            Err(INVALID)
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(Timestamp);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expect: &str) {
        let timestamp: Timestamp = text.parse().unwrap();
        assert_eq!(timestamp.to_string(), expect);
    }

    #[test]
    fn any_rfc_3339_offset_is_read_and_utc_is_written() {
        check("2025-01-15T10:30:00Z", "2025-01-15T10:30:00.000Z");
        check("2025-01-15T10:30:00.5+01:00", "2025-01-15T09:30:00.500Z");
        check("2025-01-15T10:30:00-09:30", "2025-01-15T20:00:00.000Z");
        check("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_finer_than_a_millisecond_is_cut_off_towards_the_past() {
        check("2025-01-15T10:30:00.123999999Z", "2025-01-15T10:30:00.123Z");
        check("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_time_without_an_offset_is_no_instant() {
        for text in [
            "",
            "now",
            "2025-01-15",
            "2025-01-15T10:30:00",
            "2025-02-30T10:30:00Z",
            "2025-01-15T25:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_the_documented_ones() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-02T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.plus_millis(i64::MIN), Timestamp::MIN);
        assert!("0000-06-01T00:00:00Z".parse::<Timestamp>().is_err());
    }

    proptest! {
        #[test]
        fn a_timestamp_survives_a_round_trip_through_text(millis in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let timestamp = Timestamp::from_millis(millis);
            let json = serde_json::to_string(&timestamp).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
        }
    }
}
