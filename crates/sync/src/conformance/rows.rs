//! Rows and records are what was put, to the byte.

use lume_core::time::Timestamp;
use lume_wire::Rev;

use super::fixtures::{
    NOW, aside, base, claim, claim_id, entity, entity_id, event, event_id, key, read, write,
};
use crate::content::Operation;
use crate::kinds::MOOD;
use crate::limits::{HISTORY_ROWS_MAX, LOG_LINES_MAX};
use crate::rows::{
    Ahead, AheadState, BaseRow, ClaimItem, EntityRow, EventState, Failure, FailureReason,
    HistoryRow, OutboxRow, Seq, SyncState,
};
use crate::store::{Query, Store, Write};

/// The largest number that a JavaScript number holds exactly.
const LARGE: i64 = (1 << 53) - 1;

/// Every byte there is, twice.
fn all_bytes() -> Vec<u8> {
    (0..=u8::MAX).chain(0..=u8::MAX).collect()
}

/// What was put aside comes back newest first, each entity's own, and at most so many.
pub async fn history_is_one_entitys_newest_first<S: Store>(store: &S) {
    let of = |number, at| HistoryRow {
        at: Timestamp::from_millis(at),
        body: all_bytes(),
        ..aside(number)
    };
    let rows = [of(1, 3), of(2, 2), of(1, 1), of(1, -2)];
    write(store, rows.into_iter().map(Write::PutHistory).collect()).await;

    let query = |limit| Query::History { key: key(1), limit };
    let found = read(store, query(10)).await.take_history();
    let times: Vec<_> = found.iter().map(|row| row.at.as_millis()).collect();
    assert_eq!(times, [-2, 1, 3]);
    assert!(found.iter().all(|row| row.body == all_bytes()));
    let two = read(store, query(2)).await.take_history();
    assert!(two == found[..2], "the newest two");

    write(
        store,
        vec![Write::PutHistory(HistoryRow {
            body: vec![9],
            ..found[0].clone()
        })],
    )
    .await;
    let again = read(store, query(10)).await.take_history();
    assert_eq!((again.len(), again[0].body.as_slice()), (3, [9].as_slice()));
}

/// The oldest go beyond the bound, whosever they are.
pub async fn history_drops_its_oldest_rows<S: Store>(store: &S) {
    let count = u8::try_from(HISTORY_ROWS_MAX / 250).expect("a small number");
    write(store, vec![Write::PutHistory(aside(200))]).await;
    for number in 0..count {
        let rows = (0..250).map(|_| Write::PutHistory(aside(number)));
        write(store, rows.collect()).await;
    }

    let of = async |number| {
        let query = Query::History {
            key: key(number),
            limit: 1_000,
        };
        read(store, query).await.take_history().len()
    };
    assert_eq!(of(200).await, 0, "the oldest of all is gone");
    assert_eq!(of(0).await, 250);
}

