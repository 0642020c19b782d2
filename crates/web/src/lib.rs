//! The browser behind the engine's ports.
