//! Entries by day.

use lume_core::day::DayStart;
use lume_core::time::LocalDate;

use crate::model::entry_view::EntryView;

/// The entries of one day, as the list has them.
#[derive(Clone, PartialEq)]
pub(crate) struct Day {
    /// Which day; `None` for entries that can't be read.
    pub(crate) date: Option<LocalDate>,
    /// Newest first.
    pub(crate) entries: Vec<EntryView>,
}

/// Groups a list that is sorted by time.
pub(crate) fn by_day(entries: &[EntryView], start: DayStart) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let date = entry.local_time().map(|local| start.day_of(local));
        match days.last_mut() {
            Some(day) if day.date == date => day.entries.push(entry.clone()),
            _ => days.push(Day {
                date,
                entries: vec![entry.clone()],
            }),
        }
    }
    days
}
