//! Figures against the formulas written out, and sentences against chance.

use std::collections::BTreeMap;

use lume_core::association::AssociationLabel;
use lume_core::day::{DayPart, DayStart};
use lume_core::moment::Moment;
use lume_core::mood::{Mood, MoodLabel};
use lume_core::statistics::{
    Band, Difference, ENTRIES_MIN, Frame, Insight, PERIOD_DAYS_MAX, Period, Statistics, Step,
    TREND_DAYS_MIN, Tally, by_day, summarise,
};
use lume_core::time::LocalDate;
use proptest::prelude::*;

use crate::support::parse;

const CLOSE: f64 = 1e-9;

fn period(from: &str, until: &str) -> Period {
    Period::new(parse(from), parse(until)).unwrap()
}

/// What is asked on the last day of a period, of a person who began long before.
fn frame(period: Period) -> Frame {
    Frame {
        period,
        day_start: DayStart::MIDNIGHT,
        week_start: 1,
        first: Some(parse("2020-01-01")),
        today: period.last(),
    }
}

fn moment(local: &str, valence: f64) -> Moment {
    Moment {
        local_time: parse(local),
        valence,
        labels: Vec::new(),
        associations: Vec::new(),
    }
}

fn about(local: &str, valence: f64, topic: &str) -> Moment {
    Moment {
        associations: vec![AssociationLabel::from(topic)],
        ..moment(local, valence)
    }
}

fn felt(local: &str, mood: &str) -> Moment {
    Moment {
        labels: vec![MoodLabel::from(mood)],
        ..moment(local, 0.0)
    }
}

/// An entry at noon of each day from `first` on.
fn daily(first: &str, valences: impl IntoIterator<Item = f64>) -> Vec<Moment> {
    let first: LocalDate = parse(first);
    let noon = |at: usize| {
        let day = first.plus_days(i32::try_from(at).unwrap());
        format!("{day}T12:00")
    };
    let at_noon = |(at, valence)| moment(&noon(at), valence);
    valences.into_iter().enumerate().map(at_noon).collect()
}

fn tally(valences: &[f64]) -> Tally {
    let mut tally = Tally::default();
    for valence in valences {
        tally.add(*valence);
    }
    tally
}

fn november() -> Period {
    period("2026-11-01", "2026-12-01")
}

fn has(figures: &Statistics, wanted: impl Fn(&Insight) -> bool) -> bool {
    figures.insights().iter().any(wanted)
}

#[test]
fn a_period_has_an_end_after_its_beginning_and_is_followed_by_none_that_overlaps() {
    let week = Period::up_to(parse("2026-03-02"), 7).unwrap();
    assert_eq!(week, period("2026-02-24", "2026-03-03"));
    assert_eq!(week.before(), period("2026-02-17", "2026-02-24"));
    assert_eq!((week.days(), week.last()), (7, parse("2026-03-02")));
    assert_eq!(Period::new(parse("2026-03-02"), parse("2026-03-02")), None);
    assert_eq!(Period::new(parse("2026-03-02"), parse("2026-03-01")), None);
    let days = i32::try_from(PERIOD_DAYS_MAX).unwrap();
    let from: LocalDate = parse("1999-01-01");
    assert!(Period::new(from, from.plus_days(days)).is_some());
    assert_eq!(Period::new(from, from.plus_days(days + 1)), None);
}

#[test]
fn a_day_of_the_small_hours_counts_as_the_one_before_where_days_start_late() {
    let asked = Frame {
        day_start: parse("04:00"),
        ..frame(november())
    };
    let moments = [
        moment("2026-11-01T03:59", 1.0),
        moment("2026-11-01T04:00", 0.5),
        moment("2026-12-01T03:59", -0.5),
        moment("2026-12-01T04:00", -1.0),
    ];
    let figures = summarise(&moments, &asked);
    assert_eq!((figures.all.entries(), figures.before.entries()), (2, 1));
    // The 30th of November 2026 is a Monday; the clock said it was Tuesday.
    assert_eq!(figures.weekdays[0].entries(), 1);
    assert_eq!(figures.hours[1].entries(), 2);
    assert_eq!(figures.day_parts[DayPart::Night.index()].entries(), 2);
    assert_eq!(by_day(&moments, parse("04:00")).len(), 4);
}

