//! Lume's backend: accounts, entities with revisions and tombstones, idempotent changes, and the built app.
//!
//! [`Service`] decides and stores, without HTTP, a clock or chance of its own; [`http`] puts it on the wire; `main`
//! reads flags and runs it. Requests that change something are one SQLite transaction each, with the answer that their
//! idempotency key will be given again.
//!
//! What it deliberately does not do: it keeps no state of a client between requests but sessions and who listens for
//! changes just now, and it logs neither notes, moods, tokens, passwords nor addresses.

mod accounts;
mod answer;
mod args;
mod batch;
mod changes;
mod config;
mod consultations;
mod db;
mod entities;
mod error;
pub mod http;
mod idempotency;
mod ids;
pub mod kinds;
mod live;
mod maintenance;
mod openapi;
mod push;
mod rate;
mod run;
mod secrets;
mod service;
mod world;

pub use accounts::{Caller, REFRESH_GRACE_MS};
pub use answer::Answer;
pub use args::{Args, Command};
pub use batch::read_batch;
pub use changes::ChangesQuery;
pub use config::{AppConfig, ClientVersion, Config, PasswordCost, PushConfig};
pub use db::{DATABASE_FILE, Database, Identity, back_up, restore};
pub use entities::{
    HISTORY_DAYS, HistoryQuery, IfMatch, ListQuery, TOMBSTONE_CONTENT_DAYS, TOMBSTONE_DAYS,
};
pub use error::ServerError;
pub use idempotency::{ANSWER_DAYS, check_key};
pub use push::send_reminders;
pub use run::run;
pub use service::{Change, Service};
pub use world::{ManualWorld, SystemWorld, World};
