//! Several devices of one account: a second world, in which it is not one device that has to hold out but several that
//! have to agree.
//!
//! Each device has a database, a wrong clock of its own, tabs that end at any await, and a network that fails; the server
//! loses time (a device is away for longer than tombstones live) and is put back to a backup. What is checked at every
//! commit is in `checks`; after the faults have stopped, every device and the server must be equal, and everything that
//! a person wrote must be there or have been put aside (`calm`).
//!
//! What it deliberately does not do: disks that lose commits, locked apps, several accounts. The other world has those.

mod calm;
mod checks;
mod ledger;
mod person;
mod ports;
mod world;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use lume_sync::{Engine, EngineOptions, Trigger};

use crate::checks::Violation;
use crate::rng::Rng;
use ports::{Place, Ports};
use world::{Shared, World};

/// No run takes more polls: something would be running in circles.
const POLLS_MAX: u64 = 400_000;
/// Rolls of the dice for what happens often where the server is put back again and again.
const BACK_UP: u64 = 860;
const PUT_BACK: u64 = 880;
const DAY_MS: u64 = 86_400_000;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The first broken promise.
    pub violation: Option<Violation>,
    /// Polls of futures.
    pub steps: u64,
    /// Things that a person did and was told are saved.
    pub saved: u64,
    /// Values that were put aside.
    pub aside: u64,
    /// A hash of what the server has at the end, and of how it came there.
    pub hash: u64,
}

/// The engine on a simulated device.
type Lume = Engine<Ports>;

struct Task {
    tab: usize,
    /// The person's action that it carries out.
    action: Option<u64>,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

struct Tab {
    device: usize,
    lume: Rc<Lume>,
}

/// A run.
struct Run {
    world: Shared,
    /// Whether the server is put back to a backup again and again, and devices seldom hear of it before they send.
    is_put_back: bool,
    rng: Rng,
    tabs: Vec<Tab>,
    tasks: Vec<Task>,
    polls: u64,
}

/// Runs the world of a seed to its end, or to the first broken promise.
pub fn run(seed: u64) -> Outcome {
    let mut rng = Rng::new(seed ^ 0x00D1_71CE);
    let world = World::of(&mut rng);
    let mut run = Run {
        world,
        is_put_back: seed % 4 == 3,
        rng,
        tabs: Vec::new(),
        tasks: Vec::new(),
        polls: 0,
    };
    run.open_tabs();
    let actions = run.rng.between(20, 90);
    for _ in 0..actions {
        run.something_happens();
        let polls = run.rng.between(1, 120);
        run.poll_some(polls);
        if run.is_over() {
            break;
        }
    }
    if !run.is_over() {
        run.calm_down();
    }
    run.outcome()
}

impl Run {
    fn is_over(&self) -> bool {
        self.world.borrow().violation.is_some() || self.polls > POLLS_MAX
    }

    fn open_tabs(&mut self) {
        let devices = self.world.borrow().devices.len();
        for device in 0..devices {
            let tabs = if self.rng.per_mille(250) { 2 } else { 1 };
            for _ in 0..tabs {
                let lume = self.new_engine(device);
                self.tabs.push(Tab { device, lume });
            }
        }
    }

    fn new_engine(&mut self, device: usize) -> Rc<Lume> {
        let place = Place {
            world: Rc::clone(&self.world),
            device,
        };
        let ports = Ports::new(place, Rng::new(self.rng.draw()));
        let options = EngineOptions {
            owner: format!("owner-{}", self.rng.draw()),
            client_version: "0.1.0".to_owned(),
            device: None,
        };
        Rc::new(Engine::new(ports, options))
    }

    /// Something that a person does, that goes wrong, or that takes its time.
    fn something_happens(&mut self) {
        let tab = self.rng.index(self.tabs.len());
        let device = self.tabs[tab].device;
        let roll = self.rng.below(1_000);
        let roll = match roll {
            830..860 if self.is_put_back => BACK_UP,
            895..915 if self.is_put_back => PUT_BACK,
            _ => roll,
        };
        let mut world = self.world.borrow_mut();
        let is_away = world.devices[device].away_until_ms > world.now_ms;
        match roll {
            0..560 if !is_away => {
                drop(world);
                self.act(tab);
            }
            560..740 if !is_away => {
                drop(world);
                self.pass(tab);
            }
            740..790 => {
                let until_ms = world.now_ms + self.rng.below(400_000);
                world.devices[device].offline_until_ms = until_ms;
            }
            790..830 => {
                drop(world);
                self.crash(tab);
            }
            830..860 => {
                let by_ms = self.rng.between(0, 4 * DAY_MS).cast_signed();
                let device = &mut world.devices[device];
                device.wall_ms += if self.rng.per_mille(500) {
                    by_ms
                } else {
                    -by_ms
                };
            }
            860..880 => world.back_up(),
            880..895 => world.restore(),
            895..905 => {
                world.devices[device].away_until_ms = world.now_ms + 182 * DAY_MS;
            }
            905..915 => world.now_ms += 182 * DAY_MS,
            _ => world.now_ms += self.rng.between(100, 90_000),
        }
    }

    fn pass(&mut self, tab: usize) {
        let lume = Rc::clone(&self.tabs[tab].lume);
        let trigger = *self
            .rng
            .pick(&[
                Trigger::Manual,
                Trigger::Timer,
                Trigger::Saved,
                Trigger::Foreground,
            ])
            .unwrap_or(&Trigger::Manual);
        let device = self.tabs[tab].device;
        let signs_in = self.needs_sign_in(device);
        let is_deaf = self.is_put_back && device > 0;
        let trigger = if is_deaf { Trigger::Saved } else { trigger };
        self.spawn(tab, None, async move {
            if signs_in {
                person::sign_in(&lume).await;
            }
            lume.pass(trigger).await;
        });
    }

    /// A tab ends where it stands, and is loaded anew.
    fn crash(&mut self, tab: usize) {
        let gone: Vec<Task> = self.tasks.extract_if(.., |task| task.tab == tab).collect();
        for task in gone {
            if let Some(action) = task.action {
                self.world.borrow_mut().ledger.is_lost(action);
            }
            // What it holds may look at the world, which must not be borrowed.
            drop(task);
        }
        self.tabs[tab].lume = self.new_engine(self.tabs[tab].device);
    }

    fn spawn(
        &mut self,
        tab: usize,
        action: Option<u64>,
        future: impl Future<Output = ()> + 'static,
    ) {
        self.tasks.push(Task {
            tab,
            action,
            future: Box::pin(future),
        });
    }

    /// Lets some of what is under way go on, in any order.
    fn poll_some(&mut self, polls: u64) {
        for _ in 0..polls {
            if self.tasks.is_empty() || self.is_over() {
                return;
            }
            self.polls += 1;
            self.world.borrow_mut().now_ms += self.rng.below(40);
            let number = self.rng.index(self.tasks.len());
            let task = &mut self.tasks[number];
            let context = &mut Context::from_waker(Waker::noop());
            if task.future.as_mut().poll(context).is_ready() {
                drop(self.tasks.swap_remove(number));
            }
        }
    }

    fn outcome(&self) -> Outcome {
        let mut world = self.world.borrow_mut();
        if self.polls > POLLS_MAX {
            world.violate(crate::checks::Invariant::I22, "no end to it");
        }
        Outcome {
            violation: world.violation.clone(),
            steps: self.polls,
            saved: world.ledger.saved,
            aside: world.aside,
            hash: world.hash(),
        }
    }
}
