//! The engine through its public face, over ports that a test can steer: what a person does, what a backend answers,
//! and what crashes, clocks, networks and other tabs do in between.

mod adopting;
mod claiming;
mod deciding;
mod delivering;
mod net;
mod ports;
mod saving;
mod secrets;
mod sessions;
mod waiting;
mod world;
