//! The app lock: what a locked database shows, what a locked engine does, and sweeps that are stopped anywhere.

use futures::executor::block_on;
use lume_sync::memory::Tables;
use lume_sync::meta;
use lume_sync::ports::{Plain, Ports};
use lume_sync::rows::{Ahead, AheadState, BaseRow, EntityRow, HistoryRow};
use lume_sync::sealed::sweep::{Cursor, Progress, SWEEP_ROWS_MAX};
use lume_sync::sealed::{SEALED, SealedStore, Work};
use lume_sync::store::{Answers, Mode, Query, Step, Store, StoreName, Write};
use lume_sync::testing::TestRing;
use lume_sync::{Blocked, CommitError, Engine, EngineOptions, StoreError, Trigger};

use crate::net::Net;
use crate::ports::{Chance, Device, Heard, LockTable, TestClock, TestStore, TestVault};
use crate::world::{START, World, advance, content, key, keys};

const NEEDLE: &str = "zebra-secret";
const KEY: &str = "a key";

/// A device whose database can be locked.
struct Lockable {
    device: Device,
    store: SealedStore<TestStore, TestRing>,
}

type Locked = Engine<Lockable>;

impl Ports for Lockable {
    type Store = SealedStore<TestStore, TestRing>;
    type Transport = Net;
    type Clock = TestClock;
    type Random = Chance;
    type Locks = LockTable;
    type Sealer = Plain;
    type Vault = TestVault;
    type Observer = Heard;

    fn store(&self) -> &Self::Store {
        &self.store
    }

    fn transport(&self) -> &Net {
        &self.device.net
    }

    fn clock(&self) -> &TestClock {
        &self.device.clock
    }

    fn random(&self) -> &Chance {
        &self.device.chance
    }

    fn locks(&self) -> &LockTable {
        &self.device.locks
    }

    fn sealer(&self) -> &Plain {
        &Plain
    }

    fn vault(&self) -> &TestVault {
        &self.device.vault
    }

    fn observer(&self) -> &Heard {
        &self.device.heard
    }
}

/// A tab over the world's database that can be locked, with its ring.
fn tab(world: &World) -> (Locked, TestRing) {
    let ring = TestRing::default();
    let options = EngineOptions {
        owner: "a lockable tab".to_owned(),
        client_version: "1.0.0".to_owned(),
        device: None,
    };
    let ports = Lockable {
        device: world.device.clone(),
        store: SealedStore::new(world.device.store.clone(), ring.clone()),
    };
    (Engine::new(ports, options), ring)
}

fn store(lume: &Locked) -> &SealedStore<TestStore, TestRing> {
    lume.ports().store()
}

/// Turns every row, and says how many steps it took.
fn sweep(lume: &Locked) -> usize {
    let mut steps = 1;
    while block_on(store(lume).sweep()).unwrap() == Progress::More {
        steps += 1;
    }
    steps
}

/// A world of somebody who is signed in, and a tab of theirs with the lock set and open.
fn locked_world() -> (World, Locked, TestRing) {
    let world = World::new();
    world.signed_in();
    let (lume, ring) = tab(&world);
    ring.unlock(KEY);
    block_on(store(&lume).begin_sealing(KEY)).unwrap();
    sweep(&lume);
    (world, lume, ring)
}

fn save(lume: &Locked, number: u8, note: &str) {
    let key = key(number);
    block_on(lume.create(&key.kind, key.id, content(note), Some("draft"))).unwrap();
}

fn note(lume: &Locked, number: u8) -> String {
    let entity = block_on(lume.entity(&key(number))).unwrap().unwrap();
    entity.content["note"].as_str().unwrap().to_owned()
}