/// Entities and bases with every optional field set and not set.
pub async fn every_kind_of_row_comes_back_exactly<S: Store>(store: &S) {
    let plain = entity(1, "2025-01-15T11:30:00.000");
    let full = EntityRow {
        key: key(2),
        local_time: "0001-01-02T00:00:00.000".to_owned(),
        deleted: true,
        rev: Some(Rev(LARGE)),
        sync: SyncState::Conflict,
        source: "import".to_owned(),
        source_id: Some("line 12, \"quoted\", \u{1f642} \u{0}".to_owned()),
        body: all_bytes(),
        overlap: Some(all_bytes()),
    };
    let headless = EntityRow {
        body: Vec::new(),
        source: String::new(),
        ..entity(3, "")
    };
    let ahead = |state| BaseRow {
        ahead: Some(Ahead {
            state,
            rev: None,
            modified_at: None,
            round: 0,
            body: Vec::new(),
        }),
        ..base(4)
    };
    let bases = [
        base(1),
        ahead(AheadState::Deleted),
        BaseRow {
            key: key(5),
            ..ahead(AheadState::Absent)
        },
        BaseRow {
            key: key(2),
            rev: None,
            deleted: true,
            body: Vec::new(),
            round: 0,
            ahead: None,
        },
        BaseRow {
            rev: Some(Rev(LARGE)),
            body: all_bytes(),
            round: u32::MAX,
            ahead: Some(Ahead {
                state: AheadState::Live,
                rev: Some(Rev(LARGE)),
                modified_at: Some(Timestamp::from_millis(-1)),
                round: 3,
                body: all_bytes(),
            }),
            ..base(3)
        },
    ];
    let entities = [plain, full, headless];
    let puts = entities.iter().cloned().map(Write::PutEntity);
    write(
        store,
        puts.chain(bases.iter().cloned().map(Write::PutBase))
            .collect(),
    )
    .await;

    for row in entities {
        let found = read(store, Query::Entity(row.key.clone()))
            .await
            .take_entity();
        assert!(found.as_ref() == Some(&row), "{found:?} is not {row:?}");
    }
    for row in bases {
        let found = read(store, Query::Base(row.key.clone())).await.take_base();
        assert!(found.as_ref() == Some(&row), "{found:?} is not {row:?}");
    }
    for sync in [
        SyncState::Local,
        SyncState::Waiting,
        SyncState::Synced,
        SyncState::Failed,
        SyncState::Conflict,
    ] {
        write(
            store,
            vec![Write::PutEntity(EntityRow {
                sync,
                ..entity(4, "x")
            })],
        )
        .await;
        let found = read(store, Query::Entity(key(4))).await.take_entity();
        assert_eq!(found.map(|row| row.sync), Some(sync));
    }
}

/// Events in every state, with every optional field set and not set.
pub async fn an_event_comes_back_exactly_in_every_state<S: Store>(store: &S) {
    let failure = Failure {
        reason: FailureReason::Invalid,
        status: Some(422),
        fields: vec![
            ("note".to_owned(), "too_long".to_owned()),
            ("at".to_owned(), "in_the_future".to_owned()),
        ],
        at: NOW,
    };
    let bare = Failure {
        reason: FailureReason::GaveUp,
        status: None,
        fields: Vec::new(),
        at: Timestamp::UNIX_EPOCH,
    };
    let rows = [
        event(1),
        OutboxRow {
            operation: Operation::Deleted,
            state: EventState::Dead,
            not_before: NOW,
            wait_ms: 10_000,
            attempts: 6,
            base_rev: Some(Rev(LARGE)),
            schema_v: u16::MAX,
            request: Some(all_bytes()),
            failure: Some(failure),
            body: all_bytes(),
            ..event(2)
        },
        OutboxRow {
            state: EventState::Held,
            operation: Operation::Updated,
            account: String::new(),
            ..event(3)
        },
        OutboxRow {
            state: EventState::Parked,
            request: Some(Vec::new()),
            failure: Some(bare),
            body: Vec::new(),
            not_before: Timestamp::MAX,
            ..event(4)
        },
    ];
    for row in rows {
        let id = row.event_id;
        write(store, vec![Write::PutEvent(row.clone())]).await;
        let found = read(store, Query::Event(id)).await.take_outbox();
        let seq = found.first().and_then(|row| row.seq);
        assert!(seq.is_some(), "the store gives a seq");
        assert_eq!(found, [OutboxRow { seq, ..row }]);
    }
}

/// Claims with several events, with none, and with any bytes.
pub async fn a_claim_comes_back_with_its_very_bytes<S: Store>(store: &S) {
    let item = |number: u8, request: Vec<u8>| ClaimItem {
        seq: Seq(u64::from(number)),
        event_id: event_id(number),
        key: key(number),
        request,
    };
    let mut many = claim(1);
    many.items = vec![
        item(9, all_bytes()),
        item(2, Vec::new()),
        item(5, vec![0; 60 * 1024]),
    ];
    many.epoch = LARGE.unsigned_abs();
    let mut none = claim(2);
    none.items.clear();
    none.owner.clear();
    write(
        store,
        vec![Write::PutClaim(none.clone()), Write::PutClaim(many.clone())],
    )
    .await;

    let mut found = read(store, Query::Claims).await.take_claims();

    found.sort_by_key(|row| row.id);
    assert!(found == [many, none], "claims or their bytes differ");
}

