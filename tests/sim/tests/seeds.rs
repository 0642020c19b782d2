//! A handful of seeds with every `cargo test`; `cargo xtask sim` runs more.

use lume_sim::{Fault, Outcome, run, run_to_read, run_with};

const SEEDS: u64 = 30;

#[test]
fn a_handful_of_seeds_break_no_promise() {
    for seed in 0..SEEDS {
        let outcome = run(seed);
        assert!(
            outcome.violation.is_none(),
            "seed {seed}: {:?}\nagain: cargo xtask sim --seeds 1 --from {seed}",
            outcome.violation
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_whether_it_is_read_or_not() {
    for seed in 0..SEEDS / 3 {
        let (first, second) = (run(seed), run_to_read(seed));

        assert_eq!(first.hash, second.hash, "seed {seed}");
        assert_eq!(first.steps, second.steps, "seed {seed}");
        assert!(!second.tail.is_empty(), "seed {seed}");
    }
}

#[test]
fn different_seeds_are_different_worlds() {
    let mut hashes: Vec<_> = (0..SEEDS).map(|seed| run(seed).hash).collect();
    hashes.sort_unstable();
    hashes.dedup();

    assert_eq!(hashes.len() as u64, SEEDS);
}

#[test]
fn something_happens_in_these_worlds() {
    let outcomes: Vec<_> = (0..SEEDS).map(run).collect();
    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();

    assert!(sum(|outcome| outcome.counts.saved) > 10 * SEEDS);
    assert!(sum(|outcome| outcome.counts.effects) > 3 * SEEDS);
    assert!(sum(|outcome| outcome.counts.failed) > 0);
    assert!(sum(|outcome| outcome.counts.crashes) > 0);
}

/// Each fault by itself, often: what a mix of all of them hides shows here.
#[test]
fn each_fault_alone_breaks_no_promise() {
    for (seed, fault) in (0..).zip(Fault::ALL) {
        let outcome = run_with(seed, false, |mix| {
            for other in Fault::ALL {
                mix.set_rate(*other, 0);
            }
            if mix.is_extended() {
                mix.set_rate(*fault, 150);
            }
        });
        assert!(
            outcome.violation.is_none(),
            "{fault:?}, seed {seed}: {:?}",
            outcome.violation
        );
    }
}
