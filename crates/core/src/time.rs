//! Time: instants, civil times, zones and the bridge between them.
//!
//! An instant ([`Timestamp`]) says when something happened for everybody; a civil time ([`LocalDateTime`]) says what
//! the clock on the wall showed. A zone turns one into the other, and its rules come from outside through
//! [`ZoneRules`], so that no time zone database is compiled in.
//!
//! Everything is to the millisecond and between the years 1 and 9999, so that a civil time written as text sorts as
//! it does in time, which a store's index relies on.

mod civil;
mod timestamp;
mod zone;

pub use civil::{LocalDate, LocalDateTime};
pub use timestamp::Timestamp;
pub use zone::{UnknownZone, UtcOffsetMinutes, ZoneName, ZoneRules, instant_at, local_at};

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Says that a text is not the time, date or zone it was read as. It does not quote the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct InvalidTime {
    expected: &'static str,
}

impl InvalidTime {
    pub(crate) const fn expected(expected: &'static str) -> Self {
        Self { expected }
    }
}

/// Gives a type its serde form: the text of its `Display`, read by its `FromStr`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;
