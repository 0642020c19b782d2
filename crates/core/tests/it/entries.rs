//! Making and editing entries: what is fixed when, and what moves it.

use lume_core::association::Association;
use lume_core::day::DayStart;
use lume_core::entry::{EntryInput, MoodEntry, Source, When};
use lume_core::mood::{Mood, MoodLabel};
use lume_core::time::{LocalDateTime, MINUTE_MS, Timestamp, ZoneName, local_at};
use proptest::prelude::*;

use crate::support::{Tzdb, ZONES, at_instant, at_local, entry, now, parse};

fn later() -> Timestamp {
    now().plus_millis(60 * MINUTE_MS)
}

#[test]
fn instant_zone_and_civil_time_are_fixed_when_the_entry_is_made() {
    let entry = entry(at_instant("2025-01-15T23:30:00.123Z", "Europe/Berlin"));
    assert_eq!(entry.at, parse("2025-01-15T23:30:00.123Z"));
    assert_eq!(entry.zone, parse("Europe/Berlin"));
    assert_eq!(entry.local_time, parse("2025-01-16T00:30:00.123"));
    assert_eq!((entry.created_at, entry.updated_at), (now(), now()));
}

#[test]
fn a_chosen_time_that_clocks_skip_becomes_the_one_they_show() {
    let entry = entry(at_local("2025-03-30T02:30", "Europe/Berlin"));
    assert_eq!(entry.at, parse("2025-03-30T01:30:00Z"));
    assert_eq!(entry.local_time, parse("2025-03-30T03:30"));
    assert_eq!(entry.validate(now()), Ok(()));
}

/// Two entries an hour apart, in the hour that Berlin's clocks show twice: both stay, both show 02:30.
#[test]
fn both_hours_of_a_night_in_which_clocks_go_back_can_be_logged() {
    let first = entry(at_instant("2025-10-26T00:30:00Z", "Europe/Berlin"));
    let second = entry(at_instant("2025-10-26T01:30:00Z", "Europe/Berlin"));
    assert_eq!(first.local_time, second.local_time);
    assert!(first.at < second.at);
}

#[test]
fn editing_the_note_moves_nothing_even_in_the_hour_shown_twice() {
    let second = entry(at_instant("2025-10-26T01:30:45.678Z", "Europe/Berlin"));
    let mut form = second.form();
    form.note = Some("a long night".to_owned());
    form.local_time = form.local_time.to_minute(); // as an input field gives it back
    let edited = second.edited(form, &Tzdb::new(), later()).unwrap();
    assert_eq!(
        (edited.at, edited.local_time),
        (second.at, second.local_time)
    );
    assert_eq!((edited.created_at, edited.updated_at), (now(), later()));
}

#[test]
fn editing_the_note_needs_no_rules_of_the_zone() {
    let mut made_elsewhere = entry(at_instant("2025-01-15T12:00:00Z", "UTC"));
    made_elsewhere.zone = parse("Mars/Olympus_Mons");
    let mut form = made_elsewhere.form();
    form.labels = vec![Mood::Proud.into()];
    assert!(
        made_elsewhere
            .edited(form.clone(), &Tzdb::new(), later())
            .is_ok()
    );
    form.local_time = parse("2025-01-15T13:00");
    assert!(made_elsewhere.edited(form, &Tzdb::new(), later()).is_err());
}

#[test]
fn editing_the_time_is_meant_in_the_zone_of_the_entry() {
    let in_tokyo = entry(at_instant("2025-01-15T12:00:00Z", "Asia/Tokyo"));
    let mut form = in_tokyo.form();
    form.local_time = parse("2025-01-14T08:00");
    let edited = in_tokyo.edited(form, &Tzdb::new(), later()).unwrap();
    assert_eq!(edited.at, parse("2025-01-13T23:00:00Z"));
    assert_eq!(edited.zone, in_tokyo.zone);
    assert_eq!(edited.local_time, parse("2025-01-14T08:00"));
}

#[test]
fn a_form_given_back_as_it_was_changes_nothing() {
    let entry = entry(at_instant("2025-01-15T12:00:00.001Z", "Asia/Tokyo"));
    assert_eq!(
        entry.edited(entry.form(), &Tzdb::new(), later()).unwrap(),
        entry
    );
}

