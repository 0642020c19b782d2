//! A handful of seeds with every `cargo test`; `cargo xtask sim` runs more.

use lume_sim::{Fault, Invariant, Outcome, Plan, devices, run, shrink};
use lume_sync::mutant::{self, Mutant};

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

/// Its clock is set back by two days while a wait is on record that the server asked for.
#[test]
fn a_wait_that_a_clock_set_back_has_ended_is_none() {
    let outcome = run(5_011_843);

    assert!(outcome.violation.is_none(), "{:?}", outcome.violation);
}

#[test]
fn the_same_seed_gives_the_same_trace_whether_it_is_read_or_not() {
    for seed in 0..SEEDS / 3 {
        let (first, second) = (run(seed), Plan::of(seed).run(true));

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
        let mut plan = Plan::of(seed);
        for other in Fault::ALL {
            plan.mix.set_rate(*other, 0);
        }
        if plan.mix.is_extended() {
            plan.mix.set_rate(*fault, 150);
        }
        let outcome = plan.run(false);
        assert!(
            outcome.violation.is_none(),
            "{fault:?}, seed {seed}: {:?}",
            outcome.violation
        );
    }
}

/// I25: no decision rests on what time it is. A clock that is wrong by any amount leads to the same run, effect by effect.
#[test]
fn a_clock_that_is_wrong_from_the_beginning_changes_nothing() {
    const YEAR_MS: i64 = 365 * 86_400_000;
    for seed in 0..SEEDS / 3 {
        let right = Plan::of(seed);
        let expected = right.run(false);
        for shift_ms in [-5 * YEAR_MS, -1, 3 * YEAR_MS] {
            let mut wrong = right.clone();
            wrong.mix.shift_ms = shift_ms;
            let found = wrong.run(false);

            assert_eq!(
                found.effects, expected.effects,
                "seed {seed}, {shift_ms} ms"
            );
            assert!(found.violation.is_none(), "seed {seed}, {shift_ms} ms");
        }
    }
}

/// The app is locked and unlocked all the time, in every tab, at any await.
#[test]
fn an_app_that_sends_while_it_is_locked_is_found_out() {
    let locking = |seed| {
        let mut plan = Plan::of(seed);
        plan.mix.set_rate(Fault::AppLocks, 500);
        plan.run(false).violation.map(|found| found.invariant)
    };
    for seed in 0..SEEDS / 3 {
        assert_eq!(locking(seed), None, "seed {seed}");
    }

    let found = mutant::with(Mutant::SendsWhileLocked, || (0..SEEDS).find_map(locking));
    assert_eq!(found, Some(Invariant::I8));
}

/// A run with more strikes than these can lose some and fail alike.
const STRUCK_MIN: usize = 10;

#[test]
fn a_run_that_fails_is_shrunk_to_one_that_fails_alike() {
    mutant::with(Mutant::AcknowledgesAny200, || {
        // One that there is something to take away from.
        let broken = (0..100).map(Plan::of).find(|plan| {
            let outcome = plan.run(false);
            outcome.violation.is_some() && outcome.struck.len() > STRUCK_MIN
        });
        let plan = broken.expect("the simulation finds it");
        let whole = plan.run(false);

        let shrunk = shrink(&plan).expect("it fails");

        let small = shrunk.plan.run(false);
        let invariant = |outcome: &Outcome| outcome.violation.as_ref().map(|found| found.invariant);
        assert_eq!(invariant(&small), invariant(&whole));
        assert!(shrunk.plan.mix.actions <= plan.mix.actions);
        assert!(small.struck.len() < whole.struck.len() && small.steps < whole.steps);
    });
}

#[test]
fn a_run_that_does_not_fail_is_not_shrunk() {
    assert!(shrink(&Plan::of(0)).is_none());
}

/// More than one device: what they write meets at the server, at any moment, and nothing of it is lost.
#[test]
fn several_devices_agree_and_lose_nothing() {
    let mut aside = 0;
    let mut saved = 0;
    for seed in 0..4 * SEEDS {
        let outcome = devices::run(seed);
        assert!(
            outcome.violation.is_none(),
            "seed {seed}: {:?}",
            outcome.violation
        );
        aside += outcome.aside;
        saved += outcome.saved;
    }
    assert!(saved > 40 * SEEDS, "{saved} saved");
    assert!(aside > SEEDS / 3, "{aside} put aside");
}

#[test]
fn the_same_seed_of_several_devices_ends_alike() {
    for seed in 0..SEEDS / 3 {
        let (one, other) = (devices::run(seed), devices::run(seed));

        assert_eq!(
            (one.hash, one.steps),
            (other.hash, other.steps),
            "seed {seed}"
        );
    }
}
