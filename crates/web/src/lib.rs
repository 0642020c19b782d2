//! The browser behind the engine's ports.
//!
//! Each file answers for one thing that a browser offers: `idb` for databases, `transport` for requests, and so on.
//! Everything here works in a page and in a worker, as far as the platform has it there; what it lacks is said by a
//! value (`None`, `Unavailable`), never by a panic.
//!
//! Architecture invariant: nothing here decides anything about events, entities or accounts. It carries out what
//! `lume-sync` decided.

mod aside;
pub mod channel;
pub mod clock;
pub mod connectivity;
pub mod erase;
pub mod exchange;
mod global;
pub mod idb;
mod js;
pub mod live;
pub mod lock;
pub mod locks;
pub mod notifications;
pub mod passphrase;
pub mod persist;
mod ports;
pub mod push;
pub mod random;
pub mod registry;
pub mod secure;
pub mod service_worker;
pub mod timer;
pub mod transport;
pub mod vault;
mod web_worker;
pub mod zone;

pub use ports::{BrowserPorts, CallbackObserver, ProfileStore};
