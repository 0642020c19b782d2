//! Unsent work as a file: written, and read in elsewhere.

use futures::executor::block_on;
use lume_core::entry::MoodEntry;
use lume_core::time::LocalDate;
use lume_core::validate::FieldErrors;
use lume_sync::content::Content;
use lume_sync::meta::{AppMode, BackendChoice};
use lume_sync::portable::{Choice, Export, Fate, Here, ImportPlan, Imported, Target, decode, fate};
use lume_sync::rows::{Kind, OutboxRow};
use lume_sync::store::{Answers, Mode, Step, Store, StoreName, Write};
use serde_json::{Value, json};

use crate::net::Fate as Answer;
use crate::world::*;

fn check(_: &Kind, content: &Content) -> Result<Content, FieldErrors> {
    MoodEntry::from_content(content).map(|entry| entry.to_content())
}

fn export(lume: &Lume) -> Export {
    block_on(lume.export_unsent()).unwrap()
}

fn parsed(export: &Export) -> Value {
    serde_json::from_slice(&export.bytes).unwrap()
}

fn plan(lume: &Lume, export: &Export) -> ImportPlan {
    let file = decode(&export.bytes, check).unwrap();
    block_on(lume.plan_import(file)).unwrap()
}

fn run(lume: &Lume, plan: &ImportPlan, choice: Choice) -> Vec<Imported> {
    let import = |row| block_on(lume.import(row, choice)).unwrap();
    plan.rows.iter().map(import).collect()
}

fn fates(plan: &ImportPlan) -> Vec<&Fate> {
    plan.rows.iter().map(|row| &row.fate).collect()
}

/// Makes another account than everybody else's, and binds the database to it.
fn enter_as_bob(lume: &Lume) {
    block_on(async {
        let born = LocalDate::new(1990, 1, 1).unwrap();
        lume.set_backend(URL, "", BackendChoice::Auto)
            .await
            .unwrap();
        let bob = lume.register("bob@lume.example", PASSWORD, "Bob", born);
        lume.bind(&bob.await.unwrap()).await.unwrap();
    });
}

/// A device where one entry was refused, one waits, one is edited and one deleted; nothing of that is at the backend.
fn full_outbox() -> (World, Lume) {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 3, "c");
    create(&lume, 4, "d");
    world.pass(&lume);
    create(&lume, 1, "refused");
    world.net.next("/moods", Answer::NoteTooLong);
    world.pass(&lume);
    create(&lume, 2, "waiting");
    update(&lume, 3, "c, edited");
    delete(&lume, 4);
    (world, lume)
}

#[test]
fn everything_that_is_not_at_the_backend_is_in_the_file() {
    let (_, lume) = full_outbox();

    let export = export(&lume);

    assert_eq!(
        (export.entities, export.events, export.unreadable),
        (4, 4, 0)
    );
    let file = parsed(&export);
    assert_eq!(file["format"], "lume-unsent");
    assert_eq!(file["version"], 1);
    let of = |number| {
        let entities = file["entities"].as_array().unwrap();
        let id = key(number).id.to_string();
        entities.iter().find(|entity| entity["id"] == id).unwrap()
    };
    let refused = of(1);
    assert_eq!(refused["at_backend"], "no");
    assert_eq!(refused["events"][0]["type"], "mood.created");
    assert_eq!(refused["events"][0]["state"], "dead");
    assert_eq!(refused["events"][0]["failure"]["status"], 422);
    assert_eq!(
        refused["events"][0]["failure"]["fields"],
        json!({"note": "too_long"})
    );
    let edited = of(3);
    assert_eq!(edited["at_backend"], "yes");
    assert_eq!(edited["entity"]["note"], "c, edited");
    assert_eq!(edited["events"][0]["content"]["note"], "c, edited");
    assert!(edited["events"][0]["base_rev"].is_number());
    assert_eq!(of(4)["deleted"], true);
}

