//! A device, a network and a backend, and the shortest ways to make things happen in them.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::executor::block_on;
use lume_core::ids::EntityId;
use lume_core::time::{LocalDate, Timestamp};
use lume_sync::account::Authenticated;
use lume_sync::content::{Content, State, apply};
use lume_sync::engine::EngineOptions;
use lume_sync::kinds::MOOD;
use lume_sync::log::LogEvent;
use lume_sync::memory::Tables;
use lume_sync::meta::{BackendChoice, StoredSession};
use lume_sync::pass::PassReport;
use lume_sync::rows::{EntityKey, EventState, OutboxRow};
use lume_sync::store::{Answers, Mode, Step, Store, StoreName, Write};
use lume_sync::testing::{BackendOptions, BasicEdits, Profile};
use lume_sync::{Engine, Status, Trigger};
use serde_json::{Value, json};

use crate::net::{Net, Sent};
use crate::ports::{Chance, Device, Heard, LockTable, TestClock, TestStore, TestVault};

/// Where the backend is.
pub(crate) const URL: &str = "https://lume.example";
/// Who signs in.
pub(crate) const EMAIL: &str = "ada@lume.example";
/// With what.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The moment at which every test begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) type Lume = Engine<Device>;

/// A device with a database of its own, on a network that devices may share.
pub(crate) struct World {
    pub(crate) device: Device,
    pub(crate) net: Net,
}

impl World {
    /// A new device and an empty extended backend.
    pub(crate) fn new() -> Self {
        Self::with(BackendOptions::default())
    }

    /// A new device and an empty extended backend that offers the feed of changes.
    pub(crate) fn shared() -> Self {
        Self::with(BackendOptions {
            changes: true,
            ..BackendOptions::default()
        })
    }

    /// Another device of the same person, with the same time.
    pub(crate) fn other_device(&self) -> Self {
        let mut other = self.other_database();
        other.device.locks = LockTable::default();
        other.device.chance = Chance::new(0x0FED_CBA9_8765_4321);
        other
    }

    /// A new device and an empty basic backend, that takes a second POST as an edit.
    pub(crate) fn basic() -> Self {
        Self::with(BackendOptions {
            profile: Profile::Basic(BasicEdits::Replace),
            ..BackendOptions::default()
        })
    }

    /// A new device and an empty backend.
    pub(crate) fn with(options: BackendOptions) -> Self {
        let wall = Rc::new(Cell::new(START));
        let net = Net::new(options, Rc::clone(&wall));
        let device = Device {
            store: TestStore::default(),
            net: net.clone(),
            clock: TestClock {
                wall,
                monotonic_ms: Rc::default(),
            },
            chance: Chance::new(0x1234_5678_9ABC_DEF1),
            locks: LockTable::default(),
            vault: TestVault::default(),
            heard: Heard::default(),
        };
        Self { device, net }
    }

    /// Another database on the same device and network.
    pub(crate) fn other_database(&self) -> Self {
        let device = Device {
            store: TestStore::default(),
            ..self.device.clone()
        };
        Self {
            device,
            net: self.net.clone(),
        }
    }

    /// A tab: another engine on the same database.
    pub(crate) fn tab(&self) -> Lume {
        self.tab_of("1.0.0")
    }

    /// A tab of another version of the app.
    pub(crate) fn tab_of(&self, version: &str) -> Lume {
        let options = EngineOptions {
            owner: "a tab".to_owned(),
            client_version: version.to_owned(),
            device: None,
        };
        Engine::new(self.device.clone(), options)
    }

    /// A tab of somebody who has an account, is signed in and synced.
    pub(crate) fn signed_in(&self) -> Lume {
        let lume = self.tab();
        let account = authenticated(&lume);
        block_on(lume.bind(&account)).unwrap();
        self.pass(&lume);
        lume
    }

    /// A pass by the timer.
    #[expect(clippy::unused_self, reason = "it reads as what happens in the world")]
    pub(crate) fn pass(&self, lume: &Lume) -> PassReport {
        block_on(lume.pass(Trigger::Timer))
    }

    /// Passes, each at the time that the engine names for the next attempt, until it names none; at most `passes`.
    pub(crate) fn pass_until_quiet(&self, lume: &Lume, passes: usize) {
        for _ in 0..passes {
            self.pass(lume);
            let Some(next) = self.status(lume).next_attempt else {
                return;
            };
            self.later(next.millis_since(self.now()).max(0));
        }
    }

    #[expect(clippy::unused_self, reason = "it reads as what happens in the world")]
    pub(crate) fn status(&self, lume: &Lume) -> Status {
        block_on(lume.status()).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.device.clock.wall.get()
    }

    /// Time passes.
    pub(crate) fn later(&self, ms: i64) {
        self.jump(ms);
        let clock = &self.device.clock.monotonic_ms;
        clock.set(clock.get() + u64::try_from(ms).unwrap());
    }

    /// The wall clock is set to another time.
    pub(crate) fn jump(&self, ms: i64) {
        self.device.clock.wall.set(self.now().plus_millis(ms));
    }

    pub(crate) fn tables(&self) -> Tables {
        self.device.store.memory.tables()
    }

    /// Writes a row as another version, or a damaged disk, would have it.
    pub(crate) fn put(&self, write: Write) {
        let stores = [
            StoreName::Entries,
            StoreName::Base,
            StoreName::Outbox,
            StoreName::Meta,
        ];
        let put = move |_: Answers| Step::Write(vec![write.clone()], ());
        block_on(self.device.store.transact(Mode::Strict, &stores, put)).unwrap();
    }

    pub(crate) fn outbox(&self) -> Vec<OutboxRow> {
        self.tables().outbox.into_values().collect()
    }

