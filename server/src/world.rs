//! The only place that reads a clock or draws random bytes.
//!
//! Everything else is handed the [`World`], so that a test moves time by hand and a simulated run repeats itself.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use lume_core::time::Timestamp;
use sha2::{Digest, Sha256};

/// Time and chance, as the server sees them.
pub trait World: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// 32 bytes nobody can guess.
    fn random_bytes(&self) -> [u8; 32];
}

/// The operating system's clock and random source.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemWorld;

impl World for SystemWorld {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn random_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has a random source");
        bytes
    }
}

/// A clock moved by hand and bytes that follow from a seed: for tests and simulated runs, never for a real server.
#[derive(Debug)]
pub struct ManualWorld {
    now_ms: AtomicI64,
    seed: u64,
    drawn: AtomicU64,
}

impl ManualWorld {
    /// A world at an instant, with its own sequence of bytes.
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            now_ms: AtomicI64::new(now.as_millis()),
            seed,
            drawn: AtomicU64::new(0),
        }
    }

    /// Moves the clock; backwards where it is negative.
    pub fn advance_ms(&self, millis: i64) {
        self.now_ms.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.now_ms.store(now.as_millis(), Ordering::SeqCst);
    }
}

impl World for ManualWorld {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_ms.load(Ordering::SeqCst))
    }

    fn random_bytes(&self) -> [u8; 32] {
        let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
        Sha256::new()
            .chain_update(self.seed.to_le_bytes())
            .chain_update(drawn.to_le_bytes())
            .finalize()
            .into()
    }
}
