//! Kinds beside moods: they travel as moods do where the backend takes them, and stay on the device where it does not.

use futures::executor::block_on;
use lume_core::ids::EntityId;
use lume_sync::bulk::Ids;
use lume_sync::content::Content;
use lume_sync::kinds::{KINDS, MOOD, MOOD_DEF};
use lume_sync::meta::AppMode;
use lume_sync::rows::{EntityKey, SyncState};
use lume_sync::testing::BackendOptions;
use lume_sync::{Trigger, reading::ShownSync};
use lume_wire::mood_def;
use serde_json::{Value, json};

use crate::world::{Lume, World, authenticated, content, create, field, key, set, shown};

/// A backend that takes every kind, and what it says of it.
fn takes_all(changes: bool, batches: bool) -> BackendOptions {
    BackendOptions {
        changes,
        batches,
        mood_defs: true,
        ..BackendOptions::default()
    }
}

fn def_key(number: u8) -> EntityKey {
    EntityKey {
        kind: MOOD_DEF.kind(),
        id: EntityId::from_random_bytes([number | 0x80; 16]),
    }
}

fn def(name: &str) -> Content {
    let content = json!({
        "label": "Zen", "name": name, "icon": "wind", "valence": 0.3, "archived": false,
        "created_at": "2023-11-14T20:00:00.000Z", "updated_at": "2023-11-14T20:00:00.000Z",
    });
    content.as_object().unwrap().clone()
}

fn create_def(lume: &Lume, number: u8, name: &str) {
    let key = def_key(number);
    block_on(lume.create(&key.kind, key.id, def(name), None)).unwrap();
}

fn rename(lume: &Lume, number: u8, name: &str) {
    block_on(lume.update(&def_key(number), def(name), None)).unwrap();
}

fn name_here(lume: &Lume, number: u8) -> Option<String> {
    let entity = block_on(lume.entity(&def_key(number))).unwrap()?;
    Some(entity.content["name"].as_str()?.to_owned())
}

fn state_here(lume: &Lume, number: u8) -> ShownSync {
    block_on(lume.entity(&def_key(number)))
        .unwrap()
        .unwrap()
        .sync
}

fn pulls(world: &World, lume: &Lume) {
    world.later(60_000);
    block_on(lume.pass(Trigger::Manual));
}

/// What the backend has of a kind, by a field.
fn there(world: &World, kind: &str, field: &str) -> Vec<Value> {
    let backend = world.net.backend();
    let live = backend
        .entities()
        .filter(|(_, entity)| entity.deleted_at.is_none() && entity.kind == kind);
    live.map(|(_, entity)| entity.fields[field].clone())
        .collect()
}

#[test]
fn a_definition_travels_like_an_entry_alone_and_in_a_batch() {
    for batches in [false, true] {
        let world = World::with(takes_all(true, batches));
        let lume = world.signed_in();
        create(&lume, 1, "with it");
        create_def(&lume, 1, "Zen");
        world.pass(&lume);
        assert_eq!(there(&world, mood_def::KIND, "name"), [json!("Zen")]);

        rename(&lume, 1, "Calm");
        world.pass(&lume);
        assert_eq!(there(&world, mood_def::KIND, "name"), [json!("Calm")]);
        let other = world.other_device();
        let there_too = other.signed_in();
        pulls(&other, &there_too);
        assert_eq!(name_here(&there_too, 1).as_deref(), Some("Calm"));

        block_on(there_too.delete(&def_key(1))).unwrap();
        other.later(10_000);
        world.later(10_000);
        other.pass(&there_too);
        assert!(there(&world, mood_def::KIND, "name").is_empty());
        assert!(world.outbox().is_empty() && other.outbox().is_empty());
        world.check();
        other.check();
    }
}

#[test]
fn kinds_do_not_meet_in_lists_and_counts() {
    let world = World::with(takes_all(true, false));
    let lume = world.signed_in();
    create(&lume, 1, "a");
    create_def(&lume, 1, "Zen");
    world.pass(&lume);

    for spec in KINDS {
        assert_eq!(block_on(lume.count(&spec.kind())).unwrap(), 1);
        let listed = block_on(lume.timeline(&spec.kind(), None, None, 10)).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].key.kind, spec.kind());
    }
    assert!(block_on(lume.deleted(&MOOD.kind(), 10)).unwrap().is_empty());
}

#[test]
fn two_devices_that_change_one_definition_keep_both_changes() {
    let world = World::with(takes_all(true, false));
    let lume = world.signed_in();
    create_def(&lume, 1, "Zen");
    world.pass(&lume);
    let other = world.other_device();
    let there_too = other.signed_in();
    pulls(&other, &there_too);

    let mut icon = def("Zen");
    icon.insert("icon".to_owned(), json!("sun"));
    block_on(there_too.update(&def_key(1), icon, None)).unwrap();
    other.pass(&there_too);
    rename(&lume, 1, "Calm");
    pulls(&world, &lume);
    pulls(&other, &there_too);

    assert_eq!(there(&world, mood_def::KIND, "name"), [json!("Calm")]);
    assert_eq!(there(&world, mood_def::KIND, "icon"), [json!("sun")]);
    assert_eq!(name_here(&there_too, 1).as_deref(), Some("Calm"));
    world.check();
}