/// Every body of a database: not its log and its records, which hold none.
fn bodies(tables: &Tables) -> Vec<Vec<u8>> {
    let entities = tables.entities.values().map(|row| row.body.clone());
    let bases = tables.bases.values().map(|row| row.body.clone());
    let events = tables.outbox.values();
    let events = events.flat_map(|row| [row.body.clone(), row.request.clone().unwrap_or_default()]);
    let claims = tables.claims.values().flat_map(|row| &row.items);
    let claims = claims.map(|item| item.request.clone());
    let drafts = tables.drafts.values().cloned();
    let overlaps = tables.entities.values();
    let overlaps = overlaps.filter_map(|row| row.overlap.clone());
    let aheads = tables.bases.values().filter_map(|row| row.ahead.as_ref());
    let aheads = aheads.map(|ahead| ahead.body.clone());
    let history = tables.history.values().map(|row| row.body.clone());
    let derived = tables.derived.values().cloned();
    let all = entities
        .chain(bases)
        .chain(events)
        .chain(claims)
        .chain(drafts)
        .chain(overlaps)
        .chain(aheads)
        .chain(history)
        .chain(derived);
    all.filter(|bytes| !bytes.is_empty()).collect()
}

fn plain_bodies(world: &World) -> usize {
    let bodies = bodies(&world.tables());
    bodies.iter().filter(|bytes| bytes[0] != SEALED).count()
}

fn shows(world: &World, needle: &str) -> bool {
    let bodies = bodies(&world.tables());
    let needle = needle.as_bytes();
    bodies
        .iter()
        .any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
}

/// What is in the database, but for what is dropped when a lock is set or taken away.
fn without_derived(world: &World) -> Tables {
    let mut tables = world.tables();
    tables.derived.clear();
    tables.meta.remove(meta::DERIVED);
    tables
}

/// A database with entities, bases, events, a claim with its requests, and drafts: plain.
fn full_world(entries: u8) -> World {
    let world = World::new();
    let lume = world.signed_in();
    for number in 1..=entries {
        let key = key(number);
        block_on(lume.create(&key.kind, key.id, content(NEEDLE), None)).unwrap();
    }
    world.pass(&lume);
    for number in 1..=entries {
        block_on(lume.update(&key(number), content(&format!("{NEEDLE} again")), None)).unwrap();
    }
    for name in ["one", "two"] {
        block_on(lume.save_draft(name, NEEDLE.as_bytes())).unwrap();
    }
    world.later(60_000);
    let _held = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none(), "the pass waits for an answer");
    add_what_merges_leave(&world);
    let tables = world.tables();
    assert!(!tables.claims.is_empty() && !tables.bases.is_empty() && !tables.drafts.is_empty());
    world
}

/// Two versions of a text, a later state of the backend's, and something that was put aside.
fn add_what_merges_leave(world: &World) {
    let words = || [&[1], NEEDLE.as_bytes()].concat();
    let tables = world.tables();
    let (Some(entity), Some(base)) = (tables.entities.get(&key(1)), tables.bases.get(&key(1)))
    else {
        panic!("the first entity and its base");
    };
    let ahead = Ahead {
        state: AheadState::Live,
        rev: base.rev,
        modified_at: None,
        round: 1,
        body: words(),
    };
    let writes = vec![
        Write::PutEntity(EntityRow {
            overlap: Some(words()),
            ..entity.clone()
        }),
        Write::PutBase(BaseRow {
            ahead: Some(ahead),
            ..base.clone()
        }),
        Write::PutHistory(HistoryRow {
            seq: None,
            key: key(1),
            at: START,
            body: words(),
        }),
    ];
    let stores = [StoreName::Entries, StoreName::Base, StoreName::History];
    let put = move |_: Answers| Step::Write(writes.clone(), ());
    block_on(world.device.store.transact(Mode::Strict, &stores, put)).unwrap();
}

#[test]
fn what_is_saved_under_a_lock_shows_nothing_of_itself_in_the_database() {
    let (world, lume, _) = locked_world();
    save(&lume, 1, NEEDLE);
    block_on(lume.save_draft("draft", NEEDLE.as_bytes())).unwrap();
    let _held = world.net.hold("/moods");
    let mut pass = Box::pin(lume.pass(Trigger::Timer));
    assert!(advance(&mut pass).is_none(), "the pass waits for an answer");

    assert!(!world.tables().claims.is_empty());
    assert!(!shows(&world, NEEDLE) && plain_bodies(&world) == 0);
    assert_eq!(note(&lume, 1), NEEDLE);
    let draft = block_on(lume.draft("draft")).unwrap();
    assert_eq!(draft.as_deref(), Some(NEEDLE.as_bytes()));
}

