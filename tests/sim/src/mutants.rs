//! Puts each known bug into the engine, and sees that the simulation finds it.

use std::time::Instant;

use lume_sim::{Invariant, devices, run};
use lume_sync::mutant::{self, Mutant};

use crate::campaign::on_all;

/// Seeds that each mutant meets, to see how many find it.
const SEEDS: u64 = 100;
/// A mutant that none of these finds has survived.
const SEEDS_MAX: u64 = 20_000;

/// How a mutant was found.
struct Kill {
    mutant: Mutant,
    /// The promise that it broke, and in which seed first.
    first: Option<(Invariant, u64)>,
    /// How many of the first [`SEEDS`] found it.
    found: u64,
}

/// Runs all of them; whether every one was found.
pub(crate) fn run_all() -> bool {
    let began = Instant::now();
    let kills = on_all(Mutant::ALL, |mutant| meet(*mutant));
    println!(
        "{:26} {:7} {:>10} {:>13}",
        "mutant", "breaks", "first seed", "found by"
    );
    let mut survivors = 0;
    for kill in &kills {
        println!("{kill}");
        survivors += u64::from(kill.first.is_none());
    }
    println!(
        "{} mutants, {survivors} survived, in {:.1} s",
        kills.len(),
        began.elapsed().as_secs_f64()
    );
    survivors == 0
}

fn meet(mutant: Mutant) -> Kill {
    let mut kill = Kill {
        mutant,
        first: None,
        found: 0,
    };
    for seed in 0..SEEDS_MAX {
        if seed >= SEEDS && kill.first.is_some() {
            break;
        }
        let found = mutant::with(mutant, || {
            let several = devices::run(seed).violation;
            several.or_else(|| run(seed).violation)
        });
        if let Some(violation) = found {
            kill.first.get_or_insert((violation.invariant, seed));
            kill.found += u64::from(seed < SEEDS);
        }
    }
    kill
}

impl std::fmt::Display for Kill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = format!("{:?}", self.mutant);
        match self.first {
            Some((invariant, seed)) => write!(
                f,
                "{name:26} {:7} {seed:>10} {:>6} of {SEEDS}",
                format!("{invariant:?}"),
                self.found
            ),
            None => write!(f, "{name:26} SURVIVED: {}", self.mutant.what()),
        }
    }
}
