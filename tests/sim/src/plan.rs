//! What a run is to be: a seed's world, perhaps with some of it left out.

use std::collections::BTreeSet;

use crate::mix::Mix;
use crate::rng::Rng;
use crate::sim::{Outcome, Sim};
use crate::strokes::Stroke;

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
        let mix = Mix::of(&mut rng);
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
