//! Tests that need a real browser: see tests/browser/main.rs. Nothing is built here for any other use.
