//! Civil times and instants where clocks are changed, the date line moves or February has 29 days.

use lume_core::time::{
    DAY_MS, LocalDateTime, MINUTE_MS, Timestamp, UtcOffsetMinutes, ZoneName, instant_at, local_at,
};
use proptest::prelude::*;

use crate::support::{Tzdb, ZONES, parse};

/// Checks what instant a civil time means, and what clocks show then.
fn check(zone: &str, local: &str, instant: &str, shown: &str) {
    let (rules, zone) = (Tzdb::new(), parse::<ZoneName>(zone));
    let at = instant_at(&rules, &zone, parse(local)).unwrap();
    assert_eq!(at, parse(instant), "the instant of {local} in {zone}");
    assert_eq!(
        local_at(&rules, &zone, at).unwrap(),
        parse(shown),
        "what {zone} shows at {at}"
    );
}

#[test]
fn a_time_that_clocks_skip_lies_as_far_behind_the_jump() {
    check(
        "Europe/Berlin",
        "2025-03-30T02:30",
        "2025-03-30T01:30:00Z",
        "2025-03-30T03:30",
    );
    check(
        "Europe/Berlin",
        "2025-03-30T01:59:59.999",
        "2025-03-30T00:59:59.999Z",
        "2025-03-30T01:59:59.999",
    );
    check(
        "Europe/Berlin",
        "2025-03-30T03:00",
        "2025-03-30T01:00:00Z",
        "2025-03-30T03:00",
    );
    check(
        "America/New_York",
        "2025-03-09T02:00",
        "2025-03-09T07:00:00Z",
        "2025-03-09T03:00",
    );
    check(
        "Australia/Lord_Howe",
        "2025-10-05T02:15",
        "2025-10-04T15:45:00Z",
        "2025-10-05T02:45",
    );
}

#[test]
fn a_midnight_that_clocks_skip_belongs_to_the_same_date() {
    check(
        "Asia/Beirut",
        "2025-03-30T00:00",
        "2025-03-29T22:00:00Z",
        "2025-03-30T01:00",
    );
    check(
        "Africa/Cairo",
        "2025-04-25T00:30",
        "2025-04-24T22:30:00Z",
        "2025-04-25T01:30",
    );
    check(
        "America/Sao_Paulo",
        "2018-11-04T00:00",
        "2018-11-04T03:00:00Z",
        "2018-11-04T01:00",
    );
}

#[test]
fn a_time_that_clocks_show_twice_is_the_earlier() {
    check(
        "Europe/Berlin",
        "2025-10-26T02:30",
        "2025-10-26T00:30:00Z",
        "2025-10-26T02:30",
    );
    check(
        "Europe/Berlin",
        "2025-10-26T03:00",
        "2025-10-26T02:00:00Z",
        "2025-10-26T03:00",
    );
    check(
        "America/New_York",
        "2025-11-02T01:30",
        "2025-11-02T05:30:00Z",
        "2025-11-02T01:30",
    );
    check(
        "Australia/Lord_Howe",
        "2025-04-06T01:45",
        "2025-04-05T14:45:00Z",
        "2025-04-06T01:45",
    );
    check(
        "Asia/Beirut",
        "2025-10-25T23:30",
        "2025-10-25T20:30:00Z",
        "2025-10-25T23:30",
    );
}

#[test]
fn a_day_that_the_date_line_took_away_becomes_the_next() {
    check(
        "Pacific/Apia",
        "2011-12-29T23:59",
        "2011-12-30T09:59:00Z",
        "2011-12-29T23:59",
    );
    check(
        "Pacific/Apia",
        "2011-12-30T12:00",
        "2011-12-30T22:00:00Z",
        "2011-12-31T12:00",
    );
    check(
        "Pacific/Apia",
        "2011-12-31T00:00",
        "2011-12-30T10:00:00Z",
        "2011-12-31T00:00",
    );
}

#[test]
fn one_instant_has_three_dates_around_the_world() {
    let (rules, at) = (Tzdb::new(), parse::<Timestamp>("2025-01-01T10:30:00Z"));
    let date = |zone: &str| {
        local_at(&rules, &parse(zone), at)
            .unwrap()
            .date()
            .to_string()
    };
    assert_eq!(date("Pacific/Kiritimati"), "2025-01-02");
    assert_eq!(date("UTC"), "2025-01-01");
    assert_eq!(date("Pacific/Pago_Pago"), "2024-12-31");
}

