//! Limits on how often somebody may try: a token bucket per name, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lume_core::time::{MINUTE_MS, Timestamp};

/// Names remembered; beyond that those that have not been seen for longest are forgotten.
const NAMES_MAX: usize = 10_000;

/// The buckets. A name may do its minute's worth at once, and gets it back over a minute.
#[derive(Default)]
pub(crate) struct RateLimiter(Mutex<BTreeMap<String, Bucket>>);

#[derive(Clone, Copy)]
struct Bucket {
    /// Milliseconds' worth of requests left; one request costs a minute divided by the limit.
    left_ms: i64,
    seen: Timestamp,
}

impl RateLimiter {
    /// Takes one from the bucket of a name.
    ///
    /// # Errors
    ///
    /// The seconds to wait, where it is empty.
    pub(crate) fn take(&self, name: &str, per_minute: u32, now: Timestamp) -> Result<(), u32> {
        if per_minute == 0 {
            return Ok(());
        }
        let cost = (MINUTE_MS / i64::from(per_minute)).max(1);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= NAMES_MAX && !buckets.contains_key(name) {
            forget(&mut buckets, now);
        }
        let bucket = buckets.entry(name.to_owned()).or_insert(Bucket {
            left_ms: MINUTE_MS,
            seen: now,
        });
        // A clock set back gives nothing and takes nothing.
        let regained = now.millis_since(bucket.seen).max(0);
        bucket.left_ms = (bucket.left_ms + regained).min(MINUTE_MS);
        bucket.seen = now;
        if bucket.left_ms < cost {
            let wait_ms = cost - bucket.left_ms;
            return Err(u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX));
        }
        bucket.left_ms -= cost;
        Ok(())
    }
}

fn forget(buckets: &mut BTreeMap<String, Bucket>, now: Timestamp) {
    buckets.retain(|_, bucket| now.millis_since(bucket.seen) < MINUTE_MS);
    if buckets.len() >= NAMES_MAX {
        let oldest = buckets
            .iter()
            .min_by_key(|(_, bucket)| bucket.seen)
            .map(|(name, _)| name.clone());
        oldest.map(|name| buckets.remove(&name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_then_a_wait_then_again() {
        let limiter = RateLimiter::default();
        let start = Timestamp::from_millis(0);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 3, start), Ok(()));
        }
        assert_eq!(limiter.take("a", 3, start), Err(21));
        assert_eq!(limiter.take("b", 3, start), Ok(()));
        assert_eq!(limiter.take("a", 3, start.plus_millis(20_000)), Ok(()));
    }

    #[test]
    fn no_limit_never_waits_and_many_names_stay_bounded() {
        let limiter = RateLimiter::default();
        let now = Timestamp::from_millis(0);
        assert!((0..1_000).all(|_| limiter.take("a", 0, now).is_ok()));
        for name in 0..NAMES_MAX + 50 {
            limiter.take(&name.to_string(), 1, now).unwrap();
        }
        assert!(limiter.0.lock().unwrap().len() <= NAMES_MAX);
    }
}
