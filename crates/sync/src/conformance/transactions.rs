//! Transactions: everything or nothing, several rounds, several stores.

use super::fixtures::{
    ALL, base, claim, entity, event, event_id, event_ids, key, outbox, put_events, read, seq_of,
    try_write, write,
};
use crate::kinds::MOOD;
use crate::rows::{EntityRow, OutboxRow};
use crate::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Write};

/// Writes to every store, which must all come to nothing.
fn everything(number: u8) -> Vec<Write> {
    vec![
        Write::PutEntity(entity(number, "x")),
        Write::PutBase(base(number)),
        Write::PutClaim(claim(number)),
        Write::PutMeta("record".to_owned(), vec![number]),
        Write::PutDraft("draft".to_owned(), vec![number]),
        Write::AppendLog(vec![number]),
    ]
}

async fn assert_nothing_of<S: Store>(store: &S, number: u8) {
    assert!(
        read(store, Query::Entity(key(number)))
            .await
            .take_entity()
            .is_none()
    );
    assert!(
        read(store, Query::Base(key(number)))
            .await
            .take_base()
            .is_none()
    );
    assert!(read(store, Query::Claims).await.take_claims().is_empty());
    assert!(
        read(store, Query::Meta("record".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    assert!(
        read(store, Query::Draft("draft".to_owned()))
            .await
            .take_bytes()
            .is_none()
    );
    assert!(
        read(store, Query::Log { limit: 9 })
            .await
            .take_log()
            .is_empty()
    );
}

/// An id that another event has aborts the transaction, with what was written before and after it.
pub async fn an_event_id_taken_twice_writes_nothing_at_all<S: Store>(store: &S) {
    put_events(store, [event(1)]).await;
    let before = outbox(store).await;
    let twin = OutboxRow {
        key: key(2),
        ..event(1)
    };
    let mut writes = everything(2);
    writes.extend([Write::PutEvent(event(3)), Write::PutEvent(twin)]);
    writes.push(Write::PutEntity(entity(4, "x")));

    let outcome = try_write(store, writes).await;

    assert!(
        matches!(outcome, Err(StoreError::Aborted(_))),
        "{outcome:?}"
    );
    assert_eq!(outbox(store).await, before);
    assert_nothing_of(store, 2).await;
    assert!(
        read(store, Query::Entity(key(4)))
            .await
            .take_entity()
            .is_none()
    );
}

/// Nor may one transaction give an id to two events.
pub async fn two_new_events_of_one_id_write_nothing_at_all<S: Store>(store: &S) {
    let outcome = try_write(
        store,
        vec![Write::PutEvent(event(1)), Write::PutEvent(event(1))],
    )
    .await;

    assert!(
        matches!(outcome, Err(StoreError::Aborted(_))),
        "{outcome:?}"
    );
    assert!(outbox(store).await.is_empty());
}

/// The next transaction works, and its seqs still grow.
pub async fn an_aborted_transaction_leaves_the_store_usable<S: Store>(store: &S) {
    put_events(store, [event(1)]).await;
    let aborted = vec![Write::PutEvent(event(2)), Write::PutEvent(event(1))];
    assert!(try_write(store, aborted).await.is_err());

    put_events(store, [event(3)]).await;

    assert_eq!(event_ids(&outbox(store).await), [event_id(1), event_id(3)]);
    assert!(seq_of(store, 1).await < seq_of(store, 3).await);
}

/// All of it is there once the transaction is complete.
pub async fn several_stores_are_written_together<S: Store>(store: &S) {
    let mut writes = everything(1);
    writes.push(Write::PutEvent(event(1)));
    write(store, writes).await;

    assert!(
        read(store, Query::Entity(key(1)))
            .await
            .take_entity()
            .is_some()
    );
    assert!(read(store, Query::Base(key(1))).await.take_base().is_some());
    assert_eq!(outbox(store).await.len(), 1);
    assert_eq!(read(store, Query::Claims).await.take_claims().len(), 1);
    assert!(
        read(store, Query::Meta("record".to_owned()))
            .await
            .take_bytes()
            .is_some()
    );
    assert!(
        read(store, Query::Draft("draft".to_owned()))
            .await
            .take_bytes()
            .is_some()
    );
    assert_eq!(
        read(store, Query::Log { limit: 9 }).await.take_log(),
        [vec![1]]
    );
}

/// Writes are applied in their order.
pub async fn later_writes_of_a_transaction_win<S: Store>(store: &S) {
    let name = || "record".to_owned();
    write(
        store,
        vec![
            Write::PutEntity(entity(1, "first")),
            Write::PutMeta(name(), vec![1]),
            Write::PutBase(base(1)),
            Write::PutEntity(entity(1, "second")),
            Write::RemoveMeta(name()),
            Write::PutMeta(name(), vec![2]),
            Write::RemoveBase(key(1)),
        ],
    )
    .await;

    let row = read(store, Query::Entity(key(1))).await.take_entity();
    assert_eq!(row, Some(entity(1, "second")));
    assert_eq!(
        read(store, Query::Meta(name())).await.take_bytes(),
        Some(vec![2])
    );
    assert!(read(store, Query::Base(key(1))).await.take_base().is_none());
}

/// Several rounds of reads, each from what the last one said, then writes from all of them.
pub async fn a_program_reads_as_often_as_it_wants<S: Store>(store: &S) {
    put_events(store, [event(1), event(2)]).await;
    write(store, vec![Write::PutMeta("count".to_owned(), vec![0])]).await;
    let mut round = 0;
    let mut found = Vec::new();
    let program = |mut answers: Answers| {
        round = if answers.is_empty() { 0 } else { round + 1 };
        match round {
            0 => Step::Read(vec![Query::Meta("count".to_owned())]),
            1 => {
                assert_eq!(answers.take_bytes(), Some(vec![0]));
                Step::Read(vec![Query::Due {
                    now: event(1).created_at,
                    limit: 1,
                }])
            }
            2 => {
                let first = answers.take_outbox();
                let key = first[0].key.clone();
                found = first;
                Step::Read(vec![
                    Query::Lane(key.clone()),
                    Query::Base(key),
                    Query::Counts,
                ])
            }
            _ => {
                assert_eq!(answers.take_outbox(), found);
                assert!(answers.take_base().is_none());
                let count = answers.take_counts().pending;
                let seq = found[0].seq.expect("a stored event has a seq");
                let record = Write::PutMeta("count".to_owned(), vec![2]);
                Step::Write(vec![Write::RemoveEvent(seq), record], count)
            }
        }
    };

    let output = store.transact(Mode::Strict, &ALL, program).await;

    assert_eq!(output, Ok(2));
    assert_eq!(event_ids(&outbox(store).await), [event_id(2)]);
    assert_eq!(
        read(store, Query::Meta("count".to_owned()))
            .await
            .take_bytes(),
        Some(vec![2])
    );
}

/// However different the stores they come from.
pub async fn answers_come_in_the_order_of_the_queries<S: Store>(store: &S) {
    let mut writes = everything(1);
    writes.extend([Write::PutEvent(event(1)), Write::PutEntity(entity(2, "y"))]);
    write(store, writes).await;
    let program = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![
                Query::Log { limit: 1 },
                Query::Entity(key(2)),
                Query::CountEntities(MOOD.kind()),
                Query::Entity(key(1)),
                Query::Draft("draft".to_owned()),
                Query::Event(event_id(1)),
                Query::Meta("none".to_owned()),
                Query::Claims,
            ]);
        }
        let times = |row: Option<EntityRow>| row.map(|row| row.local_time);
        assert_eq!(answers.take_log(), [vec![1]]);
        assert_eq!(times(answers.take_entity()).as_deref(), Some("y"));
        assert_eq!(answers.take_count(), 2);
        assert_eq!(times(answers.take_entity()).as_deref(), Some("x"));
        assert_eq!(answers.take_bytes(), Some(vec![1]));
        assert_eq!(answers.take_outbox().len(), 1);
        assert_eq!(answers.take_bytes(), None);
        assert_eq!(answers.take_claims().len(), 1);
        assert!(answers.is_empty());
        Step::Write(Vec::new(), ())
    };

    assert_eq!(store.transact(Mode::Read, &ALL, program).await, Ok(()));
}

