//! When a reminder is due.

use super::{LATE_MS_MAX, Schedule, TIMES_MAX, TimeOfDay};
use crate::time::{
    LocalDate, LocalDateTime, Timestamp, UnknownZone, ZoneRules, instant_at, local_at,
};

/// Days looked at for the next reminder: two weeks, since the only day of a week may be one that its zone left out when the
/// date line moved, and the one before, whose last minute may come after a jump of the clocks.
const DAYS_AHEAD: i32 = 15;

/// A reminder that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// What clocks in the schedule's zone show then.
    pub local: LocalDateTime,
}

impl Due {
    /// The day on which it asks.
    pub fn day(self) -> LocalDate {
        self.local.date()
    }
}

/// What came of looking at the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The reminder to give now, where one is due: the last, if there were several.
    pub due: Option<Due>,
    /// When to look again; `None` where nothing will be due.
    pub next: Option<Timestamp>,
}

/// Returns the first reminder that is due after an instant, the instant itself excluded; `None` where there is none.
///
/// # Errors
///
/// [`UnknownZone`] where there are no rules for the schedule's zone.
pub fn next_due<R: ZoneRules + ?Sized>(
    schedule: &Schedule,
    rules: &R,
    after: Timestamp,
) -> Result<Option<Due>, UnknownZone> {
    if !schedule.enabled {
        return Ok(None);
    }
    let zone = &schedule.zone;
    let is_quiet = |local| {
        let time = TimeOfDay::of(local);
        schedule.quiet.is_some_and(|quiet| quiet.holds(time))
    };
    let snoozed = schedule.snoozed_until.filter(|until| *until > after);
    if let Some(at) = snoozed {
        let local = local_at(rules, zone, at)?;
        if !is_quiet(local) {
            return Ok(Some(Due { at, local }));
        }
    }
    let after = snoozed.unwrap_or(after);
    let mut first: Option<Due> = None;
    let today = local_at(rules, zone, after)?.date();
    for day in (-1..=DAYS_AHEAD).map(|days| today.plus_days(days)) {
        if !schedule.days.contains(day.weekday()) {
            continue;
        }
        // A time that is skipped comes after later ones of its day, so that a day is looked at to its end.
        for time in &schedule.times {
            let at = instant_at(rules, zone, time.on(day))?;
            if at <= after || first.is_some_and(|first| first.at <= at) {
                continue;
            }
            let local = local_at(rules, zone, at)?;
            if !is_quiet(local) {
                first = Some(Due { at, local });
            }
        }
        // Only a jump of the clocks takes a time of one day behind one of the next, and no jump is longer than a day.
        if first.is_some_and(|first| first.local.date() < day) {
            break;
        }
    }
    Ok(first)
}

/// Looks at the clock: what was due after `since` and is due by `now`, and when to look again. Everything up to `now` is
/// settled by this, and `now` is the next `since`.
///
/// # Errors
///
/// [`UnknownZone`] where there are no rules for the schedule's zone.
pub fn settle<R: ZoneRules + ?Sized>(
    schedule: &Schedule,
    rules: &R,
    since: Timestamp,
    now: Timestamp,
) -> Result<Settled, UnknownZone> {
    let mut after = since.max(now.plus_millis(-LATE_MS_MAX - 1));
    let mut last = None;
    // Half an hour holds each time once, and a snooze's end; where clocks are put back, each is still one instant.
    for _ in 0..=TIMES_MAX {
        match next_due(schedule, rules, after)? {
            Some(due) if due.at <= now => {
                after = due.at;
                last = Some(due);
            }
            Some(due) => {
                return Ok(Settled {
                    due: last,
                    next: Some(due.at),
                });
            }
            None => break,
        }
    }
    // A clock that was put back settles nothing twice.
    let next = next_due(schedule, rules, since.max(now))?;
    Ok(Settled {
        due: last,
        next: next.map(|due| due.at),
    })
}
