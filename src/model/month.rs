//! A month as a calendar shows it: its weeks, and what each day was like.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use lume_core::day::DayStart;
use lume_core::mood::Mood;
use lume_core::time::LocalDate;

use crate::model::entry_view::{EntryView, valence};

/// Days of a week.
pub(crate) const WEEK: usize = 7;

/// A month; as text `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    first: LocalDate,
}

impl Month {
    /// The month that a day is in.
    pub(crate) fn of(day: LocalDate) -> Self {
        Self {
            first: day.plus_days(1 - i32::from(day.day())),
        }
    }

    /// Its first day.
    pub(crate) fn first(self) -> LocalDate {
        self.first
    }

    /// The month before.
    pub(crate) fn before(self) -> Self {
        Self::of(self.first.plus_days(-1))
    }

    /// The month after.
    pub(crate) fn after(self) -> Self {
        Self::of(self.first.plus_days(i32::from(self.first.days_in_month())))
    }

    /// Its days by week, with none where a week is of two months. `week_start` is 1 for Monday to 7 for Sunday.
    pub(crate) fn weeks(self, week_start: u8) -> Vec<[Option<LocalDate>; WEEK]> {
        let lead = usize::from((self.first.weekday() + 7 - week_start) % 7);
        let days = (0..self.first.days_in_month()).map(|day| self.first.plus_days(i32::from(day)));
        let cells: Vec<_> = std::iter::repeat_n(None, lead)
            .chain(days.map(Some))
            .collect();
        cells
            .chunks(WEEK)
            .map(|days| std::array::from_fn(|at| days.get(at).copied().flatten()))
            .collect()
    }
}

impl FromStr for Month {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let first = format!("{text}-01").parse().map_err(|_| ())?;
        Ok(Self { first })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// What a day was like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DayMood {
    /// How many entries it has.
    pub(crate) entries: u64,
    /// The mood that is nearest to their average; none if none of them says how pleasant it was.
    pub(crate) mood: Option<Mood>,
}

/// What each day with entries was like.
pub(crate) fn day_moods(entries: &[EntryView], start: DayStart) -> BTreeMap<LocalDate, DayMood> {
    let mut days: BTreeMap<LocalDate, (u64, Vec<f64>)> = BTreeMap::new();
    for view in entries {
        let Some(local) = view.local_time() else {
            continue;
        };
        let (count, valences) = days.entry(start.day_of(local)).or_default();
        *count += 1;
        let entry = view.entry.as_ref().ok();
        valences.extend(entry.and_then(valence));
    }
    let mood = |(day, (entries, valences)): (LocalDate, (u64, Vec<f64>))| {
        let mood = average(&valences).map(Mood::nearest);
        (day, DayMood { entries, mood })
    };
    days.into_iter().map(mood).collect()
}

fn average(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len())
        .ok()
        .filter(|count| *count > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(count))
}

#[cfg(test)]
mod tests {
    use lume_sync::kinds::MOOD;
    use lume_sync::reading::{Listed, ShownSync};
    use lume_sync::rows::{EntityKey, SyncState};
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().expect("it is a date")
    }

    fn entry(number: u8, local_time: &str, label: &str) -> EntryView {
        let content = json!({
            "at": format!("{local_time}.000Z"), "zone": "Etc/UTC", "local_time": format!("{local_time}.000"),
            "labels": [label], "associations": [], "source": "manual",
            "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
        });
        let key = EntityKey {
            kind: MOOD.kind(),
            id: lume_core::ids::EntityId::from_random_bytes([number; 16]),
        };
        EntryView::listed(&Listed {
            key,
            local_time: local_time.to_owned(),
            sync: ShownSync::Stored(SyncState::Local),
            content: Ok(content.as_object().expect("it is one").clone()),
            overlaps: false,
        })
    }

    #[test]
    fn months_follow_each_other_over_the_years() {
        let december: Month = "2025-12".parse().expect("it is a month");
        assert_eq!(december.after().to_string(), "2026-01");
        assert_eq!(december.after().before(), december);
        assert_eq!(Month::of(day("2024-02-29")).first(), day("2024-02-01"));
        assert_eq!("2025-13".parse::<Month>(), Err(()));
        assert_eq!("soon".parse::<Month>(), Err(()));
    }

    #[test]
    fn every_day_is_in_one_week_under_its_weekday() {
        for week_start in [1, 6, 7] {
            let mut month: Month = "2023-11".parse().expect("it is a month");
            for _ in 0..30 {
                let weeks = month.weeks(week_start);
                let days: Vec<_> = weeks.iter().flatten().flatten().copied().collect();
                assert_eq!(days.len(), usize::from(month.first().days_in_month()));
                assert!(days.is_sorted());
                for week in &weeks {
                    for (at, date) in week.iter().enumerate() {
                        let column = (usize::from(week_start) - 1 + at) % WEEK + 1;
                        assert!(date.is_none_or(|date| usize::from(date.weekday()) == column));
                    }
                }
                month = month.after();
            }
        }
    }

    #[test]
    fn a_day_is_like_the_average_of_its_entries_and_begins_when_the_persons_days_do() {
        let entries = [
            entry(1, "2026-11-02T02:00:00", "sad"),
            entry(2, "2026-11-01T09:00:00", "joyful"),
            entry(3, "2026-11-03T09:00:00", "my own word"),
        ];
        let start = "04:00".parse().expect("it is a time");
        let days = day_moods(&entries, start);

        let first = days[&day("2026-11-01")];
        assert_eq!(first.entries, 2);
        assert_eq!(first.mood.map(Mood::label), Some("content"));
        let own = days[&day("2026-11-03")];
        assert_eq!((own.entries, own.mood), (1, None));
        assert_eq!(days.get(&day("2026-11-02")), None);
    }
}
