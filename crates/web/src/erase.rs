//! Removing what this origin keeps beside a known profile: caches, the service worker, small storage, and databases that no
//! registry names any more.

use js_sys::{Array, Promise};
use lume_sync::store::StoreError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{global, idb, js};

/// Removes every cache, ends the service worker's registration, and empties local and session storage. What a browser
/// does not have needs no removing.
pub async fn erase_caches_and_worker() {
    if let Some(caches) = global::property("caches") {
        for name in listed(&caches, "keys").await {
            drop(settled(js::call(&caches, "delete", &[&name])).await);
        }
    }
    if let Some(workers) = global::navigator("serviceWorker") {
        for registration in listed(&workers, "getRegistrations").await {
            drop(settled(js::call(&registration, "unregister", &[])).await);
        }
    }
    for name in ["localStorage", "sessionStorage"] {
        if let Some(storage) = global::property(name) {
            drop(js::call(&storage, "clear", &[]));
        }
    }
}

/// Deletes every database whose name is `name` or begins with it and a colon. A browser that does not list its databases
/// has those deleted that the registry knew.
///
/// # Errors
///
/// [`StoreError::Blocked`] if another tab holds one open; others if one can't be deleted. The rest is deleted all the same.
pub async fn erase_databases(name: &str) -> Result<(), StoreError> {
    let mut outcome = Ok(());
    let Some(databases) = global::property("indexedDB") else {
        return outcome;
    };
    let mut names: Vec<String> = listed(&databases, "databases")
        .await
        .iter()
        .filter_map(|database| js::property(database, "name")?.as_string())
        .filter(|found| {
            found
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(':'))
        })
        .collect();
    // The registry goes last: until then a next start knows what is left.
    names.push(name.to_owned());
    for name in names {
        let deleted = idb::delete_database(&name).await;
        outcome = outcome.and(deleted);
    }
    outcome
}

/// What a method that promises a list gives; nothing where there is no such method.
async fn listed(object: &JsValue, method: &str) -> Vec<JsValue> {
    settled(js::call(object, method, &[]))
        .await
        .and_then(|list| list.dyn_into::<Array>().ok())
        .map(|list| list.to_vec())
        .unwrap_or_default()
}

async fn settled(promise: Result<JsValue, JsValue>) -> Option<JsValue> {
    let promise: Promise = promise.ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
