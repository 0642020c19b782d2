//! Tests of lume-core through its public interface, with the zones of the IANA database.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests may unwrap as the tests themselves do"
)]

mod content;
mod entries;
mod redaction;
mod reminders;
mod statistics;
mod support;
mod time_zones;
mod validation;
