//! Ids, time, moods, entries and their rules.
//!
//! Everything here is a function of what it is handed: no clock, no randomness, no time zone database and no I/O.
//! Instants come from a caller, random bytes from a caller, zone rules through [`time::ZoneRules`].
//!
//! What a person writes or feels never reaches a log: the `Debug` of every type that holds a note, a mood or a label
//! leaves it out, and no error message quotes a value.

pub mod association;
pub mod day;
pub mod entry;
mod fields;
pub mod ids;
pub mod label;
pub mod moment;
pub mod mood;
pub mod mood_def;
pub mod reminder;
pub mod statistics;
pub mod time;
pub mod validate;
