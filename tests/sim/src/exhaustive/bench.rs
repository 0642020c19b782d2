//! Two tabs on a bench, after some moves.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use lume_core::ids::EntityId;
use lume_core::time::LocalDate;
use lume_sync::content::Content;
use lume_sync::kinds::MOOD;
use lume_sync::limits::{BACKOFF_MS_MAX, LEASE_MS};
use lume_sync::memory::Tables;
use lume_sync::meta::BackendChoice;
use lume_sync::rows::EntityKey;
use lume_sync::testing::{BackendOptions, MemoryBackend};
use lume_sync::{Engine, EngineOptions, Trigger};
use serde_json::json;

use super::ports::{BenchPorts, Let, Point, Seat, Shared, bytes};
use super::{Lanes, Move, Who};
use crate::sim::{BACKEND, PASSWORD};
use crate::trace::digest;

/// Passes that a tab may begin by itself; after a crash it begins another one.
const PASSES: u32 = 1;
/// Passes that a fresh tab may need to bring everything to its end.
const LAST_PASSES: usize = 12;

type Pass = Pin<Box<dyn Future<Output = ()>>>;

struct Tab {
    seat: Rc<Seat>,
    engine: Rc<Engine<BenchPorts>>,
    pass: Option<Pass>,
    begun: u32,
    lives: u32,
}

/// What may still go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    crashes: u32,
    losses: u32,
    waits: u32,
}

/// See the [module](self).
pub(super) struct Bench {
    shared: Rc<Shared>,
    tabs: [Tab; 2],
    left: Left,
    keys: Vec<EntityKey>,
    /// The ids of the two events, as the server hears them.
    events: BTreeSet<Option<String>>,
}

impl Bench {
    /// The bench after a way of moves.
    pub(super) fn after(lanes: Lanes, way: &[Move]) -> Self {
        let shared = Rc::new(Shared {
            tables: Tables::default().into(),
            backend: MemoryBackend::new(BackendOptions::default()).into(),
            now_ms: 0.into(),
        });
        let keys = prepare(&shared, lanes);
        let events = {
            let outbox = &shared.tables.borrow().outbox;
            let ids = outbox.values().map(|row| row.event_id.to_string());
            ids.map(Some).collect()
        };
        let mut bench = Self {
            events,
            tabs: [tab(&shared, 1), tab(&shared, 2)],
            shared,
            left: Left {
                crashes: 1,
                losses: 1,
                waits: 1,
            },
            keys,
        };
        for next in way {
            bench.make(*next);
        }
        bench
    }

    /// What can happen next.
    pub(super) fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        for who in Who::ALL {
            let tab = &self.tabs[who as usize];
            match tab.seat.at.get().filter(|_| tab.pass.is_some()) {
                None if tab.begun < PASSES + tab.lives => moves.push(Move::Begin(who)),
                None => {}
                Some(point) => {
                    moves.push(Move::Step(who));
                    if point != Point::Store && self.left.losses > 0 {
                        moves.push(Move::Lose(who));
                    }
                    if self.left.crashes > 0 {
                        moves.push(Move::Crash(who));
                    }
                }
            }
        }
        let any_under_way = self.tabs.iter().any(|tab| tab.pass.is_some());
        if self.left.waits > 0 && any_under_way {
            moves.push(Move::Wait);
        }
        moves
    }

    fn make(&mut self, next: Move) {
        match next {
            Move::Begin(who) => {
                let tab = &mut self.tabs[who as usize];
                let engine = Rc::clone(&tab.engine);
                tab.begun += 1;
                tab.pass = Some(Box::pin(async move {
                    engine.pass(Trigger::Timer).await;
                }));
                tab.go_on();
            }
            Move::Step(who) => {
                let tab = &mut self.tabs[who as usize];
                tab.seat.next.set(Some(Let::Go));
                tab.go_on();
            }
            Move::Lose(who) => {
                self.left.losses -= 1;
                let tab = &mut self.tabs[who as usize];
                tab.seat.next.set(Some(Let::Lose));
                tab.go_on();
            }
            Move::Crash(who) => {
                self.left.crashes -= 1;
                let lives = self.tabs[who as usize].lives + 1;
                let begun = self.tabs[who as usize].begun;
                let seed = 10 * u64::from(lives) + who as u64 + 1;
                self.tabs[who as usize] = Tab {
                    begun,
                    lives,
                    ..tab(&self.shared, seed)
                };
            }
            Move::Wait => {
                self.left.waits -= 1;
                let now_ms = &self.shared.now_ms;
                now_ms.set(now_ms.get() + LEASE_MS + 1);
            }
        }
    }

    /// A number that two benches share if everything that is going to happen on them is the same.
    pub(super) fn digest(&self) -> u64 {
        let mut all = bytes(&self.shared.tables.borrow());
        let backend = self.shared.backend.borrow();
        let journal: Vec<_> = backend
            .journal()
            .iter()
            .map(|effect| (effect.rev, &effect.key))
            .collect();
        let rest = format!("{journal:?} {:?} {}", self.left, self.shared.now_ms.get());
        all.extend(rest.bytes());
        for tab in &self.tabs {
            let own = (tab.seat.past.get(), tab.seat.at.get(), tab.pass.is_some());
            all.extend(format!("{own:?} {} {}", tab.begun, tab.lives).bytes());
        }
        digest(&all)
    }

    /// A promise that does not hold.
    pub(super) fn broken(&self) -> Option<String> {
        let tables = self.shared.tables.borrow();
        let backend = self.shared.backend.borrow();
        let mut applied = BTreeSet::new();
        for effect in backend.journal() {
            if !applied.insert(effect.key.clone()) {
                return Some(format!("I3: {effect:?} is a second effect"));
            }
            if !self.events.contains(&effect.key) {
                return Some(format!("I3: {effect:?} is of no event"));
            }
        }
        let mut held = BTreeSet::new();
        for item in tables.claims.values().flat_map(|claim| &claim.items) {
            if !held.insert(item.event_id) {
                return Some(format!("I14: {:?} is in two claims", item.event_id));
            }
        }
        for row in tables.outbox.values() {
            if let Some(failure) = &row.failure {
                return Some(format!(
                    "I16: {:?} failed: {:?}",
                    row.event_id, failure.reason
                ));
            }
        }
        let missing = self
            .keys
            .iter()
            .find(|key| !tables.entities.contains_key(key));
        missing.map(|key| format!("I1: {key:?} is gone"))
    }

    /// A fresh tab sends what is left; what then does not hold.
    pub(super) fn come_to_an_end(self) -> Option<String> {
        let shared = self.shared;
        // The others are gone, with whatever they held.
        drop(self.tabs);
        let last = tab(&shared, 99);
        last.seat.runs_through.set(true);
        for _ in 0..LAST_PASSES {
            let now_ms = &shared.now_ms;
            now_ms.set(now_ms.get() + LEASE_MS + 1);
            run(last.engine.pass(Trigger::Timer));
        }
        let tables = shared.tables.borrow();
        let backend = shared.backend.borrow();
        if !tables.outbox.is_empty() || !tables.claims.is_empty() {
            return Some(format!(
                "I21: left are {:?} {:?}",
                tables.outbox, tables.claims
            ));
        }
        let there = self.keys.iter().all(|key| backend.entity(key.id).is_some());
        let applied: BTreeSet<_> = backend.journal().iter().map(|effect| &effect.key).collect();
        (!there || backend.journal().len() != 2 || applied.len() != 2)
            .then(|| format!("I4: {} effects", backend.journal().len()))
    }
}

