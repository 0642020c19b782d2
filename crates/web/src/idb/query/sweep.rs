//! Rows of a store in order of their keys, whatever they hold. One that can't be read is passed over.

use js_sys::Array;
use lume_sync::kinds::MOOD;
use lume_sync::store::{StoreError, StoreName, Swept, SweptRow};
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbTransaction};

use super::{
    Number, answers, base_from_js, bytes_from_js, claim_from_js, count, count_from_js,
    entity_from_js, event_from_js, failed, history_from_js, keys, kind_from_js, object_store, text,
};
use crate::idb::entities::{ENTITIES, ENTRIES};

pub(super) async fn run(
    tx: &IdbTransaction,
    store: StoreName,
    after: Option<&str>,
    limit: usize,
) -> Result<Swept, StoreError> {
    let Some(name) = name(store).filter(|_| limit > 0) else {
        return Ok(Swept::default());
    };
    let mut swept = Pages::default();
    // Moods first, then what stands behind them.
    let is_behind = store == StoreName::Entries && after.is_some_and(|after| !is_mood(after));
    if !is_behind {
        swept.look(tx, name, store, after, limit).await?;
    }
    if store == StoreName::Entries && swept.looked < limit {
        let (after, left) = (after.filter(|_| is_behind), limit - swept.looked);
        swept.look(tx, ENTITIES, store, after, left).await?;
    }
    Ok(Swept {
        next: swept.last.filter(|_| swept.looked == limit),
        rows: swept.rows,
    })
}

/// What was looked at.
#[derive(Default)]
struct Pages {
    rows: Vec<SweptRow>,
    looked: usize,
    last: Option<String>,
}

impl Pages {
    async fn look(
        &mut self,
        tx: &IdbTransaction,
        name: &'static str,
        store: StoreName,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(), StoreError> {
        let rows = object_store(tx, name)?;
        let range = match after {
            Some(after) => IdbKeyRange::lower_bound_with_open(&key(store, after), true)
                .map_err(|error| failed(&error))?
                .into(),
            None => JsValue::UNDEFINED,
        };
        let values = rows.get_all_with_key_and_limit(&range, count(limit));
        let names = rows.get_all_keys_with_key_and_limit(&range, count(limit));
        let (values, names) = futures::future::join(answers(values), answers(names)).await;
        let (values, names) = (values?, names?);
        let read = values.iter().zip(names.iter());
        self.rows
            .extend(read.filter_map(|(value, key)| row(store, &value, &key)));
        self.looked += usize::try_from(names.length()).unwrap_or(limit);
        if names.length() > 0 {
            self.last = Some(written(store, &names.get(names.length() - 1)));
        }
        Ok(())
    }
}

/// Whether an entity's key, as it is written, is that of a mood. Before there were others it was the id alone.
fn is_mood(written: &str) -> bool {
    written
        .split_once('/')
        .is_none_or(|(kind, _)| kind == MOOD.name)
}

const fn name(store: StoreName) -> Option<&'static str> {
    match store {
        StoreName::Entries => Some(ENTRIES),
        StoreName::Base => Some("base"),
        StoreName::Outbox => Some("outbox"),
        StoreName::Claims => Some("claims"),
        StoreName::Drafts => Some("drafts"),
        StoreName::History => Some("history"),
        StoreName::Meta | StoreName::Log | StoreName::Stats | StoreName::Search => None,
    }
}

fn row(store: StoreName, value: &JsValue, key: &JsValue) -> Option<SweptRow> {
    match store {
        StoreName::Entries => {
            let kind = kind_from_js(value).unwrap_or_else(|| MOOD.kind());
            entity_from_js(value, &kind).ok().map(SweptRow::Entity)
        }
        StoreName::Base => base_from_js(value).ok().map(SweptRow::Base),
        StoreName::Outbox => event_from_js(value).ok().map(SweptRow::Event),
        StoreName::Claims => claim_from_js(value).ok().map(SweptRow::Claim),
        StoreName::Drafts => Some(SweptRow::Draft(key.as_string()?, bytes_from_js(value)?)),
        StoreName::History => history_from_js(value).ok().map(SweptRow::History),
        StoreName::Meta | StoreName::Log | StoreName::Stats | StoreName::Search => None,
    }
}

/// A key as it goes into a cursor: a number in digits, the parts of a longer one with a slash between them.
fn written(store: StoreName, key: &JsValue) -> String {
    if let Some(text) = key.as_string() {
        return match store {
            StoreName::Entries => format!("{}/{text}", MOOD.name),
            StoreName::Base
            | StoreName::Outbox
            | StoreName::Claims
            | StoreName::Drafts
            | StoreName::History
            | StoreName::Meta
            | StoreName::Log
            | StoreName::Stats
            | StoreName::Search => text,
        };
    }
    if Array::is_array(key) {
        let parts = Array::from(key);
        return parts
            .iter()
            .map(|part| part.as_string().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("/");
    }
    count_from_js(key).to_string()
}

/// The key that was written so.
fn key(store: StoreName, written: &str) -> JsValue {
    match store {
        StoreName::Outbox | StoreName::History => {
            Number::from(written.parse::<u64>().unwrap_or(0)).0
        }
        StoreName::Entries if is_mood(written) => {
            text(written.split_once('/').map_or(written, |(_, id)| id))
        }
        StoreName::Base | StoreName::Entries => {
            let (kind, id) = written.split_once('/').unwrap_or((written, ""));
            keys(&[text(kind), text(id)])
        }
        StoreName::Claims
        | StoreName::Drafts
        | StoreName::Meta
        | StoreName::Log
        | StoreName::Stats
        | StoreName::Search => text(written),
    }
}
