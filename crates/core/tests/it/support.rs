//! Zone rules from a library, and short ways to write times and entries.

use std::fmt::Debug;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::tz::TimeZoneDatabase;
use lume_core::entry::{EntryInput, MoodEntry, When};
use lume_core::mood::Mood;
use lume_core::time::{
    LocalDateTime, Timestamp, UnknownZone, UtcOffsetMinutes, ZoneName, ZoneRules,
};

/// The rules of the IANA database that comes with the library.
pub(crate) struct Tzdb(TimeZoneDatabase);

impl Tzdb {
    pub(crate) fn new() -> Self {
        static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
        Self(DATABASE.clone())
    }

    /// The first instant after `at` at which clocks in `zone` are changed; `at` where they never are.
    pub(crate) fn change_after(&self, zone: &str, at: Timestamp) -> Timestamp {
        let rules = self.0.get(zone).unwrap();
        let start = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
        let change = rules.following(start).next();
        change.map_or(at, |change| {
            Timestamp::from_millis(change.timestamp().as_millisecond())
        })
    }

    /// The library's own answer to what [`lume_core::time::instant_at`] asks.
    pub(crate) fn compatible(&self, zone: &str, local: LocalDateTime) -> Timestamp {
        let civil: jiff::civil::DateTime = local.to_string().parse().unwrap();
        let zoned = self
            .0
            .get(zone)
            .unwrap()
            .to_ambiguous_zoned(civil)
            .compatible()
            .unwrap();
        Timestamp::from_millis(zoned.timestamp().as_millisecond())
    }
}

impl ZoneRules for Tzdb {
    fn offset_at(&self, zone: &ZoneName, at: Timestamp) -> Result<UtcOffsetMinutes, UnknownZone> {
        let unknown = || UnknownZone(zone.clone());
        let rules = self.0.get(zone.as_str()).map_err(|_| unknown())?;
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
        let minutes = i16::try_from(rules.to_offset(at).seconds() / 60).unwrap();
        UtcOffsetMinutes::new(minutes).ok_or_else(unknown)
    }
}

/// Zones with every kind of change: none, an hour, half an hour, a whole day, over midnight, to the east and the west.
pub(crate) const ZONES: [&str; 16] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
];

/// Reads a time, an id, a zone: what a test writes down is known to be good.
pub(crate) fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn at_instant(at: &str, zone: &str) -> When {
    When::Instant {
        at: parse(at),
        zone: parse(zone),
    }
}

pub(crate) fn at_local(local_time: &str, zone: &str) -> When {
    When::Local {
        local_time: parse(local_time),
        zone: parse(zone),
    }
}

/// The moment at which the tests' entries are made.
pub(crate) fn now() -> Timestamp {
    parse("2025-06-01T12:00:00Z")
}

/// An entry with nothing but a mood.
pub(crate) fn entry(when: When) -> MoodEntry {
    MoodEntry::new(EntryInput::new(when, Mood::Happy), &Tzdb::new(), now()).unwrap()
}