impl Tab {
    fn go_on(&mut self) {
        let Some(pass) = &mut self.pass else { return };
        let mut context = Context::from_waker(Waker::noop());
        if pass.as_mut().poll(&mut context).is_ready() {
            self.pass = None;
            self.seat.at.set(None);
        }
    }
}

fn tab(shared: &Rc<Shared>, seed: u64) -> Tab {
    let seat = Seat::new(shared, seed);
    let options = EngineOptions {
        owner: format!("tab {seed}"),
        client_version: "0.1.0".to_owned(),
        device: None,
    };
    Tab {
        engine: Rc::new(Engine::new(BenchPorts(Rc::clone(&seat)), options)),
        seat,
        pass: None,
        begun: 0,
        lives: 0,
    }
}

/// Somebody is signed in and has written two things.
fn prepare(shared: &Rc<Shared>, lanes: Lanes) -> Vec<EntityKey> {
    let first = tab(shared, 7);
    first.seat.runs_through.set(true);
    let engine = &first.engine;
    run(async {
        engine
            .set_backend(BACKEND, "", BackendChoice::Extended)
            .await
            .expect("an address");
        let born = LocalDate::new(1990, 1, 1).expect("a date");
        let account = engine
            .register("ada@lume.example", PASSWORD, "Ada", born)
            .await
            .expect("nobody has the address");
        engine
            .bind(&account)
            .await
            .expect("the database is nobody's");
        // The adoption of nothing.
        engine.pass(Trigger::Start).await;
        let key = |number| EntityKey {
            kind: MOOD.kind(),
            id: EntityId::from_random_bytes([number; 16]),
        };
        let create = async |key: &EntityKey, note| {
            let made = engine.create(&key.kind, key.id, content(note), None);
            made.await.expect("there is room");
        };
        create(&key(1), "a").await;
        match lanes {
            Lanes::One => {
                // What may have been seen stays as it is, and the edit becomes an event of its own.
                first.seat.is_offline.set(true);
                engine.pass(Trigger::Saved).await;
                first.seat.is_offline.set(false);
                let entry = key(1);
                let edited = engine.update(&entry, content("b"), None);
                edited.await.expect("there is room");
                shared.now_ms.set(BACKOFF_MS_MAX);
                vec![entry]
            }
            Lanes::Two => {
                create(&key(2), "b").await;
                vec![key(1), key(2)]
            }
        }
    })
}

fn content(note: &str) -> Content {
    let content = json!({
        "at": "2023-11-14T20:00:00.000Z",
        "zone": "Europe/Berlin",
        "local_time": "2023-11-14T21:00:00.000",
        "labels": ["happy"],
        "associations": [],
        "note": note,
        "source": "manual",
        "created_at": "2023-11-14T20:00:00.000Z",
        "updated_at": "2023-11-14T20:00:00.000Z",
    });
    content.as_object().cloned().unwrap_or_default()
}

/// Runs something that waits for nobody.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("somebody is waited for");
}
