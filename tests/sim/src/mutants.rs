//! Puts each known bug into the engine, and sees that the simulation finds it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use lume_sim::{Invariant, run};
use lume_sync::mutant::{self, Mutant};

use crate::campaign::{locked, on_all_cores};

/// Seeds that each mutant meets, to see how many find it.
const SEEDS: u64 = 100;
/// A mutant that none of these finds has survived.
const SEEDS_MAX: u64 = 3_000;

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
    let next = AtomicUsize::new(0);
    let kills = Mutex::new(Vec::new());
    on_all_cores(|| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = Mutant::ALL.get(number) else {
                return;
            };
            let kill = meet(*mutant);
            locked(&kills).push((number, kill));
        }
    });
    let mut kills = kills
        .into_inner()
        .expect("no thread panics with the lock held");
    kills.sort_by_key(|(number, _)| *number);
    println!(
        "{:26} {:7} {:>10} {:>13}",
        "mutant", "breaks", "first seed", "found by"
    );
    let mut survivors = 0;
    for (_, kill) in &kills {
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
        let outcome = mutant::with(mutant, || run(seed));
        if let Some(violation) = outcome.violation {
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
