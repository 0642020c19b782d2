//! `lume-sim --seeds N --from S`: runs seeds, and says how to repeat the one that broke a promise.
#![expect(
    clippy::print_stdout,
    reason = "a command line program talks on standard output"
)]

mod arguments;
mod campaign;
mod total;

use std::process::ExitCode;

use arguments::Wanted;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Wanted::read(&arguments) {
        Ok(wanted) if campaign::run(&wanted) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}\n{}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}
