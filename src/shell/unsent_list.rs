//! A list of unsent events, page by page: as far as one asks for more.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_sync::rows::Seq;
use lume_sync::unsent::{Unsent, UnsentPage, Wanted};

use crate::model::failure::{self, Failure};
use crate::shell::app_state::{App, use_app};

/// Events shown at first.
const PAGE: usize = 20;
/// Events that each further step shows.
const PAGE_MORE: usize = 100;

/// A list that grows.
#[derive(Clone, Copy)]
pub(crate) struct UnsentList {
    /// What was found so far; `None` until the first answer.
    pub(crate) events: RwSignal<Option<Vec<Unsent>>>,
    /// Whether there are more.
    pub(crate) more: RwSignal<bool>,
    /// Why reading failed.
    pub(crate) failure: RwSignal<Option<Failure>>,
    app: App,
    wanted: Wanted,
    /// How many are asked for.
    asked: StoredValue<usize>,
    /// Where the next step begins.
    next: StoredValue<Option<Seq>>,
    reading: StoredValue<bool>,
    /// Something changed while it was reading.
    again: StoredValue<bool>,
}

/// The events that are wanted; read again when something changes, as far as they were read.
pub(crate) fn use_unsent(wanted: Wanted) -> UnsentList {
    let app = use_app();
    let list = UnsentList {
        events: RwSignal::new(None),
        more: RwSignal::new(false),
        failure: RwSignal::new(None),
        app,
        wanted,
        asked: StoredValue::new(PAGE),
        next: StoredValue::new(None),
        reading: StoredValue::new(false),
        again: StoredValue::new(false),
    };
    let counts = Memo::new(move |_| {
        app.status
            .with(|status| status.as_ref().map(|status| status.counts))
    });
    Effect::new(move |_| {
        app.data.track();
        counts.track();
        list.refresh();
    });
    list
}

impl UnsentList {
    /// Reads the next step.
    pub(crate) fn load_more(self) {
        if !self.more.get_untracked() {
            return;
        }
        self.asked.update_value(|asked| *asked += PAGE_MORE);
        if self.reading.get_value() {
            self.again.set_value(true);
        } else {
            self.read(self.next.get_value(), PAGE_MORE);
        }
    }

    /// Reads anew as much as was asked for. During a pass everything changes many times a second, so one reading runs
    /// at a time, and once more if something changed meanwhile.
    fn refresh(self) {
        if self.reading.get_value() {
            self.again.set_value(true);
        } else {
            self.read(None, self.asked.get_value());
        }
    }

    fn read(self, after: Option<Seq>, limit: usize) {
        let Some(engine) = self.app.engine() else {
            return;
        };
        self.reading.set_value(true);
        spawn_local(async move {
            let page = engine.unsent(self.wanted, after, limit).await;
            // The screen may be gone.
            if self.reading.try_set_value(false).is_some() {
                return;
            }
            match page {
                Ok(page) => self.show(after.is_some(), page),
                Err(error) => self.failure.set(Some(failure::of_reading(&error))),
            }
            if self.again.get_value() {
                self.again.set_value(false);
                self.refresh();
            }
        });
    }

    fn show(self, is_next: bool, page: UnsentPage) {
        self.failure.set(None);
        self.next.set_value(page.next);
        self.more.set(page.next.is_some());
        self.events.update(|events| match events {
            Some(events) if is_next => events.extend(page.events),
            Some(_) | None => *events = Some(page.events),
        });
    }
}
