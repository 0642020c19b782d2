//! A year in small squares: which key leads from which day to which.

use lume_core::time::LocalDate;

/// The most days that a month has.
pub(crate) const MONTH_DAYS_MAX: u8 = 31;
/// Months of a year.
pub(crate) const MONTHS: u8 = 12;

/// The year that a text of the address names, if the calendar has it whole.
pub(crate) fn read(text: &str) -> Option<u16> {
    let year: u16 = text.parse().ok()?;
    (2..=9998).contains(&year).then_some(year)
}

/// The day to which a key leads in a grid that has months side by side and days below each other; `None` for other keys
/// and at the year's ends. A month that is too short for the day gives its last one.
pub(crate) fn step(key: &str, day: LocalDate, is_right_to_left: bool) -> Option<LocalDate> {
    let forward = if is_right_to_left { -1 } else { 1 };
    let found = match key {
        "ArrowDown" => day.plus_days(1),
        "ArrowUp" => day.plus_days(-1),
        "ArrowRight" => month_on(day, forward)?,
        "ArrowLeft" => month_on(day, -forward)?,
        "Home" => LocalDate::new(day.year(), 1, 1)?,
        "End" => LocalDate::new(day.year(), MONTHS, MONTH_DAYS_MAX)?,
        _ => return None,
    };
    (found.year() == day.year()).then_some(found)
}

fn month_on(day: LocalDate, months: i8) -> Option<LocalDate> {
    let month = day.month().checked_add_signed(months)?;
    let first = LocalDate::new(day.year(), month, 1)?;
    LocalDate::new(day.year(), month, day.day().min(first.days_in_month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, from: &str, to: Option<&str>) {
        let day = |text: &str| text.parse::<LocalDate>().expect("it is a date");
        assert_eq!(
            step(key, day(from), false),
            to.map(day),
            "{key} from {from}"
        );
    }

    #[test]
    fn keys_lead_through_months_and_days_and_stop_at_the_years_ends() {
        check("ArrowDown", "2026-01-31", Some("2026-02-01"));
        check("ArrowUp", "2026-03-01", Some("2026-02-28"));
        check("ArrowRight", "2026-01-31", Some("2026-02-28"));
        check("ArrowLeft", "2026-03-15", Some("2026-02-15"));
        check("ArrowLeft", "2026-01-15", None);
        check("ArrowRight", "2026-12-15", None);
        check("ArrowDown", "2026-12-31", None);
        check("Home", "2026-05-05", Some("2026-01-01"));
        check("End", "2026-05-05", Some("2026-12-31"));
        check("a", "2026-05-05", None);
    }

    #[test]
    fn where_one_reads_from_right_to_left_the_next_month_is_on_the_left() {
        let day: LocalDate = "2026-05-05".parse().expect("it is a date");
        let next: LocalDate = "2026-06-05".parse().expect("it is a date");
        assert_eq!(step("ArrowLeft", day, true), Some(next));
    }

    #[test]
    fn a_year_of_the_address_is_one_that_the_calendar_has_whole() {
        assert_eq!(read("2026"), Some(2026));
        assert_eq!(["", "soon", "0", "1", "9999", "70000"].map(read), [None; 6]);
    }
}
