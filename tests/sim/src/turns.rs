//! Who may use a database now: transactions that overlap run one after another, in the order in which they began, as
//! `IndexedDB` has it. Those that only read run side by side.
//!
//! A transaction is over when it has committed, when it is aborted, or when its tab ends. A frozen tab's goes on holding
//! its stores, and everybody who wants them waits, until it thaws or the browser loses patience.

use std::cell::Cell;
use std::rc::Rc;

use lume_sync::store::{Mode, StoreName};

use crate::ports::{Seat, Slot};
use crate::queue::{Event, TaskId};
use crate::world::{Shared, World};

/// All transactions that are not over, in the order of their beginning.
#[derive(Default)]
pub(crate) struct Turns {
    open: Vec<Open>,
    begun: u64,
}

struct Open {
    number: u64,
    database: usize,
    tab: usize,
    task: TaskId,
    writes: bool,
    scope: Vec<StoreName>,
    /// Waits for this, while others are before it.
    waits: Option<Slot<()>>,
    aborted: Rc<Cell<bool>>,
}

/// A transaction; over when it is dropped.
pub(crate) struct Turn {
    world: Shared,
    number: u64,
    aborted: Rc<Cell<bool>>,
}

impl Turn {
    /// Begins a transaction and waits until it may run.
    pub(crate) async fn begin(seat: &Seat, mode: Mode, scope: &[StoreName]) -> Self {
        let aborted = Rc::new(Cell::new(false));
        let (number, waits) = {
            let mut world = seat.world.borrow_mut();
            let task = world.current.map_or(0, |current| current.task);
            let turns = &mut world.turns;
            turns.begun += 1;
            turns.open.push(Open {
                number: turns.begun,
                database: seat.database,
                tab: seat.tab,
                task,
                writes: mode != Mode::Read,
                scope: scope.to_vec(),
                waits: None,
                aborted: Rc::clone(&aborted),
            });
            let number = turns.begun;
            (number, turns.wait_if_behind(number))
        };
        // Made before the first await: a tab that ends while it waits gives its place up.
        let turn = Self {
            world: Rc::clone(&seat.world),
            number,
            aborted,
        };
        if let Some(slot) = waits {
            slot.await;
        }
        turn
    }

    /// Whether the browser has ended it.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.get()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut world = self.world.borrow_mut();
        world.turns.open.retain(|open| open.number != self.number);
        grant(&mut world);
    }
}

impl Turns {
    /// Whether a tab has a transaction open in a database, or any other tab has.
    pub(crate) fn has_open(&self, database: usize, of: impl Fn(usize) -> bool) -> bool {
        self.open
            .iter()
            .any(|open| open.database == database && of(open.tab))
    }

    fn is_behind(&self, number: u64) -> bool {
        let Some(place) = self.open.iter().position(|open| open.number == number) else {
            return false;
        };
        let own = &self.open[place];
        self.open[..place].iter().any(|other| {
            other.database == own.database
                && (other.writes || own.writes)
                && other.scope.iter().any(|store| own.scope.contains(store))
        })
    }

    fn wait_if_behind(&mut self, number: u64) -> Option<Slot<()>> {
        if !self.is_behind(number) {
            return None;
        }
        let slot = Slot::new();
        let own = self.open.iter_mut().find(|open| open.number == number)?;
        own.waits = Some(slot.handle());
        Some(slot)
    }
}

/// Lets those run that nobody is before any more.
fn grant(world: &mut World) {
    let waiting: Vec<_> = world
        .turns
        .open
        .iter()
        .filter(|open| open.waits.is_some())
        .map(|open| open.number)
        .collect();
    for number in waiting {
        if world.turns.is_behind(number) {
            continue;
        }
        let open = &mut world.turns.open;
        let Some(own) = open.iter_mut().find(|open| open.number == number) else {
            continue;
        };
        if let Some(slot) = own.waits.take() {
            let task = own.task;
            let resolve = Box::new(move |_: &mut World| slot.fill(()));
            world.after(0, Event::Wake { task, resolve });
        }
    }
}

/// Ends the transactions of a tab: its connection is lost, or the browser has waited for it for too long.
pub(crate) fn abort_all(world: &mut World, tab: usize) {
    let mut gone: Vec<Open> = Vec::new();
    let mut kept = Vec::new();
    for open in std::mem::take(&mut world.turns.open) {
        if open.tab == tab {
            gone.push(open);
        } else {
            kept.push(open);
        }
    }
    world.turns.open = kept;
    for open in gone {
        open.aborted.set(true);
        if let Some(slot) = open.waits {
            let task = open.task;
            let resolve = Box::new(move |_: &mut World| slot.fill(()));
            world.after(0, Event::Wake { task, resolve });
        }
    }
    grant(world);
}