#[test]
fn days_are_counted_from_the_first_entry_on_and_up_to_today() {
    let moments = daily("2026-11-10", [0.1, 0.2]);
    let count = |first: Option<&str>, today: &str| {
        let asked = Frame {
            first: first.map(parse),
            today: parse(today),
            ..frame(november())
        };
        let figures = summarise(&moments, &asked);
        (figures.days_noted, figures.days_counted)
    };
    assert_eq!(count(Some("2020-01-01"), "2026-12-24"), (2, 30));
    assert_eq!(count(Some("2026-11-10"), "2026-11-12"), (2, 3));
    // A clock that was set back takes no day away.
    assert_eq!(count(Some("2026-11-10"), "2026-11-10"), (2, 2));
    assert_eq!(count(None, "2026-11-12"), (2, 2));
}

#[test]
fn a_year_is_shown_by_week_and_weeks_start_where_the_persons_do() {
    let year = summarise(&[], &frame(period("2026-01-01", "2027-01-01")));
    assert_eq!(year.step, Step::Week);
    let starts: Vec<_> = year
        .series
        .iter()
        .map(|point| point.from.weekday())
        .collect();
    assert_eq!(starts[..3], [4, 1, 1], "the first of January is a Thursday");
    assert_eq!(year.series.len(), 53);
    let sundays = summarise(
        &[],
        &Frame {
            week_start: 7,
            ..frame(period("2026-01-01", "2027-01-01"))
        },
    );
    assert_eq!(sundays.series[1].from, parse("2026-01-04"));
    let decade = summarise(&[], &frame(period("2016-01-15", "2026-01-15")));
    assert_eq!((decade.step, decade.series.len()), (Step::Month, 121));
    assert_eq!(summarise(&[], &frame(november())).step, Step::Day);
}

#[test]
fn moods_are_ranked_by_how_often_they_came_first() {
    let mut mixed = felt("2026-11-01T08:00", "happy");
    mixed.labels.push(MoodLabel::from("sad"));
    let moments = [
        mixed,
        felt("2026-11-02T08:00", "sad"),
        felt("2026-11-03T08:00", "zen"),
        felt("2026-11-04T08:00", "sad"),
    ];
    let figures = summarise(&moments, &frame(november()));
    let ranked: Vec<_> = figures
        .moods
        .iter()
        .map(|(label, count)| (label.as_str(), *count))
        .collect();
    assert_eq!(ranked, [("sad", 2), ("happy", 1), ("zen", 1)]);
}

#[test]
fn nothing_is_said_of_fewer_entries_than_it_takes() {
    let few = daily(
        "2026-11-01",
        (1..ENTRIES_MIN).map(f64::from).map(|n| n / 5.0),
    );
    assert!(summarise(&few, &frame(november())).insights().is_empty());
    assert!(summarise(&[], &frame(november())).insights().is_empty());
}

#[test]
fn a_direction_is_told_of_a_clear_rise_and_not_of_noise_or_of_few_days() {
    let told = |moments: &[Moment]| {
        let figures = summarise(moments, &frame(november()));
        has(
            &figures,
            |insight| matches!(insight, Insight::Direction { change, .. } if *change > 0.0),
        )
    };
    let rise =
        |days: u32| (0..days).map(|day| -0.5 + f64::from(day) * 0.04 + f64::from(day % 2) * 0.05);
    assert!(told(&daily("2026-11-01", rise(20))));
    assert!(told(&daily("2026-11-01", rise(TREND_DAYS_MIN))));
    assert!(!told(&daily("2026-11-01", rise(TREND_DAYS_MIN - 1))));
    let noise = (0..20).map(|day| if day % 3 == 0 { 0.8 } else { -0.4 });
    assert!(!told(&daily("2026-11-01", noise)));
    // Borne out, and too small to matter to anybody.
    let creep = (0..20).map(|day| f64::from(day) * 0.001);
    assert!(!told(&daily("2026-11-01", creep)));
}

