//! The rules of time zones.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use lume_core::time::{Timestamp, UnknownZone, UtcOffsetMinutes, ZoneName, ZoneRules};

/// The system's rules, which are kept up to date, and those that the program came with for zones that it lacks.
pub(super) struct Zones {
    system: TimeZoneDatabase,
    bundled: TimeZoneDatabase,
}

impl Zones {
    pub(super) fn new() -> Self {
        Self {
            system: TimeZoneDatabase::from_env(),
            bundled: TimeZoneDatabase::bundled(),
        }
    }

    fn find(&self, zone: &ZoneName) -> Option<TimeZone> {
        let name = zone.as_str();
        let found = self.system.get(name).or_else(|_| self.bundled.get(name));
        found.ok()
    }
}

impl ZoneRules for Zones {
    fn offset_at(&self, zone: &ZoneName, at: Timestamp) -> Result<UtcOffsetMinutes, UnknownZone> {
        let unknown = || UnknownZone(zone.clone());
        let rules = self.find(zone).ok_or_else(unknown)?;
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).map_err(|_| unknown())?;
        let minutes = i16::try_from(rules.to_offset(at).seconds() / 60).map_err(|_| unknown())?;
        UtcOffsetMinutes::new(minutes).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(zone: &str) -> Option<i16> {
        let at = "2025-07-15T12:00:00Z".parse().unwrap();
        let offset = Zones::new().offset_at(&zone.parse().unwrap(), at);
        offset.ok().map(UtcOffsetMinutes::get)
    }

    #[test]
    fn zones_are_known_by_every_name_of_theirs_and_others_are_not() {
        assert_eq!(offset("Europe/Berlin"), Some(120));
        assert_eq!(offset("Asia/Calcutta"), Some(330));
        assert_eq!(offset("Asia/Kolkata"), Some(330));
        assert_eq!(offset("UTC"), Some(0));
        for unknown in [
            "Europe/Atlantis",
            "/etc/passwd",
            "posix/../../../etc/passwd",
        ] {
            let zone: Result<ZoneName, _> = unknown.parse();
            assert!(zone.is_err() || offset(unknown).is_none(), "{unknown}");
        }
    }
}
