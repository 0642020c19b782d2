//! The executor: polls the engines' futures by hand, one thing at a time, in the order of virtual time.

mod browser;
mod handle;
mod trouble;
mod worker;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use lume_core::ids::UserId;
use lume_sync::ports::{Method, Request};
use lume_sync::testing::{BackendOptions, MemoryBackend};
use lume_sync::{Engine, Status};
use lume_wire::auth::SessionAnswer;
use lume_wire::{envelope, paths};
use serde_json::json;

use crate::checks::{Audit, Counts, Violation};
use crate::locks::LockTable;
use crate::model::Model;
use crate::net::{self, Net};
use crate::plan::Plan;
use crate::ports::SimPorts;
use crate::queue::{Event, Queue, Resolve, TaskId};
use crate::rng::Rng;
use crate::strokes::{Stroke, Strokes};
use crate::trace::{Trace, digest};
use crate::turns::Turns;
use crate::world::{Current, Errand, Shared, World};

/// Where the simulated backend is.
pub(crate) const BACKEND: &str = "https://lume.example";
/// Every account's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The accounts.
pub(crate) const EMAILS: [&str; 2] = ["alice@lume.example", "bob@lume.example"];
/// The life of a short-lived access token, in seconds: five minutes before its end it is renewed.
const SHORT_SESSION_S: i64 = 320;
/// How long a forgetful backend keeps its answers.
const FORGETFUL_MS: i64 = 60_000;
/// A run calms down after so many steps, whatever the person still wanted to do.
const STORMY_STEPS_MAX: u64 = 40_000;
/// No run takes more steps: something would be running in circles.
const STEPS_MAX: u64 = 400_000;

/// The engine in a simulated tab.
pub(crate) type SimEngine = Engine<SimPorts>;

/// A tab.
pub(crate) struct Tab {
    /// Grows each time the tab is loaded or changes its database.
    pub(crate) life: u64,
    pub(crate) database: usize,
    pub(crate) engine: Option<Rc<SimEngine>>,
    /// Whether its backend is chosen.
    pub(crate) ready: bool,
    /// The last planned pass.
    pub(crate) plan: u64,
    pub(crate) status: Option<Status>,
    /// In the background until then: its timers are slow.
    hidden_until_ms: u64,
    deferred: Vec<(TaskId, Resolve)>,
}

struct Task {
    tab: usize,
    errand: Errand,
    began_ms: u64,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The first broken promise.
    pub violation: Option<Violation>,
    /// Steps taken.
    pub steps: u64,
    /// Virtual time that passed, in milliseconds.
    pub virtual_ms: u64,
    /// A hash of everything that happened.
    pub hash: u64,
    /// A hash of everything that took effect at the server, in its order.
    pub effects: u64,
    /// What happened how often.
    pub counts: Counts,
    /// The end of the trace, where it was to be read.
    pub tail: Vec<String>,
    /// The faults that struck, in order.
    pub struck: Vec<Stroke>,
}

/// A run.
pub(crate) struct Sim {
    pub(crate) world: Shared,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) actions_left: u32,
    pub(crate) asleep_until_ms: u64,
    pub(crate) slept_ms: u64,
    tasks: BTreeMap<TaskId, Task>,
    spawned: u64,
    seed: u64,
    steps: u64,
    engines: Rng,
}

