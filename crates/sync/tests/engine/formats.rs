//! What is inside the rows: the bytes that version 1 of each format wrote are read for ever, and bytes that this
//! version can't read are neither dropped, nor skipped in silence, nor written over.
//!
//! The fixture holds bytes as the app has stored them: sealed bodies in hexadecimal, records as their text. It is never
//! changed; a later version of a format brings a file of its own.

use futures::executor::block_on;
use lume_core::ids::{EntityId, EventId};
use lume_core::time::Timestamp;
use lume_sync::content::Operation;
use lume_sync::kinds::MOOD;
use lume_sync::log::LogEvent;
use lume_sync::memory::Tables;
use lume_sync::meta::{AppMode, BackendChoice, BackendKind};
use lume_sync::reading::Unreadable;
use lume_sync::rows::{
    BaseRow, EntityKey, EntityRow, EventState, Failure, FailureReason, OutboxRow, SyncState,
};
use lume_sync::store::{Answers, Mode, Step, Store, StoreError, StoreName, Write};
use lume_sync::{CommitError, Trigger};
use lume_wire::Rev;
use serde_json::Value;

use crate::world::*;

const ALL: [StoreName; 7] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::Drafts,
    StoreName::Log,
];
/// A version of every sealed format that no app knows yet.
const LATER: u8 = 2;

/// What version 1 wrote.
struct Format(Value);

impl Format {
    fn first() -> Self {
        let text = include_str!("../fixtures/format-1.json");
        Self(serde_json::from_str(text).unwrap())
    }

    fn sealed(&self, name: &str) -> Vec<u8> {
        let hex = self.0[name].as_str().unwrap();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    }

    fn record(&self, name: &str) -> Vec<u8> {
        self.0["meta"][name].as_str().unwrap().as_bytes().to_vec()
    }

    /// The account of the profile record, as events name it.
    fn account(&self) -> String {
        let profile: Value = serde_json::from_slice(&self.record("profile")).unwrap();
        let part = |name: &str| profile["account"][name].as_str().unwrap().to_owned();
        format!("{}/{}", part("server_id"), part("user_id"))
    }

    fn event(&self, number: u8, operation: Operation) -> OutboxRow {
        OutboxRow {
            seq: None,
            event_id: EventId::from_random_bytes([100 + number; 16]),
            key: key(number),
            operation,
            state: EventState::Pending,
            not_before: Timestamp::UNIX_EPOCH,
            wait_ms: 0,
            attempts: 0,
            base_rev: None,
            created_at: START,
            account: self.account(),
            schema_v: 1,
            request: None,
            failure: None,
            body: self.sealed(operation.name()),
        }
    }

    fn entity(&self, number: u8) -> EntityRow {
        EntityRow {
            key: key(number),
            local_time: "2025-01-15T11:30:00.000".to_owned(),
            deleted: false,
            rev: None,
            sync: SyncState::Waiting,
            source: "manual".to_owned(),
            source_id: None,
            body: self.sealed("entity"),
            overlap: None,
        }
    }
}

fn put(world: &World, writes: Vec<Write>) {
    let program = move |_: Answers| Step::Write(writes.clone(), ());
    block_on(world.device.store.transact(Mode::Strict, &ALL, program)).unwrap();
}

fn later(mut sealed: Vec<u8>) -> Vec<u8> {
    sealed[0] = LATER;
    sealed
}

#[test]
fn the_records_of_version_1_are_read() {
    let world = World::new();
    let format = Format::first();
    let names = ["profile", "session", "gate", "progress", "epoch"];
    let records = names.map(|name| Write::PutMeta(name.to_owned(), format.record(name)));
    put(&world, records.to_vec());
    let lume = world.tab();

    let profile = block_on(lume.profile()).unwrap();
    let status = world.status(&lume);

    assert_eq!(
        profile.account.map(|account| account.key()),
        Some(format.account())
    );
    assert_eq!(profile.mode, AppMode::Synced);
    assert_eq!(profile.backend.base_url, URL);
    assert_eq!(profile.backend.kind, Some(BackendKind::Extended));
    assert_eq!(profile.interval_s, 30);
    assert_eq!(profile.adoption, Some(lume_sync::meta::Adoption::default()));
    assert_eq!(status.email.as_deref(), Some(EMAIL));
    assert!(status.signed_in && status.unreachable);
    assert!(status.last_sync.is_some());
    assert_eq!(session(&world).generation, 1);
}

