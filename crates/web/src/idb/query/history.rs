//! What was put aside of entities.

use js_sys::Array;
use lume_sync::rows::{EntityKey, HistoryRow};
use lume_sync::store::StoreError;
use web_sys::{IdbKeyRange, IdbTransaction};

use super::{answers, failed, history_from_js, index, keys, text};

/// One entity's, newest first. They are few: the whole range is read, and what can't be read is left out.
pub(super) async fn run(
    tx: &IdbTransaction,
    key: &EntityKey,
    limit: usize,
) -> Result<Vec<HistoryRow>, StoreError> {
    let entity = [text(&key.kind.0), text(&key.id)];
    let after_all = [entity[0].clone(), entity[1].clone(), Array::new().into()];
    let range =
        IdbKeyRange::bound(&keys(&entity), &keys(&after_all)).map_err(|error| failed(&error))?;
    let rows = answers(index(tx, "history", "entity")?.get_all_with_key(&range)).await?;
    let mut rows: Vec<_> = rows
        .iter()
        .filter_map(|row| history_from_js(&row).ok())
        .collect();
    rows.reverse();
    rows.truncate(limit);
    Ok(rows)
}

/// The newest row's key, 0 if there is none.
pub(in crate::idb) async fn newest_key(tx: &IdbTransaction) -> Result<u64, StoreError> {
    super::newest_key(tx, "history").await
}
