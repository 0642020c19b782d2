//! When reminders are due: over days without any, changed clocks, quiet hours, snoozes, and after an absence.

use lume_core::reminder::{
    LATE_MS_MAX, QuietHours, SNOOZE_DAYS_MAX, Schedule, TIMES_MAX, TimeOfDay, Weekdays, next_due,
    settle,
};
use lume_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp, ZoneName, instant_at, local_at};
use proptest::prelude::*;

use crate::support::{Tzdb, ZONES, parse};

fn schedule(zone: &str, times: &[&str]) -> Schedule {
    let mut schedule = Schedule::off(parse(zone));
    schedule.enabled = true;
    schedule.times.clear();
    for time in times {
        assert!(schedule.add(parse(time)));
    }
    schedule
}

fn quiet(from: &str, to: &str) -> QuietHours {
    QuietHours {
        from: parse(from),
        to: parse(to),
    }
}

/// The next reminders after an instant, as what clocks show.
fn shown(schedule: &Schedule, after: &str, count: usize) -> Vec<String> {
    let mut after: Timestamp = parse(after);
    let mut all = Vec::new();
    for _ in 0..count {
        let Some(due) = next_due(schedule, &Tzdb::new(), after).unwrap() else {
            break;
        };
        all.push(due.local.to_minute().to_string()[..16].to_owned());
        after = due.at;
    }
    all
}

#[test]
fn reminders_come_at_their_times_on_their_days() {
    let mut schedule = schedule("Europe/Berlin", &["21:00", "08:30"]);
    // A Wednesday, 12:00 in Berlin.
    assert_eq!(
        shown(&schedule, "2025-01-15T11:00:00Z", 3),
        ["2025-01-15T21:00", "2025-01-16T08:30", "2025-01-16T21:00"]
    );
    schedule.days = Weekdays::NONE.toggled(1);
    assert_eq!(
        shown(&schedule, "2025-01-15T11:00:00Z", 3),
        ["2025-01-20T08:30", "2025-01-20T21:00", "2025-01-27T08:30"]
    );
}

#[test]
fn a_reminder_is_not_due_again_at_its_own_instant() {
    let schedule = schedule("UTC", &["08:30"]);
    assert_eq!(
        shown(&schedule, "2025-01-15T08:29:59.999Z", 1),
        ["2025-01-15T08:30"]
    );
    assert_eq!(
        shown(&schedule, "2025-01-15T08:30:00Z", 1),
        ["2025-01-16T08:30"]
    );
}

#[test]
fn a_time_that_clocks_skip_comes_after_the_jump_and_one_that_they_show_twice_once() {
    let night = schedule("Europe/Berlin", &["02:30", "03:30"]);
    assert_eq!(
        shown(&night, "2025-03-29T12:00:00Z", 2),
        ["2025-03-30T03:30", "2025-03-31T02:30"],
        "both are the same instant on the day of the jump"
    );
    assert_eq!(
        shown(&night, "2025-10-25T12:00:00Z", 3),
        ["2025-10-26T02:30", "2025-10-26T03:30", "2025-10-27T02:30"]
    );
}

#[test]
fn a_day_that_a_zone_left_out_is_not_waited_for() {
    // Apia went from the 29th to the 31st of December 2011, without the Friday.
    let mut fridays = schedule("Pacific/Apia", &["20:00"]);
    fridays.days = Weekdays::NONE.toggled(5);
    assert_eq!(
        shown(&fridays, "2011-12-24T12:00:00Z", 2),
        ["2011-12-31T20:00", "2012-01-06T20:00"]
    );
}

#[test]
fn nothing_is_due_in_quiet_hours() {
    let mut schedule = schedule("UTC", &["06:30", "12:00", "22:30"]);
    schedule.quiet = Some(quiet("22:00", "07:00"));
    assert_eq!(
        shown(&schedule, "2025-01-15T12:00:00Z", 2),
        ["2025-01-16T12:00", "2025-01-17T12:00"]
    );
    schedule.remove(parse("12:00"));
    assert!(shown(&schedule, "2025-01-15T12:00:00Z", 1).is_empty());
}

#[test]
fn a_snooze_holds_reminders_back_and_ends_with_one() {
    let mut schedule = schedule("UTC", &["08:30", "09:00", "21:00"]);
    schedule.snoozed_until = Some(parse("2025-01-15T09:30:00Z"));
    assert_eq!(
        shown(&schedule, "2025-01-15T08:30:00Z", 2),
        ["2025-01-15T09:30", "2025-01-15T21:00"]
    );
    assert_eq!(
        shown(&schedule, "2025-01-15T09:30:00Z", 1),
        ["2025-01-15T21:00"],
        "a snooze that is over is nothing"
    );
}

