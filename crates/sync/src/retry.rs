//! The waits of one event: the seed's 2, 4, 8, 16 and 32 seconds, stored and never slept through.

use crate::limits::{RETRY_DELAY_MS_MAX, RETRY_DELAYS_MS, RETRY_JITTER_PERCENT};

/// The wait after an event's failed attempts, in milliseconds; `None` once the fifth retry has failed too.
///
/// `attempts` counts only outcomes in which the server answered about this very event, and is 1 after the first. Up to
/// a fifth is added as jitter; `below` draws a number below its argument.
pub fn delay_ms(attempts: u32, below: impl Fn(u64) -> u64) -> Option<u64> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let delay = *RETRY_DELAYS_MS.get(index)?;
    Some((delay + below(delay * RETRY_JITTER_PERCENT / 100 + 1)).min(RETRY_DELAY_MS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_are_the_seeds_and_there_are_five() {
        let waits: Vec<_> = (1..=7).map(|attempts| delay_ms(attempts, |_| 0)).collect();

        assert_eq!(
            waits,
            [
                Some(2_000),
                Some(4_000),
                Some(8_000),
                Some(16_000),
                Some(32_000),
                None,
                None
            ]
        );
    }

    #[test]
    fn jitter_adds_at_most_a_fifth_and_never_passes_a_minute() {
        for attempts in 1..=5 {
            let shortest = delay_ms(attempts, |_| 0).unwrap();
            let longest = delay_ms(attempts, |bound| bound - 1).unwrap();
            assert!(longest <= shortest + shortest / 5);
            assert!(longest <= RETRY_DELAY_MS_MAX);
        }
    }
}
