//! The claim protocol, searched to the end: two tabs without locks, two events, one crash, one loss on the way, and one
//! wait longer than a lease, in every order there is.
//!
//! The engines are the real ones. Each await that another flusher could notice is a point at which the search decides
//! what happens next: a claim, the look before a request, the request's arrival, its answer, a settlement. What nobody
//! could notice (the first overview, the session, the log) happens at once. A state that was met before, with the same
//! past of each tab, is not looked at again.
//!
//! Looked for in every state: an event that took effect twice, other bytes under one key, an event that two claims hold,
//! an entry that is gone. Where nothing more can happen, a fresh tab must bring everything to its end.

mod bench;
mod ports;

use std::collections::BTreeSet;

use bench::Bench;

/// Which of the tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The first.
    Anna,
    /// The second.
    Bert,
}

impl Who {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Anna, Self::Bert];
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// A tab begins a pass.
    Begin(Who),
    /// What a tab waits for comes to its end.
    Step(Who),
    /// What a tab waits for, a request or its answer, gets lost.
    Lose(Who),
    /// A tab ends.
    Crash(Who),
    /// More time passes than a lease is long.
    Wait,
}

/// Whether the two events are of one entity or of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// A creation and an edit of one entry.
    One,
    /// Two creations.
    Two,
}

/// What a search came to.
#[derive(Debug, Clone)]
pub struct Searched {
    /// Different states.
    pub states: usize,
    /// States in which nothing more could happen.
    pub ends: usize,
    /// The shortest way that was met to a broken promise, and which.
    pub broken: Option<(Vec<Move>, String)>,
}

/// Searches all states that can be reached.
pub fn search(lanes: Lanes) -> Searched {
    let mut seen = BTreeSet::new();
    let mut found = Searched {
        states: 0,
        ends: 0,
        broken: None,
    };
    // The ways to states that are new, longest last.
    let mut open = vec![Vec::new()];
    while let Some(way) = open.pop() {
        let bench = Bench::after(lanes, &way);
        if let Some(what) = bench.broken() {
            found.broken = Some((way, what));
            break;
        }
        if !seen.insert(bench.digest()) {
            continue;
        }
        found.states += 1;
        let moves = bench.moves();
        if moves.is_empty() {
            found.ends += 1;
            if let Some(what) = bench.come_to_an_end() {
                found.broken = Some((way, what));
                break;
            }
            continue;
        }
        open.extend(moves.into_iter().map(|next| {
            let mut longer = way.clone();
            longer.push(next);
            longer
        }));
    }
    found
}