#[test]
fn a_snooze_that_ends_in_quiet_hours_ends_without_a_word() {
    let mut schedule = schedule("UTC", &["21:30"]);
    schedule.quiet = Some(quiet("22:00", "07:00"));
    schedule.snoozed_until = Some(parse("2025-01-15T22:30:00Z"));
    assert_eq!(
        shown(&schedule, "2025-01-15T21:30:00Z", 1),
        ["2025-01-16T21:30"]
    );
}

#[test]
fn a_schedule_that_is_off_or_empty_is_never_due() {
    let mut off = schedule("UTC", &["08:30"]);
    off.enabled = false;
    let mut dayless = schedule("UTC", &["08:30"]);
    dayless.days = Weekdays::NONE;
    for schedule in [off, dayless, schedule("UTC", &[])] {
        assert!(!schedule.is_live());
        assert!(shown(&schedule, "2025-01-15T08:00:00Z", 1).is_empty());
    }
}

fn settled(schedule: &Schedule, since: &str, now: &str) -> (Option<Timestamp>, Option<Timestamp>) {
    let settled = settle(schedule, &Tzdb::new(), parse(since), parse(now)).unwrap();
    (settled.due.map(|due| due.at), settled.next)
}

#[test]
fn after_an_absence_one_reminder_comes_where_it_is_not_too_late() {
    let schedule = schedule("UTC", &["08:00", "08:10", "08:20", "21:00"]);
    let at = |text: &str| Some(parse::<Timestamp>(text));
    assert_eq!(
        settled(&schedule, "2025-01-10T00:00:00Z", "2025-01-15T08:25:00Z"),
        (at("2025-01-15T08:20:00Z"), at("2025-01-15T21:00:00Z")),
        "one of three, and none of the days before"
    );
    assert_eq!(
        settled(&schedule, "2025-01-10T00:00:00Z", "2025-01-15T08:50:00Z"),
        (at("2025-01-15T08:20:00Z"), at("2025-01-15T21:00:00Z")),
        "half an hour late is not too late"
    );
    assert_eq!(
        settled(
            &schedule,
            "2025-01-10T00:00:00Z",
            "2025-01-15T08:50:00.001Z"
        ),
        (None, at("2025-01-15T21:00:00Z"))
    );
}

#[test]
fn what_was_settled_is_not_due_again_even_if_the_clock_is_put_back() {
    let schedule = schedule("UTC", &["08:00"]);
    let next = Some(parse::<Timestamp>("2025-01-16T08:00:00Z"));
    assert_eq!(
        settled(&schedule, "2025-01-15T08:00:00Z", "2025-01-15T08:05:00Z"),
        (None, next)
    );
    assert_eq!(
        settled(&schedule, "2025-01-15T08:00:00Z", "2025-01-15T07:00:00Z"),
        (None, next)
    );
}

#[test]
fn a_schedule_is_bounded_and_kept_in_order() {
    let mut schedule = schedule("UTC", &["09:00"]);
    let now: Timestamp = parse("2025-01-15T12:00:00Z");
    for minutes in 0..u16::try_from(TIMES_MAX).unwrap() - 1 {
        assert!(schedule.add(TimeOfDay::from_minutes(minutes).unwrap()));
    }
    assert!(schedule.add(parse("09:00")), "it is there");
    assert!(!schedule.add(parse("10:00")), "there is no room");
    assert!(schedule.times.is_sorted());
    assert!(schedule.check(now).is_ok());

    schedule.times.push(parse("10:00"));
    schedule.snoozed_until = Some(now.plus_millis(SNOOZE_DAYS_MAX * DAY_MS + 1));
    let errors = schedule.check(now).unwrap_err();
    assert!(errors.get("times").is_some() && errors.get("snoozed_until").is_some());
}