#[test]
fn a_leap_day_is_a_day() {
    check(
        "Asia/Kathmandu",
        "2024-02-29T00:15",
        "2024-02-28T18:30:00Z",
        "2024-02-29T00:15",
    );
    check(
        "America/Santiago",
        "2000-02-29T23:00",
        "2000-03-01T02:00:00Z",
        "2000-02-29T23:00",
    );
    for no_day in ["2025-02-29T12:00", "2100-02-29T12:00", "1900-02-29T12:00"] {
        assert!(no_day.parse::<LocalDateTime>().is_err(), "{no_day}");
    }
}

#[test]
fn a_zone_without_rules_is_named() {
    let (rules, nowhere) = (Tzdb::new(), parse::<ZoneName>("Mars/Olympus_Mons"));
    let at = parse("2025-01-01T00:00:00Z");
    assert_eq!(local_at(&rules, &nowhere, at).unwrap_err().0, nowhere);
    assert_eq!(
        instant_at(&rules, &nowhere, parse("2025-01-01T00:00"))
            .unwrap_err()
            .0,
        nowhere
    );
}

/// A zone and an instant, to the minute: any of the years 1970 to 2040, or one within three hours of a change of the
/// zone's clocks, where mistakes hide.
fn zones_and_instants() -> impl Strategy<Value = (&'static str, Timestamp)> {
    let zones = prop::sample::select(&ZONES[..]);
    let near = prop::option::of(-3 * 60..=3 * 60_i64);
    (zones, minutes(), near).prop_map(|(zone, minute, near)| {
        let at = Timestamp::from_millis(minute * MINUTE_MS);
        match near {
            None => (zone, at),
            Some(minutes) => {
                let change = Tzdb::new().change_after(zone, at);
                (zone, change.plus_millis(minutes * MINUTE_MS))
            }
        }
    })
}

/// Minutes of the years 1970 to 2040.
fn minutes() -> impl Strategy<Value = i64> {
    0..70 * 365 * (DAY_MS / MINUTE_MS)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_civil_time_means_the_same_as_in_the_library(
        (zone, near) in zones_and_instants(),
        off_by in -90..=90_i64,
    ) {
        let rules = Tzdb::new();
        let local = local_at(&rules, &parse(zone), near).unwrap().plus_minutes(off_by);
        let at = instant_at(&rules, &parse(zone), local).unwrap();
        prop_assert_eq!(at, rules.compatible(zone, local));
    }

    #[test]
    fn what_clocks_show_leads_back_to_an_instant_that_shows_the_same(
        (zone, at) in zones_and_instants(),
    ) {
        let (rules, zone) = (Tzdb::new(), parse::<ZoneName>(zone));
        let local = local_at(&rules, &zone, at).unwrap();
        let back = instant_at(&rules, &zone, local).unwrap();
        prop_assert!(back <= at, "of two instants the earlier is taken");
        prop_assert_eq!(local_at(&rules, &zone, back).unwrap(), local);
    }

    #[test]
    fn an_offset_leads_there_and_back(
        minute in minutes(),
        millis in 0..60_000_i64,
        offset in -18 * 60..=18 * 60_i16,
    ) {
        let offset = UtcOffsetMinutes::new(offset).unwrap();
        let at = Timestamp::from_millis(minute * MINUTE_MS + millis);
        let local = at.to_local(offset);
        prop_assert_eq!(local.to_instant(offset), at);
        prop_assert_eq!(local.offset_from(at), Some(offset));
        prop_assert_eq!(local.to_string().parse::<LocalDateTime>().unwrap(), local);
    }

    #[test]
    fn civil_times_sort_as_their_texts_do(a: i64, b: i64) {
        let range = 5_200_000_000; // minutes: beyond ten thousand years, so that the ends are met too
        let start = LocalDateTime::MIN;
        let (a, b) = (start.plus_minutes(a.rem_euclid(range)), start.plus_minutes(b.rem_euclid(range)));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(a.to_string().len(), 23);
    }
}
