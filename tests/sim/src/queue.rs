//! What is going to happen, in order of virtual time.

use std::collections::BTreeMap;

use crate::net::Arrival;
use crate::world::World;

/// Names one future that the executor polls.
pub(crate) type TaskId = u64;

/// What makes an awaited thing come to its end.
pub(crate) type Resolve = Box<dyn FnOnce(&mut World)>;

/// Something that happens at a time.
pub(crate) enum Event {
    /// What a task waits for has come to its end, unless the task is gone.
    Wake {
        /// Whose wait.
        task: TaskId,
        /// Settles what came of it.
        resolve: Resolve,
    },
    /// A request reaches the backend, whatever became of the tab that sent it.
    Arrive(Box<Arrival>),
    /// A tab's interval is over.
    Interval {
        /// Which tab.
        tab: usize,
        /// In which of its lives.
        life: u64,
    },
    /// The pass that a tab planned is due.
    Planned {
        /// Which tab.
        tab: usize,
        /// In which of its lives.
        life: u64,
        /// Which plan; a later one replaces it.
        plan: u64,
    },
    /// A tab is opened, or opened again.
    Open {
        /// Which tab.
        tab: usize,
    },
    /// A frozen tab goes on.
    Thaw {
        /// Which tab.
        tab: usize,
    },
    /// The browser has waited for a frozen tab's transactions for long enough.
    LosePatience {
        /// Which tab.
        tab: usize,
    },
    /// A tab comes back to the foreground.
    Shows {
        /// Which tab.
        tab: usize,
    },
    /// The worker has had its time.
    WorkerEnds {
        /// In which of its lives.
        life: u64,
    },
    /// The person does something.
    Person,
    /// The world looks for trouble.
    Trouble,
    /// The network is back, as the browser sees it.
    Online,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    events: BTreeMap<(u64, u64), Event>,
    pushed: u64,
}

impl Queue {
    /// Plans an event; of two at one time the first planned comes first.
    pub(crate) fn push(&mut self, at_ms: u64, event: Event) {
        self.pushed += 1;
        self.events.insert((at_ms, self.pushed), event);
    }

    /// Takes the next event, with its time.
    pub(crate) fn pop(&mut self) -> Option<(u64, Event)> {
        self.events
            .pop_first()
            .map(|((at_ms, _), event)| (at_ms, event))
    }
}
