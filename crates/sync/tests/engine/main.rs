//! The engine through its public face, over ports that a test can steer: what a person does, what a backend answers,
//! and what crashes, clocks, networks and other tabs do in between.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod accounts;
mod adopting;
mod asked;
mod batching;
mod bulk;
mod claiming;
mod conflicts;
mod deciding;
mod delivering;
mod deriving;
mod expiring;
mod failing;
mod formats;
mod found;
mod kinds;
mod leaving;
mod locking;
mod net;
mod pacing;
mod portable;
mod ports;
mod pulling;
mod reminding;
mod resyncing;
mod saving;
mod secrets;
mod sessions;
mod unsent;
mod waiting;
mod world;
