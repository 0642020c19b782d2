//! Answers to the engine's reads, by keys and indices alone: none looks at more rows than it gives.

use js_sys::Array;
use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use lume_sync::limits::EVENT_WAIT_MS_MAX;
use lume_sync::rows::{Counts, EntityKey, EntityRow, EventState, Kind, OutboxRow, Seq};
use lume_sync::store::{Answer, Query, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbCursor, IdbCursorDirection, IdbKeyRange, IdbTransaction};

use super::request::{answer, answers, failed, object_store};
use super::rows::{
    Number, base_from_js, bytes_from_js, claim_from_js, entity_from_js, event_from_js,
    history_from_js, listed_entity_from_js,
};

pub(super) mod derived;
mod history;
mod newest;
mod sweep;

pub(super) use history::newest_key as newest_history_key;

/// How many rows are looked at for the next one that can be read.
const NEXT_DUE_LOOK_MAX: usize = 20;

/// The object store of a kind's entities.
pub(super) fn entities_store(kind: &Kind) -> Result<&'static str, StoreError> {
    match kind.0.as_str() {
        "mood" => Ok("entries"),
        _ => Err(StoreError::Corrupt(
            "no object store for this kind".to_owned(),
        )),
    }
}

/// Answers one read within a transaction. The request is made at the first poll, so that several run at once.
pub(super) async fn run(tx: &IdbTransaction, query: Query) -> Result<Answer, StoreError> {
    match query {
        Query::Entity(key) => entity(tx, &key).await.map(Answer::Entity),
        Query::Base(key) => {
            let key = keys(&[text(&key.kind.0), text(&key.id)]);
            let row = answer(object_store(tx, "base")?.get(&key)).await?;
            found(&row).map(base_from_js).transpose().map(Answer::Base)
        }
        Query::Lane(key) => lane(tx, &key).await.map(Answer::Outbox),
        Query::Event(id) => {
            let range = IdbKeyRange::only(&text(&id)).map_err(|error| failed(&error))?;
            events_of(tx, "event_id", &range, 1)
                .await
                .map(Answer::Outbox)
        }
        Query::Due { now, limit } => due(tx, now, limit).await.map(Answer::Outbox),
        Query::NextDue => {
            let mut next =
                due_events(tx, &state_range(EventState::Pending)?, NEXT_DUE_LOOK_MAX).await?;
            next.truncate(1);
            Ok(Answer::Outbox(next))
        }
        Query::Outbox {
            states,
            after,
            limit,
        } => outbox(tx, &states, after, limit).await.map(Answer::Outbox),
        Query::Counts => counts(tx).await.map(Answer::Counts),
        Query::Claims => {
            let rows = answers(object_store(tx, "claims")?.get_all()).await?;
            rows.iter()
                .map(|row| claim_from_js(&row))
                .collect::<Result<_, _>>()
                .map(Answer::Claims)
        }
        Query::Meta(name) => named(tx, "meta", &name).await.map(Answer::Bytes),
        Query::Draft(name) => named(tx, "drafts", &name).await.map(Answer::Bytes),
        Query::Timeline {
            kind,
            deleted,
            from,
            before,
            limit,
        } => {
            let page = Page { kind: &kind, limit };
            match timeline_range(deleted, from.as_deref(), before.as_ref()) {
                Some(range) => timeline(tx, &page, &range).await.map(Answer::Entities),
                None => Ok(Answer::Entities(Vec::new())),
            }
        }
        Query::EntitiesById { kind, after, limit } => {
            by_id(tx, &Page { kind: &kind, limit }, after)
                .await
                .map(Answer::Entities)
        }
        Query::CountEntities(kind) => {
            let index = index(tx, entities_store(&kind)?, "timeline")?;
            let range = first_part_range(Number::from(false).0)?;
            answer(index.count_with_key(&range))
                .await
                .map(|count| Answer::Count(count_from_js(&count)))
        }
        Query::Ends(kind) => ends(tx, &kind).await.map(Answer::Ends),
        Query::Derived {
            shelf,
            kind,
            from,
            before,
            limit,
        } => {
            let range = derived::range(shelf, &kind, &from, before.as_deref());
            derived::run(tx, shelf, &kind, range, limit)
                .await
                .map(Answer::Derived)
        }
        Query::Sweep {
            store,
            after,
            limit,
        } => sweep::run(tx, store, after.as_deref(), limit)
            .await
            .map(Answer::Sweep),
        Query::History { key, limit } => history::run(tx, &key, limit).await.map(Answer::History),
        Query::Log { limit } => log(tx, limit).await.map(Answer::Log),
    }
}

/// The key of the newest log line, 0 if there is none.
pub(super) async fn newest_log_key(tx: &IdbTransaction) -> Result<u64, StoreError> {
    newest_key(tx, "log").await
}

/// The greatest key of a store that counts its rows, 0 if there is none.
async fn newest_key(tx: &IdbTransaction, store: &str) -> Result<u64, StoreError> {
    let request = object_store(tx, store)?
        .open_key_cursor_with_range_and_direction(&JsValue::UNDEFINED, IdbCursorDirection::Prev);
    let cursor = answer(request).await?;
    match found(&cursor) {
        Some(cursor) => {
            let key = cursor
                .unchecked_ref::<IdbCursor>()
                .key()
                .map_err(|error| failed(&error))?;
            Ok(count_from_js(&key))
        }
        None => Ok(0),
    }
}

