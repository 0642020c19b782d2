//! What the history is asked for, as its address says it: `/history?q=rain&mood=sad&about=work&from=2026-01-01`.

use std::collections::BTreeSet;
use std::fmt;

use lume_core::association::AssociationLabel;
use lume_core::day::DayStart;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDate;
use lume_sync::Wanted;

use crate::model::address;
use crate::model::search::{self, Named};

/// Where the history is.
pub(crate) const PATH: &str = "/history";

const TEXT: &str = "q";
const MOOD: &str = "mood";
const ABOUT: &str = "about";
const FROM: &str = "from";
const TO: &str = "to";
const ON: &str = "on";

/// A search with its filters, and the day at which the list begins. All of it must be met; of moods one is enough, and so
/// of associations. `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Lookup {
    /// What was typed.
    pub(crate) text: String,
    /// Labels of moods.
    pub(crate) moods: BTreeSet<String>,
    /// Labels of associations.
    pub(crate) about: BTreeSet<String>,
    /// The first day.
    pub(crate) from: Option<LocalDate>,
    /// The last day.
    pub(crate) to: Option<LocalDate>,
    /// Where the list begins: on this day, or on the newest before it. Nothing is left out by it.
    pub(crate) on: Option<LocalDate>,
}

/// One filter that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The label of a mood.
    Mood(String),
    /// The label of an association.
    About(String),
    /// A range of days, open at one end or at none.
    Days {
        /// The first day.
        from: Option<LocalDate>,
        /// The last day.
        to: Option<LocalDate>,
    },
}

impl Lookup {
    /// Reads the part of an address behind the question mark. What it does not know or can't read is passed over, and a
    /// range that was written the wrong way round is turned.
    pub(crate) fn parse(search: &str) -> Self {
        let mut lookup = Self::default();
        for (name, value) in address::pairs(search) {
            let day = value.parse().ok();
            match name.as_str() {
                TEXT => lookup.text = value,
                MOOD if !value.trim().is_empty() => {
                    lookup.moods.insert(value.trim().to_owned());
                }
                ABOUT if !value.trim().is_empty() => {
                    lookup.about.insert(value.trim().to_owned());
                }
                FROM => lookup.from = day.or(lookup.from),
                TO => lookup.to = day.or(lookup.to),
                ON => lookup.on = day.or(lookup.on),
                _ => {}
            }
        }
        lookup.in_order()
    }

    /// Its address, always the same for the same lookup.
    pub(crate) fn address(&self) -> String {
        let day = |name, day: Option<LocalDate>| day.map(|day| (name, day.to_string()));
        let text = (!self.text.is_empty()).then(|| (TEXT, self.text.clone()));
        let moods = self.moods.iter().map(|mood| (MOOD, mood.clone()));
        let about = self.about.iter().map(|about| (ABOUT, about.clone()));
        let pairs = text.into_iter().chain(moods).chain(about);
        let days = [day(FROM, self.from), day(TO, self.to), day(ON, self.on)];
        address::with(PATH, pairs.chain(days.into_iter().flatten()))
    }

    /// Whether anything may be left out.
    pub(crate) fn is_narrow(&self) -> bool {
        !self.text.trim().is_empty() || self.count() > 0
    }

    /// How many filters are set, beside what was typed.
    pub(crate) fn count(&self) -> usize {
        self.parts().len()
    }

    /// The filters that are set.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let moods = self.moods.iter().cloned().map(Part::Mood);
        let about = self.about.iter().cloned().map(Part::About);
        let (from, to) = (self.from, self.to);
        let days = (from.is_some() || to.is_some()).then_some(Part::Days { from, to });
        moods.chain(about).chain(days).collect()
    }

    /// The same without one of its filters, from the newest entry on.
    pub(crate) fn without(&self, part: &Part) -> Self {
        let mut lookup = self.at_newest();
        match part {
            Part::Mood(label) => _ = lookup.moods.remove(label),
            Part::About(label) => _ = lookup.about.remove(label),
            Part::Days { .. } => (lookup.from, lookup.to) = (None, None),
        }
        lookup
    }

    /// The same with one mood more or less.
    pub(crate) fn toggle_mood(&self, label: &str) -> Self {
        let mut lookup = self.at_newest();
        toggle(&mut lookup.moods, label);
        lookup
    }

    /// The same with one association more or less.
    pub(crate) fn toggle_about(&self, label: &str) -> Self {
        let mut lookup = self.at_newest();
        toggle(&mut lookup.about, label);
        lookup
    }

    /// The same for another text.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..self.at_newest()
        }
    }

    /// The same for other days.
    pub(crate) fn with_days(&self, from: Option<LocalDate>, to: Option<LocalDate>) -> Self {
        Self {
            from,
            to,
            ..self.at_newest()
        }
        .in_order()
    }

    /// The same, beginning at a day.
    pub(crate) fn beginning_on(&self, day: LocalDate) -> Self {
        Self {
            on: Some(day),
            ..self.clone()
        }
    }

    /// The same, beginning with the newest entry.
    pub(crate) fn at_newest(&self) -> Self {
        Self {
            on: None,
            ..self.clone()
        }
    }

    /// What the engine is to look for; `None` where everything is shown. `names` are what a word is compared with beside
    /// the notes.
    pub(crate) fn wanted(&self, start: DayStart, names: &Named) -> Option<Wanted> {
        self.is_narrow().then(|| Wanted {
            terms: search::terms(&self.text, names),
            labels: self
                .moods
                .iter()
                .map(|label| MoodLabel::from(label.as_str()))
                .collect(),
            associations: self
                .about
                .iter()
                .map(|label| AssociationLabel::from(label.as_str()))
                .collect(),
            from: self.from.map(|day| start.range_of(day).start),
            until: self.to.map(|day| start.range_of(day).end),
        })
    }

    fn in_order(mut self) -> Self {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            (self.from, self.to) = (Some(to), Some(from));
        }
        self
    }
}

