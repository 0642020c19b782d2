//! Which days the insights are about, as the address says it.

use lume_core::statistics::Period;
use lume_core::time::LocalDate;

/// The parameter of the address that names a range.
pub(crate) const RANGE_PARAMETER: &str = "range";
/// The parameter of the address that holds the first day of a range of the person's own.
pub(crate) const FROM_PARAMETER: &str = "from";
/// The parameter of the address that holds the last one.
pub(crate) const TO_PARAMETER: &str = "to";

/// Where the insights are.
const PLACE: &str = "/insights";
/// What a year is called in the address.
const YEAR: &str = "year";
/// How many days a year is, whichever day it ends on.
const YEAR_DAYS: u16 = 365;

/// A range of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// The last so many days, today being one of them.
    Last(Length),
    /// Days that the person chose.
    Custom(Period),
}

/// How long a range up to today is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Length {
    /// Seven days.
    Week,
    /// Thirty days.
    #[default]
    Month,
    /// Ninety days.
    Quarter,
    /// A year.
    Year,
}

impl Length {
    /// All of them, the shortest first.
    pub(crate) const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// Its word in the address.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Week => "7",
            Self::Month => "30",
            Self::Quarter => "90",
            Self::Year => YEAR,
        }
    }

    /// How many days it has.
    const fn days(self) -> u16 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => YEAR_DAYS,
        }
    }
}

impl Range {
    /// Reads what an address says; what makes no sense is the default.
    pub(crate) fn read(range: Option<&str>, from: Option<&str>, to: Option<&str>) -> Self {
        let chosen = || {
            let last: LocalDate = to?.parse().ok()?;
            Self::between(from?.parse().ok()?, last)
        };
        let length = || {
            Length::ALL
                .into_iter()
                .find(|length| range == Some(length.code()))
        };
        chosen().unwrap_or_else(|| Self::Last(length().unwrap_or_default()))
    }

    /// The days from one to another, both among them; `None` where that are none or too many.
    pub(crate) fn between(first: LocalDate, last: LocalDate) -> Option<Self> {
        Period::new(first, last.plus_days(1)).map(Self::Custom)
    }

    /// The days themselves; `None` where the calendar begins or ends.
    pub(crate) fn period(self, today: LocalDate) -> Option<Period> {
        match self {
            Self::Last(length) => Period::up_to(today, length.days()),
            Self::Custom(period) => Some(period),
        }
    }

    /// Where they are shown.
    pub(crate) fn address(self) -> String {
        match self {
            Self::Last(length) => format!("{PLACE}?{RANGE_PARAMETER}={}", length.code()),
            Self::Custom(period) => format!(
                "{PLACE}?{FROM_PARAMETER}={}&{TO_PARAMETER}={}",
                period.from(),
                period.last()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().expect("it is a date")
    }

    #[test]
    fn an_address_leads_back_to_the_range_that_made_it() {
        let custom = Range::between(day("2026-01-05"), day("2026-02-01")).expect("it has days");
        let ranges = Length::ALL.map(Range::Last).into_iter().chain([custom]);
        for range in ranges {
            let address = range.address();
            let (_, query) = address.split_once('?').expect("it has parameters");
            let find = |name: &str| {
                let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs
                    .find(|(found, _)| *found == name)
                    .map(|(_, value)| value)
            };
            let (name, from, to) = (RANGE_PARAMETER, FROM_PARAMETER, TO_PARAMETER);
            assert_eq!(Range::read(find(name), find(from), find(to)), range);
        }
    }

    #[test]
    fn what_makes_no_sense_is_the_last_thirty_days() {
        let default = Range::Last(Length::Month);
        assert_eq!(Range::read(None, None, None), default);
        assert_eq!(Range::read(Some("31"), None, None), default);
        assert_eq!(
            Range::read(None, Some("2026-02-01"), Some("2026-01-31")),
            default
        );
        assert_eq!(
            Range::read(None, Some("2026-02-30"), Some("2026-03-31")),
            default
        );
        assert_eq!(
            Range::read(None, Some("0001-01-01"), Some("9999-01-01")),
            default
        );
        let year = Range::Last(Length::Year);
        assert_eq!(Range::read(Some("year"), Some("2026-02-01"), None), year);
    }

    #[test]
    fn ranges_end_today_and_a_single_day_is_one() {
        let today = day("2026-03-01");
        let week = Range::Last(Length::Week)
            .period(today)
            .expect("it has days");
        assert_eq!((week.from(), week.last()), (day("2026-02-23"), today));
        let one = Range::between(today, today).and_then(|range| range.period(today));
        assert_eq!(one.map(Period::days), Some(1));
    }
}
