//! What a browser really does, and what `lume-web` makes of it.
//!
//! Runs in a headless browser: `cargo xtask browser`. Each test has databases of its own, and waits for events alone.

#![cfg(target_arch = "wasm32")]

mod connection;
mod engine;
mod lost;
mod platform;
mod registry;
mod schema;
mod store;
mod support;
mod tab;
mod transport;
mod traps;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