#[test]
fn a_topic_is_told_of_with_five_entries_on_each_side_and_a_difference_beyond_the_spread() {
    let moments = |with: usize, without: usize, spread: f64| {
        let valence = |base: f64, at: usize| {
            if at.is_multiple_of(2) {
                base + spread
            } else {
                base - spread
            }
        };
        let one = (0..with).map(|at| {
            about(
                &format!("2026-11-{:02}T09:00", at + 1),
                valence(0.5, at),
                "friends",
            )
        });
        let other = (0..without)
            .map(|at| moment(&format!("2026-11-{:02}T15:00", at + 1), valence(0.1, at)));
        one.chain(other).collect::<Vec<_>>()
    };
    let told = |moments: &[Moment]| {
        has(
            &summarise(moments, &frame(november())),
            |insight| matches!(insight, Insight::Topic { label, .. } if label.as_str() == "friends"),
        )
    };
    assert!(told(&moments(5, 5, 0.1)));
    assert!(!told(&moments(4, 20, 0.1)));
    assert!(!told(&moments(20, 4, 0.1)));
    assert!(!told(&moments(5, 5, 0.5)));
}

#[test]
fn of_the_days_of_the_week_the_clearest_alone_is_told_of() {
    let mut moments = Vec::new();
    for week in 0..6_i32 {
        for weekday in 0..7_i32 {
            let day = parse::<LocalDate>("2026-10-05").plus_days(week * 7 + weekday);
            let valence = if weekday == 5 {
                0.8
            } else {
                0.05 * f64::from(week % 3)
            };
            moments.push(moment(&format!("{day}T12:00"), valence));
        }
    }
    let figures = summarise(&moments, &frame(period("2026-10-05", "2026-11-16")));
    let days: Vec<_> = figures
        .insights()
        .into_iter()
        .filter_map(|insight| {
            let Insight::Weekday {
                weekday,
                on,
                otherwise,
            } = insight
            else {
                return None;
            };
            Some((weekday, on.entries(), otherwise.entries()))
        })
        .collect();
    assert_eq!(days, [(6, 6, 36)]);
}

#[test]
fn the_time_before_is_compared_with_where_both_have_enough() {
    let told = |before: Vec<Moment>, now: Vec<Moment>| {
        let moments = [before, now].concat();
        has(&summarise(&moments, &frame(november())), |insight| {
            matches!(insight, Insight::AgainstBefore { .. })
        })
    };
    let low = || daily("2026-10-03", [-0.6, -0.5, -0.4, -0.6, -0.5]);
    let high = || daily("2026-11-03", [0.6, 0.5, 0.4, 0.6, 0.5]);
    assert!(told(low(), high()));
    assert!(!told(low()[1..].to_vec(), high()));
    assert!(!told(
        daily("2026-10-03", [0.6, 0.5, 0.4, 0.6, 0.5]),
        high()
    ));
}

#[test]
fn the_most_frequent_mood_is_told_of_unless_another_is_as_frequent() {
    let told = |happy: usize, sad: usize| {
        let day = |at: usize| format!("2026-11-{:02}T12:00", at + 1);
        let happy = (0..happy).map(|at| felt(&day(at), "happy"));
        let sad = (0..sad).map(|at| felt(&day(at), "sad"));
        let moments: Vec<_> = happy.chain(sad).collect();
        has(&summarise(&moments, &frame(november())), |insight| {
            matches!(insight, Insight::MostOften { .. })
        })
    };
    assert!(told(6, 3));
    assert!(!told(6, 6));
    assert!(!told(4, 1));
}

