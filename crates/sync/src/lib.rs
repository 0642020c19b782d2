//! The outbox and sync engine.
//!
//! A person's action writes the entity and its event in one transaction ([`actions`]); a pass claims what is due
//! ([`claim`]), sends it ([`pass`]), understands the answers ([`outcome`]) and settles them ([`settle`]). Reasons to
//! send nothing are the [`gate`]'s. All of it is the same in the page, in the service worker and in the simulator:
//! what differs comes in through the [`ports`].
//!
//! Architecture invariant: this crate names no browser API, reads no clock, draws no random number and spawns nothing.

pub mod account;
pub mod actions;
pub mod adopt;
mod batch;
mod body;
pub mod bulk;
pub mod claim;
#[cfg(feature = "testing")]
pub mod conformance;
pub mod content;
#[cfg(test)]
mod decoder_tests;
pub mod derived;
pub mod engine;
mod epoch;
mod expired;
pub mod feed;
pub mod gate;
pub mod history;
pub mod kept;
pub mod kinds;
mod landing;
mod lane;
pub mod limits;
pub mod log;
pub mod memory;
pub mod merge;
pub mod meta;
pub mod mutant;
pub mod outcome;
mod own_account;
pub mod pass;
mod permit;
pub mod portable;
pub mod ports;
mod pull;
pub mod reading;
pub mod reminders;
mod resync;
pub mod retry;
pub mod rows;
pub mod sealed;
pub mod session;
pub mod settings;
pub mod settle;
pub mod status;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod there;
pub mod unsent;
mod verdict;
mod wire_request;

pub use actions::CommitError;
pub use derived::{Found, Term, Wanted};
pub use engine::{Engine, EngineOptions};
pub use gate::{Blocked, Trigger};
pub use lume_wire::Feature;
pub use memory::MemoryStore;
pub use status::{Remainder, ShownStatus, Status};
pub use store::StoreError;