/// Somebody logs in Auckland, flies over the date line to Honolulu and logs again, two hours later and, on the
/// calendar, the day before.
#[test]
fn travelling_over_the_date_line_moves_no_entry_to_another_day() {
    let auckland = entry(at_instant("2025-05-01T20:00:00Z", "Pacific/Auckland"));
    let honolulu = entry(at_instant("2025-05-01T22:00:00Z", "Pacific/Honolulu"));
    let day = |entry: &MoodEntry| entry.day(DayStart::MIDNIGHT).to_string();
    assert_eq!(day(&auckland), "2025-05-02");
    assert_eq!(day(&honolulu), "2025-05-01");
    assert!(auckland.at < honolulu.at);
}

#[test]
fn with_days_from_four_an_entry_after_midnight_belongs_to_the_evening_before() {
    let four = parse::<DayStart>("04:00");
    let late = entry(at_local("2024-03-01T01:30", "Europe/Berlin"));
    assert_eq!(late.day(four).to_string(), "2024-02-29");
    assert_eq!(late.day(DayStart::MIDNIGHT).to_string(), "2024-03-01");
    let early = entry(at_local("2024-03-01T04:00", "Europe/Berlin"));
    assert_eq!(early.day(four).to_string(), "2024-03-01");
}

#[test]
fn what_is_repeated_or_blank_is_left_out() {
    let mut input = EntryInput::new(at_instant("2025-01-15T12:00:00Z", "UTC"), Mood::Happy);
    input
        .labels
        .extend([Mood::Proud.into(), Mood::Happy.into()]);
    input.associations = vec![Association::Work.into(), Association::Work.into()];
    input.note = Some(" \n".to_owned());
    let entry = MoodEntry::new(input, &Tzdb::new(), now()).unwrap();
    assert_eq!(
        entry.labels,
        [MoodLabel::from(Mood::Happy), MoodLabel::from(Mood::Proud)]
    );
    assert_eq!(entry.associations, [Association::Work.into()]);
    assert_eq!(entry.note, None);
    assert_eq!(entry.source, Source::Manual);
}

#[test]
fn the_valence_is_the_persons_else_the_moods_else_none() {
    let mut entry = entry(at_instant("2025-01-15T12:00:00Z", "UTC"));
    assert_eq!(entry.effective_valence(), Some(Mood::Happy.valence()));
    entry.valence = Some(-0.25);
    assert_eq!(entry.effective_valence(), Some(-0.25));
    entry.valence = None;
    entry.labels = vec!["zen".into(), Mood::Happy.into()];
    assert_eq!(entry.effective_valence(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_three_times_of_an_entry_always_agree(
        zone in prop::sample::select(&ZONES[..]),
        minute in 0..70 * 366 * 24 * 60_i64,
        chosen: bool,
    ) {
        let (rules, zone) = (Tzdb::new(), parse::<ZoneName>(zone));
        let when = if chosen {
            let local_time = parse::<LocalDateTime>("1970-01-02T00:00").plus_minutes(minute);
            When::Local { local_time, zone: zone.clone() }
        } else {
            let at = Timestamp::from_millis(minute * MINUTE_MS);
            When::Instant { at, zone: zone.clone() }
        };
        let entry = MoodEntry::new(EntryInput::new(when, Mood::Sad), &rules, now()).unwrap();
        prop_assert_eq!(local_at(&rules, &zone, entry.at).unwrap(), entry.local_time);
        prop_assert!(entry.local_time.offset_from(entry.at).is_some());
    }

    #[test]
    fn the_day_of_an_entry_is_the_same_wherever_it_is_looked_at(
        zone in prop::sample::select(&ZONES[..]),
        minute in 0..70 * 366 * 24 * 60_i64,
        start in 0..=DayStart::MINUTES_MAX,
    ) {
        let start = DayStart::from_minutes(start).unwrap();
        let at = Timestamp::from_millis(minute * MINUTE_MS);
        let when = When::Instant { at, zone: parse(zone) };
        let entry = MoodEntry::new(EntryInput::new(when, Mood::Sad), &Tzdb::new(), now()).unwrap();
        // Another device, later, with other rules or none, reads it from its content.
        let elsewhere = MoodEntry::from_content(&entry.to_content()).unwrap();
        prop_assert_eq!(elsewhere.day(start), entry.day(start));
        prop_assert!(start.range_of(entry.day(start)).contains(&entry.local_time));
    }
}
