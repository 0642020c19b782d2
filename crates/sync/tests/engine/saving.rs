//! What a person does is saved at once, wholly, and with its event.

use futures::executor::block_on;
use lume_sync::CommitError;
use lume_sync::content::Operation;
use lume_sync::kinds::MOOD;
use lume_sync::rows::SyncState;

use crate::ports::Fault;
use crate::world::{
    START, World, content, create, delete, key, note, opened, restore, shown, update,
};

#[test]
fn device_mode_makes_no_event() {
    let world = World::new();
    let lume = world.tab();

    create(&lume, 1, "a");
    update(&lume, 1, "b");
    create(&lume, 2, "c");
    delete(&lume, 2);
    world.pass(&lume);

    assert!(world.outbox().is_empty());
    assert_eq!(note(&lume, 1).as_deref(), Some("b"));
    assert_eq!(note(&lume, 2), None);
    assert_eq!(shown(&lume, 1), "local");
    assert_eq!(world.net.count(), 0);
}

#[test]
fn synced_mode_writes_the_entity_and_its_event_together() {
    let world = World::new();
    let lume = world.signed_in();

    create(&lume, 1, "a");

    let event = world.only_event();
    assert_eq!(
        (event.key.clone(), event.operation),
        (key(1), Operation::Created)
    );
    assert_eq!((event.created_at, event.attempts), (START, 0));
    assert_eq!(opened(&event.body), content("a"));
    assert_eq!(world.tables().entities[&key(1)].sync, SyncState::Waiting);
    assert_eq!(shown(&lume, 1), "waiting");
    world.check();
}

#[test]
fn what_was_not_committed_is_not_there_at_all() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    let before = world.tables();

    for fault in [Fault::Full, Fault::Aborted] {
        world.device.store.fail_next([fault]);
        let outcome = block_on(lume.update(&key(1), content("b"), None));
        assert!(outcome.is_err(), "{fault:?}");
        world.device.store.fail_next([fault]);
        let outcome = block_on(lume.create(&MOOD.kind(), key(2).id, content("c"), None));
        assert!(outcome.is_err(), "{fault:?}");
        assert_eq!(world.tables(), before);
    }
}

#[test]
fn a_full_device_is_told_apart_and_the_draft_stays() {
    let world = World::new();
    let lume = world.signed_in();
    block_on(lume.save_draft("new", b"typed")).unwrap();
    world.device.store.fail_next([Fault::Full]);

    let outcome = block_on(lume.create(&MOOD.kind(), key(1).id, content("a"), Some("new")));

    assert_eq!(outcome, Err(CommitError::Full));
    assert_eq!(block_on(lume.draft("new")), Ok(Some(b"typed".to_vec())));
}

#[test]
fn saving_clears_the_draft_it_was_written_in() {
    let world = World::new();
    let lume = world.tab();
    block_on(lume.save_draft("new", b"typed")).unwrap();
    block_on(lume.save_draft("other", b"kept")).unwrap();

    block_on(lume.create(&MOOD.kind(), key(1).id, content("a"), Some("new"))).unwrap();

    assert_eq!(block_on(lume.draft("new")), Ok(None));
    assert_eq!(block_on(lume.draft("other")), Ok(Some(b"kept".to_vec())));
    block_on(lume.clear_draft("other")).unwrap();
    assert_eq!(block_on(lume.draft("other")), Ok(None));
}

#[test]
fn a_commit_of_unknown_outcome_that_was_written_is_saved_once() {
    let world = World::new();
    let lume = world.signed_in();
    world.device.store.fail_next([Fault::UnknownWritten]);

    create(&lume, 1, "a");

    assert_eq!(world.outbox().len(), 1);
    assert_eq!(note(&lume, 1).as_deref(), Some("a"));
    for change in [update as fn(&_, _, &_), |lume, number, _: &str| {
        delete(lume, number);
    }] {
        world.device.store.fail_next([Fault::UnknownWritten]);
        change(&lume, 1, "b");
        world.check();
    }
    world.device.store.fail_next([Fault::UnknownWritten]);
    let outcome = block_on(lume.restore(&key(1)));
    assert_eq!(outcome, Ok(()));
}

