//! Lume's backend.
fn main() {}
