//! Rows to put, and the shortest ways to put and read them.

use std::cell::Cell;

use lume_core::ids::{ClaimId, EntityId, EventId};
use lume_core::time::Timestamp;
use lume_wire::Rev;

use crate::content::Operation;
use crate::kinds::MOOD;
use crate::rows::{
    BaseRow, ClaimItem, ClaimRow, EntityKey, EntityRow, EventState, HistoryRow, OutboxRow, Seq,
    SyncState,
};
use crate::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};

/// A moment of the year 2023; rows and queries are set around it.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Every object store.
pub(super) const ALL: [StoreName; 10] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::Drafts,
    StoreName::History,
    StoreName::Log,
    StoreName::Stats,
    StoreName::Search,
];

/// An id whose order is that of `number`.
fn bytes(tag: u8, number: u8) -> [u8; 16] {
    [number, tag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]
}

pub(super) fn entity_id(number: u8) -> EntityId {
    EntityId::from_random_bytes(bytes(1, number))
}

pub(super) fn event_id(number: u8) -> EventId {
    EventId::from_random_bytes(bytes(2, number))
}

pub(super) fn claim_id(number: u8) -> ClaimId {
    ClaimId::from_random_bytes(bytes(3, number))
}

pub(super) fn key(number: u8) -> EntityKey {
    EntityKey {
        kind: MOOD.kind(),
        id: entity_id(number),
    }
}

/// An entity as plain as can be.
pub(super) fn entity(number: u8, local_time: &str) -> EntityRow {
    EntityRow {
        key: key(number),
        local_time: local_time.to_owned(),
        deleted: false,
        rev: None,
        sync: SyncState::Local,
        source: "manual".to_owned(),
        source_id: None,
        body: vec![1, number],
        overlap: None,
    }
}

/// The last server state of an entity.
pub(super) fn base(number: u8) -> BaseRow {
    BaseRow {
        key: key(number),
        rev: Some(Rev(7)),
        deleted: false,
        body: vec![2, number],
        round: 0,
        ahead: None,
    }
}

/// Something of an entity that was put aside.
pub(super) fn aside(number: u8) -> HistoryRow {
    HistoryRow {
        seq: None,
        key: key(number),
        at: Timestamp::from_millis(1_700_000_000_000),
        body: vec![4, number],
    }
}

/// A pending event that may go at once, as plain as can be; its entity has its number too.
pub(super) fn event(number: u8) -> OutboxRow {
    OutboxRow {
        seq: None,
        event_id: event_id(number),
        key: key(number),
        operation: Operation::Created,
        state: EventState::Pending,
        not_before: Timestamp::UNIX_EPOCH,
        wait_ms: 0,
        attempts: 0,
        base_rev: None,
        created_at: NOW,
        account: "server/account".to_owned(),
        schema_v: 1,
        request: None,
        failure: None,
        body: vec![3, number],
    }
}

/// A claim of one event.
pub(super) fn claim(number: u8) -> ClaimRow {
    ClaimRow {
        id: claim_id(number),
        owner: "tab".to_owned(),
        epoch: u64::from(number),
        until: NOW,
        items: vec![ClaimItem {
            seq: Seq(u64::from(number)),
            event_id: event_id(number),
            key: key(number),
            request: vec![4, number],
        }],
    }
}

/// Writes in one strict transaction over every store.
pub(super) async fn try_write<S: Store>(store: &S, writes: Vec<Write>) -> Result<(), StoreError> {
    let program = move |_: Answers| Step::Write(writes.clone(), ());
    store.transact(Mode::Strict, &ALL, program).await
}

pub(super) async fn write<S: Store>(store: &S, writes: Vec<Write>) {
    try_write(store, writes)
        .await
        .expect("a plain write succeeds");
}

/// Puts events, each without a seq, in one transaction.
pub(super) async fn put_events<S: Store>(store: &S, rows: impl IntoIterator<Item = OutboxRow>) {
    write(store, rows.into_iter().map(Write::PutEvent).collect()).await;
}

/// Asks one thing in a transaction of its own.
pub(super) async fn read<S: Store>(store: &S, query: Query) -> Answers {
    let asked = Cell::new(false);
    let program = move |answers: Answers| {
        if asked.get() && !answers.is_empty() {
            return Step::Write(Vec::new(), answers);
        }
        asked.set(true);
        Step::Read(vec![query.clone()])
    };
    store
        .transact(Mode::Read, &ALL, program)
        .await
        .expect("a read succeeds")
}

pub(super) async fn outbox<S: Store>(store: &S) -> Vec<OutboxRow> {
    let query = Query::Outbox {
        states: Vec::new(),
        after: None,
        limit: usize::MAX,
    };
    read(store, query).await.take_outbox()
}

/// The seq that an event was given.
pub(super) async fn seq_of<S: Store>(store: &S, number: u8) -> Seq {
    let rows = read(store, Query::Event(event_id(number)))
        .await
        .take_outbox();
    rows.first()
        .and_then(|row| row.seq)
        .expect("the event is there and has a seq")
}

/// The events' ids, to compare orders with.
pub(super) fn event_ids(rows: &[OutboxRow]) -> Vec<EventId> {
    rows.iter().map(|row| row.event_id).collect()
}

/// The entities' ids, to compare orders with.
pub(super) fn entity_ids(rows: &[EntityRow]) -> Vec<EntityId> {
    rows.iter().map(|row| row.key.id).collect()
}
