//! Rows of a store in order of their keys, whatever they hold. One that can't be read is passed over.

use js_sys::Array;
use lume_sync::kinds::MOOD;
use lume_sync::store::{StoreError, StoreName, Swept, SweptRow};
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbTransaction};

use super::{
    Number, answers, base_from_js, bytes_from_js, claim_from_js, count, count_from_js,
    entity_from_js, event_from_js, failed, history_from_js, keys, object_store, text,
};

pub(super) async fn run(
    tx: &IdbTransaction,
    store: StoreName,
    after: Option<&str>,
    limit: usize,
) -> Result<Swept, StoreError> {
    let Some(name) = name(store).filter(|_| limit > 0) else {
        return Ok(Swept::default());
    };
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
    let is_full = usize::try_from(names.length()).is_ok_and(|found| found == limit);
    let last = names.get(names.length().saturating_sub(1));
    Ok(Swept {
        rows: values
            .iter()
            .zip(names.iter())
            .filter_map(|(value, key)| row(store, &value, &key))
            .collect(),
        next: is_full.then(|| written(&last)),
    })
}

const fn name(store: StoreName) -> Option<&'static str> {
    match store {
        StoreName::Entries => Some("entries"),
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
        StoreName::Entries => entity_from_js(value, &MOOD.kind())
            .ok()
            .map(SweptRow::Entity),
        StoreName::Base => base_from_js(value).ok().map(SweptRow::Base),
        StoreName::Outbox => event_from_js(value).ok().map(SweptRow::Event),
        StoreName::Claims => claim_from_js(value).ok().map(SweptRow::Claim),
        StoreName::Drafts => Some(SweptRow::Draft(key.as_string()?, bytes_from_js(value)?)),
        StoreName::History => history_from_js(value).ok().map(SweptRow::History),
        StoreName::Meta | StoreName::Log | StoreName::Stats | StoreName::Search => None,
    }
}

/// A key as it goes into a cursor: a number in digits, the parts of a longer one with a slash between them.
fn written(key: &JsValue) -> String {
    if let Some(text) = key.as_string() {
        return text;
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
        StoreName::Base => {
            let (kind, id) = written.split_once('/').unwrap_or((written, ""));
            keys(&[text(kind), text(id)])
        }
        StoreName::Entries
        | StoreName::Claims
        | StoreName::Drafts
        | StoreName::Meta
        | StoreName::Log
        | StoreName::Stats
        | StoreName::Search => text(written),
    }
}