#[test]
fn the_drafts_the_log_and_the_failures_of_version_1_are_read() {
    let world = World::new();
    let format = Format::first();
    let lines = format.0["log"].as_array().unwrap();
    let mut writes = vec![Write::PutDraft("today".to_owned(), format.sealed("draft"))];
    let line = |line: &Value| Write::AppendLog(line.as_str().unwrap().as_bytes().to_vec());
    writes.extend(lines.iter().map(line));
    put(&world, writes);
    let lume = world.tab();

    let draft = block_on(lume.draft("today")).unwrap();
    let log = block_on(lume.log_lines(usize::MAX)).unwrap();
    let failure: Failure = serde_json::from_str(format.0["failure"].as_str().unwrap()).unwrap();

    assert_eq!(
        draft.as_deref(),
        Some(br#"{"note":"half a thought"}"#.as_slice())
    );
    assert_eq!(log.len(), lines.len());
    assert!(
        log.iter()
            .any(|line| matches!(line.event, LogEvent::NeedsPerson { .. }))
    );
    assert_eq!(failure.reason, FailureReason::Invalid);
    assert_eq!(failure.fields, [("note".to_owned(), "too_long".to_owned())]);
}

#[test]
fn the_entries_and_events_of_version_1_are_read_and_delivered() {
    let world = World::new();
    let format = Format::first();
    // The fixture's entries are of a later year than these tests.
    world.later(2 * 365 * 86_400_000);
    let lume = world.signed_in();
    let fixed: Value = serde_json::from_slice(&format.sealed("request")[1..]).unwrap();
    let body = fixed["body"].as_str().unwrap();
    let fixed_id = serde_json::from_str::<Value>(body).unwrap()["id"].clone();
    let fixed_key = EntityKey {
        kind: MOOD.kind(),
        id: fixed_id.as_str().unwrap().parse::<EntityId>().unwrap(),
    };
    put(
        &world,
        vec![
            Write::PutEntity(format.entity(1)),
            Write::PutEvent(format.event(1, Operation::Created)),
            Write::PutEvent(OutboxRow {
                key: fixed_key,
                request: Some(format.sealed("request")),
                ..format.event(2, Operation::Created)
            }),
        ],
    );

    world.pass_until_quiet(&lume, 3);

    assert_eq!(world.outbox(), []);
    assert_eq!(note(&lume, 1).as_deref(), Some("never sent"));
    assert_eq!(shown(&lume, 1), "synced");
    assert_eq!(world.effects(), 2);
    let sent = world.net.events();
    assert_eq!(
        sent[1].body.as_deref(),
        Some(body.as_bytes()),
        "to the byte"
    );
    let kept = "field_of_a_later_version";
    assert!(
        sent[0].json().get(kept).is_some(),
        "an unknown field goes along"
    );
}

#[test]
fn a_change_is_laid_over_what_version_1_has_noted_of_the_backend() {
    let world = World::new();
    let format = Format::first();
    let lume = world.signed_in();
    put(
        &world,
        vec![
            Write::PutEntity(format.entity(1)),
            Write::PutBase(BaseRow {
                key: key(1),
                rev: Some(Rev(2)),
                deleted: false,
                body: format.sealed("base"),
                round: 0,
                ahead: None,
            }),
            Write::PutEvent(OutboxRow {
                base_rev: Some(Rev(2)),
                request: Some(format.sealed("request")),
                ..format.event(1, Operation::Updated)
            }),
        ],
    );
    let mut edited = opened(&format.sealed("entity"));
    edited.insert("note".to_owned(), "edited and not sent".into());
    edited.insert("valence".to_owned(), 0.75.into());

    block_on(lume.update(&key(1), edited, None)).unwrap();

    let rows = world.outbox();
    let patch = opened(&rows[1].body);
    assert_eq!(patch.keys().collect::<Vec<_>>(), ["valence"]);
    world.check();
}

#[test]
fn what_a_later_format_holds_is_told_and_kept() {
    let world = World::new();
    let format = Format::first();
    let lume = world.signed_in();
    let newer = EntityRow {
        body: later(format.sealed("entity")),
        ..format.entity(1)
    };
    let event = OutboxRow {
        body: later(format.sealed("created")),
        ..format.event(1, Operation::Created)
    };
    let draft = later(format.sealed("draft"));
    put(
        &world,
        vec![
            Write::PutEntity(newer.clone()),
            Write::PutEvent(event.clone()),
            Write::PutDraft("today".to_owned(), draft.clone()),
        ],
    );
    create(&lume, 2, "in this format");

    world.pass_until_quiet(&lume, 3);

    let page = block_on(lume.timeline(&MOOD.kind(), None, None, 10)).unwrap();
    let contents: Vec<_> = page.iter().map(|listed| listed.content.is_ok()).collect();
    assert_eq!(contents, [false, true], "newest first");
    assert_eq!(page[0].content, Err(Unreadable::Newer));
    assert_eq!(page[0].local_time, newer.local_time);
    assert_eq!(
        block_on(lume.entity(&key(1))).err(),
        Some(StoreError::Newer)
    );
    assert_eq!(block_on(lume.draft("today")), Err(StoreError::Newer));
    assert_eq!(world.notes_there(), ["in this format"]);
    let refused = CommitError::Store(StoreError::Newer);
    assert_eq!(block_on(lume.delete(&key(1))), Err(refused.clone()));
    assert_eq!(
        block_on(lume.update(&key(1), content("over it"), None)),
        Err(refused)
    );
    let tables = world.tables();
    assert_eq!(tables.entities[&key(1)], newer);
    assert_eq!(tables.drafts["today"], draft);
    let kept = world.only_event();
    assert_eq!(OutboxRow { seq: None, ..kept }, event);
    assert_eq!(world.status(&lume).counts.pending, 1, "and is counted");
    let told = |event: &LogEvent| matches!(event, LogEvent::StoreFailed { .. });
    assert!(world.said().iter().any(told));
}

#[test]
fn a_damaged_entry_is_listed_among_the_others_page_by_page() {
    let world = World::new();
    let lume = world.tab();
    (1..=5).for_each(|number| create(&lume, number, "fine"));
    let damaged = EntityRow {
        body: vec![1, b'{', 0, 255],
        ..world.tables().entities[&key(3)].clone()
    };
    put(&world, vec![Write::PutEntity(damaged.clone())]);

    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = block_on(lume.timeline(&MOOD.kind(), None, before, 2)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.local_time.clone(), last.key.id));
        seen.extend(
            page.into_iter()
                .map(|listed| (listed.key, listed.content.err())),
        );
    }

    let fine = |number| (key(number), None);
    let expected = [
        fine(5),
        fine(4),
        (key(3), Some(Unreadable::Damaged)),
        fine(2),
        fine(1),
    ];
    assert_eq!(seen, expected);
    assert_eq!(world.tables().entities[&key(3)], damaged);
}