#[test]
fn a_backend_that_does_not_take_a_kind_hears_nothing_of_it_and_nothing_waits() {
    for world in [World::basic(), World::new(), World::shared()] {
        let lume = world.signed_in();

        create_def(&lume, 1, "Zen");
        rename(&lume, 1, "Calm");
        create_def(&lume, 2, "Free");
        block_on(lume.delete(&def_key(2))).unwrap();
        world.later(60_000);
        world.pass_until_quiet(&lume, 5);

        assert!(world.outbox().is_empty());
        assert_eq!(world.effects(), 0);
        let status = world.status(&lume);
        assert_eq!(
            (status.counts.waiting(), status.counts.needs_person()),
            (0, 0)
        );
        assert_eq!(state_here(&lume, 1), ShownSync::Stored(SyncState::Local));
        assert_eq!(name_here(&lume, 1).as_deref(), Some("Calm"));
    }
}

#[test]
fn definitions_from_a_file_stay_here_where_the_backend_does_not_take_them() {
    for world in [World::basic(), World::shared()] {
        let lume = world.signed_in();
        let import = block_on(lume.begin_import("a file")).unwrap();
        let rows = [(def_key(1).id, def("Zen"))];
        let (kind, ids) = (MOOD_DEF.kind(), Ids::Of(None));
        let step = lume.import_step(&import, 0, (&kind, &ids), &rows, false);
        assert_eq!(block_on(step).unwrap().made, 1);
        create(&lume, 1, "after it");
        world.pass_until_quiet(&lume, 5);

        assert_eq!(world.effects(), 1);
        assert!(world.outbox().is_empty());
        assert_eq!(state_here(&lume, 1), ShownSync::Stored(SyncState::Local));
    }
}

#[test]
fn definitions_of_the_device_come_along_after_the_entries() {
    let world = World::with(takes_all(true, false));
    let lume = world.tab();
    for number in 1..=60 {
        create(&lume, number, "a");
        create_def(&lume, number, "Zen");
    }
    let account = authenticated(&lume);
    block_on(lume.bind(&account)).unwrap();
    assert_eq!(block_on(lume.adopt(1)).unwrap().unwrap().total, 120);

    world.pass_until_quiet(&lume, 10);

    assert_eq!(there(&world, mood_def::KIND, "name").len(), 60);
    assert_eq!(world.effects(), 120);
    assert_eq!(world.status(&lume).adoption, None);
    world.check();
}

#[test]
fn what_was_kept_here_is_sent_once_the_backend_takes_it() {
    let world = World::shared();
    let lume = world.signed_in();
    create(&lume, 1, "sent at once");
    create_def(&lume, 1, "Zen");
    world.pass(&lume);
    assert_eq!(world.effects(), 1);

    world.net.backend().offer_mood_defs();
    world.later(60_000);
    block_on(lume.pass(Trigger::Start));
    block_on(lume.pass(Trigger::Timer));
    world.pass_until_quiet(&lume, 5);

    assert_eq!(there(&world, mood_def::KIND, "name"), [json!("Zen")]);
    assert_eq!(world.effects(), 2, "and nothing a second time");
    assert_eq!(state_here(&lume, 1), ShownSync::Stored(SyncState::Synced));
    world.check();
}

#[test]
fn sync_turned_off_and_on_again_sends_what_became_of_definitions() {
    let world = World::with(takes_all(true, false));
    let lume = world.signed_in();
    create_def(&lume, 1, "Zen");
    world.pass(&lume);
    block_on(lume.set_mode(AppMode::Device)).unwrap();
    rename(&lume, 1, "Calm");
    create_def(&lume, 2, "Free");

    block_on(lume.set_mode(AppMode::Synced)).unwrap();
    world.pass_until_quiet(&lume, 5);

    let mut names = there(&world, mood_def::KIND, "name");
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, [json!("Calm"), json!("Free")]);
    world.check();
}

#[test]
fn a_basic_backend_gets_the_nearest_mood_and_the_entry_keeps_its_own() {
    let world = World::basic();
    let lume = world.signed_in();
    let entry = key(1);
    let mut own = content("quiet");
    own.insert("labels".to_owned(), json!(["Zen", "proud"]));
    own.insert("valence".to_owned(), json!(0.3));
    block_on(lume.create(&entry.kind, entry.id, own, None)).unwrap();
    world.pass(&lume);

    assert_eq!(there(&world, "mood", "mood"), [json!("peaceful")]);
    assert_eq!(
        there(&world, "mood", "labels"),
        [json!(["peaceful", "proud"])]
    );
    assert_eq!(field(&lume, 1, "labels"), json!(["Zen", "proud"]));
    assert_eq!(shown(&lume, 1), "synced");

    set(&lume, 1, "note", json!("quieter"));
    world.pass(&lume);

    assert_eq!(there(&world, "mood", "note"), [json!("quieter")]);
    assert_eq!(there(&world, "mood", "mood"), [json!("peaceful")]);
    assert_eq!(field(&lume, 1, "labels"), json!(["Zen", "proud"]));
    world.check();
}