struct Page<'a> {
    kind: &'a Kind,
    limit: usize,
}

async fn entity(tx: &IdbTransaction, key: &EntityKey) -> Result<Option<EntityRow>, StoreError> {
    let store = object_store(tx, entities_store(&key.kind)?)?;
    let row = answer(store.get(&text(&key.id))).await?;
    found(&row)
        .map(|row| entity_from_js(row, &key.kind))
        .transpose()
}

async fn lane(tx: &IdbTransaction, key: &EntityKey) -> Result<Vec<OutboxRow>, StoreError> {
    let lane = [text(&key.kind.0), text(&key.id)];
    let after_all = [lane[0].clone(), lane[1].clone(), Array::new().into()];
    let range =
        IdbKeyRange::bound(&keys(&lane), &keys(&after_all)).map_err(|error| failed(&error))?;
    events_of(tx, "lane", &range, usize::MAX).await
}

async fn due(
    tx: &IdbTransaction,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let pending = Number::from(EventState::Pending).0;
    let first = keys(std::slice::from_ref(&pending));
    let until_now = keys(&[pending.clone(), Number::from(now).0]);
    let come = IdbKeyRange::bound(&first, &until_now).map_err(|error| failed(&error))?;
    // What lies further ahead than any wait that is ever set was set before the clock jumped back: due as well.
    let wait_max = i64::try_from(EVENT_WAIT_MS_MAX).unwrap_or(i64::MAX);
    let too_far = keys(&[pending.clone(), Number::from(now.plus_millis(wait_max)).0]);
    let jumped =
        IdbKeyRange::bound_with_lower_open_and_upper_open(&too_far, &after(pending), true, false)
            .map_err(|error| failed(&error))?;
    let (come, jumped) =
        futures::future::join(due_events(tx, &come, limit), due_events(tx, &jumped, limit)).await;
    let mut events = come?;
    events.extend(jumped?);
    events.truncate(limit);
    Ok(events)
}

async fn outbox(
    tx: &IdbTransaction,
    states: &[EventState],
    after: Option<Seq>,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    // `getAll` takes a limit of 0 for none.
    if limit == 0 {
        return Ok(Vec::new());
    }
    let store = object_store(tx, "outbox")?;
    let after = after.map_or(0, |seq| seq.0);
    if states.is_empty() {
        let range = IdbKeyRange::lower_bound_with_open(&Number::from(after).0, true)
            .map_err(|e| failed(&e))?;
        let rows = answers(store.get_all_with_key_and_limit(&range, count(limit))).await?;
        return Ok(readable_events(&rows));
    }
    // The index over states is not in order of seq: its keys are few, and the rows are fetched in that order.
    let by_state = index(tx, "outbox", "due")?;
    let mut seqs = Vec::new();
    for state in states {
        let range: JsValue = state_range(*state)?.into();
        let keys = answers(by_state.get_all_keys_with_key(&range)).await?;
        seqs.extend(
            keys.iter()
                .map(|key| count_from_js(&key))
                .filter(|seq| *seq > after),
        );
    }
    seqs.sort_unstable();
    seqs.dedup();
    seqs.truncate(limit);
    let rows = seqs
        .into_iter()
        .map(|seq| answer(store.get(&Number::from(seq).0)));
    let rows = futures::future::join_all(rows).await;
    let rows = rows.into_iter().collect::<Result<Array, _>>()?;
    Ok(readable_events(&rows))
}

async fn counts(tx: &IdbTransaction) -> Result<Counts, StoreError> {
    let index = index(tx, "outbox", "due")?;
    let number = async |state| {
        let range: JsValue = state_range(state)?.into();
        let count = answer(index.count_with_key(&range)).await?;
        Ok::<u64, StoreError>(count_from_js(&count))
    };
    let (pending, held, dead, parked) = futures::future::join4(
        number(EventState::Pending),
        number(EventState::Held),
        number(EventState::Dead),
        number(EventState::Parked),
    )
    .await;
    Ok(Counts {
        pending: pending?,
        held: held?,
        dead: dead?,
        parked: parked?,
    })
}

async fn named(
    tx: &IdbTransaction,
    store: &'static str,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let value = answer(object_store(tx, store)?.get(&text(name))).await?;
    found(&value)
        .map(|value| {
            bytes_from_js(value).ok_or_else(|| StoreError::Corrupt(format!("{store}.{name}")))
        })
        .transpose()
}

/// A page of entities, newest first.
async fn timeline(
    tx: &IdbTransaction,
    page: &Page<'_>,
    range: &IdbKeyRange,
) -> Result<Vec<EntityRow>, StoreError> {
    let index = index(tx, entities_store(page.kind)?, "timeline")?;
    let mut rows = Vec::new();
    let mut rest = Some(range.clone());
    // What was never an entity takes up no place of the page.
    while let Some(range) = rest.take().filter(|_| rows.len() < page.limit) {
        let newest = newest::newest(&index, &range, page.limit - rows.len()).await?;
        let found = newest.rows.iter();
        rows.extend(found.filter_map(|row| listed_entity_from_js(row, page.kind)));
        rest = newest.rest;
    }
    Ok(rows)
}