#[test]
fn every_mood_is_in_the_band_that_its_name_says() {
    let bands: BTreeMap<&str, Band> = Mood::ALL
        .into_iter()
        .map(|mood| (mood.label(), Band::of(mood.valence())))
        .collect();
    assert!(bands["joyful"] == Band::VeryPleasant && bands["happy"] == Band::VeryPleasant);
    assert!(bands["peaceful"] == Band::Pleasant && bands["content"] == Band::Between);
    assert!(bands["worried"] == Band::Unpleasant && bands["sad"] == Band::VeryUnpleasant);
    assert!(Band::of(f64::NAN) == Band::Between);
    assert!(Band::ALL.is_sorted());
}

/// A minute of three months, a valence in hundredths, a mood of the catalogue, and how many topics.
type Raw = (i64, i32, usize, usize);

/// What moments are made of: as numbers, which a failing test can print.
fn raw() -> impl Strategy<Value = Vec<Raw>> {
    let any = (0..90 * 24 * 60_i64, -100..=100_i32, 0..18_usize, 0..4_usize);
    proptest::collection::vec(any, 0..120)
}

fn made(raw: &[Raw]) -> Vec<Moment> {
    let first = parse::<LocalDate>("2026-09-01").midnight();
    let moment = |(minute, valence, mood, topics): &Raw| Moment {
        local_time: first.plus_minutes(*minute),
        valence: f64::from(*valence) / 100.0,
        labels: vec![MoodLabel::from(Mood::ALL[*mood])],
        associations: ["family", "work", "travel"]
            .into_iter()
            .take(*topics)
            .map(AssociationLabel::from)
            .collect(),
    };
    raw.iter().map(moment).collect()
}

fn naive_average(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len()).unwrap();
    (count > 0).then(|| values.iter().sum::<f64>() / f64::from(count))
}

fn naive_variance(values: &[f64]) -> Option<f64> {
    let average = naive_average(values)?;
    let count = u32::try_from(values.len()).unwrap();
    let squares: f64 = values.iter().map(|value| (value - average).powi(2)).sum();
    (count > 1).then(|| squares / f64::from(count - 1))
}

fn agrees(tally: &Tally, values: &[f64]) -> bool {
    let close = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < CLOSE,
        (one, other) => one.is_none() && other.is_none(),
    };
    tally.entries() as usize == values.len()
        && close(tally.average(), naive_average(values))
        && close(tally.variance(), naive_variance(values))
}