impl Sim {
    /// The world of a seed, before anything has happened.
    pub(crate) fn new(plan: &Plan, rng: Rng, to_be_read: bool) -> Self {
        let (seed, mix) = (plan.seed, plan.mix.clone());
        let backend = MemoryBackend::new(BackendOptions {
            profile: mix.profile,
            seed,
            // What a feed brings is the world of several devices' to show.
            changes: false,
            batches: mix.batches,
            access_token_s: if mix.short_sessions {
                SHORT_SESSION_S
            } else {
                BackendOptions::default().access_token_s
            },
            answers_kept_ms: if mix.forgetful {
                FORGETFUL_MS
            } else {
                BackendOptions::default().answers_kept_ms
            },
            ..BackendOptions::default()
        });
        let engines = rng.fork(1);
        let mut world = World {
            now_ms: 0,
            wall_offset_ms: mix.shift_ms,
            strokes: Strokes::new(&rng, plan.muted.clone()),
            rng,
            queue: Queue::default(),
            databases: Vec::new(),
            net: Net {
                backend,
                seems_online: true,
                offline_until_ms: 0,
                down_until_ms: 0,
                portal_until_ms: 0,
                poison: None,
            },
            locks: LockTable::default(),
            turns: Turns::default(),
            locked_until_ms: 0,
            frozen: BTreeSet::new(),
            apps: BTreeMap::new(),
            faithful: mix.bug.is_none(),
            model: Model::default(),
            audit: Audit::default(),
            trace: Trace::new(to_be_read),
            current: None,
            alive: BTreeSet::new(),
            reports: Vec::new(),
            violation: None,
            mix,
        };
        for email in EMAILS {
            register(&mut world, email);
        }
        let actions_left = world.mix.actions;
        let mut sim = Self {
            world: Rc::new(RefCell::new(world)),
            tabs: Vec::new(),
            actions_left,
            asleep_until_ms: 0,
            slept_ms: 0,
            tasks: BTreeMap::new(),
            spawned: 0,
            seed,
            steps: 0,
            engines,
        };
        let first = sim.new_database();
        let tabs = sim.world.borrow().mix.tabs;
        for _ in 0..tabs {
            sim.new_tab(first);
        }
        sim.hire_worker(first);
        let mut world = sim.world.borrow_mut();
        world.after(50, Event::Person);
        world.after(1_000, Event::Trouble);
        drop(world);
        sim
    }

    /// Takes one step. `false` if nothing can happen any more, or a promise was broken.
    pub(crate) fn step(&mut self) -> bool {
        let event = {
            let mut world = self.world.borrow_mut();
            let Some((at_ms, event)) = world.queue.pop() else {
                return false;
            };
            world.now_ms = world.now_ms.max(at_ms);
            event
        };
        self.steps += 1;
        match event {
            Event::Wake { task, resolve } => self.wake(task, resolve),
            Event::Arrive(arrival) => net::arrive(&mut self.world.borrow_mut(), *arrival),
            Event::Interval { tab, life } => self.interval(tab, life),
            Event::Planned { tab, life, plan } => self.planned(tab, life, plan),
            Event::Open { tab } => self.open(tab),
            Event::Thaw { tab } => self.thaw(tab),
            Event::LosePatience { tab } => self.lose_patience(tab),
            Event::Shows { tab } => self.show(tab),
            Event::WorkerEnds { life } => self.worker_ends(life),
            Event::Person => self.person(),
            Event::Trouble => self.trouble(),
            Event::Online => self.online(),
        }
        self.handle_reports();
        if self.steps > STEPS_MAX {
            let what = format!("{} tasks and no end", self.tasks.len());
            self.world
                .borrow_mut()
                .violate(crate::checks::Invariant::I22, what);
        }
        self.world.borrow().violation.is_none()
    }

    /// Whether a tab does not run at the moment.
    pub(crate) fn is_frozen(&self, tab: usize) -> bool {
        self.world.borrow().frozen.contains(&tab)
    }

    /// Whether nothing is under way in a tab.
    pub(crate) fn is_idle(&self, tab: usize) -> bool {
        self.tasks.values().all(|task| task.tab != tab)
    }

    /// Whether nothing but passes is under way in a tab.
    pub(crate) fn is_only_sending(&self, tab: usize) -> bool {
        let mut own = self.tasks.values().filter(|task| task.tab == tab);
        own.all(|task| task.errand == Errand::Pass)
    }

    /// Whether the run has been stormy for long enough.
    pub(crate) fn has_lasted(&self) -> bool {
        self.steps > STORMY_STEPS_MAX
    }

