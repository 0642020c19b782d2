//! IndexedDB: connections that heal, migrations, one way to write, and the store of a profile's database.
//!
//! From below: `connection` opens a database and keeps it open across everything a browser does to it, `migrations`
//! says what a fresh or an old database gets in an `upgrade`, `request` awaits a read, `write` is the only place that
//! begins a transaction that writes, `under_way` ends transactions when the page is put aside, `rows` turns rows into
//! JS objects and back, `entities` says where those of a kind are, `query` answers reads, and [`IdbStore`] puts
//! them together as `lume-sync`'s store.
//!
//! What IndexedDB and the crate over it really do in the cases that matter is settled by tests/browser (`traps.rs`).

mod connection;
mod delete;
mod entities;
mod failure;
mod migrations;
mod query;
pub(crate) mod request;
mod rows;
mod store;
mod under_way;
mod upgrade;
mod write;

pub use connection::{Connection, DatabaseNotice};
pub use failure::is_refused;
pub use migrations::{PROFILE_VERSION, profile_steps};
pub use store::IdbStore;
pub use upgrade::{Migration, Upgrade};

pub(crate) use delete::delete_database;
pub(crate) use rows::{bytes_from_js, bytes_to_js};
pub(crate) use write::{Change, Durability, Handles, WriteTransaction};
