//! What waits to be sent, in memory: so many and no more, each for a while.
//!
//! It is empty after a restart, which is what at most once means.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lume_core::time::{MINUTE_MS, SECOND_MS, Timestamp};

use super::endpoint::Endpoint;

/// Most pushes that wait.
const WAITING_MAX: usize = 4_096;
/// Most tries of one push.
const TRIES_MAX: u32 = 4;
/// The wait after the first try; each one after that is four times as long.
const RETRY_DELAY_MS: i64 = 30 * SECOND_MS;
/// Longest wait that a push service is granted.
const RETRY_DELAY_MS_MAX: i64 = 15 * MINUTE_MS;

/// A push to one device. Its parts are never printed.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) endpoint: Endpoint,
    /// The device's public key.
    pub(super) p256dh: Vec<u8>,
    /// The device's secret.
    pub(super) auth: Vec<u8>,
    /// Tries so far.
    pub(super) tries: u32,
    /// Not to be sent before.
    pub(super) not_before: Timestamp,
    /// Not to be sent after.
    pub(super) until: Timestamp,
}

#[derive(Default)]
pub(super) struct Queue(Mutex<VecDeque<Pending>>);

impl Queue {
    /// Adds pushes; says how many found no room.
    pub(super) fn add(&self, pushes: impl IntoIterator<Item = Pending>) -> usize {
        let mut waiting = self.waiting();
        let mut refused = 0;
        for push in pushes {
            if waiting.len() < WAITING_MAX {
                waiting.push_back(push);
            } else {
                refused += 1;
            }
        }
        refused
    }

    /// Adds a push that failed again, later, unless it was tried often enough or would come too late.
    pub(super) fn add_again(&self, mut push: Pending, asked_s: Option<u32>, now: Timestamp) {
        push.tries += 1;
        let own_ms = RETRY_DELAY_MS << (2 * (push.tries - 1)).min(16);
        let wanted_ms = asked_s.map_or(0, |seconds| i64::from(seconds) * SECOND_MS);
        push.not_before = now.plus_millis(own_ms.max(wanted_ms).min(RETRY_DELAY_MS_MAX));
        if push.tries < TRIES_MAX && push.not_before <= push.until {
            self.add([push]);
        }
    }

    /// Takes up to `count` pushes that may be sent, and forgets those that would come too late.
    pub(super) fn take(&self, count: usize, now: Timestamp) -> Vec<Pending> {
        let mut waiting = self.waiting();
        waiting.retain(|push| push.until >= now);
        let mut taken = Vec::new();
        let mut rest = VecDeque::with_capacity(waiting.len());
        for push in waiting.drain(..) {
            if taken.len() < count && push.not_before <= now {
                taken.push(push);
            } else {
                rest.push_back(push);
            }
        }
        *waiting = rest;
        taken
    }

    /// When the next one may be sent.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.waiting().iter().map(|push| push.not_before).min()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn push() -> Pending {
        Pending {
            endpoint: Endpoint::read("https://push.example/x", false).unwrap(),
            p256dh: Vec::new(),
            auth: Vec::new(),
            tries: 0,
            not_before: at(0),
            until: at(30 * MINUTE_MS),
        }
    }

    /// Fails until the queue has had enough, and returns the waits in seconds.
    fn waits(asked_s: Option<u32>) -> Vec<i64> {
        let queue = Queue::default();
        let mut now = at(0);
        let mut waits = Vec::new();
        queue.add([push()]);
        while let Some(next) = queue.next_at() {
            waits.push(next.millis_since(now) / SECOND_MS);
            now = next;
            for push in queue.take(1, now) {
                queue.add_again(push, asked_s, now);
            }
        }
        waits
    }

    #[test]
    fn waits_grow_and_end() {
        assert_eq!(waits(None), [0, 30, 120, 480]);
    }

    #[test]
    fn a_push_service_is_granted_the_wait_that_it_asks_for_within_bounds() {
        assert_eq!(waits(Some(300)), [0, 300, 300, 480]);
        assert_eq!(
            waits(Some(86_400)),
            [0, 900, 900],
            "after that it would be too late"
        );
    }

    #[test]
    fn what_would_come_too_late_is_forgotten() {
        let queue = Queue::default();
        queue.add([push()]);
        assert!(queue.take(1, at(30 * MINUTE_MS + 1)).is_empty());
        assert_eq!(queue.next_at(), None);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let queue = Queue::default();
        assert_eq!(queue.add(std::iter::repeat_n(push(), WAITING_MAX + 3)), 3);
        assert_eq!(queue.take(10, at(0)).len(), 10);
        assert_eq!(queue.add(std::iter::repeat_n(push(), 11)), 1);
    }
}
