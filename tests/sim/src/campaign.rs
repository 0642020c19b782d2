//! Runs seeds on all cores, and tells of the first one that breaks a promise as small as it can be made.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use lume_sim::{Plan, shrink};

use crate::arguments::Seeds;
use crate::total::Total;

/// Runs what was asked for; whether no promise was broken.
pub(crate) fn run(wanted: &Seeds) -> bool {
    let began = Instant::now();
    let end = wanted.from.saturating_add(wanted.count);
    let next = AtomicU64::new(wanted.from);
    let stop = AtomicBool::new(false);
    let total = Mutex::new(Total::default());
    let broken = Mutex::new(Vec::new());
    let failed = AtomicU64::new(0);
    on_all_cores(|| {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return;
            }
            let several = lume_sim::devices::run(seed);
            if let Some(violation) = several.violation {
                let what = violation.what;
                println!(
                    "several devices, seed {seed}: {:?}: {what}",
                    violation.invariant
                );
                if !wanted.go_on {
                    stop.store(true, Ordering::Relaxed);
                }
                failed.fetch_add(1, Ordering::Relaxed);
            }
            let outcome = lume_sim::run(seed);
            locked(&total).add(&outcome);
            if let Some(violation) = outcome.violation {
                if wanted.go_on {
                    println!("seed {seed}: {:?}: {}", violation.invariant, violation.what);
                } else {
                    stop.store(true, Ordering::Relaxed);
                }
                locked(&broken).push(seed);
            }
        }
    });
    let broken = locked(&broken);
    if let Some(seed) = broken.iter().min().filter(|_| !wanted.go_on) {
        tell(*seed);
    }
    println!(
        "{} in {:.1} s",
        locked(&total),
        began.elapsed().as_secs_f64()
    );
    broken.is_empty() && failed.load(Ordering::Relaxed) == 0
}

/// Does the same on each core; `work` shares out what there is to do.
fn on_all_cores(work: impl Fn() + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(&work);
        }
    });
}

/// Does something with each of several things, on all cores; gives the results in their order.
pub(crate) fn on_all<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    on_all_cores(|| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(number) else {
                return;
            };
            let result = work(thing);
            locked(&results).push((number, result));
        }
    });
    let mut results = results
        .into_inner()
        .expect("no thread panics with the lock held");
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// What a mutex holds.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics with the lock held")
}

/// Runs a seed again, with as little of it as is needed, to be read.
fn tell(seed: u64) {
    let Some(shrunk) = shrink(&Plan::of(seed)) else {
        return;
    };
    let outcome = shrunk.plan.run(true);
    for line in &outcome.tail {
        println!("{line}");
    }
    if let Some(violation) = &outcome.violation {
        println!(
            "\nseed {seed} broke {:?} after {} steps: {}",
            violation.invariant, outcome.steps, violation.what
        );
    }
    println!("it took: {:?}", shrunk.struck);
    println!(
        "shrunk to {} actions of the person in {} runs of {}",
        shrunk.plan.mix.actions,
        shrunk.runs,
        env!("CARGO_PKG_VERSION")
    );
    println!("again: cargo xtask sim --seeds 1 --from {seed}");
}