#[test]
fn a_sweep_seals_every_row_and_another_one_opens_them_again() {
    let world = full_world(3);
    let before = without_derived(&world);
    let (lume, ring) = tab(&world);
    ring.unlock(KEY);

    block_on(store(&lume).begin_sealing(KEY)).unwrap();
    sweep(&lume);
    assert!(!shows(&world, NEEDLE) && plain_bodies(&world) == 0);
    let mark = block_on(store(&lume).mark()).unwrap().unwrap();
    assert_eq!(mark.work, Work::Sealed);

    block_on(store(&lume).begin_opening()).unwrap();
    sweep(&lume);
    assert_eq!(without_derived(&world), before);
    assert_eq!(block_on(store(&lume).mark()).unwrap(), None);
}

#[test]
fn a_sweep_can_be_stopped_after_any_step_in_both_directions() {
    // More than one step for a store: every step is short, and so is this one's crash.
    let entries = u8::try_from(SWEEP_ROWS_MAX + 20).unwrap();
    let world = full_world(entries);
    let before = without_derived(&world);
    for direction in [Work::Sealed, Work::Opening(Cursor::default())] {
        let mut done = Progress::More;
        let mut steps = 0;
        while done == Progress::More {
            // Another tab each time: whatever the one before had in memory is gone.
            let (lume, ring) = tab(&world);
            ring.unlock(KEY);
            if direction == Work::Sealed {
                block_on(store(&lume).begin_sealing(KEY)).unwrap();
            } else {
                block_on(store(&lume).begin_opening()).unwrap();
            }
            done = block_on(store(&lume).sweep()).unwrap();
            steps += 1;
            for number in [1, entries] {
                assert_eq!(
                    note(&lume, number),
                    format!("{NEEDLE} again"),
                    "after step {steps}"
                );
            }
        }
        assert!(
            steps >= 7,
            "two steps for entries, bases and events each: {steps}"
        );
        if direction == Work::Sealed {
            assert!(!shows(&world, NEEDLE) && plain_bodies(&world) == 0);
        }
    }
    assert_eq!(without_derived(&world), before);
}

#[test]
fn what_another_tab_writes_while_rows_are_sealed_is_sealed_too() {
    let world = full_world(3);
    let (lume, ring) = tab(&world);
    let (other, others_ring) = tab(&world);
    ring.unlock(KEY);
    others_ring.unlock(KEY);
    block_on(store(&lume).begin_sealing(KEY)).unwrap();

    let mut number = 100;
    while block_on(store(&lume).sweep()).unwrap() == Progress::More {
        save(&other, number, NEEDLE);
        block_on(other.save_draft("a", NEEDLE.as_bytes())).unwrap();
        number += 1;
    }

    assert!(!shows(&world, NEEDLE) && plain_bodies(&world) == 0);
    assert_eq!(note(&lume, 100), NEEDLE);
}

#[test]
fn a_tab_that_knew_of_no_lock_is_locked_by_its_next_transaction() {
    let world = full_world(1);
    let (lume, ring) = tab(&world);
    let (unaware, _) = tab(&world);
    assert_eq!(note(&unaware, 1), format!("{NEEDLE} again"));
    ring.unlock(KEY);
    block_on(store(&lume).begin_sealing(KEY)).unwrap();
    let before = world.tables();

    let saved = block_on(unaware.create(&key(50).kind, key(50).id, content(NEEDLE), None));
    assert_eq!(saved, Err(CommitError::Store(StoreError::Locked)));
    let draft = block_on(unaware.save_draft("a", NEEDLE.as_bytes()));
    assert_eq!(draft, Err(StoreError::Locked));
    assert_eq!(world.tables(), before);
    assert!(store(&unaware).is_locked());
}

