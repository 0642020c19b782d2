//! Lists of what the backend keeps, page by page: asked for when somebody looks, and stored nowhere.

use std::future::Future;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::Feature;
use lume_sync::kept::{Kept, KeptError};

use crate::model::failure::{self, Failure};
use crate::shell::app_state::{App, use_app};
use crate::shell::services::AppEngine;

/// A list that grows.
pub(crate) struct KeptList<T: 'static> {
    /// What there is so far; `None` until the first answer.
    pub(crate) items: RwSignal<Option<Vec<T>>>,
    /// Whether there may be more.
    pub(crate) more: Memo<bool>,
    /// Whether an answer is waited for.
    pub(crate) asking: RwSignal<bool>,
    /// Why there is no answer.
    pub(crate) failure: RwSignal<Option<Failure>>,
    /// Whether another answer can come of asking again.
    pub(crate) can_ask_again: RwSignal<bool>,
    /// Asks for the next page, or again for the first.
    pub(crate) go_on: Callback<()>,
}

impl<T: 'static> Clone for KeptList<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for KeptList<T> {}

/// A list that begins to be read at once. `read` is given the place to go on at.
pub(crate) fn use_kept<T, F>(
    read: impl Fn(Rc<AppEngine>, Option<String>) -> F + 'static,
) -> KeptList<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<Kept<T>, KeptError>> + 'static,
{
    let app = use_app();
    let items = RwSignal::new(None::<Vec<T>>);
    let next = RwSignal::new(None::<String>);
    let asking = RwSignal::new(false);
    let failure = RwSignal::new(None);
    let can_ask_again = RwSignal::new(true);
    let read = StoredValue::new_local(Rc::new(read));
    let go_on = Callback::new(move |()| {
        let Some(engine) = app.engine().filter(|_| !asking.get_untracked()) else {
            return;
        };
        asking.set(true);
        let page = read.get_value()(engine, next.get_untracked());
        spawn_local(async move {
            let page = page.await;
            // The screen may be gone.
            if asking.try_set(false).is_some() {
                return;
            }
            match page {
                Ok(page) => {
                    failure.set(None);
                    next.set(page.next);
                    items.update(|items| items.get_or_insert_default().extend(page.items));
                }
                Err(error) => {
                    can_ask_again.set(error != KeptError::NotOffered);
                    failure.set(Some(failure::of_kept(&error)));
                }
            }
        });
    });
    go_on.run(());
    KeptList {
        items,
        more: Memo::new(move |_| next.with(Option::is_some)),
        asking,
        failure,
        can_ask_again,
        go_on,
    }
}

/// Whether the account's backend was found to have something.
pub(crate) fn offers(app: App, feature: Feature) -> Memo<bool> {
    Memo::new(move |_| {
        app.profile.with(|profile| {
            let offered = profile.backend.features.as_ref();
            profile.syncing().is_some() && offered.is_some_and(|all| all.contains(&feature))
        })
    })
}
