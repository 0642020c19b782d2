//! The list of entries, page by page: newest first, and as far back as one scrolls.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::ids::EntityId;
use lume_sync::kinds::MOOD;

use crate::model::entry_view::EntryView;
use crate::model::failure::{self, Failure};
use crate::model::search::Needle;
use crate::shell::app_state::{App, use_app};
use crate::shell::services::AppEngine;

/// Entries that one step shows.
const PAGE: usize = 40;
/// Entries read at once while searching.
const SEARCH_READ: usize = 200;

/// A list that grows.
#[derive(Clone, Copy)]
pub(crate) struct Timeline {
    /// What was found so far; `None` until the first answer.
    pub(crate) entries: RwSignal<Option<Vec<EntryView>>>,
    /// Whether there may be more.
    pub(crate) more: RwSignal<bool>,
    /// Whether it is reading.
    pub(crate) reading: RwSignal<bool>,
    /// Why reading failed.
    pub(crate) failure: RwSignal<Option<Failure>>,
    app: App,
    needle: StoredValue<Option<Needle>>,
    /// Where the next step begins.
    cursor: StoredValue<Option<(String, EntityId)>>,
    /// Tells the newest list from those before.
    number: StoredValue<u64>,
}

/// A list of what `query` finds; read again when entries change, as far as it was read.
pub(crate) fn use_timeline(query: Memo<String>) -> Timeline {
    let app = use_app();
    let list = Timeline {
        entries: RwSignal::new(None),
        more: RwSignal::new(true),
        reading: RwSignal::new(false),
        failure: RwSignal::new(None),
        app,
        needle: StoredValue::new(None),
        cursor: StoredValue::new(None),
        number: StoredValue::new(0),
    };
    Effect::new(move |before: Option<String>| {
        app.data.track();
        let query = query.get();
        let is_other = before.is_some_and(|before| before != query);
        list.needle.set_value(Needle::new(&query));
        list.restart(is_other);
        query
    });
    list
}

impl Timeline {
    /// Reads the next step.
    pub(crate) fn load_more(self) {
        if self.reading.get_untracked() || !self.more.get_untracked() {
            return;
        }
        let known = self.entries.get_untracked().unwrap_or_default();
        self.read(known, PAGE, self.cursor.get_value());
    }

    /// Reads anew: as much as is shown, or the first step of another search.
    fn restart(self, is_other: bool) {
        let shown = self
            .entries
            .with_untracked(|entries| entries.as_ref().map_or(0, Vec::len));
        let wanted = if is_other { PAGE } else { shown.max(PAGE) };
        self.read(Vec::new(), wanted, None);
    }

    fn read(self, known: Vec<EntryView>, wanted: usize, cursor: Option<(String, EntityId)>) {
        let Some(engine) = self.app.engine() else {
            return;
        };
        let number = self.number.get_value() + 1;
        self.number.set_value(number);
        let needle = self.needle.get_value();
        spawn_local(async move {
            self.reading.try_set(true);
            let result = collect(engine, needle, known, wanted, cursor).await;
            if self.number.try_get_value() != Some(number) {
                return;
            }
            match result {
                Ok(found) => {
                    self.cursor.set_value(found.cursor);
                    self.more.set(found.more);
                    self.failure.set(None);
                    let found = Some(found.entries);
                    if self.entries.with_untracked(|known| *known != found) {
                        self.entries.set(found);
                    }
                }
                Err(error) => self.failure.set(Some(failure::of_reading(&error))),
            }
            self.reading.set(false);
        });
    }
}

struct Found {
    entries: Vec<EntryView>,
    cursor: Option<(String, EntityId)>,
    more: bool,
}

/// Reads until so many more were found or nothing is left.
async fn collect(
    engine: Rc<AppEngine>,
    needle: Option<Needle>,
    mut entries: Vec<EntryView>,
    wanted: usize,
    mut cursor: Option<(String, EntityId)>,
) -> Result<Found, lume_sync::StoreError> {
    let limit = if needle.is_some() {
        SEARCH_READ
    } else {
        wanted
    };
    let goal = entries.len() + wanted;
    loop {
        let page = engine
            .timeline(&MOOD.kind(), None, cursor.clone(), limit)
            .await?;
        let more = page.len() == limit;
        for listed in &page {
            let view = EntryView::listed(listed);
            cursor = Some((view.sort.clone(), view.key.id));
            if needle.as_ref().is_none_or(|needle| needle.matches(&view)) {
                entries.push(view);
            }
        }
        if !more || entries.len() >= goal {
            return Ok(Found {
                entries,
                cursor,
                more,
            });
        }
    }
}
