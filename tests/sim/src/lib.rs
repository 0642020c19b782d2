//! The simulated world that the very engine is driven through.
//!
//! One thread, virtual time, and chance that a seed repeats. `run` makes the world of a seed: a backend in memory, a
//! network that loses, delays, repeats and garbles, a disk with a browser's commit semantics, tabs that crash, freeze
//! and share locks, clocks that jump, and a person who writes, deletes, signs in and out. The engine is the one that
//! the browser runs; its ports yield at every await, and the world may stop it there, crash it, or answer otherwise.
//!
//! While that goes on, promises of safety are checked at every commit, request and effect (`checks`). Then the
//! faults stop, and within bounded virtual time everything must arrive and both sides be equal (`calm`).
//!
//! Where a new part belongs: a fault in `mix`, its effect in `ports` (storage), `net` (network) or `sim::browser`
//! (tabs, device), what a person does in `person`, a promise in `checks`.
//!
//! What it deliberately does not do: no real time, no threads, no randomness but the seed's.

mod calm;
mod checks;
mod disk;
mod entries;
mod locks;
mod mix;
mod model;
mod net;
mod person;
mod ports;
mod queue;
mod report;
mod rng;
mod rows;
mod sim;
mod trace;
mod world;

pub use checks::{Counts, Invariant, Violation};
pub use mix::{Fault, Mix};
pub use rng::Rng;
pub use sim::Outcome;

use sim::Sim;

/// Runs the world of a seed to its end, or to the first broken promise.
pub fn run(seed: u64) -> Outcome {
    run_with(seed, false, |_| ())
}

/// Runs it and keeps the end of its trace, which changes nothing else.
pub fn run_to_read(seed: u64) -> Outcome {
    run_with(seed, true, |_| ())
}

/// Runs the world of a seed with a mix that the caller may change first.
pub fn run_with(seed: u64, to_be_read: bool, change: impl FnOnce(&mut Mix)) -> Outcome {
    let mut rng = Rng::new(seed);
    let mut mix = Mix::of(&mut rng);
    change(&mut mix);
    let mut sim = Sim::new(seed, mix, rng, to_be_read);
    while sim.actions_left > 0 && !sim.has_lasted() {
        if !sim.step() {
            return sim.outcome();
        }
    }
    sim.calm_down();
    sim.outcome()
}
