//! The outbox and sync engine.
