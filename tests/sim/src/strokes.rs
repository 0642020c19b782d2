//! When faults strike. Each kind of fault draws from a stream of its own, so that leaving one out changes as little as
//! possible of when the others strike: a failing run can be shrunk.

use std::collections::BTreeSet;

use crate::mix::Fault;
use crate::rng::Rng;

/// One strike: which fault, and at which of its chances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stroke {
    /// Which fault.
    pub fault: Fault,
    /// At which of its chances, from 0.
    pub chance: u64,
}

/// The strikes of a run.
pub(crate) struct Strokes {
    streams: Vec<Rng>,
    chances: Vec<u64>,
    muted: BTreeSet<Stroke>,
    struck: Vec<Stroke>,
}

impl Strokes {
    /// The streams of a run, without the strikes that are muted.
    pub(crate) fn new(rng: &Rng, muted: BTreeSet<Stroke>) -> Self {
        let streams = (0..).zip(Fault::ALL).map(|(salt, _)| rng.fork(100 + salt));
        Self {
            streams: streams.collect(),
            chances: vec![0; Fault::ALL.len()],
            muted,
            struck: Vec::new(),
        }
    }

    /// Whether a fault strikes at this chance of it.
    pub(crate) fn strikes(&mut self, fault: Fault, per_mille: u32) -> bool {
        let number = fault as usize;
        let chance = self.chances[number];
        self.chances[number] += 1;
        let stroke = Stroke { fault, chance };
        let struck = self.streams[number].per_mille(per_mille) && !self.muted.contains(&stroke);
        if struck {
            self.struck.push(stroke);
        }
        struck
    }

    /// Every strike so far, in order.
    pub(crate) fn struck(&self) -> &[Stroke] {
        &self.struck
    }
}
