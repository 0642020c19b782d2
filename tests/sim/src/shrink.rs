//! Makes a failing run small: leaves out what is not needed to break the same promise, so that its trace can be read.

use std::collections::BTreeSet;

use crate::checks::Invariant;
use crate::mix::{Fault, Mix};
use crate::plan::Plan;
use crate::sim::Outcome;
use crate::strokes::Stroke;

/// Runs that shrinking may take.
const RUNS_MAX: u32 = 600;

/// What is left of a run.
pub struct Shrunk {
    /// The run that breaks the same promise with as little as could be found.
    pub plan: Plan,
    /// The faults that still strike in it.
    pub struck: Vec<Stroke>,
    /// Runs that it took to find it.
    pub runs: u32,
}

/// Shrinks a run that breaks a promise; `None` if it breaks none.
pub fn shrink(plan: &Plan) -> Option<Shrunk> {
    let first = plan.run(false);
    let invariant = first.violation.as_ref()?.invariant;
    let mut search = Search {
        invariant,
        plan: plan.clone(),
        struck: first.struck,
        runs: 1,
    };
    search.leave_out_kinds();
    search.simplify();
    search.shorten();
    search.leave_out_strokes();
    search.shorten();
    Some(Shrunk {
        plan: search.plan,
        struck: search.struck,
        runs: search.runs,
    })
}

struct Search {
    invariant: Invariant,
    plan: Plan,
    struck: Vec<Stroke>,
    runs: u32,
}

impl Search {
    /// Takes a plan if it breaks the same promise.
    fn accept(&mut self, plan: Plan) -> bool {
        if self.runs >= RUNS_MAX {
            return false;
        }
        self.runs += 1;
        let outcome: Outcome = plan.run(false);
        let same = outcome
            .violation
            .is_some_and(|violation| violation.invariant == self.invariant);
        if same {
            self.plan = plan;
            self.struck = outcome.struck;
        }
        same
    }

    fn with(&mut self, change: impl FnOnce(&mut Mix)) -> bool {
        let mut plan = self.plan.clone();
        change(&mut plan.mix);
        self.accept(plan)
    }

    fn leave_out_kinds(&mut self) {
        for fault in Fault::ALL {
            if self.struck.iter().any(|stroke| stroke.fault == *fault) {
                self.with(|mix| mix.set_rate(*fault, 0));
            }
        }
    }

    fn simplify(&mut self) {
        self.with(|mix| mix.wanders = 0);
        self.with(|mix| mix.spoiled = 0);
        self.with(|mix| mix.poison = false);
        self.with(|mix| mix.device_first = false);
        self.with(|mix| mix.zombie = false);
        self.with(|mix| mix.bug = None);
        self.with(|mix| mix.tabs = 1);
        for entities in [1, 2, 3] {
            if self.plan.mix.entities > entities && self.with(|mix| mix.entities = entities) {
                break;
            }
        }
    }

    /// Fewer things that the person does: halves first, then one by one.
    fn shorten(&mut self) {
        let mut step = self.plan.mix.actions / 2;
        while step > 0 {
            let actions = self.plan.mix.actions.saturating_sub(step);
            if actions == 0 || !self.with(|mix| mix.actions = actions) {
                step /= 2;
            }
        }
    }

    /// Parts of the strikes, smaller and smaller (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing
    /// input").
    fn leave_out_strokes(&mut self) {
        let mut size = self.struck.len().div_ceil(2);
        while size > 0 && self.runs < RUNS_MAX {
            let mut from = 0;
            while from < self.struck.len() {
                let part: BTreeSet<_> = self.struck.iter().skip(from).take(size).copied().collect();
                let mut plan = self.plan.clone();
                plan.muted.extend(part);
                if !self.accept(plan) {
                    from += size;
                }
            }
            size /= 2;
        }
    }
}
