//! Reads for screens: run again when what they depend on changes, and an answer that came too late is dropped.

use std::future::Future;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::failure::{self, Failure};
use crate::shell::app_state::use_app;
use crate::shell::services::AppEngine;
use lume_sync::StoreError;

/// Reads again whenever the data or `key` changes. `None` until the first answer; the same answer once more redraws
/// nothing, so that a look for what other tabs did disturbs nobody.
pub(crate) fn use_query<K, T, F>(
    key: impl Fn() -> K + 'static,
    read: impl Fn(Rc<AppEngine>, K) -> F + 'static,
) -> ReadSignal<Option<Result<T, Failure>>>
where
    K: 'static,
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, StoreError>> + 'static,
{
    let app = use_app();
    let (answer, set_answer) = signal(None);
    let newest = StoredValue::new(0_u64);
    let read = Rc::new(read);
    Effect::new(move |_| {
        app.data.track();
        let key = key();
        let Some(engine) = app.engine() else { return };
        let number = newest.get_value() + 1;
        newest.set_value(number);
        let read = Rc::clone(&read);
        spawn_local(async move {
            let result = read(engine, key)
                .await
                .map_err(|error| failure::of_reading(&error));
            // The screen may be gone, or a later read may have answered already.
            let is_newest = newest.try_get_value() == Some(number);
            let is_known =
                answer.try_with_untracked(|known: &Option<_>| known.as_ref() == Some(&result));
            if is_newest && is_known == Some(false) {
                set_answer.try_set(Some(result));
            }
        });
    });
    answer
}

/// Reads something that is no entry, once and again with the data.
pub(crate) fn use_answer<T, F>(ask: impl Fn() -> F + 'static) -> ReadSignal<Option<T>>
where
    T: Send + Sync + 'static,
    F: Future<Output = T> + 'static,
{
    let app = use_app();
    let (answer, set_answer) = signal(None);
    Effect::new(move |_| {
        app.data.track();
        let asked = ask();
        spawn_local(async move {
            set_answer.try_set(Some(asked.await));
        });
    });
    answer
}
