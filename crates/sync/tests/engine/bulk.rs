//! Many entities at once from a file, and taking them back.

use futures::executor::block_on;
use lume_core::ids::EntityId;
use lume_core::time::LocalDate;
use lume_sync::CommitError;
use lume_sync::bulk::{Ids, ImportRecord, Imported, Known, Undone};
use lume_sync::content::Content;
use lume_sync::kinds::MOOD;
use lume_sync::meta::BackendChoice;

use crate::ports::Fault;
use crate::world::*;

const OWN: Ids = Ids::Of(None);

fn rows(numbers: impl IntoIterator<Item = u8>) -> Vec<(EntityId, Content)> {
    let row = |number| (key(number).id, content(&format!("row {number}")));
    numbers.into_iter().map(row).collect()
}

fn begin(lume: &Lume) -> ImportRecord {
    block_on(lume.begin_import("a file")).unwrap()
}

fn step(lume: &Lume, import: &ImportRecord, number: u32, rows: &[(EntityId, Content)]) -> Imported {
    let kind = MOOD.kind();
    block_on(lume.import_step(import, number, (&kind, &OWN), rows, false)).unwrap()
}

fn import_as(
    lume: &Lume,
    import: &ImportRecord,
    number: u32,
    (ids, brings_back): (&Ids, bool),
    rows: &[(EntityId, Content)],
) -> Result<Imported, CommitError> {
    let kind = MOOD.kind();
    block_on(lume.import_step(import, number, (&kind, ids), rows, brings_back))
}

fn undo(lume: &Lume) -> Undone {
    block_on(lume.undo_step(&MOOD.kind())).unwrap()
}

fn known(lume: &Lume, ids: &Ids, numbers: impl IntoIterator<Item = u8>) -> Vec<Known> {
    let entities: Vec<_> = numbers.into_iter().map(|number| key(number).id).collect();
    block_on(lume.look_up(&MOOD.kind(), ids, &entities)).unwrap()
}

const fn made(made: u64, here: u64, deleted: u64) -> Imported {
    Imported {
        made,
        here,
        deleted,
    }
}

#[test]
fn on_a_device_entries_are_made_once_and_without_events() {
    let world = World::new();
    let lume = world.tab();
    let import = begin(&lume);

    assert_eq!(step(&lume, &import, 0, &rows(1..=3)), made(3, 0, 0));
    assert_eq!(step(&lume, &import, 1, &rows(2..=4)), made(1, 2, 0));

    assert_eq!(world.tables().entities.len(), 4);
    assert!(world.outbox().is_empty());
    let record = block_on(lume.last_import()).unwrap().unwrap();
    assert_eq!(
        (record.about.as_str(), record.steps, record.made),
        ("a file", 2, 4)
    );
}

#[test]
fn in_an_account_each_entry_gets_its_event_and_arrives() {
    let world = World::new();
    let lume = world.signed_in();
    let import = begin(&lume);

    step(&lume, &import, 0, &rows(0..50));

    assert_eq!(world.outbox().len(), 50);
    world.check();
    world.pass_until_quiet(&lume, 5);
    assert_eq!(world.notes_there().len(), 50);
    world.check();
}

#[test]
fn what_is_here_stays_as_it_is_and_what_was_deleted_stays_deleted_unless_it_is_asked_for() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "edited here");
    create(&lume, 2, "deleted here");
    delete(&lume, 2);
    assert_eq!(
        known(&lume, &OWN, 1..=3),
        [Known::Here, Known::Deleted, Known::Absent]
    );
    let import = begin(&lume);

    assert_eq!(step(&lume, &import, 0, &rows(1..=3)), made(1, 1, 1));
    assert_eq!(note(&lume, 1).as_deref(), Some("edited here"));
    let back = import_as(&lume, &import, 1, (&OWN, true), &rows(1..=3));
    assert_eq!(back, Ok(made(1, 2, 0)));
    assert_eq!(note(&lume, 2).as_deref(), Some("row 2"));
    world.check();
}

#[test]
fn a_step_whose_outcome_is_unknown_is_done_once() {
    let world = World::new();
    let lume = world.signed_in();
    let import = begin(&lume);
    for (number, fault) in [Fault::UnknownWritten, Fault::UnknownLost]
        .into_iter()
        .enumerate()
    {
        world.device.store.fail_next([fault]);
        let first = u8::try_from(number).unwrap() * 10;
        let number = u32::try_from(number).unwrap();
        assert_eq!(
            step(&lume, &import, number, &rows(first..first + 3)),
            made(3, 0, 0)
        );
        // And once more, as after a crash.
        assert_eq!(
            step(&lume, &import, number, &rows(first..first + 3)),
            made(3, 0, 0)
        );
    }
    assert_eq!(world.outbox().len(), 6);
    assert_eq!(block_on(lume.last_import()).unwrap().unwrap().made, 6);
    world.check();
}

#[test]
fn an_entity_that_a_step_names_twice_is_made_once() {
    let world = World::new();
    let lume = world.signed_in();
    let import = begin(&lume);

    assert_eq!(step(&lume, &import, 0, &rows([1, 1, 2])), made(2, 1, 0));
    assert_eq!(world.outbox().len(), 2);
    world.check();
}

