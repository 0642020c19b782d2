//! What a browser really does, and what `lume-web` makes of it.
//!
//! Runs in headless Chromium, Firefox and WebKit: `cargo xtask browser`. Each test has databases of its own, and waits
//! for events alone. Where an engine lacks something or does otherwise, the test asks for it and says what holds
//! instead.

#![cfg(target_arch = "wasm32")]

mod aside;
mod connection;
mod engine;
mod live;
mod lost;
mod platform;
mod registry;
mod schema;
mod sealing;
mod store;
mod support;
mod tab;
mod transport;
mod traps;
mod traps_commit;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