fn toggle(labels: &mut BTreeSet<String>, label: &str) {
    if !labels.remove(label) {
        labels.insert(label.to_owned());
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().expect("it is a date")
    }

    fn search_of(address: &str) -> &str {
        address.split_once('?').map_or("", |(_, search)| search)
    }

    #[test]
    fn an_address_says_text_filters_and_days() {
        let lookup = Lookup::parse(
            "?q=long%20walk&mood=sad&mood=happy&about=work&from=2026-01-01&to=2026-02-01&on=2026-01-15",
        );

        assert_eq!(lookup.text, "long walk");
        assert_eq!(
            lookup.parts(),
            [
                Part::Mood("happy".to_owned()),
                Part::Mood("sad".to_owned()),
                Part::About("work".to_owned()),
                Part::Days {
                    from: Some(day("2026-01-01")),
                    to: Some(day("2026-02-01"))
                },
            ]
        );
        assert_eq!(lookup.on, Some(day("2026-01-15")));
        assert_eq!(
            lookup.address(),
            "/history?q=long%20walk&mood=happy&mood=sad&about=work&from=2026-01-01&to=2026-02-01&on=2026-01-15"
        );
    }

    #[test]
    fn what_an_address_can_not_mean_is_passed_over() {
        let lookup = Lookup::parse("from=soon&to=2026-02-30&mood=&about=%20&on=&other=1&q=%zz&&=");

        assert_eq!(lookup.text, "%zz");
        assert_eq!(lookup.count(), 0);
        assert_eq!(Lookup::parse("").address(), "/history");
    }

    #[test]
    fn a_range_that_is_the_wrong_way_round_is_turned() {
        let lookup = Lookup::parse("from=2026-03-01&to=2026-01-01");

        assert_eq!(
            (lookup.from, lookup.to),
            (Some(day("2026-01-01")), Some(day("2026-03-01")))
        );
    }

    #[test]
    fn a_filter_is_set_and_taken_away_one_at_a_time() {
        let lookup = Lookup::parse("on=2026-01-01&q=sea")
            .toggle_mood("content")
            .toggle_about("gardening");
        assert_eq!(
            lookup.address(),
            "/history?q=sea&mood=content&about=gardening"
        );
        assert_eq!(lookup.toggle_mood("content").count(), 1);

        let without = lookup
            .parts()
            .iter()
            .fold(lookup.clone(), |lookup, part| lookup.without(part));
        assert_eq!(without.address(), "/history?q=sea");
        assert!(without.is_narrow());
        assert!(!without.with_text(" ").is_narrow());
    }

    #[test]
    fn days_are_whole_and_begin_when_the_persons_do() {
        let start = "04:00".parse().expect("it is a time");
        let lookup = Lookup::parse("from=2026-01-01&to=2026-01-02");
        let wanted = lookup
            .wanted(start, &Named::default())
            .expect("it is narrow");

        assert_eq!(
            wanted.from.map(|at| at.to_string()).as_deref(),
            Some("2026-01-01T04:00:00.000")
        );
        assert_eq!(
            wanted.until.map(|at| at.to_string()).as_deref(),
            Some("2026-01-03T04:00:00.000")
        );
        assert!(
            Lookup::parse("on=2026-01-01")
                .wanted(start, &Named::default())
                .is_none()
        );
    }

    proptest! {
        #[test]
        fn an_address_is_read_as_what_it_was_written_from(
            text in ".{0,20}",
            moods in prop::collection::btree_set("[^ ]{1,8}", 0..4),
            about in prop::collection::btree_set("[a-zß ]{0,3}[a-z&=+%#?]", 0..4),
            from in prop::option::of(-20_000..20_000_i32),
        ) {
            let at = |days: i32| day("2026-01-01").plus_days(days);
            let trimmed = |labels: BTreeSet<String>| {
                let labels = labels.iter().map(|label| label.trim().to_owned());
                labels.filter(|label| !label.is_empty()).collect()
            };
            let lookup = Lookup { text, moods: trimmed(moods), about: trimmed(about), from: from.map(at), to: None, on: from.map(at) };
            let read = Lookup::parse(search_of(&lookup.address()));
            prop_assert!(read == lookup, "{}", lookup.address());
        }
    }
}