    /// Begins a task in a tab.
    pub(crate) fn spawn(
        &mut self,
        tab: usize,
        errand: Errand,
        future: impl Future<Output = ()> + 'static,
    ) {
        self.spawned += 1;
        let task = self.spawned;
        let began_ms = self.world.borrow().now_ms;
        self.world.borrow_mut().alive.insert(task);
        self.tasks.insert(
            task,
            Task {
                tab,
                errand,
                began_ms,
                future: Box::pin(future),
            },
        );
        self.poll(task);
    }

    /// Tasks that began before a time and have not come to their end.
    pub(crate) fn stuck_since(&self, at_ms: u64) -> Vec<String> {
        let old = self.tasks.values().filter(|task| task.began_ms < at_ms);
        old.map(|task| {
            format!(
                "{:?} of tab {} since {} ms",
                task.errand, task.tab, task.began_ms
            )
        })
        .collect()
    }

    /// How the run ended.
    pub(crate) fn outcome(&self) -> Outcome {
        let world = self.world.borrow();
        Outcome {
            seed: self.seed,
            violation: world.violation.clone(),
            steps: self.steps,
            virtual_ms: world.now_ms,
            hash: world.trace.hash(),
            effects: effects(&world.net.backend),
            counts: world.audit.counts,
            tail: world.trace.tail(),
            struck: world.strokes.struck().to_vec(),
        }
    }

    fn wake(&mut self, task: TaskId, resolve: Resolve) {
        let Some(tab) = self.tasks.get(&task).map(|task| task.tab) else {
            return;
        };
        if self.is_frozen(tab) {
            self.tabs[tab].deferred.push((task, resolve));
            return;
        }
        if let Some(end) = self.interrupted(tab, task, resolve) {
            end(&mut self.world.borrow_mut());
            self.poll(task);
        }
    }

    fn poll(&mut self, task: TaskId) {
        let Some(mut running) = self.tasks.remove(&task) else {
            return;
        };
        self.world.borrow_mut().current = Some(Current {
            task,

            errand: running.errand,
        });
        let ready = running
            .future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready();
        self.world.borrow_mut().current = None;
        if ready {
            self.world.borrow_mut().alive.remove(&task);
        } else {
            self.tasks.insert(task, running);
        }
    }

    /// Ends a tab's tasks where they stand.
    fn drop_tasks(&mut self, tab: usize) {
        let gone: Vec<_> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.tab == tab)
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            let Some(task) = self.tasks.remove(&id) else {
                continue;
            };
            match task.errand {
                Errand::Write(number) | Errand::Decide(number) => {
                    drop(self.world.borrow_mut().model.end(number));
                }
                Errand::SetUp
                | Errand::Pass
                | Errand::SignIn
                | Errand::Bind
                | Errand::SignOut
                | Errand::Mode => {}
            }
            self.world.borrow_mut().alive.remove(&id);
            // Guards give their locks back here, so the world must not be borrowed.
            drop(task);
        }
    }
}

/// What took effect, in order, as a number.
fn effects(backend: &MemoryBackend) -> u64 {
    let mut all = Vec::new();
    for effect in backend.journal() {
        all.extend(format!("{effect:?}").bytes());
        all.extend_from_slice(&effect.body);
    }
    digest(&all)
}

fn register(world: &mut World, email: &str) -> Option<UserId> {
    let body =
        json!({"email": email, "password": PASSWORD, "name": "N", "date_of_birth": "1990-01-15"});
    let request = Request {
        method: Method::Post,
        url: format!("{BACKEND}{}", paths::REGISTER),
        headers: Vec::new(),
        body: Some(body.to_string().into_bytes()),
        timeout_ms: 0,
    };
    let now = world.server_now();
    let answer = world.net.backend.handle(now, &request);
    let session: SessionAnswer = envelope::parse_data(answer.body.as_deref()?).ok()?;
    Some(session.user_id)
}
