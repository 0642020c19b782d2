//! `lume-sim --seeds N --from S`: runs seeds, and says how to repeat the one that broke a promise.
#![expect(
    clippy::print_stdout,
    reason = "a command line program talks on standard output"
)]

use std::process::ExitCode;
use std::time::Instant;

use lume_sim::{Outcome, run, run_to_read};

const SEEDS_DEFAULT: u64 = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Wanted::read(&arguments) {
        Ok(wanted) => wanted.run(),
        Err(message) => {
            eprintln!("error: {message}\nusage: lume-sim [--seeds N] [--from S] [--go-on]");
            ExitCode::from(2)
        }
    }
}

struct Wanted {
    seeds: u64,
    from: u64,
    /// Whether to run all seeds and count, whatever they break.
    go_on: bool,
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wanted = Self {
            seeds: SEEDS_DEFAULT,
            from: 0,
            go_on: false,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || -> Result<u64, String> {
                let value = rest
                    .next()
                    .ok_or_else(|| format!("{argument} wants a number"))?;
                value.parse().map_err(|_| format!("{value} is no number"))
            };
            match argument.as_str() {
                "--seeds" => wanted.seeds = number()?,
                "--from" => wanted.from = number()?,
                "--go-on" => wanted.go_on = true,
                other => return Err(format!("what is {other}?")),
            }
        }
        Ok(wanted)
    }

    fn run(&self) -> ExitCode {
        let began = Instant::now();
        let mut total = Total::default();
        for seed in self.from..self.from.saturating_add(self.seeds) {
            let outcome = run(seed);
            total.add(&outcome);
            if let Some(violation) = &outcome.violation {
                if self.go_on {
                    println!("seed {seed}: {:?}: {}", violation.invariant, violation.what);
                } else {
                    tell(seed);
                    return ExitCode::FAILURE;
                }
            }
        }
        println!("{total} in {:.1} s", began.elapsed().as_secs_f64());
        if total.violated == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Runs a seed again, to be read.
fn tell(seed: u64) {
    let outcome = run_to_read(seed);
    for line in &outcome.tail {
        println!("{line}");
    }
    if let Some(violation) = &outcome.violation {
        println!(
            "\nseed {seed} broke {:?} after {} steps: {}",
            violation.invariant, outcome.steps, violation.what
        );
    }
    println!("again: cargo xtask sim --seeds 1 --from {seed}");
}

#[derive(Default)]
struct Total {
    seeds: u64,
    violated: u64,
    steps: u64,
    virtual_ms: u64,
    requests: u64,
    effects: u64,
    saved: u64,
    failed: u64,
    crashes: u64,
    commits: u64,
    fruitless_most: u64,
}

impl Total {
    fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.violated += u64::from(outcome.violation.is_some());
        self.steps += outcome.steps;
        self.virtual_ms += outcome.virtual_ms;
        self.requests += outcome.counts.requests;
        self.effects += outcome.counts.effects;
        self.saved += outcome.counts.saved;
        self.failed += outcome.counts.failed;
        self.crashes += outcome.counts.crashes;
        self.commits += outcome.counts.commits;
        self.fruitless_most = self.fruitless_most.max(outcome.counts.fruitless_most);
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} seeds, {} violated; {} steps, {} virtual hours; {} saved, {} commits, {} requests, {} effects, \
             {} events failed, {} tabs ended; at most {} fruitless requests in a minute",
            self.seeds,
            self.violated,
            self.steps,
            self.virtual_ms / 3_600_000,
            self.saved,
            self.commits,
            self.requests,
            self.effects,
            self.failed,
            self.crashes,
            self.fruitless_most
        )
    }
}