proptest! {
    #[test]
    fn every_figure_is_what_the_formula_gives_for_the_entries_it_is_about(
        raw in raw(),
        start in 0..=6_u16,
        week_start in 1..=7_u8,
        length in 1..70_u16,
    ) {
        let moments = made(&raw);
        let day_start = DayStart::from_minutes(start * 60).unwrap();
        let period = Period::up_to(parse("2026-11-20"), length).unwrap();
        let asked = Frame { day_start, week_start, ..frame(period) };
        let figures = summarise(&moments, &asked);
        let day = |moment: &Moment| day_start.day_of(moment.local_time);
        let values = |wanted: &dyn Fn(&Moment) -> bool| -> Vec<f64> {
            moments.iter().filter(|moment| wanted(moment)).map(|moment| moment.valence).collect()
        };
        let within = |moment: &Moment| period.contains(day(moment));

        prop_assert!(agrees(&figures.all, &values(&within)));
        prop_assert!(agrees(&figures.before, &values(&|moment| period.before().contains(day(moment)))));
        for (at, found) in figures.weekdays.iter().enumerate() {
            prop_assert!(agrees(found, &values(&|moment| within(moment) && usize::from(day(moment).weekday()) == at + 1)));
        }
        for (at, found) in figures.hours.iter().enumerate() {
            prop_assert!(agrees(found, &values(&|moment| within(moment) && usize::from(moment.local_time.hour() / 3) == at)));
        }
        for (part, found) in DayPart::ALL.into_iter().zip(&figures.day_parts) {
            prop_assert!(agrees(found, &values(&|moment| within(moment) && DayPart::of(moment.local_time.hour()) == part)));
        }
        for topic in &figures.topics {
            let is_about = |moment: &Moment| moment.associations.contains(&topic.label);
            prop_assert!(agrees(&topic.with, &values(&|moment| within(moment) && is_about(moment))));
            prop_assert!(agrees(&topic.without, &values(&|moment| within(moment) && !is_about(moment))));
        }
        let noted: u32 = figures.moods.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(noted, figures.all.entries());
    }

    #[test]
    fn points_follow_each_other_without_a_gap_and_hold_every_entry(
        raw in raw(),
        week_start in 1..=7_u8,
        length in 1..1500_u16,
    ) {
        let moments = made(&raw);
        let period = Period::up_to(parse("2026-11-20"), length).unwrap();
        let figures = summarise(&moments, &Frame { week_start, ..frame(period) });
        let series = &figures.series;
        prop_assert_eq!(series.first().map(|point| point.from), Some(period.from()));
        prop_assert_eq!(series.last().map(|point| point.until), Some(period.until()));
        prop_assert!(series.windows(2).all(|pair| pair[0].until == pair[1].from));
        for point in series {
            let of_point = |moment: &&Moment| (point.from..point.until).contains(&moment.local_time.date());
            let values: Vec<f64> = moments.iter().filter(of_point).map(|moment| moment.valence).collect();
            prop_assert!(agrees(&point.tally, &values));
            let low = values.iter().copied().reduce(f64::min);
            let high = values.iter().copied().reduce(f64::max);
            prop_assert_eq!(point.range, low.zip(high));
        }
    }

    #[test]
    fn the_trend_is_the_line_from_which_no_other_is_nearer(
        raw in raw(),
        lift in -0.1..0.1_f64,
        tilt in -0.01..0.01_f64,
    ) {
        let moments = made(&raw);
        let period = november();
        let figures = summarise(&moments, &frame(period));
        let days = by_day(&moments, DayStart::MIDNIGHT);
        let points: Vec<(f64, f64)> = days
            .iter()
            .filter(|(day, _)| period.contains(**day))
            .map(|(day, tally)| (f64::from(day.days_since(period.from())), tally.average().unwrap()))
            .collect();
        let Some(trend) = figures.trend else {
            prop_assert!(points.len() < 3);
            return Ok(());
        };
        let rest = |start: f64, slope: f64| -> f64 {
            points.iter().map(|(x, y)| (y - start - slope * x).powi(2)).sum()
        };
        prop_assert!(rest(trend.at_start, trend.slope) <= rest(trend.at_start + lift, trend.slope + tilt) + CLOSE);
        prop_assert!((trend.at_start + 29.0 * trend.slope - trend.at_end).abs() < CLOSE);
        prop_assert_eq!(trend.days as usize, points.len());
    }

    #[test]
    fn the_order_of_entries_makes_no_difference(raw in raw()) {
        let moments = made(&raw);
        let figures = summarise(&moments, &frame(november()));
        let reversed: Vec<_> = moments.into_iter().rev().collect();
        let again = summarise(&reversed, &frame(november()));
        prop_assert!(figures.moods == again.moods);
        prop_assert_eq!(figures.insights().len(), again.insights().len());
    }

    #[test]
    fn a_difference_is_as_uncertain_as_welch_says(
        one in proptest::collection::vec(-1.0..1.0_f64, 2..20),
        other in proptest::collection::vec(-1.0..1.0_f64, 2..20),
    ) {
        let found = Difference::between(&tally(&one), &tally(&other)).unwrap();
        let share = |values: &[f64]| naive_variance(values).unwrap() / f64::from(u32::try_from(values.len()).unwrap());
        prop_assert!((found.error - (share(&one) + share(&other)).sqrt()).abs() < 1e-6);
        prop_assert!((found.value - naive_average(&one).unwrap() + naive_average(&other).unwrap()).abs() < CLOSE);
    }

    #[test]
    fn no_difference_is_told_of_one_entry(value in -1.0..1.0_f64, others in proptest::collection::vec(-1.0..1.0_f64, 0..20)) {
        prop_assert!(Difference::between(&tally(&[value]), &tally(&others)).is_none());
    }
}
