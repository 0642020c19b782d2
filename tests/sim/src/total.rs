//! Figures over many runs.

use lume_sim::Outcome;

/// Sums, and the worst.
#[derive(Default)]
pub(crate) struct Total {
    seeds: u64,
    /// Runs that broke a promise.
    pub(crate) violated: u64,
    steps: u64,
    virtual_ms: u64,
    requests: u64,
    effects: u64,
    saved: u64,
    failed: u64,
    crashes: u64,
    commits: u64,
    upgrades: u64,
    workers: u64,
    strikes: u64,
    fruitless_most: u64,
}

impl Total {
    /// Adds a run.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
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
        self.upgrades += outcome.counts.upgrades;
        self.workers += outcome.counts.workers;
        self.strikes += outcome.struck.len() as u64;
        self.fruitless_most = self.fruitless_most.max(outcome.counts.fruitless_most);
    }
}

impl std::fmt::Display for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} seeds, {} violated; {} steps, {} virtual hours, {} faults; {} saved, {} commits, {} requests, {} effects, \
             {} events failed; {} tabs ended, {} upgrades, {} workers; at most {} fruitless requests in a minute",
            self.seeds,
            self.violated,
            self.steps,
            self.virtual_ms / 3_600_000,
            self.strikes,
            self.saved,
            self.commits,
            self.requests,
            self.effects,
            self.failed,
            self.crashes,
            self.upgrades,
            self.workers,
            self.fruitless_most
        )
    }
}
