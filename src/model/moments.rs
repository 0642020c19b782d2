//! Dates and times that the forms offer and refuse.

use lume_core::time::{LocalDate, LocalDateTime, Timestamp};

/// How far ahead of the clock a moment may lie before it is called future: a form shows minutes.
const AHEAD_MS_MAX: i64 = 60_000;
/// The hour that "this morning" stands for.
const MORNING_HOUR: u8 = 8;
/// The hour that "yesterday evening" stands for.
const EVENING_HOUR: u8 = 20;

const DAY_MINUTES: i64 = 24 * 60;

/// Whether a moment has not come yet.
pub(crate) const fn is_future(at: Timestamp, now: Timestamp) -> bool {
    at.millis_since(now) > AHEAD_MS_MAX
}

/// A moment that can be chosen with one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuickPick {
    /// Sixty minutes back.
    HourAgo,
    /// Today at eight, once that is past.
    ThisMorning,
    /// The day before at eight in the evening.
    YesterdayEvening,
    /// The day before at this time of day.
    Yesterday,
}

/// The quick picks that lie in the past, each with its civil time.
pub(crate) fn quick_picks(now: LocalDateTime) -> Vec<(QuickPick, LocalDateTime)> {
    let at = |date: LocalDate, hour: u8| LocalDateTime::new(date, hour, 0, 0, 0);
    let morning = at(now.date(), MORNING_HOUR).filter(|morning| morning.plus_minutes(60) < now);
    let evening = at(now.date().plus_days(-1), EVENING_HOUR);
    let mut picks = vec![(QuickPick::HourAgo, now.plus_minutes(-60))];
    picks.extend(morning.map(|local| (QuickPick::ThisMorning, local)));
    picks.extend(evening.map(|local| (QuickPick::YesterdayEvening, local)));
    picks.push((QuickPick::Yesterday, now.plus_minutes(-DAY_MINUTES)));
    picks
}

/// The city of a zone's name, as `Sao Paulo` of `America/Sao_Paulo`.
pub(crate) fn zone_city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> LocalDateTime {
        text.parse().expect("the test's time is valid")
    }

    #[test]
    fn this_morning_is_offered_once_it_is_over() {
        let picks = |now: &str| {
            quick_picks(local(now))
                .into_iter()
                .map(|(pick, _)| pick)
                .collect::<Vec<_>>()
        };

        assert_eq!(
            picks("2025-01-15T08:30"),
            [
                QuickPick::HourAgo,
                QuickPick::YesterdayEvening,
                QuickPick::Yesterday
            ]
        );
        assert_eq!(
            picks("2025-01-15T12:00"),
            [
                QuickPick::HourAgo,
                QuickPick::ThisMorning,
                QuickPick::YesterdayEvening,
                QuickPick::Yesterday
            ]
        );
    }

    #[test]
    fn quick_picks_reach_over_midnight() {
        let picks = quick_picks(local("2025-03-01T00:20"));

        assert_eq!(picks[0].1, local("2025-02-28T23:20"));
        assert_eq!(picks[1].1, local("2025-02-28T20:00"));
        assert_eq!(picks[2].1, local("2025-02-28T00:20"));
    }

    #[test]
    fn the_running_minute_is_not_the_future() {
        let now = Timestamp::from_millis(1_000_000);

        assert!(!is_future(now.plus_millis(59_000), now));
        assert!(is_future(now.plus_millis(61_000), now));
        assert!(!is_future(now.plus_millis(-1), now));
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        assert_eq!(zone_city("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(zone_city("UTC"), "UTC");
    }
}
