//! The trace: a hash of everything that happened, and its words when somebody wants to read them.

use std::collections::VecDeque;

/// Lines kept.
const LINES_MAX: usize = 400;

/// See the [module](self).
pub(crate) struct Trace {
    hash: u64,
    lines: Option<VecDeque<String>>,
}

impl Trace {
    /// A trace that keeps its last lines if it is to be read; the hash is the same either way.
    pub(crate) fn new(to_be_read: bool) -> Self {
        Self {
            hash: 0xCBF2_9CE4_8422_2325,
            lines: to_be_read.then(VecDeque::new),
        }
    }

    /// Adds what happened: numbers for the hash, words for a reader.
    pub(crate) fn add(&mut self, now_ms: u64, numbers: &[u64], words: impl FnOnce() -> String) {
        for number in std::iter::once(&now_ms).chain(numbers) {
            self.hash = (self.hash ^ number).wrapping_mul(0x0100_0000_01B3);
            self.hash ^= self.hash >> 29;
        }
        if let Some(lines) = &mut self.lines {
            if lines.len() == LINES_MAX {
                lines.pop_front();
            }
            lines.push_back(format!(
                "{:>8}.{:03} s  {}",
                now_ms / 1_000,
                now_ms % 1_000,
                words()
            ));
        }
    }

    /// The hash of everything so far.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// The last lines.
    pub(crate) fn tail(&self) -> Vec<String> {
        self.lines.iter().flatten().cloned().collect()
    }
}

/// A number that stands for bytes in the hash.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