#[test]
fn an_import_is_undone_to_the_last_entry_and_nothing_else() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "here before");
    let import = begin(&lume);
    step(&lume, &import, 0, &rows(0..100));
    step(&lume, &import, 1, &rows(100..200));
    world.pass_until_quiet(&lume, 10);
    // Edited since, and deleted since.
    set(&lume, 3, "updated_at", "2024-01-01T00:00:00.000Z".into());
    delete(&lume, 4);

    // Another tab, after a restart.
    let lume = world.tab();
    assert!(!undo(&lume).is_done);
    let done = undo(&lume);

    assert_eq!(
        done,
        Undone {
            left: 0,
            kept: 1,
            is_done: true
        }
    );
    let left: Vec<_> = world
        .tables()
        .entities
        .into_values()
        .filter(|row| !row.deleted)
        .map(|row| row.key.id)
        .collect();
    let mut expect = vec![key(1).id, key(3).id];
    expect.sort();
    assert_eq!(left, expect);
    assert_eq!(block_on(lume.last_import()).unwrap(), None);
    assert!(undo(&lume).is_done);
    world.check();
    assert!(
        world.tables().drafts.is_empty(),
        "nothing is left of the record"
    );
}

#[test]
fn what_was_undone_before_it_was_sent_is_never_sent() {
    let world = World::new();
    let lume = world.signed_in();
    let import = begin(&lume);
    step(&lume, &import, 0, &rows(1..=3));

    assert!(undo(&lume).is_done);

    assert!(world.outbox().is_empty());
    assert_eq!(known(&lume, &OWN, 1..=1), [Known::Deleted]);
    world.check();
}

#[test]
fn a_step_of_undoing_whose_outcome_is_unknown_is_done_once() {
    let world = World::new();
    let lume = world.signed_in();
    let import = begin(&lume);
    step(&lume, &import, 0, &rows(1..=3));
    step(&lume, &import, 1, &rows(4..=6));
    world.device.store.fail_next([Fault::UnknownWritten]);

    assert_eq!(
        undo(&lume),
        Undone {
            left: 3,
            kept: 0,
            is_done: false
        }
    );
    assert_eq!(known(&lume, &OWN, [1, 4]), [Known::Here, Known::Deleted]);
    world.check();
}

#[test]
fn another_import_ends_the_first_one_and_its_undoing() {
    let world = World::new();
    let lume = world.signed_in();
    let first = begin(&lume);
    step(&lume, &first, 0, &rows(1..=3));
    let second = begin(&lume);

    let late = import_as(&lume, &first, 1, (&OWN, false), &rows(4..=5));
    assert_eq!(late, Err(CommitError::Missing));
    step(&lume, &second, 0, &rows(6..=6));
    assert!(undo(&lume).is_done);
    assert_eq!(
        known(&lume, &OWN, [1, 4, 6]),
        [Known::Here, Known::Absent, Known::Deleted]
    );
    step(&lume, &begin(&lume), 0, &rows(7..=7));
    block_on(lume.forget_import()).unwrap();
    assert_eq!(block_on(lume.last_import()).unwrap(), None);
    assert_eq!(known(&lume, &OWN, [7]), [Known::Here]);
}

#[test]
fn ids_that_another_account_may_have_used_become_this_accounts_own() {
    let world = World::new();
    let ada = world.signed_in();
    let import = begin(&ada);
    let derived = import_as(&ada, &import, 0, (&Ids::Derived, false), &rows(1..=2));
    assert_eq!(derived, Ok(made(2, 0, 0)));
    world.pass_until_quiet(&ada, 5);
    assert_eq!(known(&ada, &Ids::Derived, 1..=2), [Known::Here; 2]);
    assert_eq!(known(&ada, &OWN, 1..=2), [Known::Absent; 2]);

    let there = world.other_database();
    let bob = there.tab();
    block_on(async {
        let born = LocalDate::new(1990, 1, 1).unwrap();
        bob.set_backend(URL, "", BackendChoice::Auto).await.unwrap();
        let account = bob.register("bob@lume.example", PASSWORD, "Bob", born);
        bob.bind(&account.await.unwrap()).await.unwrap();
    });
    let import = begin(&bob);
    let derived = import_as(&bob, &import, 0, (&Ids::Derived, false), &rows(1..=2));
    assert_eq!(derived, Ok(made(2, 0, 0)));
    there.pass_until_quiet(&bob, 5);
    assert_eq!(there.states(), [0; 4], "nothing of it was refused");
}

#[test]
fn what_was_imported_before_signing_in_is_known_afterwards() {
    let world = World::new();
    let lume = world.tab();
    let import = begin(&lume);
    let derived = import_as(&lume, &import, 0, (&Ids::Derived, false), &rows(1..=2));
    assert_eq!(derived, Ok(made(2, 0, 0)));

    block_on(lume.bind(&authenticated(&lume))).unwrap();

    assert_eq!(
        known(&lume, &Ids::Derived, 1..=3),
        [Known::Here, Known::Here, Known::Absent]
    );
}

#[test]
fn more_than_one_transaction_looks_up_are_looked_up() {
    let world = World::new();
    let lume = world.tab();
    create(&lume, 7, "x");
    let entities: Vec<_> = (0..1_001).map(|_| key(8).id).chain([key(7).id]).collect();

    let found = block_on(lume.look_up(&MOOD.kind(), &OWN, &entities)).unwrap();

    assert_eq!(found.len(), 1_002);
    assert_eq!(found.last(), Some(&Known::Here));
}