#[test]
fn a_schedule_survives_a_round_trip_and_has_usual_values_for_what_is_left_out() {
    let mut schedule = schedule("Europe/Berlin", &["21:00", "08:30"]);
    schedule.quiet = Some(quiet("22:00", "07:00"));
    schedule.snoozed_until = Some(parse("2025-01-15T22:30:00Z"));
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);

    let short: Schedule = serde_json::from_str(r#"{"times": [], "zone": "UTC"}"#).unwrap();
    assert!(short.enabled && short.skip_if_logged && short.days == Weekdays::ALL);
    for bad in [
        r#"{"zone": "UTC"}"#,
        r#"{"times": ["24:00"], "zone": "UTC"}"#,
        r#"{"times": [], "days": [0], "zone": "UTC"}"#,
        r#"{"times": [], "zone": "not a zone"}"#,
    ] {
        assert!(serde_json::from_str::<Schedule>(bad).is_err(), "{bad}");
    }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let minutes = || (0..24 * 60_u16).prop_map(|minutes| TimeOfDay::from_minutes(minutes).unwrap());
    (
        prop::sample::select(ZONES.to_vec()),
        prop::collection::vec(minutes(), 0..6),
        prop::collection::vec(1..=7_u8, 0..8),
        prop::option::of((minutes(), minutes())),
        prop::option::of(-48..48_i64),
    )
        .prop_map(|(zone, times, days, quiet, snooze)| {
            let mut schedule = schedule(zone, &[]);
            for time in times {
                schedule.add(time);
            }
            schedule.days = Weekdays::try_from(days).unwrap();
            schedule.quiet = quiet.map(|(from, to)| QuietHours { from, to });
            schedule.snoozed_until = snooze.map(|hours| Timestamp::from_millis(hours * HOUR_MS));
            schedule
        })
}

/// The same schedule with its snooze, which was drawn around the epoch, around an instant.
fn around(mut schedule: Schedule, at: Timestamp) -> Schedule {
    schedule.snoozed_until = schedule
        .snoozed_until
        .map(|until| at.plus_millis(until.as_millis()));
    schedule
}

/// An instant close to a change of the zone's clocks, some time from 1990 on.
fn near_a_change(zone: &ZoneName, years: i64, minutes: i64) -> Timestamp {
    let begin: Timestamp = parse("1990-01-01T00:00:00Z");
    Tzdb::new()
        .change_after(zone.as_str(), begin.plus_millis(years * 365 * DAY_MS))
        .plus_millis(minutes * MINUTE_MS)
}

proptest! {
    // Zones are looked up by name each time, which takes long without optimisation.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The next reminder is the earliest of all that a simple look at every day of three weeks finds.
    #[test]
    fn the_next_reminder_is_the_first_of_all(
        drawn in any_schedule(), years in 0..40_i64, minutes in -3_000..3_000_i64,
    ) {
        let rules = Tzdb::new();
        let after = near_a_change(&drawn.zone, years, minutes);
        let schedule = around(drawn, after);
        let today = local_at(&rules, &schedule.zone, after).unwrap().date();
        let times = (-3..=18).map(|days| today.plus_days(days));
        let all = times
            .filter(|day| schedule.days.contains(day.weekday()))
            .flat_map(|day| schedule.times.iter().map(move |time| time.on(day)))
            .map(|local| instant_at(&rules, &schedule.zone, local).unwrap())
            .filter(|at| schedule.snoozed_until.is_none_or(|until| *at >= until))
            .chain(schedule.snoozed_until);
        let first = all
            .filter(|at| *at > after)
            .filter(|at| {
                let local = local_at(&rules, &schedule.zone, *at).unwrap();
                schedule.quiet.is_none_or(|quiet| !quiet.holds(TimeOfDay::of(local)))
            })
            .min();

        let next = next_due(&schedule, &rules, after).unwrap();

        prop_assert_eq!(next.map(|due| due.at), first);
        if let Some(due) = next {
            prop_assert_eq!(due.local, local_at(&rules, &schedule.zone, due.at).unwrap());
        }
    }

    /// However often and however late the clock is looked at: nothing comes twice, nothing comes early or too late, and
    /// whoever looks when told to misses nothing.
    #[test]
    fn whoever_looks_when_told_to_gives_every_reminder_once(
        drawn in any_schedule(), years in 0..40_i64, minutes in -3_000..3_000_i64, looks in 1..10_usize,
    ) {
        let rules = Tzdb::new();
        let start = near_a_change(&drawn.zone, years, minutes);
        let schedule = around(drawn, start);
        let (mut since, mut expected) = (start, start);
        let mut now = start;
        for _ in 0..looks {
            let settled = settle(&schedule, &rules, since, now).unwrap();
            if let Some(due) = settled.due {
                prop_assert!(since < due.at && due.at <= now);
                prop_assert!(now.millis_since(due.at) <= LATE_MS_MAX);
                prop_assert_eq!(Some(due), next_due(&schedule, &rules, expected).unwrap());
                expected = due.at;
            }
            since = now;
            let Some(next) = settled.next else { return Ok(()) };
            prop_assert!(next > now);
            now = next;
        }
    }
}
