//! The outbox: places, lanes, states and times.

use lume_core::time::Timestamp;

use super::fixtures::{
    NOW, event, event_id, event_ids, key, outbox, put_events, read, seq_of, write,
};
use crate::limits::EVENT_WAIT_MS_MAX;
use crate::rows::{Counts, EntityKey, EventState, Kind, OutboxRow, Seq};
use crate::store::{Query, Store, Write, is_due};

fn at(ms: i64) -> Timestamp {
    NOW.plus_millis(ms)
}

fn waiting(number: u8, not_before: Timestamp) -> OutboxRow {
    OutboxRow {
        not_before,
        ..event(number)
    }
}

fn in_state(number: u8, state: EventState) -> OutboxRow {
    OutboxRow {
        state,
        ..event(number)
    }
}

async fn due<S: Store>(store: &S, now: Timestamp, limit: usize) -> Vec<OutboxRow> {
    read(store, Query::Due { now, limit }).await.take_outbox()
}

/// Seqs grow within a transaction and from one to the next.
pub async fn events_get_growing_seqs_in_order_of_the_writes<S: Store>(store: &S) {
    put_events(store, [event(5), event(3)]).await;
    put_events(store, [event(4)]).await;

    let rows = outbox(store).await;

    assert_eq!(event_ids(&rows), [event_id(5), event_id(3), event_id(4)]);
    assert!(rows.iter().all(|row| row.seq.is_some()));
    assert!(rows.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}

/// Not even when the last event was removed, in the same transaction or before.
pub async fn a_seq_is_never_used_again<S: Store>(store: &S) {
    put_events(store, [event(1), event(2)]).await;
    let last = seq_of(store, 2).await;

    write(
        store,
        vec![Write::RemoveEvent(last), Write::PutEvent(event(3))],
    )
    .await;
    let third = seq_of(store, 3).await;
    write(
        store,
        vec![
            Write::RemoveEvent(third),
            Write::RemoveEvent(seq_of(store, 1).await),
        ],
    )
    .await;
    assert!(outbox(store).await.is_empty());
    put_events(store, [event(4)]).await;
    let fourth = seq_of(store, 4).await;

    assert!(last < third, "{third:?} was given after {last:?}");
    assert!(third < fourth, "{fourth:?} was given after {third:?}");
}

/// A put with a seq changes that event, and the next new one comes after it.
pub async fn an_event_put_again_keeps_its_seq<S: Store>(store: &S) {
    put_events(store, [event(1), event(2)]).await;
    let first = seq_of(store, 1).await;
    let changed = OutboxRow {
        seq: Some(first),
        attempts: 3,
        state: EventState::Dead,
        ..event(1)
    };

    write(store, vec![Write::PutEvent(changed.clone())]).await;
    put_events(store, [event(3)]).await;

    let rows = outbox(store).await;
    assert_eq!(event_ids(&rows), [event_id(1), event_id(2), event_id(3)]);
    assert_eq!(rows[0], changed);
    // Another event may take the place of one that was never sent.
    let other = OutboxRow {
        seq: Some(first),
        ..event(9)
    };
    write(store, vec![Write::PutEvent(other)]).await;
    assert_eq!(
        event_ids(&outbox(store).await),
        [event_id(9), event_id(2), event_id(3)]
    );
    assert!(
        read(store, Query::Event(event_id(1)))
            .await
            .take_outbox()
            .is_empty()
    );
}

/// Whatever their states, and no other entity's or kind's.
pub async fn a_lane_is_one_entitys_events_in_order<S: Store>(store: &S) {
    let of_first = |number: u8, state| OutboxRow {
        key: key(1),
        ..in_state(number, state)
    };
    let other_kind = EntityKey {
        kind: Kind("another".to_owned()),
        id: key(1).id,
    };
    put_events(
        store,
        [
            of_first(7, EventState::Dead),
            in_state(2, EventState::Pending),
            of_first(3, EventState::Held),
            OutboxRow {
                key: other_kind.clone(),
                ..event(4)
            },
            of_first(1, EventState::Held),
        ],
    )
    .await;

    let lane = read(store, Query::Lane(key(1))).await.take_outbox();

    assert_eq!(event_ids(&lane), [event_id(7), event_id(3), event_id(1)]);
    let lane = read(store, Query::Lane(other_kind)).await.take_outbox();
    assert_eq!(event_ids(&lane), [event_id(4)]);
}

/// No states means all of them; `after` is exclusive; the limit cuts the end off.
pub async fn the_outbox_is_read_by_state_and_from_a_seq_on<S: Store>(store: &S) {
    let states = [
        EventState::Pending,
        EventState::Held,
        EventState::Dead,
        EventState::Parked,
    ];
    put_events(
        store,
        (0..8).map(|number| in_state(number, states[usize::from(number) % 4])),
    )
    .await;
    let second = seq_of(store, 1).await;
    let ask = async |states: &[EventState], after: Option<Seq>, limit: usize| {
        let query = Query::Outbox {
            states: states.to_vec(),
            after,
            limit,
        };
        event_ids(&read(store, query).await.take_outbox())
    };
    let ids = |numbers: &[u8]| {
        numbers
            .iter()
            .map(|number| event_id(*number))
            .collect::<Vec<_>>()
    };

    assert_eq!(ask(&[], None, 100).await, ids(&[0, 1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(ask(&[], Some(second), 3).await, ids(&[2, 3, 4]));
    let stuck = [EventState::Dead, EventState::Parked];
    assert_eq!(ask(&stuck, None, 100).await, ids(&[2, 3, 6, 7]));
    assert_eq!(
        ask(&[EventState::Parked, EventState::Dead], None, 3).await,
        ids(&[2, 3, 6])
    );
    assert_eq!(ask(&[EventState::Held], Some(second), 100).await, ids(&[5]));
    assert_eq!(ask(&[EventState::Held], None, 0).await, ids(&[]));
}

/// By `not_before`, then by seq; the limit cuts the latest off.
pub async fn due_events_come_by_time_then_seq<S: Store>(store: &S) {
    put_events(
        store,
        [
            waiting(1, at(0)),
            waiting(2, at(-5_000)),
            waiting(3, at(1)),
            waiting(4, at(-5_000)),
            waiting(5, Timestamp::UNIX_EPOCH),
        ],
    )
    .await;

    let all = due(store, NOW, 100).await;
    let first = due(store, NOW, 2).await;

    assert_eq!(
        event_ids(&all),
        [event_id(5), event_id(2), event_id(4), event_id(1)]
    );
    assert_eq!(event_ids(&first), [event_id(5), event_id(2)]);
    assert_eq!(due(store, at(1), 100).await.len(), 5);
    assert!(due(store, NOW, 0).await.is_empty());
}

/// Held, dead and parked events wait for something else than time.
pub async fn due_events_are_pending_ones_only<S: Store>(store: &S) {
    put_events(
        store,
        [
            in_state(1, EventState::Held),
            in_state(2, EventState::Dead),
            in_state(3, EventState::Parked),
        ],
    )
    .await;

    assert!(due(store, NOW, 100).await.is_empty());
    assert!(read(store, Query::NextDue).await.take_outbox().is_empty());
}

/// An event whose wait is longer than any that is set goes at once.
pub async fn a_clock_that_jumped_back_makes_events_due<S: Store>(store: &S) {
    let longest = i64::try_from(EVENT_WAIT_MS_MAX).expect("a wait fits");
    put_events(
        store,
        [
            waiting(1, at(longest + 1)),
            waiting(2, at(longest)),
            waiting(3, at(1)),
            waiting(4, Timestamp::MAX),
            waiting(5, at(-1)),
        ],
    )
    .await;

    let rows = due(store, NOW, 100).await;

    assert_eq!(event_ids(&rows), [event_id(5), event_id(1), event_id(4)]);
    assert!(rows.iter().all(|row| is_due(row.not_before, NOW)));
    assert_eq!(
        event_ids(&due(store, NOW, 2).await),
        [event_id(5), event_id(1)]
    );
}

/// The smallest `not_before`, then the smallest seq, of the pending ones.
pub async fn the_next_due_event_is_the_earliest_pending_one<S: Store>(store: &S) {
    put_events(
        store,
        [
            in_state(1, EventState::Dead),
            waiting(2, at(9_000)),
            waiting(3, at(8_000)),
            waiting(4, at(8_000)),
        ],
    )
    .await;

    let next = read(store, Query::NextDue).await.take_outbox();

    assert_eq!(event_ids(&next), [event_id(3)]);
}

/// Each state for itself.
pub async fn events_are_counted_by_state<S: Store>(store: &S) {
    let mut rows = Vec::new();
    for (state, count) in [
        (EventState::Pending, 4),
        (EventState::Held, 3),
        (EventState::Dead, 2),
        (EventState::Parked, 1),
    ] {
        rows.extend((0..count).map(|number| in_state(state.code() * 10 + number, state)));
    }
    put_events(store, rows).await;

    let counts = read(store, Query::Counts).await.take_counts();

    assert_eq!(
        counts,
        Counts {
            pending: 4,
            held: 3,
            dead: 2,
            parked: 1
        }
    );
}