/// The civil times at the ends of a kind's timeline.
async fn ends(tx: &IdbTransaction, kind: &Kind) -> Result<Option<(String, String)>, StoreError> {
    let index = index(tx, entities_store(kind)?, "timeline")?;
    let range = derived::dated(Number::from(false).0)?;
    let time = |key: JsValue| Array::from(&key).get(1).as_string();
    let ends = newest::ends(&index, &range).await?;
    Ok(ends.and_then(|(first, last)| time(first).zip(time(last))))
}

/// The part of the timeline that is asked for; `None` where its end is not after its beginning.
fn timeline_range(
    deleted: bool,
    from: Option<&str>,
    before: Option<&(String, EntityId)>,
) -> Option<IdbKeyRange> {
    let deleted = Number::from(deleted).0;
    let lower = match from {
        Some(from) => keys(&[deleted.clone(), text(from)]),
        None => keys(std::slice::from_ref(&deleted)),
    };
    let upper = match before {
        Some((local_time, id)) => keys(&[deleted, text(local_time), text(id)]),
        None => after(deleted),
    };
    IdbKeyRange::bound_with_lower_open_and_upper_open(&lower, &upper, false, true).ok()
}

async fn by_id(
    tx: &IdbTransaction,
    page: &Page<'_>,
    after: Option<EntityId>,
) -> Result<Vec<EntityRow>, StoreError> {
    let store = object_store(tx, entities_store(page.kind)?)?;
    let after = after.map_or_else(|| text(""), |id| text(&id));
    let range = IdbKeyRange::lower_bound_with_open(&after, true).map_err(|error| failed(&error))?;
    if page.limit == 0 {
        return Ok(Vec::new());
    }
    let rows = answers(store.get_all_with_key_and_limit(&range, count(page.limit))).await?;
    rows.iter()
        .map(|row| entity_from_js(&row, page.kind))
        .collect()
}

/// The newest lines. Keys have no gaps between the oldest and the newest line, since lines go at the old end only.
async fn log(tx: &IdbTransaction, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
    let newest = newest_log_key(tx).await?;
    let older = newest.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX));
    let range =
        IdbKeyRange::lower_bound_with_open(&Number::from(older).0, true).map_err(|e| failed(&e))?;
    let lines = answers(object_store(tx, "log")?.get_all_with_key(&range)).await?;
    lines
        .iter()
        .map(|line| bytes_from_js(&line).ok_or_else(|| StoreError::Corrupt("log".to_owned())))
        .collect()
}

async fn events_of(
    tx: &IdbTransaction,
    name: &str,
    range: &IdbKeyRange,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    events(
        &answers(index(tx, "outbox", name)?.get_all_with_key_and_limit(range, count(limit)))
            .await?,
    )
}

fn events(rows: &Array) -> Result<Vec<OutboxRow>, StoreError> {
    rows.iter().map(|row| event_from_js(&row)).collect()
}

/// Pending events of a range, in order of `not_before`, then seq.
async fn due_events(
    tx: &IdbTransaction,
    range: &IdbKeyRange,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let index = index(tx, "outbox", "due")?;
    let rows = answers(index.get_all_with_key_and_limit(range, count(limit))).await?;
    Ok(readable_events(&rows))
}

/// Those that are events of ours. One that is not stays where it is and is counted as what its state says; it must not
/// stand in front of all others. Its own lane is read strictly, so nothing is planned over it.
fn readable_events(rows: &Array) -> Vec<OutboxRow> {
    rows.iter()
        .filter_map(|row| event_from_js(&row).ok())
        .collect()
}

fn index(tx: &IdbTransaction, store: &str, name: &str) -> Result<web_sys::IdbIndex, StoreError> {
    object_store(tx, store)?
        .index(name)
        .map_err(|error| failed(&error))
}

/// All index keys that begin with this state.
fn state_range(state: EventState) -> Result<IdbKeyRange, StoreError> {
    first_part_range(Number::from(state).0)
}

fn first_part_range(first: JsValue) -> Result<IdbKeyRange, StoreError> {
    IdbKeyRange::bound(&keys(std::slice::from_ref(&first)), &after(first))
        .map_err(|error| failed(&error))
}

/// A key after every key that begins with `first` and goes on with a number or a text: arrays sort last.
fn after(first: JsValue) -> JsValue {
    keys(&[first, Array::new().into()])
}

fn keys(parts: &[JsValue]) -> JsValue {
    parts.iter().collect::<Array>().into()
}

fn text(value: &(impl ToString + ?Sized)) -> JsValue {
    JsValue::from_str(&value.to_string())
}

fn found(value: &JsValue) -> Option<&JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A limit as `getAll` takes it.
fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and keys that a database counted"
)]
fn count_from_js(value: &JsValue) -> u64 {
    value.as_f64().unwrap_or(0.0) as u64
}
