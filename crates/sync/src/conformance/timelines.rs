//! Lists of entities: order, pages, bounds and numbers.

use lume_core::ids::EntityId;

use super::fixtures::{entity, entity_id, entity_ids, read, write};
use crate::kinds::{KINDS, MOOD};
use crate::rows::{EntityKey, EntityRow};
use crate::store::{Query, Store, Write};

const NOON: &str = "2025-01-15T12:00:00.000";
const LATER: &str = "2025-01-15T12:00:00.001";
const EARLIER: &str = "2024-12-31T23:59:59.999";

async fn put<S: Store>(store: &S, rows: impl IntoIterator<Item = EntityRow>) {
    write(store, rows.into_iter().map(Write::PutEntity).collect()).await;
}

async fn timeline<S: Store>(
    store: &S,
    deleted: bool,
    from: Option<&str>,
    before: Option<(&str, EntityId)>,
    limit: usize,
) -> Vec<EntityRow> {
    let query = Query::Timeline {
        kind: MOOD.kind(),
        deleted,
        from: from.map(str::to_owned),
        before: before.map(|(time, id)| (time.to_owned(), id)),
        limit,
    };
    read(store, query).await.take_entities()
}

fn ids(numbers: &[u8]) -> Vec<EntityId> {
    numbers.iter().map(|number| entity_id(*number)).collect()
}

/// Newest civil time first, then the largest id.
pub async fn a_timeline_goes_back_from_the_newest<S: Store>(store: &S) {
    put(
        store,
        [
            entity(1, NOON),
            entity(2, LATER),
            entity(3, EARLIER),
            entity(4, NOON),
        ],
    )
    .await;

    let rows = timeline(store, false, None, None, 100).await;

    assert_eq!(entity_ids(&rows), ids(&[2, 4, 1, 3]));
    assert_eq!(rows[0], entity(2, LATER));
}

/// No entry is left out or given twice where a page ends within equal times.
pub async fn a_timeline_pages_through_equal_times<S: Store>(store: &S) {
    let same = (1..=7).map(|number| entity(number, NOON));
    put(store, same.chain([entity(8, EARLIER), entity(9, LATER)])).await;

    let mut seen = Vec::new();
    let mut before: Option<(String, EntityId)> = None;
    loop {
        let last = before.as_ref().map(|(time, id)| (time.as_str(), *id));
        let page = timeline(store, false, None, last, 2).await;
        let Some(last) = page.last() else { break };
        before = Some((last.local_time.clone(), last.key.id));
        seen.extend(entity_ids(&page));
    }

    assert_eq!(seen, ids(&[9, 7, 6, 5, 4, 3, 2, 1, 8]));
}

/// `from` is inclusive, `before` is exclusive and need not be an entry's; the limit cuts the oldest off.
pub async fn a_timeline_has_limits_and_bounds<S: Store>(store: &S) {
    put(
        store,
        [
            entity(1, EARLIER),
            entity(2, NOON),
            entity(5, NOON),
            entity(6, LATER),
        ],
    )
    .await;

    assert_eq!(
        entity_ids(&timeline(store, false, None, None, 1).await),
        ids(&[6])
    );
    assert!(timeline(store, false, None, None, 0).await.is_empty());
    assert_eq!(
        entity_ids(&timeline(store, false, Some(NOON), None, 9).await),
        ids(&[6, 5, 2])
    );
    let between = timeline(store, false, None, Some((NOON, entity_id(4))), 9).await;
    assert_eq!(entity_ids(&between), ids(&[2, 1]));
    let both = timeline(store, false, Some(NOON), Some((LATER, entity_id(6))), 9).await;
    assert_eq!(entity_ids(&both), ids(&[5, 2]));
    let nothing = timeline(store, false, Some(LATER), Some((NOON, entity_id(2))), 9).await;
    assert!(
        nothing.is_empty(),
        "a range that ends before it begins is empty"
    );
}