#[test]
fn a_locked_tab_reads_nothing_and_still_counts_what_is_unsent() {
    let (world, lume, ring) = locked_world();
    save(&lume, 1, NEEDLE);
    ring.lock();

    assert_eq!(
        block_on(lume.entity(&key(1))).err(),
        Some(StoreError::Locked)
    );
    assert_eq!(
        block_on(lume.draft("draft")).err(),
        Some(StoreError::Locked)
    );
    let status = block_on(lume.status()).unwrap();
    assert_eq!(status.counts.pending, 1);
    assert_eq!(status.blocked, Some(Blocked::Locked));
    assert_eq!(plain_bodies(&world), 0);
}

#[test]
fn a_locked_engine_sends_nothing_and_leaves_its_events_alone() {
    let (world, lume, ring) = locked_world();
    save(&lume, 1, NEEDLE);
    ring.lock();
    let before = (
        world.tables().outbox,
        world.tables().meta,
        world.net.count(),
    );

    for trigger in [Trigger::Timer, Trigger::Online, Trigger::Manual] {
        block_on(lume.pass(trigger));
        world.later(3_600_000);
    }
    assert_eq!(
        before,
        (
            world.tables().outbox,
            world.tables().meta,
            world.net.count()
        )
    );

    ring.unlock(KEY);
    block_on(lume.pass(Trigger::Manual));
    assert_eq!(world.notes_there(), [NEEDLE]);
}

#[test]
fn what_was_on_its_way_when_the_app_was_locked_takes_effect_once() {
    let (world, lume, ring) = locked_world();
    save(&lume, 1, NEEDLE);
    save(&lume, 2, NEEDLE);
    {
        let mut pass = Box::pin(lume.pass(Trigger::Timer));
        // As far as the first request's effect, whose answer comes to a locked app.
        let mut context = std::task::Context::from_waker(futures::task::noop_waker_ref());
        while world.effects() == 0 {
            assert!(pass.as_mut().poll(&mut context).is_pending());
        }
        ring.lock();
        assert!(advance(&mut pass).is_some());
    }
    assert_eq!(world.effects(), 1, "the second one was not sent any more");
    assert_eq!(plain_bodies(&world), 0);

    ring.unlock(KEY);
    world.later(3_600_000);
    block_on(lume.pass(Trigger::Manual));
    block_on(lume.pass(Trigger::Manual));
    assert_eq!(world.effects(), 2);
    assert!(world.outbox().is_empty());
    let sent = keys(&world.net.sent("/moods"));
    let first = sent.iter().filter(|key| **key == sent[0]).count();
    assert_eq!(first, 2, "the same key again");
}

#[test]
fn a_lock_that_was_shut_elsewhere_refuses_the_key_that_was_open_before() {
    let (world, lume, _) = locked_world();
    let (other, others_ring) = tab(&world);
    others_ring.unlock(KEY);
    save(&lume, 1, NEEDLE);
    assert_eq!(note(&other, 1), NEEDLE);

    block_on(store(&lume).shut()).unwrap();

    assert_eq!(
        block_on(other.entity(&key(1))).err(),
        Some(StoreError::Locked)
    );
    others_ring.unlock(KEY);
    assert_eq!(note(&other, 1), NEEDLE);
}

#[test]
fn bytes_that_were_moved_to_another_row_do_not_open_there() {
    let (world, lume, _) = locked_world();
    save(&lume, 1, "one");
    save(&lume, 2, "two");
    let rows = world.tables().entities;
    let mut moved = rows[&key(1)].clone();
    moved.body = rows[&key(2)].body.clone();
    let stores = [StoreName::Entries];
    let put = |_: Answers| Step::Write(vec![Write::PutEntity(moved.clone())], ());
    block_on(store(&lume).inner().transact(Mode::Strict, &stores, put)).unwrap();

    let read = block_on(lume.entity(&key(1)));
    assert!(matches!(read, Err(StoreError::Corrupt(_))));
    assert_eq!(note(&lume, 2), "two");

    // Whoever writes such a row again, for the sake of its header, does not destroy what it holds.
    let copy = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![Query::Entity(key(1))]);
        }
        let row = answers.take_entity().unwrap();
        Step::Write(vec![Write::PutEntity(row)], ())
    };
    block_on(store(&lume).transact(Mode::Strict, &stores, copy)).unwrap();
    assert_eq!(world.tables().entities[&key(1)].body, moved.body);
}
