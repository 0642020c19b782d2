//! What a run is to be: a seed's world, perhaps with some of it left out.

use std::collections::BTreeSet;

use crate::mix::Mix;
use crate::rng::Rng;
use crate::sim::{Outcome, Sim};
use crate::strokes::Stroke;

/// How often something befalls a batch alone, in a thousand.
const BATCH_TROUBLE: u32 = 250;

/// Everything that determines a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// What the world is like.
    pub mix: Mix,
    /// Strikes that are left out.
    pub muted: BTreeSet<Stroke>,
    rng: Rng,
}

impl Plan {
    /// The world of a seed.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mut mix = Mix::of(&mut rng);
        mix.batches = mix.is_extended() && seed % 2 == 1;
        mix.batch_trouble = if seed % 4 == 1 { BATCH_TROUBLE } else { 0 };
        Self {
            seed,
            mix,
            muted: BTreeSet::new(),
            rng,
        }
    }

    /// Runs it to its end, or to the first broken promise. Keeping the end of its trace changes nothing else.
    pub fn run(&self, to_be_read: bool) -> Outcome {
        let mut sim = Sim::new(self, self.rng.clone(), to_be_read);
        while sim.actions_left > 0 && !sim.has_lasted() {
            if !sim.step() {
                return sim.outcome();
            }
        }
        sim.calm_down();
        sim.outcome()
    }
}