#[test]
fn a_commit_of_unknown_outcome_that_was_lost_is_run_again() {
    let world = World::new();
    let lume = world.signed_in();
    world.device.store.fail_next([Fault::UnknownLost]);

    create(&lume, 1, "a");

    assert_eq!(world.outbox().len(), 1);
    assert_eq!(note(&lume, 1).as_deref(), Some("a"));
    world
        .device
        .store
        .fail_next([Fault::UnknownLost, Fault::UnknownWritten]);
    update(&lume, 1, "b");
    assert_eq!(note(&lume, 1).as_deref(), Some("b"));
    world.check();
}

#[test]
fn a_commit_whose_outcome_stays_unknown_is_not_called_saved() {
    let world = World::new();
    let lume = world.signed_in();
    world
        .device
        .store
        .fail_next([Fault::UnknownLost, Fault::UnknownLost]);

    let outcome = block_on(lume.create(&MOOD.kind(), key(1).id, content("a"), None));

    assert!(matches!(outcome, Err(CommitError::Store(_))), "{outcome:?}");
    assert!(world.tables().entities.is_empty() && world.outbox().is_empty());
}

#[test]
fn a_commit_of_unknown_outcome_is_settled_in_device_mode_too() {
    let world = World::new();
    let lume = world.tab();
    for fault in [Fault::UnknownWritten, Fault::UnknownLost] {
        world.device.store.fail_next([fault]);
        create(&lume, 1, "a");
        world.device.store.fail_next([fault]);
        update(&lume, 1, "b");
        world.device.store.fail_next([fault]);
        delete(&lume, 1);
        world.device.store.fail_next([fault]);
        restore(&lume, 1);
        assert_eq!(note(&lume, 1).as_deref(), Some("b"));
        world.device.store.fail_next([fault]);
        update(&lume, 1, "a");
    }
}

#[test]
fn creating_the_same_twice_is_once_and_another_under_its_id_is_refused() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");

    create(&lume, 1, "a");
    let other = block_on(lume.create(&MOOD.kind(), key(1).id, content("b"), None));

    assert_eq!(other, Err(CommitError::Exists));
    assert_eq!(world.outbox().len(), 1);
    assert_eq!(note(&lume, 1).as_deref(), Some("a"));
}

#[test]
fn what_is_gone_cannot_be_edited() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    delete(&lume, 1);

    assert_eq!(
        block_on(lume.update(&key(1), content("b"), None)),
        Err(CommitError::Missing)
    );
    assert_eq!(
        block_on(lume.update(&key(2), content("b"), None)),
        Err(CommitError::Missing)
    );
    assert_eq!(block_on(lume.delete(&key(2))), Err(CommitError::Missing));
    assert_eq!(block_on(lume.restore(&key(2))), Err(CommitError::Missing));
}

#[test]
fn an_entry_that_was_never_sent_leaves_no_trace_at_the_backend_when_deleted() {
    let world = World::new();
    let lume = world.signed_in();
    create(&lume, 1, "a");
    delete(&lume, 1);

    assert!(world.outbox().is_empty());
    world.later(60_000);
    world.pass(&lume);
    assert!(world.net.events().is_empty());
    world.check();
}

#[test]
fn a_list_pages_through_entries_of_one_moment() {
    let world = World::new();
    let lume = world.tab();
    for number in 1..=5 {
        create(&lume, number, &number.to_string());
    }

    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = block_on(lume.timeline(&MOOD.kind(), None, before, 2)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.local_time.clone(), last.key.id));
        seen.extend(page.iter().map(|entity| entity.key.clone()));
    }

    assert_eq!(seen, [5, 4, 3, 2, 1].map(key));
    assert_eq!(block_on(lume.count(&MOOD.kind())), Ok(5));
}