    pub(crate) fn only_event(&self) -> OutboxRow {
        let rows = self.outbox();
        assert_eq!(rows.len(), 1, "events in the outbox");
        rows[0].clone()
    }

    /// How many events are in each state, in the order pending, held, dead, parked.
    pub(crate) fn states(&self) -> [usize; 4] {
        let rows = self.outbox();
        EventState::ALL.map(|state| rows.iter().filter(|row| row.state == state).count())
    }

    /// The notes that the backend has, in order of creation there; deleted ones left out.
    pub(crate) fn notes_there(&self) -> Vec<String> {
        let backend = self.net.backend();
        let mut live: Vec<_> = backend
            .entities()
            .filter(|(_, entity)| entity.deleted_at.is_none())
            .collect();
        live.sort_by_key(|(_, entity)| entity.rev);
        let note = |fields: &Content| {
            fields
                .get("note")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        live.iter()
            .map(|(_, entity)| note(&entity.fields))
            .collect()
    }

    /// How often something took effect at the backend.
    pub(crate) fn effects(&self) -> usize {
        self.net.backend().journal().len()
    }

    /// The log's events so far.
    pub(crate) fn said(&self) -> Vec<LogEvent> {
        self.device
            .heard
            .lines
            .borrow()
            .iter()
            .map(|line| line.event.clone())
            .collect()
    }

    /// Every entity is what its last server state and its events lead to.
    pub(crate) fn check(&self) {
        let tables = self.tables();
        for row in tables.entities.values() {
            let base = tables.bases.get(&row.key);
            let base = base.filter(|base| !base.stands_for_none());
            let base = base.map_or(State::Absent, |base| {
                if base.deleted {
                    State::Deleted
                } else {
                    State::Live(opened(&base.body))
                }
            });
            let lane = tables.outbox.values().filter(|event| event.key == row.key);
            let folded = lane.fold(base, |state, event| {
                apply(&state, event.operation, &opened(&event.body))
            });
            let holds = match &folded {
                State::Live(content) => !row.deleted && *content == opened(&row.body),
                State::Deleted | State::Absent => row.deleted,
            };
            assert!(holds, "the entity is not what its events lead to");
        }
    }
}

/// The answer to signing in, with an account made if there is none. Nothing is bound.
pub(crate) fn authenticated(lume: &Lume) -> Authenticated {
    block_on(async {
        lume.set_backend(URL, "", BackendChoice::Auto)
            .await
            .unwrap();
        let born = LocalDate::new(1990, 1, 1).unwrap();
        match lume.register(EMAIL, PASSWORD, "Ada", born).await {
            Ok(account) => account,
            Err(_) => lume.sign_in(EMAIL, PASSWORD).await.unwrap(),
        }
    })
}

/// The session as it is stored.
pub(crate) fn session(world: &World) -> StoredSession {
    serde_json::from_slice(&world.tables().meta["session"]).unwrap()
}

/// The content of a row's body that nobody sealed.
pub(crate) fn opened(body: &[u8]) -> Content {
    assert_eq!(body.first(), Some(&1), "the format's version");
    serde_json::from_slice(&body[1..]).unwrap()
}

/// Runs a future as far as it goes without the test's help.
pub(crate) fn advance<F: Future>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    let mut context = Context::from_waker(futures::task::noop_waker_ref());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

/// The key of an entry.
pub(crate) fn key(number: u8) -> EntityKey {
    EntityKey {
        kind: MOOD.kind(),
        id: EntityId::from_random_bytes([number; 16]),
    }
}

/// An entry's content.
pub(crate) fn content(note: &str) -> Content {
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
    content.as_object().unwrap().clone()
}

pub(crate) fn create(lume: &Lume, number: u8, note: &str) {
    let key = key(number);
    block_on(lume.create(&key.kind, key.id, content(note), None)).unwrap();
}

pub(crate) fn update(lume: &Lume, number: u8, note: &str) {
    block_on(lume.update(&key(number), content(note), None)).unwrap();
}

pub(crate) fn delete(lume: &Lume, number: u8) {
    block_on(lume.delete(&key(number))).unwrap();
}

pub(crate) fn restore(lume: &Lume, number: u8) {
    block_on(lume.restore(&key(number))).unwrap();
}

/// Gives a field of an entry another value.
pub(crate) fn set(lume: &Lume, number: u8, field: &str, value: Value) {
    let entity = block_on(lume.entity(&key(number))).unwrap().unwrap();
    let mut content = entity.content;
    content.insert(field.to_owned(), value);
    block_on(lume.update(&key(number), content, None)).unwrap();
}

/// A field of an entry as the person sees it.
pub(crate) fn field(lume: &Lume, number: u8, field: &str) -> Value {
    let entity = block_on(lume.entity(&key(number))).unwrap().unwrap();
    entity.content.get(field).cloned().unwrap_or_default()
}

/// The note of an entry as the person sees it; `None` if it is deleted or not there.
pub(crate) fn note(lume: &Lume, number: u8) -> Option<String> {
    let entity = block_on(lume.entity(&key(number)))
        .unwrap()
        .filter(|entity| !entity.deleted)?;
    entity
        .content
        .get("note")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// The word beside an entry.
pub(crate) fn shown(lume: &Lume, number: u8) -> &'static str {
    block_on(lume.entity(&key(number)))
        .unwrap()
        .expect("the entity is there")
        .sync
        .code()
}

/// The idempotency keys of requests.
pub(crate) fn keys(sent: &[Sent]) -> Vec<String> {
    sent.iter()
        .filter_map(|sent| sent.key().map(str::to_owned))
        .collect()
}
