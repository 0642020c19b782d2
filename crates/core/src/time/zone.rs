//! [`ZoneName`], [`UtcOffsetMinutes`] and the port through which a zone's rules come in.

use std::fmt;
use std::str::FromStr;

use super::{DAY_MS, InvalidTime, LocalDateTime, Timestamp, serde_as_text};

/// The name of a time zone, `Europe/Berlin`: kept as it was given, since browsers differ in which of a zone's names
/// they use. Whether there is such a zone only [`ZoneRules`] can say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneName(String);

impl ZoneName {
    /// The longest name taken; the longest in the IANA database has 32.
    pub const CHARS_MAX: usize = 64;

    /// Returns the zone `UTC`.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ZoneName {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let may_stand =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+' | b':');
        if text.is_empty() || text.len() > Self::CHARS_MAX || !text.bytes().all(may_stand) {
            return Err(InvalidTime::expected("a time zone's name"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ZoneName);

/// How far a clock is ahead of UTC, in whole minutes, at most 18 hours either way.
///
/// Zones of today lie between −12:00 and +14:00; local mean times of the nineteenth century reach a little beyond 15
/// hours. Those had seconds too, which a source of rules cuts off.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(try_from = "i16", into = "i16")]
pub struct UtcOffsetMinutes(i16);

impl UtcOffsetMinutes {
    /// The offset of UTC.
    pub const ZERO: Self = Self(0);
    /// 18 hours.
    pub const MAX: Self = Self(18 * 60);

    /// Makes an offset; `None` beyond 18 hours.
    pub const fn new(minutes: i16) -> Option<Self> {
        if minutes >= -Self::MAX.0 && minutes <= Self::MAX.0 {
            Some(Self(minutes))
        } else {
            None
        }
    }

    /// Returns the minutes ahead of UTC; negative where behind.
    pub const fn get(self) -> i16 {
        self.0
    }
}

impl TryFrom<i16> for UtcOffsetMinutes {
    type Error = InvalidTime;

    fn try_from(minutes: i16) -> Result<Self, InvalidTime> {
        Self::new(minutes).ok_or(InvalidTime::expected("an offset of at most 18 hours"))
    }
}

impl From<UtcOffsetMinutes> for i16 {
    fn from(offset: UtcOffsetMinutes) -> i16 {
        offset.0
    }
}

/// Says that there are no rules for a zone of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rules for the time zone {0}")]
pub struct UnknownZone(pub ZoneName);

/// Where a zone's rules come from: the browser's `Intl` in the app, a library in native tests.
pub trait ZoneRules {
    /// Returns how far clocks in `zone` are ahead of UTC at `at`.
    ///
    /// # Errors
    ///
    /// [`UnknownZone`] where there are no rules for it.
    fn offset_at(&self, zone: &ZoneName, at: Timestamp) -> Result<UtcOffsetMinutes, UnknownZone>;
}

/// Returns what clocks in `zone` show at `at`.
///
/// # Errors
///
/// [`UnknownZone`] where `rules` does not know it.
pub fn local_at<R: ZoneRules + ?Sized>(
    rules: &R,
    zone: &ZoneName,
    at: Timestamp,
) -> Result<LocalDateTime, UnknownZone> {
    Ok(at.to_local(rules.offset_at(zone, at)?))
}

/// Returns the instant at which clocks in `zone` show `local`.
///
/// Where clocks are put back and show it twice, it is the earlier of the two. Where they are put forward and skip it,
/// it is as long after the jump as `local` is after the skipped stretch's start (RFC 5545 section 3.3.5), so
/// that what the zone then shows differs from `local`.
///
/// # Errors
///
/// [`UnknownZone`] where `rules` does not know it.
pub fn instant_at<R: ZoneRules + ?Sized>(
    rules: &R,
    zone: &ZoneName,
    local: LocalDateTime,
) -> Result<Timestamp, UnknownZone> {
    // An offset is below a day, so that a change of rules that could touch `local` lies between these two.
    let as_if_utc = local.to_instant(UtcOffsetMinutes::ZERO);
    let before = rules.offset_at(zone, as_if_utc.plus_millis(-DAY_MS))?;
    let after = rules.offset_at(zone, as_if_utc.plus_millis(DAY_MS))?;
    let mut earliest = None;
    for offset in [before, after] {
        let at = local.to_instant(offset);
        if rules.offset_at(zone, at)? == offset {
            earliest = Some(earliest.map_or(at, |known: Timestamp| known.min(at)));
        }
    }
    Ok(earliest.unwrap_or_else(|| local.to_instant(before)))
}