#[test]
fn a_record_that_cannot_be_read_is_not_written_over_whatever_is_done() {
    for name in ["profile", "session", "progress", "epoch"] {
        let world = World::new();
        let lume = world.signed_in();
        create(&lume, 1, "waits");
        put(
            &world,
            vec![Write::PutMeta(name.to_owned(), b"{damaged".to_vec())],
        );
        let before = world.tables();

        for trigger in [Trigger::Start, Trigger::Manual, Trigger::Timer] {
            block_on(lume.pass(trigger));
            world.later(60_000);
        }
        if name == "profile" {
            everything_a_person_does(&lume);
            assert_eq!(
                kept(&world.tables()),
                kept(&before),
                "nothing at all is written"
            );
        }

        assert!(block_on(lume.status()).is_err() || name == "epoch");
        assert_eq!(world.tables().meta[name], b"{damaged");
        assert_eq!(world.tables().outbox, before.outbox);
        assert_eq!(world.net.events().len(), 0, "{name}");
    }
}

/// Everything but the log, which tells of the trouble.
fn kept(tables: &Tables) -> impl PartialEq + std::fmt::Debug + use<> {
    let Tables {
        entities,
        bases,
        outbox,
        claims,
        meta,
        drafts,
        ..
    } = tables.clone();
    (entities, bases, outbox, claims, meta, drafts)
}

fn everything_a_person_does(lume: &Lume) {
    block_on(async {
        assert!(
            lume.create(&MOOD.kind(), key(2).id, content("new"), None)
                .await
                .is_err()
        );
        assert!(lume.update(&key(1), content("other"), None).await.is_err());
        assert!(lume.delete(&key(1)).await.is_err());
        assert!(lume.restore(&key(1)).await.is_err());
        assert!(lume.set_mode(AppMode::Device).await.is_err());
        assert!(lume.set_interval(60).await.is_err());
        assert!(
            lume.set_backend(URL, "", BackendChoice::Auto)
                .await
                .is_err()
        );
        assert!(lume.sign_out().await.is_err());
        assert!(lume.adopt(1).await.is_err());
    });
}
