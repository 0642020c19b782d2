//! Sweeps meet every row of a store once.

use std::collections::BTreeSet;

use super::fixtures::{aside, base, claim, entity, entity_id, event, read, write};
use crate::kinds::MOOD_DEF;
use crate::rows::EntityKey;
use crate::store::{Query, Store, StoreName, SweptRow, Write};

/// In pages of every size, whose ends are where rows end and where they do not.
pub async fn a_sweep_meets_every_row_of_a_store_once<S: Store>(store: &S) {
    let numbers = 1..=12;
    // Some are of another kind, under an id that one of the first kind has too.
    let entities = numbers.clone().map(|number| {
        let mut row = entity(number, "2025-01-15T11:30:00.000");
        if number > 8 {
            row.key = EntityKey {
                kind: MOOD_DEF.kind(),
                id: entity_id(number - 8),
            };
        }
        Write::PutEntity(row)
    });
    let bases = numbers.clone().map(|number| Write::PutBase(base(number)));
    let events = numbers.clone().map(|number| Write::PutEvent(event(number)));
    let claims = numbers.clone().map(|number| Write::PutClaim(claim(number)));
    let drafts = numbers
        .clone()
        .map(|number| Write::PutDraft(format!("draft {number}"), vec![1, number]));
    let history = numbers
        .clone()
        .map(|number| Write::PutHistory(aside(number)));
    write(
        store,
        entities
            .chain(bases)
            .chain(events)
            .chain(claims)
            .chain(drafts)
            .chain(history)
            .collect(),
    )
    .await;

    let stores = [
        StoreName::Entries,
        StoreName::Base,
        StoreName::Outbox,
        StoreName::Claims,
        StoreName::Drafts,
        StoreName::History,
    ];
    for swept in stores {
        for limit in [1, 5, 8, 12, 13] {
            let rows = all(store, swept, limit).await;
            let names: BTreeSet<String> = rows.iter().map(name).collect();
            assert_eq!((rows.len(), names.len()), (12, 12), "{swept:?} by {limit}");
        }
    }
}

/// Stores without bodies have nothing to sweep.
pub async fn records_and_log_lines_are_not_swept<S: Store>(store: &S) {
    let writes = vec![
        Write::PutMeta("profile".to_owned(), vec![1]),
        Write::AppendLog(vec![1]),
    ];
    write(store, writes).await;
    for swept in [StoreName::Meta, StoreName::Log] {
        assert!(all(store, swept, 5).await.is_empty(), "{swept:?}");
    }
}

async fn all<S: Store>(store: &S, swept: StoreName, limit: usize) -> Vec<SweptRow> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let query = Query::Sweep {
            store: swept,
            after,
            limit,
        };
        let mut answers = read(store, query).await;
        let page = answers.take_sweep();
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

fn name(row: &SweptRow) -> String {
    match row {
        SweptRow::Entity(row) => format!("{} {}", row.key.kind.0, row.key.id),
        SweptRow::Base(row) => row.key.id.to_string(),
        SweptRow::Event(row) => row.event_id.to_string(),
        SweptRow::Claim(row) => row.id.to_string(),
        SweptRow::Draft(name, _) => name.clone(),
        SweptRow::History(row) => row.key.id.to_string(),
    }
}
