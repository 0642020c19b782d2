//! The app lock as the device keeps it: what the passphrase is turned into a key with, the wrapped key, when the app locks
//! by itself, and how long a next try has to wait.
//!
//! A try counts as a wrong one before it is made, and is forgiven when it was right: who loads the page anew in the
//! middle of one, or tries in two tabs at once, has gained nothing.

use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The wait after the first wrong passphrase.
pub const LOCK_WAIT_MS_MIN: u64 = 1_000;
/// The longest wait.
pub const LOCK_WAIT_MS_MAX: u64 = 60_000;
/// The version of the record.
const VERSION: u8 = 1;

/// How long the app may be left alone before it locks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockAfter {
    /// As soon as it is in the background.
    Immediately,
    /// A minute.
    Minute,
    /// Five minutes.
    #[default]
    FiveMinutes,
    /// A quarter of an hour.
    QuarterHour,
    /// An hour.
    Hour,
}

impl LockAfter {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Immediately,
        Self::Minute,
        Self::FiveMinutes,
        Self::QuarterHour,
        Self::Hour,
    ];

    /// In minutes; 0 is as soon as it is in the background.
    pub const fn minutes(self) -> u32 {
        match self {
            Self::Immediately => 0,
            Self::Minute => 1,
            Self::FiveMinutes => 5,
            Self::QuarterHour => 15,
            Self::Hour => 60,
        }
    }
}

/// What guessing a passphrase costs: argon2id's memory and passes, with one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// Whether the lock is there to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockStage {
    /// It is.
    Set,
    /// It was taken away, and databases are still being opened.
    Removing,
}

/// A data key that only a passphrase gives back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// Names the data key; the same after a change of the passphrase.
    pub key_id: String,
    /// Random, new with each passphrase.
    pub salt: Vec<u8>,
    /// What deriving costs.
    pub cost: Cost,
    /// The data key, sealed under what the passphrase and the salt lead to.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappedKey({})", self.key_id)
    }
}

/// The record. See the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRecord {
    version: u8,
    /// The data key.
    pub key: WrappedKey,
    /// When the app locks by itself.
    pub after: LockAfter,
    /// Whether it is there to stay.
    pub stage: LockStage,
    /// Wrong passphrases in a row.
    failures: u32,
    /// No try before this wall time.
    until: Option<Timestamp>,
    /// How long that wait was when it was set, in milliseconds.
    wait_ms: u64,
}

impl LockRecord {
    /// A lock that nobody has tried yet.
    pub const fn new(key: WrappedKey, after: LockAfter) -> Self {
        Self {
            version: VERSION,
            key,
            after,
            stage: LockStage::Set,
            failures: 0,
            until: None,
            wait_ms: 0,
        }
    }

    /// Reads a stored record; `None` if it is not one that this version understands.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        (record.version == VERSION).then_some(record)
    }

    /// The record as it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::meta::to_bytes(self)
    }

    /// What is left of the wait, in milliseconds. A clock that was set back does not make it longer than it was.
    pub fn wait_left_ms(&self, now: Timestamp) -> u64 {
        let left = self.until.map_or(0, |until| until.millis_since(now));
        u64::try_from(left).unwrap_or(0).min(self.wait_ms)
    }

    /// Counts a try as a wrong one, if one may be made now; else gives what is left of the wait. Either way the record is
    /// to be stored.
    ///
    /// # Errors
    ///
    /// The wait in milliseconds.
    pub fn begin_try(&mut self, now: Timestamp) -> Result<(), u64> {
        let left_ms = self.wait_left_ms(now);
        if left_ms > 0 {
            // From a clock that was set back it begins anew, so that it ends.
            self.wait(now, left_ms);
            return Err(left_ms);
        }
        let doubled = LOCK_WAIT_MS_MIN.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        self.wait_ms = doubled.min(LOCK_WAIT_MS_MAX);
        self.wait(now, self.wait_ms);
        Ok(())
    }

    /// The try that was counted was a wrong one: its wait begins now, however long it has taken to find out.
    pub fn miss(&mut self, now: Timestamp) {
        self.wait(now, self.wait_ms);
    }

    /// Forgives what was counted: the passphrase was right.
    pub const fn forgive(&mut self) {
        self.failures = 0;
        self.until = None;
        self.wait_ms = 0;
    }

    fn wait(&mut self, now: Timestamp, ms: u64) {
        self.until = Some(now.plus_millis(i64::try_from(ms).unwrap_or(i64::MAX)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn record() -> LockRecord {
        let key = WrappedKey {
            key_id: "a key".to_owned(),
            salt: vec![7; 16],
            cost: Cost {
                memory_kib: 64,
                passes: 1,
            },
            sealed: vec![1, 2, 3],
        };
        LockRecord::new(key, LockAfter::default())
    }

    #[test]
    fn each_wrong_passphrase_doubles_the_wait_from_a_second_to_a_minute() {
        let mut record = record();
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(record.begin_try(now), Ok(()));
            let left_ms = record.wait_left_ms(now);
            waits.push(left_ms / 1_000);
            now = now.plus_millis(i64::try_from(left_ms).expect("it is short"));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_try_before_the_wait_is_over_is_not_made_and_counts_for_nothing() {
        let mut record = record();
        assert_eq!(record.begin_try(NOW), Ok(()));
        assert_eq!(record.begin_try(NOW.plus_millis(999)), Err(1));
        assert_eq!(record.begin_try(NOW.plus_millis(1_000)), Ok(()));
        assert_eq!(record.wait_left_ms(NOW.plus_millis(1_000)), 2_000);
    }

    #[test]
    fn the_wait_begins_when_the_passphrase_has_turned_out_to_be_wrong() {
        let mut record = record();
        assert_eq!(record.begin_try(NOW), Ok(()));
        let later = NOW.plus_millis(900);
        record.miss(later);
        assert_eq!(record.wait_left_ms(later), 1_000);
    }

    #[test]
    fn a_reload_forgets_neither_the_wait_nor_what_was_counted() {
        let mut record = record();
        assert_eq!(record.begin_try(NOW), Ok(()));
        let mut reloaded = LockRecord::from_bytes(&record.to_bytes()).expect("it was just written");
        assert_eq!(reloaded, record);
        assert_eq!(reloaded.begin_try(NOW), Err(1_000));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_the_wait_no_longer_than_it_was() {
        let mut record = record();
        assert_eq!(record.begin_try(NOW), Ok(()));
        let earlier = NOW.plus_millis(-1_000_000_000);
        assert_eq!(record.begin_try(earlier), Err(1_000));
        assert_eq!(record.begin_try(earlier.plus_millis(1_000)), Ok(()));
    }

    #[test]
    fn the_right_passphrase_forgives_all() {
        let mut record = record();
        for _ in 0..3 {
            let _ = record.begin_try(NOW);
        }
        record.forgive();
        assert_eq!(record.wait_left_ms(NOW), 0);
        assert_eq!(record, self::record());
    }

    #[test]
    fn a_record_of_another_version_is_not_understood() {
        let text = String::from_utf8(record().to_bytes()).expect("it is JSON");
        let newer = text.replace("\"version\":1", "\"version\":2");
        assert_ne!(newer, text);
        assert_eq!(LockRecord::from_bytes(newer.as_bytes()), None);
        assert_eq!(LockRecord::from_bytes(b"{}"), None);
    }
}