/// Its output is given all the same, with and without a read.
pub async fn a_program_may_write_nothing<S: Store>(store: &S) {
    for mode in [Mode::Read, Mode::Strict, Mode::Relaxed] {
        let at_once = |_: Answers| Step::Write(Vec::new(), "done");
        assert_eq!(
            store.transact(mode, &[StoreName::Meta], at_once).await,
            Ok("done")
        );
        let after_a_read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Counts]);
            }
            Step::Write(Vec::new(), answers.take_counts().waiting())
        };
        assert_eq!(
            store
                .transact(mode, &[StoreName::Outbox], after_a_read)
                .await,
            Ok(0)
        );
    }
}

/// Also where the two name different stores.
pub async fn what_one_transaction_wrote_the_next_one_reads<S: Store>(store: &S) {
    let row = entity(1, "x");
    let put = |_: Answers| Step::Write(vec![Write::PutEntity(row.clone())], ());
    assert_eq!(
        store
            .transact(Mode::Strict, &[StoreName::Entries], put)
            .await,
        Ok(())
    );
    let both = [StoreName::Entries, StoreName::Outbox];
    let read = |mut answers: Answers| {
        if answers.is_empty() {
            return Step::Read(vec![Query::Entity(key(1))]);
        }
        Step::Write(vec![Write::PutEvent(event(1))], answers.take_entity())
    };

    assert_eq!(
        store.transact(Mode::Strict, &both, read).await,
        Ok(Some(row.clone()))
    );
    assert_eq!(outbox(store).await.len(), 1);
}

/// Relaxed is about power cuts, not about what is read.
pub async fn relaxed_writes_are_read_back<S: Store>(store: &S) {
    let writes = vec![
        Write::PutDraft("draft".to_owned(), vec![1]),
        Write::AppendLog(vec![2]),
    ];
    let stores = [StoreName::Drafts, StoreName::Log];
    let program = move |_: Answers| Step::Write(writes.clone(), ());
    assert_eq!(
        store.transact(Mode::Relaxed, &stores, program).await,
        Ok(())
    );

    assert_eq!(
        read(store, Query::Draft("draft".to_owned()))
            .await
            .take_bytes(),
        Some(vec![1])
    );
    assert_eq!(
        read(store, Query::Log { limit: 9 }).await.take_log(),
        [vec![2]]
    );
}