/// Every question about what was never put.
pub async fn what_is_not_there_answers_nothing<S: Store>(store: &S) {
    assert!(
        read(store, Query::Entity(key(1)))
            .await
            .take_entity()
            .is_none()
    );
    assert!(read(store, Query::Base(key(1))).await.take_base().is_none());
    assert!(
        read(store, Query::Lane(key(1)))
            .await
            .take_outbox()
            .is_empty()
    );
    assert!(
        read(store, Query::Event(event_id(1)))
            .await
            .take_outbox()
            .is_empty()
    );
    assert!(
        read(store, Query::Due { now: NOW, limit: 9 })
            .await
            .take_outbox()
            .is_empty()
    );
    assert!(read(store, Query::NextDue).await.take_outbox().is_empty());
    assert!(super::fixtures::outbox(store).await.is_empty());
    assert_eq!(
        read(store, Query::Counts).await.take_counts(),
        crate::rows::Counts::default()
    );
    assert!(read(store, Query::Claims).await.take_claims().is_empty());
    assert!(
        read(store, Query::Meta("none".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    assert!(
        read(store, Query::Draft("none".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    let kind = MOOD.kind();
    let timeline = Query::Timeline {
        kind: kind.clone(),
        deleted: false,
        from: None,
        before: None,
        limit: 9,
    };
    assert!(read(store, timeline).await.take_entities().is_empty());
    let by_id = Query::EntitiesById {
        kind: kind.clone(),
        after: None,
        limit: 9,
    };
    assert!(read(store, by_id).await.take_entities().is_empty());
    assert_eq!(
        read(store, Query::CountEntities(kind)).await.take_count(),
        0
    );
    assert!(
        read(store, Query::Log { limit: 9 })
            .await
            .take_log()
            .is_empty()
    );
}

/// A second put leaves nothing of the first.
pub async fn a_put_replaces_the_whole_row<S: Store>(store: &S) {
    let old = EntityRow {
        rev: Some(Rev(1)),
        source_id: Some("old".to_owned()),
        deleted: true,
        ..entity(1, "2020-01-01T00:00:00.000")
    };
    let new = entity(1, "2025-01-01T00:00:00.000");
    let mut old_claim = claim(1);
    old_claim.items.push(old_claim.items[0].clone());
    let new_base = BaseRow {
        rev: None,
        body: Vec::new(),
        deleted: true,
        ..base(1)
    };

    write(
        store,
        vec![
            Write::PutEntity(old),
            Write::PutBase(base(1)),
            Write::PutClaim(old_claim),
        ],
    )
    .await;
    write(
        store,
        vec![
            Write::PutEntity(new.clone()),
            Write::PutBase(new_base.clone()),
            Write::PutClaim(claim(1)),
        ],
    )
    .await;

    assert_eq!(
        read(store, Query::Entity(key(1))).await.take_entity(),
        Some(new)
    );
    assert_eq!(
        read(store, Query::Base(key(1))).await.take_base(),
        Some(new_base)
    );
    assert_eq!(read(store, Query::Claims).await.take_claims(), [claim(1)]);
}

/// A removal is exact, and repeating it does no harm.
pub async fn a_removal_takes_one_row_and_none_is_no_error<S: Store>(store: &S) {
    let mut puts = Vec::new();
    for number in [1, 2] {
        puts.extend([
            Write::PutEntity(entity(number, "x")),
            Write::PutBase(base(number)),
            Write::PutEvent(event(number)),
            Write::PutClaim(claim(number)),
            Write::PutMeta(format!("record {number}"), vec![number]),
            Write::PutDraft(format!("draft {number}"), vec![number]),
        ]);
    }
    write(store, puts).await;
    let seq = super::fixtures::seq_of(store, 1).await;

    for _ in 0..2 {
        write(
            store,
            vec![
                Write::RemoveEntity(key(1)),
                Write::RemoveBase(key(1)),
                Write::RemoveEvent(seq),
                Write::RemoveClaim(claim_id(1)),
                Write::RemoveMeta("record 1".to_owned()),
                Write::RemoveDraft("draft 1".to_owned()),
            ],
        )
        .await;
    }

    assert!(
        read(store, Query::Entity(key(1)))
            .await
            .take_entity()
            .is_none()
    );
    assert!(
        read(store, Query::Entity(key(2)))
            .await
            .take_entity()
            .is_some()
    );
    assert!(read(store, Query::Base(key(1))).await.take_base().is_none());
    assert!(read(store, Query::Base(key(2))).await.take_base().is_some());
    assert_eq!(
        super::fixtures::event_ids(&super::fixtures::outbox(store).await),
        [event_id(2)]
    );
    assert_eq!(read(store, Query::Claims).await.take_claims(), [claim(2)]);
    assert!(
        read(store, Query::Meta("record 1".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    assert!(
        read(store, Query::Meta("record 2".to_owned()))
            .await
            .take_bytes()
            .is_some()
    );
    assert!(
        read(store, Query::Draft("draft 1".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    assert!(
        read(store, Query::Draft("draft 2".to_owned()))
            .await
            .take_bytes()
            .is_some()
    );
    assert_ne!(entity_id(1), entity_id(2));
}

/// A record and a draft of one name are two things.
pub async fn records_and_drafts_are_apart<S: Store>(store: &S) {
    let name = || "name".to_owned();
    write(
        store,
        vec![
            Write::PutMeta(name(), vec![1]),
            Write::PutDraft(name(), vec![2]),
        ],
    )
    .await;

    assert_eq!(
        read(store, Query::Meta(name())).await.take_bytes(),
        Some(vec![1])
    );
    assert_eq!(
        read(store, Query::Draft(name())).await.take_bytes(),
        Some(vec![2])
    );
}

/// Records and drafts of any bytes, of none, and under any name.
pub async fn drafts_and_records_hold_any_bytes<S: Store>(store: &S) {
    for (name, bytes) in [
        ("all", all_bytes()),
        ("", vec![1]),
        ("none", Vec::new()),
        ("\u{1f642} x/y", vec![0]),
    ] {
        let name = name.to_owned();
        write(
            store,
            vec![
                Write::PutMeta(name.clone(), bytes.clone()),
                Write::PutDraft(name.clone(), bytes.clone()),
            ],
        )
        .await;

        let found = read(store, Query::Meta(name.clone())).await.take_bytes();
        assert_eq!(found.as_ref(), Some(&bytes), "record {name:?}");
        let found = read(store, Query::Draft(name.clone())).await.take_bytes();
        assert_eq!(found.as_ref(), Some(&bytes), "draft {name:?}");
    }
}

/// The limit cuts the oldest off, and the order is that of writing.
pub async fn the_log_gives_its_newest_lines_oldest_first<S: Store>(store: &S) {
    write(
        store,
        vec![Write::AppendLog(vec![1]), Write::AppendLog(vec![2])],
    )
    .await;
    write(store, vec![Write::AppendLog(vec![3])]).await;

    assert_eq!(
        read(store, Query::Log { limit: 2 }).await.take_log(),
        [vec![2], vec![3]]
    );
    assert_eq!(
        read(store, Query::Log { limit: 9 }).await.take_log(),
        [vec![1], vec![2], vec![3]]
    );
}

/// The log keeps so many lines and no more.
pub async fn the_log_drops_its_oldest_lines<S: Store>(store: &S) {
    let line = |number: u64| number.to_be_bytes().to_vec();
    let lines = (0..LOG_LINES_MAX)
        .map(|number| Write::AppendLog(line(number)))
        .collect();
    write(store, lines).await;
    write(
        store,
        (0..3)
            .map(|more| Write::AppendLog(line(LOG_LINES_MAX + more)))
            .collect(),
    )
    .await;

    let found = read(store, Query::Log { limit: usize::MAX })
        .await
        .take_log();

    assert_eq!(found.len() as u64, LOG_LINES_MAX);
    assert_eq!(found.first(), Some(&line(3)));
    assert_eq!(found.last(), Some(&line(LOG_LINES_MAX + 2)));
}
