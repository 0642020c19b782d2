//! The simulated world that the very engine is driven through.
//!
//! One thread, virtual time, and chance that a seed repeats. `run` makes the world of a seed: a backend in memory, a
//! network that loses, delays, repeats and garbles, a disk with a browser's transactions and commits, tabs that crash,
//! freeze, go to the back/forward cache and share locks, a worker that the browser starts and ends, two versions of the
//! app, clocks that jump, and a person who writes, deletes, signs in and out. The engine is the one that
//! the browser runs; its ports yield at every await, and the world may stop it there, crash it, or answer otherwise.
//!
//! While that goes on, promises of safety are checked at every commit, request and effect (`checks`). Then the
//! faults stop, and within bounded virtual time everything must arrive and both sides be equal (`calm`).
//!
//! Where a new part belongs: a fault in `mix`, its effect in `ports` and `turns` (storage), `net` (network) or `sim`
//! (tabs, worker, device), what a person does in `person`, a promise in `checks`.
//!
//! What it deliberately does not do: no real time, no threads, no randomness but the seed's.

mod calm;
mod checks;
pub mod devices;
mod disk;
mod entries;
pub mod exhaustive;
mod locks;
mod mix;
mod model;
mod net;
mod person;
mod plan;
mod ports;
mod queue;
mod report;
mod rng;
mod rows;
mod shrink;
mod sim;
mod strokes;
mod trace;
mod turns;
mod world;

pub use checks::{Counts, Invariant, Violation};
pub use mix::{Bug, Fault, Mix};
pub use plan::Plan;
pub use rng::Rng;
pub use shrink::{Shrunk, shrink};
pub use sim::Outcome;
pub use strokes::Stroke;

/// Runs the world of a seed to its end, or to the first broken promise.
pub fn run(seed: u64) -> Outcome {
    Plan::of(seed).run(false)
}
