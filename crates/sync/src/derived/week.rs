//! Weeks, in which derived rows are kept: from Monday to Sunday of civil time, whatever a person's weeks begin with.

use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, LocalDateTime};

/// Minutes of a day of civil time.
const DAY_MINUTES: u16 = 24 * 60;
/// Sorts after every time of day that follows a date.
const AFTER_ALL: char = '~';

/// A week of civil dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Week(LocalDate);

impl Week {
    /// The week of a date.
    pub(super) fn of(date: LocalDate) -> Self {
        Self(date.plus_days(1 - i32::from(date.weekday())))
    }

    /// The week of a row's `local_time`; `None` for one that does not begin with a date.
    pub(super) fn of_row(local_time: &str) -> Option<Self> {
        date_of(local_time).map(Self::of)
    }

    /// The week that a derived row stands for; `None` for one that nobody has written.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        key.parse()
            .ok()
            .map(Self::of)
            .filter(|week| week.key() == key)
    }

    /// As derived rows are sorted: its first date.
    pub(super) fn key(self) -> String {
        self.0.to_string()
    }

    /// A text after the keys of this week and of all before it, and before those of all later ones.
    pub(super) fn end(self) -> String {
        format!("{}{AFTER_ALL}", self.0.plus_days(6))
    }

    /// Whatever stands before it in a timeline is of this week or of an earlier one.
    pub(super) fn end_in_timeline(self) -> (String, EntityId) {
        before(self.end())
    }

    /// How many days after its first one a row's date is, and what follows the date; `None` for a row of another week.
    pub(super) fn split(self, local_time: &str) -> Option<(u8, &str)> {
        let date = date_of(local_time)?;
        let days = u8::try_from(date.days_since(self.0)).ok()?;
        (days < 7).then(|| (days, &local_time[DATE_CHARS..]))
    }

    /// What [`Self::split`] has split.
    pub(super) fn joined(self, days: u8, rest: &str) -> String {
        format!("{}{rest}", self.0.plus_days(days.into()))
    }

    /// The minutes from its beginning to a civil time; `None` for one of another week.
    pub(super) fn minute_of(self, time: LocalDateTime) -> Option<u16> {
        let days = u16::try_from(time.date().days_since(self.0)).ok()?;
        let minute = u16::from(time.hour()) * 60 + u16::from(time.minute());
        (days < 7).then_some(days * DAY_MINUTES + minute)
    }

    /// The civil time so many minutes after its beginning.
    pub(super) fn at(self, minute: u16) -> LocalDateTime {
        self.0.midnight().plus_minutes(minute.into())
    }
}

const DATE_CHARS: usize = "2025-01-15".len();

/// The civil date of a row's `local_time`; `None` for one that nobody can read.
pub(super) fn date_of(local_time: &str) -> Option<LocalDate> {
    local_time.get(..DATE_CHARS)?.parse().ok()
}

/// Whatever stands before it in a timeline is of an earlier civil time.
pub(super) fn before(local_time: String) -> (String, EntityId) {
    (local_time, EntityId::from_random_bytes([0; 16]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> LocalDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_week_goes_from_monday_to_sunday() {
        for text in ["2025-01-13", "2025-01-15", "2025-01-19"] {
            assert_eq!(Week::of(date(text)).key(), "2025-01-13", "{text}");
        }
        assert_eq!(Week::of(date("2025-01-12")).key(), "2025-01-06");
    }

    #[test]
    fn the_first_and_the_last_week_of_the_calendar_are_weeks_like_any_other() {
        assert_eq!(Week::of(date("0001-01-01")).key(), "0001-01-01");
        let last = Week::of(date("9999-12-31"));
        assert!(last.end().as_str() > "9999-12-31T23:59:59.999");
        assert_eq!(last.split("9999-12-31T23:00"), Some((4, "T23:00")));
    }

    #[test]
    fn what_does_not_begin_with_a_date_is_of_no_week() {
        for text in [
            "",
            "2025",
            "2025-02-30T10:00",
            "2025-1-15T10:00",
            "soon, I hope",
            "ééééé-01-01",
        ] {
            assert_eq!(Week::of_row(text), None, "{text}");
        }
        assert_eq!(Week::of_key("2025-01-14"), None, "a Tuesday");
    }

    proptest! {
        #[test]
        fn a_time_is_found_again_in_its_week_and_lies_between_its_ends(day in 0..3_652_000_i32, minute in 0..1440_i64) {
            let first = LocalDate::new(1, 1, 1).expect("a date");
            let time = first.plus_days(day).midnight().plus_minutes(minute);
            let text = time.to_string();
            let week = Week::of_row(&text).expect("a week");

            prop_assert_eq!(week.minute_of(time).map(|minute| week.at(minute)), Some(time));
            let (days, rest) = week.split(&text).expect("a day of it");
            prop_assert_eq!(week.joined(days, rest), text.clone());
            prop_assert!(week.key() <= text && text < week.end());
            prop_assert_eq!(Week::of_key(&week.key()), Some(week));
            let next = Week(week.0.plus_days(7));
            prop_assert!(next == week || next.key() > week.end() || next.key().starts_with("9999-12-31"));
        }
    }
}