#[test]
fn a_long_outbox_is_written_as_a_whole_and_in_order() {
    let world = World::new();
    let lume = world.signed_in();
    for number in 0..=250 {
        create(&lume, number, "x");
    }
    world.net.next("/moods", Answer::Lost);
    world.pass(&lume);
    update(&lume, 0, "y");

    let export = export(&lume);

    assert_eq!((export.entities, export.events), (251, 252));
    let file = parsed(&export);
    // The first claim's requests may have arrived; the rest was never sent.
    assert_eq!(file["entities"][0]["at_backend"], "maybe");
    assert_eq!(file["entities"][250]["at_backend"], "no");
    let events = file["entities"][0]["events"].as_array().unwrap();
    assert_eq!(
        (&events[0]["state"], &events[1]["state"]),
        (&json!("pending"), &json!("held"))
    );
}

#[test]
fn what_this_version_cannot_read_is_named_and_hides_nothing() {
    let (world, lume) = full_outbox();
    let newer = OutboxRow {
        body: vec![99],
        ..world.outbox()[0].clone()
    };
    let put = move |_: Answers| Step::Write(vec![Write::PutEvent(newer.clone())], ());
    let stores = [StoreName::Outbox];
    block_on(world.device.store.transact(Mode::Strict, &stores, put)).unwrap();

    let file = parsed(&export(&lume));

    assert_eq!(file["entities"].as_array().unwrap().len(), 4);
    assert_eq!(file["entities"][0]["events"][0]["content"], Value::Null);
}

#[test]
fn work_that_is_read_in_elsewhere_is_delivered_once_and_a_second_import_adds_nothing() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    let elsewhere = World::new();
    let there = elsewhere.signed_in();

    let first = plan(&there, &export);
    let done = run(&there, &first, Choice::Keep);
    elsewhere.pass_until_quiet(&there, 3);

    assert_eq!(
        done,
        [
            Imported::Added,
            Imported::Added,
            Imported::Added,
            Imported::Kept
        ]
    );
    let mut notes = elsewhere.notes_there();
    notes.sort();
    assert_eq!(notes, ["c, edited", "refused", "waiting"]);
    let second = plan(&there, &export);
    assert!(fates(&second).iter().all(|fate| **fate == Fate::Same));
    run(&there, &second, Choice::Take);
    elsewhere.pass_until_quiet(&there, 3);
    assert_eq!(elsewhere.effects(), 3);
    assert!(elsewhere.outbox().is_empty());
    elsewhere.check();
}

#[test]
fn on_a_device_without_an_account_work_is_read_in_without_events() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    let elsewhere = World::new();
    let there = elsewhere.tab();

    run(&there, &plan(&there, &export), Choice::Keep);

    assert_eq!(note(&there, 1).as_deref(), Some("refused"));
    assert_eq!(shown(&there, 1), "local");
    assert!(elsewhere.outbox().is_empty());
    let second = plan(&there, &export);
    assert!(fates(&second).iter().all(|fate| **fate == Fate::Same));
}

#[test]
fn where_the_work_was_written_nothing_is_added() {
    let (world, lume) = full_outbox();

    let plan = plan(&lume, &export(&lume));
    run(&lume, &plan, Choice::Take);

    assert!(fates(&plan).iter().all(|fate| **fate == Fate::Same));
    assert_eq!(world.outbox().len(), 4);
    world.check();
}

#[test]
fn what_is_here_with_other_content_stays_unless_the_person_says_otherwise() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    update(&lume, 2, "changed since");

    let plan = plan(&lume, &export);
    let differing: Vec<_> = plan
        .rows
        .iter()
        .filter(|row| matches!(row.fate, Fate::Differs(_)))
        .collect();
    assert_eq!(differing.len(), 1);
    run(&lume, &plan, Choice::Keep);
    assert_eq!(note(&lume, 2).as_deref(), Some("changed since"));

    run(&lume, &plan, Choice::Take);

    assert_eq!(note(&lume, 2).as_deref(), Some("waiting"));
}

