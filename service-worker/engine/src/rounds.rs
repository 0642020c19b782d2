//! Whether another round of passes is worth staying awake for.

use lume_core::time::Timestamp;
use lume_sync::Remainder;

/// Passes are at least this far apart. A tab that holds the lock is at work, and is asked again no sooner.
const GAP_MS_MIN: u64 = 2_000;
/// No longer wait is waited for: the browser wakes the worker again, and a page has its own timers.
const WAIT_MS_MAX: u64 = 15_000;

/// What to do after a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing is left.
    Done,
    /// Something is left that is not worth waiting for.
    Left,
    /// Another round, so many milliseconds from now.
    After(u64),
}

/// Decides by what the profiles have left together, and by how much of the time is spent.
pub(crate) fn next(left: Remainder, now: Timestamp, spent_ms: u64, limit_ms: u64) -> Next {
    let Remainder::From(at) = left else {
        return Next::Done;
    };
    let wait_ms = u64::try_from(at.millis_since(now)).unwrap_or(0);
    if wait_ms > WAIT_MS_MAX {
        return Next::Left;
    }
    let wait_ms = wait_ms.max(GAP_MS_MIN);
    if spent_ms.saturating_add(wait_ms) >= limit_ms {
        Next::Left
    } else {
        Next::After(wait_ms)
    }
}

/// What two profiles have left: the earlier time of the two.
pub(crate) fn earlier(one: Remainder, other: Remainder) -> Remainder {
    match (one, other) {
        (Remainder::Nothing, rest) | (rest, Remainder::Nothing) => rest,
        (Remainder::From(one), Remainder::From(other)) => Remainder::From(one.min(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const LIMIT_MS: u64 = 150_000;

    fn in_ms(ms: i64) -> Remainder {
        Remainder::From(NOW.plus_millis(ms))
    }

    #[test]
    fn with_nothing_left_it_is_done() {
        assert_eq!(next(Remainder::Nothing, NOW, 0, LIMIT_MS), Next::Done);
    }

    #[test]
    fn a_short_wait_is_waited_for_and_a_long_one_is_left_to_the_browser() {
        assert_eq!(next(in_ms(10_000), NOW, 0, LIMIT_MS), Next::After(10_000));
        assert_eq!(next(in_ms(15_000), NOW, 0, LIMIT_MS), Next::After(15_000));
        assert_eq!(next(in_ms(15_001), NOW, 0, LIMIT_MS), Next::Left);
    }

    #[test]
    fn what_is_due_and_held_by_another_tab_is_looked_at_every_two_seconds() {
        assert_eq!(next(in_ms(0), NOW, 0, LIMIT_MS), Next::After(2_000));
        assert_eq!(next(in_ms(-5_000), NOW, 0, LIMIT_MS), Next::After(2_000));
    }

    #[test]
    fn no_wait_reaches_beyond_the_limit() {
        assert_eq!(
            next(in_ms(10_000), NOW, 139_999, LIMIT_MS),
            Next::After(10_000)
        );
        assert_eq!(next(in_ms(10_000), NOW, 140_000, LIMIT_MS), Next::Left);
    }

    #[test]
    fn of_two_profiles_the_earlier_one_counts() {
        assert_eq!(earlier(in_ms(5), in_ms(3)), in_ms(3));
        assert_eq!(earlier(Remainder::Nothing, in_ms(3)), in_ms(3));
        assert_eq!(earlier(in_ms(5), Remainder::Nothing), in_ms(5));
        assert_eq!(
            earlier(Remainder::Nothing, Remainder::Nothing),
            Remainder::Nothing
        );
    }
}