/// The two never mix, and an entry that is deleted or restored changes sides.
pub async fn a_timeline_shows_the_deleted_or_the_others<S: Store>(store: &S) {
    let deleted = |number, time| EntityRow {
        deleted: true,
        ..entity(number, time)
    };
    put(
        store,
        [
            entity(1, NOON),
            deleted(2, NOON),
            entity(3, LATER),
            deleted(4, EARLIER),
        ],
    )
    .await;

    assert_eq!(
        entity_ids(&timeline(store, false, None, None, 9).await),
        ids(&[3, 1])
    );
    assert_eq!(
        entity_ids(&timeline(store, true, None, None, 9).await),
        ids(&[2, 4])
    );

    put(store, [deleted(1, NOON), entity(2, NOON)]).await;

    assert_eq!(
        entity_ids(&timeline(store, false, None, None, 9).await),
        ids(&[3, 2])
    );
    assert_eq!(
        entity_ids(&timeline(store, true, None, None, 9).await),
        ids(&[1, 4])
    );
}

/// Deleted ones too; `after` is exclusive.
pub async fn entities_are_read_in_order_of_id<S: Store>(store: &S) {
    let gone = EntityRow {
        deleted: true,
        ..entity(2, NOON)
    };
    put(
        store,
        [entity(3, EARLIER), gone, entity(1, LATER), entity(5, NOON)],
    )
    .await;
    let ask = async |after: Option<u8>, limit: usize| {
        let after = after.map(entity_id);
        let query = Query::EntitiesById {
            kind: MOOD.kind(),
            after,
            limit,
        };
        entity_ids(&read(store, query).await.take_entities())
    };

    assert_eq!(ask(None, 9).await, ids(&[1, 2, 3, 5]));
    assert_eq!(ask(None, 2).await, ids(&[1, 2]));
    assert_eq!(ask(Some(2), 9).await, ids(&[3, 5]));
    assert_eq!(ask(Some(4), 9).await, ids(&[5]));
    assert_eq!(ask(Some(5), 9).await, ids(&[]));
}

/// Deleted ones are not.
pub async fn live_entities_are_counted<S: Store>(store: &S) {
    let gone = EntityRow {
        deleted: true,
        ..entity(9, NOON)
    };
    put(store, [entity(1, NOON), entity(2, NOON), gone]).await;

    assert_eq!(
        read(store, Query::CountEntities(MOOD.kind()))
            .await
            .take_count(),
        2
    );
}

/// Each kind has its list, its count and its ids, whatever the others have: even under the same id.
pub async fn kinds_of_entities_are_apart<S: Store>(store: &S) {
    let rows = KINDS.iter().enumerate().flat_map(|(place, spec)| {
        let last = u8::try_from(place).expect("there are few kinds") + 1;
        (0..=last).map(move |number| {
            let row = entity(number, &format!("2025-01-1{last}T11:30:00.000"));
            EntityRow {
                key: EntityKey {
                    kind: spec.kind(),
                    ..row.key
                },
                body: vec![last, number],
                ..row
            }
        })
    });
    let rows: Vec<_> = rows.collect();
    write(store, rows.iter().cloned().map(Write::PutEntity).collect()).await;

    for spec in KINDS {
        let kind = spec.kind();
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.key.kind == kind)
            .cloned()
            .collect();
        for row in &own {
            let mut answers = read(store, Query::Entity(row.key.clone())).await;
            assert_eq!(answers.take_entity().as_ref(), Some(row), "{kind:?}");
        }
        let by_id = Query::EntitiesById {
            kind: kind.clone(),
            after: Some(own[0].key.id),
            limit: 100,
        };
        assert_eq!(read(store, by_id).await.take_entities(), own[1..]);
        let timeline = Query::Timeline {
            kind: kind.clone(),
            deleted: false,
            from: None,
            before: None,
            limit: 100,
        };
        let newest_first: Vec<_> = own.iter().rev().cloned().collect();
        assert_eq!(read(store, timeline).await.take_entities(), newest_first);
        let count = Query::CountEntities(kind.clone());
        assert_eq!(read(store, count).await.take_count(), own.len() as u64);
        let ends = read(store, Query::Ends(kind.clone())).await.take_ends();
        let time = own[0].local_time.clone();
        assert_eq!(ends, Some((time.clone(), time)));
    }

    write(store, vec![Write::RemoveEntity(rows[0].key.clone())]).await;

    for row in &rows {
        let mut answers = read(store, Query::Entity(row.key.clone())).await;
        assert_eq!(answers.take_entity().is_some(), row.key != rows[0].key);
    }
}
