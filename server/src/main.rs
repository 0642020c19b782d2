//! The `lume-server` program: flags in, exit code out.

use std::process::ExitCode;

use clap::Parser as _;
use lume_server::Args;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_max_level(args.log)
        .with_target(false)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    match lume_server::run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "a start that failed ends with one line for a person"
            )]
            {
                eprintln!("lume-server: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
