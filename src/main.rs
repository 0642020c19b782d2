//! Lume's app: a private place to note how one feels.
//!
//! The engine owns the truth. [`shell`] carries what happens in the browser to it and keeps a few signals up to date;
//! [`screens`] read those and send intents; [`ui`] knows neither; [`model`] is plain values and functions between them.
//! [`rest`] is where what the first screen does without is cut off.

#![expect(
    unreachable_pub,
    reason = "the component macro makes public helpers of components that are visible in the crate"
)]

mod app;
mod i18n;
mod model;
mod rest;
mod screens;
mod shell;
mod ui;

fn main() {
    shell::panic::install_hook();
    shell::language::load(|| leptos::mount::mount_to_body(app::Root));
}