#[test]
fn what_was_deleted_here_stays_so_unless_the_person_says_otherwise() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    delete(&lume, 2);

    let plan = plan(&lume, &export);
    run(&lume, &plan, Choice::Keep);
    assert_eq!(note(&lume, 2), None);
    run(&lume, &plan, Choice::Take);

    assert_eq!(note(&lume, 2).as_deref(), Some("waiting"));
}

#[test]
fn a_deletion_in_the_file_deletes_nothing_unasked() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    restore(&lume, 4);

    let plan = plan(&lume, &export);
    run(&lume, &plan, Choice::Keep);
    assert_eq!(note(&lume, 4).as_deref(), Some("d"));
    run(&lume, &plan, Choice::Take);

    assert_eq!(note(&lume, 4), None);
}

#[test]
fn what_changed_after_the_plan_was_made_is_left_alone() {
    let (_, lume) = full_outbox();
    let export = export(&lume);
    let elsewhere = World::new();
    let there = elsewhere.tab();
    let plan = plan(&there, &export);
    create(&there, 1, "written meanwhile");

    let done = run(&there, &plan, Choice::Take);

    assert!(done.contains(&Imported::Changed));
    assert_eq!(note(&there, 1).as_deref(), Some("written meanwhile"));
}

/// An id that the backend knows belongs to one account: under another one it would be refused for ever.
#[test]
fn another_account_gets_ids_of_its_own_for_what_the_first_one_has_there() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    world.pass(&lume);
    update(&lume, 1, "a, edited");
    create(&lume, 2, "never sent");
    let export = export(&lume);
    let bobs = world.other_database();
    let bob = bobs.tab();
    enter_as_bob(&bob);

    let first = plan(&bob, &export);
    run(&bob, &first, Choice::Keep);
    bobs.pass_until_quiet(&bob, 3);

    assert!(first.is_other_account);
    assert_eq!(first.rows[1].key, key(2));
    assert_ne!(first.rows[0].key, key(1));
    assert_eq!(bobs.outbox(), []);
    let mut notes = bobs.notes_there();
    notes.sort();
    assert_eq!(notes, ["a", "a, edited", "never sent"]);
    let second = plan(&bob, &export);
    assert!(fates(&second).iter().all(|fate| **fate == Fate::Same));
}

/// What was read in before signing in keeps its ids when it comes along, and is found again.
#[test]
fn work_read_in_before_signing_in_is_found_after_it() {
    let (world, lume) = full_outbox();
    let export = export(&lume);
    let there = world.other_database().tab();
    run(&there, &plan(&there, &export), Choice::Keep);
    enter_as_bob(&there);
    block_on(there.set_mode(AppMode::Synced)).unwrap();

    let second = plan(&there, &export);

    assert!(second.is_other_account);
    assert!(fates(&second).iter().all(|fate| **fate == Fate::Same));
}

#[test]
fn a_row_has_one_fate_for_whatever_is_here() {
    let a = content("a");
    let b = content("b");
    let live = Target::Live(a.clone());
    let cases = [
        (&live, Here::Absent, Fate::Add),
        (&live, Here::Live(a.clone()), Fate::Same),
        (&live, Here::Live(b.clone()), Fate::Differs(b.clone())),
        (&live, Here::Deleted, Fate::DeletedHere),
        (&live, Here::Unreadable, Fate::Unreadable),
        (&Target::Deleted, Here::Absent, Fate::Same),
        (&Target::Deleted, Here::Deleted, Fate::Same),
        (&Target::Deleted, Here::Live(b.clone()), Fate::Deletes(b)),
        (&Target::Deleted, Here::Unreadable, Fate::Unreadable),
    ];
    for (target, here, expected) in cases {
        assert_eq!(fate(target, here), expected);
    }
}
