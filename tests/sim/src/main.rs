//! `lume-sim --seeds N --from S`: runs seeds, and says how to repeat the one that broke a promise.
#![expect(
    clippy::print_stdout,
    reason = "a command line program talks on standard output"
)]

mod arguments;
mod campaign;
mod claims;
mod mutants;
mod total;

use std::process::ExitCode;

use arguments::Wanted;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Wanted::read(&arguments) {
        Ok(wanted) => {
            let good = match wanted {
                Wanted::Seeds(seeds) => campaign::run(&seeds),
                Wanted::Claims => claims::run(),
                Wanted::Mutants => mutants::run_all(),
            };
            if good {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(message) => {
            eprintln!("error: {message}\n{}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}
