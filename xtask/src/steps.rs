//! Running steps one after the other, saying what they are, how long they may take and how long they took.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::project::Project;

/// One step of a command.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// What it is called in headings and in the summary.
    pub(crate) name: &'static str,
    /// Roughly how long it takes on two cores.
    pub(crate) takes: &'static str,
    /// Names of earlier steps without which this one makes no sense.
    pub(crate) needs: &'static [&'static str],
    /// What it does.
    pub(crate) run: fn(&Project) -> Result<()>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration, String),
    NotRun(&'static str),
}

/// Runs all steps, also after a failure, since one run should tell everything; steps that need a failed
/// one are left out. Ends with a table when there is more than one step.
///
/// # Errors
/// When a step failed.
pub(crate) fn run_all(project: &Project, steps: &[Step]) -> Result<()> {
    let started = Instant::now();
    let mut results: Vec<(&'static str, Outcome)> = Vec::new();
    for step in steps {
        let missing = results.iter().find(|(name, outcome)| {
            step.needs.contains(name) && !matches!(outcome, Outcome::Passed(_))
        });
        let outcome = if let Some((name, _)) = missing {
            Outcome::NotRun(name)
        } else {
            heading(&format!("{} ({})", step.name, step.takes));
            timed(step.name, || (step.run)(project))
        };
        results.push((step.name, outcome));
    }
    if steps.len() > 1 {
        summary(&results, started.elapsed());
    }
    match results
        .iter()
        .filter(|(_, outcome)| !matches!(outcome, Outcome::Passed(_)))
        .count()
    {
        0 => Ok(()),
        failed => bail!("{failed} of {} steps did not pass", results.len()),
    }
}

/// Runs a single piece of work under a heading.
///
/// # Errors
/// What the work returns.
pub(crate) fn run_one(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    heading(name);
    let started = Instant::now();
    work()?;
    println!("-- {name}: done in {}", humane(started.elapsed()));
    Ok(())
}

/// Prints a heading that stands out among the output of tools.
pub(crate) fn heading(text: &str) {
    println!("\n== {text}");
    // Tools write to the same terminal without going through this buffer.
    std::io::stdout().flush().ok();
}

fn timed(name: &str, work: impl FnOnce() -> Result<()>) -> Outcome {
    let started = Instant::now();
    let result = work();
    let took = started.elapsed();
    match result {
        Ok(()) => {
            println!("-- {name}: passed in {}", humane(took));
            Outcome::Passed(took)
        }
        Err(error) => {
            println!("-- {name}: FAILED after {}: {error:#}", humane(took));
            Outcome::Failed(took, format!("{error:#}"))
        }
    }
}

fn summary(results: &[(&'static str, Outcome)], total: Duration) {
    heading("summary");
    let mut passed = 0_usize;
    for (name, outcome) in results {
        match outcome {
            Outcome::Passed(took) => {
                passed += 1;
                println!("  passed   {name:<24} {}", humane(*took));
            }
            Outcome::Failed(took, why) => {
                println!("  FAILED   {name:<24} {}", humane(*took));
                for line in why.lines() {
                    println!("           {line}");
                }
            }
            Outcome::NotRun(needed) => println!("  not run  {name:<24} needs `{needed}`"),
        }
    }
    println!("  in all   {:<24} {}", "", humane(total));
    println!("{passed} passed, {} failed", results.len() - passed);
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 20 s`.
pub(crate) fn humane(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 10 {
        format!("{:.1} s", took.as_secs_f64())
    } else if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(humane(Duration::from_millis(420)), "0.4 s");
        assert_eq!(humane(Duration::from_secs(12)), "12 s");
        assert_eq!(humane(Duration::from_secs(200)), "3 min 20 s");
    }
}
