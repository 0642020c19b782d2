//! Lume's own commands, called as `cargo xtask <command>`.
//!
//! Two of them are all a newcomer needs: `run` ends with the address of a running Lume, `test` runs every
//! check there is. Both install what is missing. The others are the steps of those two, so that a person
//! who works on one room waits for one room only.
//!
//! What this crate does not do: it knows nothing about the app's inner workings, and it writes nothing
//! outside the checkout, cargo's target folder and the tools' folder (see [`tools`]).
#![expect(
    clippy::print_stdout,
    reason = "a command line program talks on standard output"
)]

mod bench;
mod budget;
mod campaign;
mod checks;
mod cli;
mod dist;
mod end_to_end;
mod engines;
mod files;
mod fuzz;
mod lighthouse;
mod load;
mod process;
mod project;
mod rooms;
mod serve;
mod steps;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
