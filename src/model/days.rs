//! Entries by day.

use lume_core::day::DayStart;
use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, LocalDateTime};

use crate::model::entry_view::EntryView;
use crate::model::pages::Place;

/// The entries of one day, as the list has them.
#[derive(Clone, PartialEq)]
pub(crate) struct Day {
    /// Which day; `None` for entries that can't be read.
    pub(crate) date: Option<LocalDate>,
    /// Newest first.
    pub(crate) entries: Vec<EntryView>,
}

/// Groups a list that is sorted by time. Each day is there once.
pub(crate) fn by_day(entries: Vec<EntryView>, start: DayStart) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let date = day_of(&entry, start);
        match days.iter_mut().rfind(|day| day.date == date) {
            Some(day) => day.entries.push(entry),
            None => days.push(Day {
                date,
                entries: vec![entry],
            }),
        }
    }
    days
}

/// Cuts a list that goes on, so that its last day is not torn: what is left of that day goes with the rest. A list that
/// is all of one day is cut where it ends. Returns the place of the cut.
pub(crate) fn cut(entries: &mut Vec<EntryView>, start: DayStart) -> Option<Place> {
    let last = entries.last()?;
    let torn = day_of(last, start);
    let whole = entries
        .iter()
        .position(|entry| day_of(entry, start) == torn);
    match (torn, whole) {
        (Some(day), Some(whole)) if whole > 0 => {
            entries.truncate(whole);
            Some(after_day(day, start))
        }
        _ => Some(last.place()),
    }
}

/// The place in front of a day: a page that begins there has it whole.
pub(crate) fn after_day(day: LocalDate, start: DayStart) -> Place {
    place_of(start.range_of(day).end)
}

/// The place in front of everything that is before a civil time.
pub(crate) fn place_of(local: LocalDateTime) -> Place {
    (local.to_string(), first_id())
}

/// Whether a page that begins here may have the rest of a day whose beginning is on the page before.
pub(crate) fn tears_a_day(place: &Place) -> bool {
    place.1 != first_id()
}

/// No entity's id is before it.
fn first_id() -> EntityId {
    EntityId::from_random_bytes([0; 16])
}

fn day_of(entry: &EntryView, start: DayStart) -> Option<LocalDate> {
    entry.local_time().map(|local| start.day_of(local))
}

#[cfg(test)]
mod tests {
    use lume_sync::kinds::MOOD;
    use lume_sync::reading::{ShownSync, Unreadable};
    use lume_sync::rows::{EntityKey, SyncState};

    use super::*;

    /// An entry that nobody can read still has the time that its row is sorted by.
    fn entry(number: u8, local_time: &str) -> EntryView {
        EntryView {
            key: EntityKey {
                kind: MOOD.kind(),
                id: EntityId::from_random_bytes([number; 16]),
            },
            entry: Err(Unreadable::Damaged),
            sync: ShownSync::Stored(SyncState::Local),
            sort: local_time.to_owned(),
            overlaps: false,
        }
    }

    fn start() -> DayStart {
        "04:00".parse().expect("it is a time")
    }

    #[test]
    fn a_list_is_cut_between_two_days() {
        let mut entries = vec![
            entry(1, "2026-01-03T09:00:00.000"),
            entry(2, "2026-01-03T03:00:00.000"),
            entry(3, "2026-01-02T20:00:00.000"),
        ];
        let cut = cut(&mut entries, start()).expect("it is cut");

        assert_eq!(entries.len(), 1);
        assert_eq!(cut.0, "2026-01-03T04:00:00.000");
        assert!(!tears_a_day(&cut));
        assert!(entries[0].place() > cut);
        assert!(entry(2, "2026-01-03T03:00:00.000").place() < cut);
    }

    #[test]
    fn a_day_that_is_longer_than_a_page_is_torn_where_the_page_ends() {
        let mut entries = vec![
            entry(1, "2026-01-03T09:00:00.000"),
            entry(2, "2026-01-03T08:00:00.000"),
        ];
        let cut = cut(&mut entries, start()).expect("it is cut");

        assert_eq!(entries.len(), 2);
        assert_eq!(cut, entries[1].place());
        assert!(tears_a_day(&cut));
    }

    #[test]
    fn entries_without_a_time_are_one_group() {
        let days = by_day(
            vec![
                entry(1, "2026-01-03T02:00:00.000"),
                entry(2, ""),
                entry(3, "?"),
            ],
            start(),
        );

        let dates: Vec<_> = days
            .iter()
            .map(|day| day.date.map(|date| date.to_string()))
            .collect();
        assert_eq!(dates, [Some("2026-01-02".to_owned()), None]);
        assert_eq!(days[1].entries.len(), 2);
    }
}
