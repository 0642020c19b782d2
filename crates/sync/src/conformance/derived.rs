//! Derived rows, and reads that they are built by.

use super::fixtures::{entity, entity_id, entity_ids, read, write};
use crate::kinds::MOOD;
use crate::rows::{DerivedRow, EntityRow, Kind, Shelf};
use crate::store::{Query, Store, Write};

const WEEKS: [&str; 4] = ["2024-12-30", "2025-01-06", "2025-01-13", "2025-01-20"];

fn row(shelf: Shelf, kind: &str, week: &str) -> DerivedRow {
    DerivedRow {
        shelf,
        kind: Kind(kind.to_owned()),
        week: week.to_owned(),
        body: if shelf == Shelf::Stale {
            Vec::new()
        } else {
            week.bytes().chain([0, 255]).collect()
        },
    }
}

/// Every shelf and two kinds with the same weeks.
async fn put_all<S: Store>(store: &S) {
    let shelves = Shelf::ALL.into_iter();
    let rows = shelves.flat_map(|shelf| {
        let kinds = [MOOD.name, "moods"].into_iter();
        kinds.flat_map(move |kind| WEEKS.map(|week| Write::PutDerived(row(shelf, kind, week))))
    });
    write(store, rows.collect()).await;
}

async fn rows<S: Store>(
    store: &S,
    shelf: Shelf,
    from: &str,
    before: Option<&str>,
    limit: usize,
) -> Vec<DerivedRow> {
    let query = Query::Derived {
        shelf,
        kind: MOOD.kind(),
        from: from.to_owned(),
        before: before.map(str::to_owned),
        limit,
    };
    read(store, query).await.take_derived()
}

async fn weeks<S: Store>(
    store: &S,
    shelf: Shelf,
    from: &str,
    before: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let rows = rows(store, shelf, from, before, limit).await;
    rows.into_iter().map(|row| row.week).collect()
}

/// `from` is inclusive, `before` is not, and neither need be a row's.
pub async fn derived_rows_come_newest_first_within_their_bounds<S: Store>(store: &S) {
    put_all(store).await;
    for shelf in Shelf::ALL {
        let all = rows(store, shelf, "", None, usize::MAX).await;
        let expected = WEEKS.map(|week| row(shelf, MOOD.name, week));
        assert!(all.iter().eq(expected.iter().rev()), "{shelf:?}");
        for limit in 0..=5 {
            let newest = rows(store, shelf, "", None, limit).await;
            assert!(newest == all[..limit.min(4)], "{shelf:?}, {limit}");
        }
    }
    let between =
        async |from, before, limit| weeks(store, Shelf::Texts, from, Some(before), limit).await;
    assert_eq!(between(WEEKS[1], WEEKS[3], 9).await, [WEEKS[2], WEEKS[1]]);
    assert_eq!(between("2025-01-01", "2025-01-13~", 1).await, [WEEKS[2]]);
    assert!(between(WEEKS[1], WEEKS[1], 9).await.is_empty());
    assert!(between(WEEKS[2], WEEKS[1], 9).await.is_empty());

    let again = DerivedRow {
        body: vec![7],
        ..row(Shelf::Texts, MOOD.name, WEEKS[0])
    };
    write(store, vec![Write::PutDerived(again.clone())]).await;
    let found = rows(store, Shelf::Texts, "", Some(WEEKS[1]), 9).await;
    assert!(found == [again], "a row is replaced");
}

/// Only those that are meant: of that shelf, kind and time.
pub async fn derived_rows_are_removed_by_weeks_and_by_shelves<S: Store>(store: &S) {
    put_all(store).await;
    let remove = |shelf, from: &str, before: Option<&str>| Write::RemoveDerived {
        shelf,
        kind: MOOD.kind(),
        from: from.to_owned(),
        before: before.map(str::to_owned),
    };
    write(
        store,
        vec![
            remove(Shelf::Digests, WEEKS[1], Some(WEEKS[3])),
            remove(Shelf::Stale, WEEKS[2], None),
            remove(Shelf::Texts, WEEKS[2], Some(WEEKS[1])),
        ],
    )
    .await;
    let all = async |shelf| weeks(store, shelf, "", None, 9).await;
    assert_eq!(all(Shelf::Digests).await, [WEEKS[3], WEEKS[0]]);
    assert_eq!(all(Shelf::Stale).await, [WEEKS[1], WEEKS[0]]);
    assert_eq!(all(Shelf::Texts).await.len(), 4, "an empty stretch is none");

    write(store, vec![Write::ClearShelf(Shelf::Digests)]).await;
    assert!(all(Shelf::Digests).await.is_empty());
    assert_eq!(all(Shelf::Stale).await.len(), 2, "of the same store");
    let others = Query::Derived {
        shelf: Shelf::Stale,
        kind: Kind("moods".to_owned()),
        from: String::new(),
        before: None,
        limit: 9,
    };
    assert_eq!(read(store, others).await.take_derived().len(), 4);
}

/// Times that do not begin with a digit are no times.
pub async fn the_ends_of_a_timeline_are_the_first_and_the_last_that_are_not_deleted<S: Store>(
    store: &S,
) {
    let ends = async || read(store, Query::Ends(MOOD.kind())).await.take_ends();
    assert_eq!(ends().await, None);
    let deleted = |row: EntityRow| EntityRow {
        deleted: true,
        ..row
    };
    let put = |row| Write::PutEntity(row);
    write(
        store,
        vec![
            put(deleted(entity(1, "1999-01-01T00:00:00.000"))),
            put(entity(2, "2025-01-15T12:00:00.000")),
            put(entity(3, "")),
            put(entity(4, "soon")),
            put(deleted(entity(5, "2030-01-01T00:00:00.000"))),
        ],
    )
    .await;
    let noon = "2025-01-15T12:00:00.000".to_owned();
    assert_eq!(ends().await, Some((noon.clone(), noon.clone())));

    let first = "2001-01-01T00:00:00.000";
    write(store, vec![put(entity(6, first))]).await;
    assert_eq!(ends().await, Some((first.to_owned(), noon)));
}

/// Whatever the size of a page, it has the newest entities of its stretch, and all of them in order.
pub async fn a_timeline_comes_in_pages_of_any_size<S: Store>(store: &S) {
    let rows = (1..=9).map(|number| entity(number, &format!("2025-01-1{number}T12:00")));
    write(store, rows.map(Write::PutEntity).collect()).await;
    for limit in [0, 1, 2, 7, 8, 9, 10, usize::MAX] {
        let query = Query::Timeline {
            kind: MOOD.kind(),
            deleted: false,
            from: Some("2025-01-12".to_owned()),
            before: Some(("2025-01-19".to_owned(), entity_id(0))),
            limit,
        };
        let found = read(store, query).await.take_entities();
        let expected: Vec<_> = (2..=8).rev().map(entity_id).take(limit).collect();
        assert_eq!(entity_ids(&found), expected, "{limit}");
    }
}
