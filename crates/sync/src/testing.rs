//! A backend in memory that keeps the HTTP contract, for tests and simulations without a server.
//!
//! [`MemoryBackend::handle`] is a function of its state, the time and the request: no clock, no chance, no network.
//! It knows accounts and sessions, moods with revisions and tombstones, and idempotency keys whose answers are stored
//! with their effect, rejections too. Every effect is written to a journal in the order in which it happened, so that
//! a test can say what took effect, how often, and in which order. [`MemoryTransport`] is the engine's port over it.
//!
//! [`contract`] is the contract as scenarios, which this backend and every other one must pass.
//!
//! [`TestRing`] is the app lock's key ring for tests of locked databases.
//!
//! Where it is told to, it offers the feed of changes, with tombstones that are dropped after their time, and can be put
//! back to a backup, which draws a new epoch.
//!
//! What it leaves out: consultations, limits of rate, and the hashing of passwords.

mod account;
mod backend;
mod batch;
pub mod contract;
mod feed;
mod journal;
mod keys;
mod moods;
mod reply;
mod ring;
mod session;
mod transport;

pub use backend::{BackendOptions, BasicEdits, MemoryBackend, Profile, StoredEntity};
pub use feed::Backup;
pub use journal::{Effect, EffectKind};
pub use ring::{TestCipher, TestRing};
pub use transport::MemoryTransport;
