//! The list of entries, newest first, as far back as there are any, of which only what is near the view is in the
//! document.
//!
//! One task at a time reads for a list; another question begins another list, and what was read for the one before is
//! dropped. What changes in the database is read again in the pages that are shown, each within its own bounds, so that
//! nobody loses their place. Which pages to read and to drop is decided in [`crate::model::pages`].

mod source;
mod work;

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use lume_core::day::DayStart;
use lume_sync::{StoreError, Wanted};

use self::source::Source;
use crate::model::days::{Day, tears_a_day};
use crate::model::failure::{self, Failure};
use crate::model::lookup::{Lookup, PATH};
use crate::model::pages::{Item, PageId, Pages, View};
use crate::shell::app_state::{App, use_app};
use crate::shell::scrolling;
use crate::shell::visits::{self, Visit};

/// What a list is to show.
#[derive(Clone, PartialEq)]
pub(crate) struct Asked {
    /// As the address says it.
    pub(crate) lookup: Lookup,
    /// What that means; `None` for all entries.
    pub(crate) wanted: Option<Wanted>,
    /// When days begin.
    pub(crate) start: DayStart,
}

/// What stands in the list.
#[derive(Clone)]
pub(crate) enum Row {
    /// Some days.
    Page {
        /// Which list it is of.
        list: u64,
        /// Which page of it.
        id: PageId,
        /// Its days; they change with the database.
        days: ArcRwSignal<Vec<Day>>,
        /// Whether its first day began on the page before.
        is_torn: bool,
    },
    /// Room for pages that are not there.
    Gap {
        /// Which list it is of.
        list: u64,
        /// The first of them.
        first: PageId,
        /// In CSS pixels.
        height: f64,
    },
}

impl Row {
    /// Changes when it is to be drawn anew.
    pub(crate) fn key(&self) -> (u64, u64, u64) {
        match self {
            Self::Page { list, id, .. } => (*list, id.0, 0),
            Self::Gap {
                list,
                first,
                height,
            } => (*list, first.0, height.to_bits()),
        }
    }
}

/// How many entries there are, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tally {
    /// Nothing was read yet.
    #[default]
    Unknown,
    /// So many.
    All(u64),
    /// More than so many.
    MoreThan(u64),
}

/// A list.
#[derive(Clone, Copy)]
pub(crate) struct Timeline {
    /// What stands in it; `None` until the first answer.
    pub(crate) rows: RwSignal<Option<Vec<Row>>>,
    /// How much there is.
    pub(crate) tally: RwSignal<Tally>,
    /// What it answers. It may be behind what is asked.
    pub(crate) shown: RwSignal<Lookup>,
    /// Whether there may be something newer than its beginning.
    pub(crate) has_newer: RwSignal<bool>,
    /// Whether there may be something older than its end.
    pub(crate) has_older: RwSignal<bool>,
    /// Whether it is reading.
    pub(crate) reading: RwSignal<bool>,
    /// Why reading failed.
    pub(crate) failure: RwSignal<Option<Failure>>,
    app: StoredValue<App>,
    element: NodeRef<html::Div>,
    state: StoredValue<State, LocalStorage>,
}

/// What the list knows of itself.
#[derive(Default)]
struct State {
    /// Tells the newest list from those before.
    number: u64,
    asked: Option<Asked>,
    source: Source,
    pages: Pages,
    days: BTreeMap<PageId, ArcRwSignal<Vec<Day>>>,
    /// What stands in the document.
    items: Vec<Item>,
    /// How many entries the first read found.
    first_rows: usize,
    /// Whether a task is reading.
    is_busy: bool,
    waiting: Waiting,
    view: View,
    position: f64,
}

/// What a list is to do beside what scrolling asks for.
#[derive(Clone, Copy, Default)]
struct Waiting {
    /// The database has changed since.
    again: bool,
    /// The person wants what is newer than the beginning.
    newer: bool,
    /// The person wants what is older than the end, near or not.
    older: bool,
}

/// A list of what is asked for, in `element`.
pub(crate) fn use_timeline(asked: Memo<Asked>, element: NodeRef<html::Div>) -> Timeline {
    let app = use_app();
    let list = Timeline {
        rows: RwSignal::new(None),
        tally: RwSignal::new(Tally::Unknown),
        shown: RwSignal::new(Lookup::default()),
        has_newer: RwSignal::new(false),
        has_older: RwSignal::new(true),
        reading: RwSignal::new(false),
        failure: RwSignal::new(None),
        app: StoredValue::new(app),
        element,
        state: StoredValue::new_local(State::default()),
    };
    Effect::new(move |before: Option<Asked>| {
        app.data.track();
        let asked = asked.get();
        let is_known = before.is_some_and(|before| before == asked);
        if is_known && list.rows.with_untracked(Option::is_some) {
            list.refresh();
        } else {
            list.begin(asked.clone());
        }
        asked
    });
    let path = use_location().pathname;
    let moved = move || {
        // What is scrolled on the way to another place is not this one's.
        if path.get_untracked() == PATH {
            list.note_view();
            list.wake();
        }
    };
    let scrolled = window_event_listener(ev::scroll, move |_| moved());
    let resized = window_event_listener(ev::resize, move |_| moved());
    scrolling::restores_itself(false);
    on_cleanup(move || {
        list.remember();
        scrolling::restores_itself(true);
        scrolled.remove();
        resized.remove();
    });
    list
}

impl Timeline {
    /// Whether it has nothing to show.
    pub(crate) fn is_empty(self) -> bool {
        let is_at_end = !self.has_older.get();
        match self.tally.get() {
            Tally::All(count) => count == 0,
            Tally::MoreThan(count) => count == 0 && is_at_end,
            Tally::Unknown => false,
        }
    }

    /// Reads what is older than the end.
    pub(crate) fn read_older(self) {
        self.with(|state| state.waiting.older = true);
        self.wake();
    }

    /// Reads what is newer than the beginning.
    pub(crate) fn read_newer(self) {
        self.with(|state| state.waiting.newer = true);
        self.wake();
    }

    /// Begins another list.
    fn begin(self, asked: Asked) {
        let Some(services) = self.app().and_then(App::services) else {
            return;
        };
        self.remember();
        let visit = visits::take_return(&services.database, &asked);
        let number = self.with(|state| {
            state.number += 1;
            state.is_busy = true;
            state.number
        });
        let Some(number) = number else { return };
        let engine = Rc::clone(&services.engine);
        spawn_local(async move {
            self.reading.try_set(true);
            let begun = self.read_first(&engine, number, asked, visit).await;
            let done = match begun {
                Ok(()) => self.keep_up(&engine, number).await,
                Err(error) => Err(error),
            };
            self.done(number, done);
        });
    }

    /// Reads again what is shown.
    fn refresh(self) {
        self.with(|state| state.waiting.again = true);
        self.wake();
    }

    /// Has done what there is to do, unless a task is at it already.
    fn wake(self) {
        let Some(engine) = self.app().and_then(App::engine) else {
            return;
        };
        let number = self.with(|state| {
            let can_start = !state.is_busy && state.asked.is_some();
            state.is_busy |= can_start;
            can_start.then_some(state.number)
        });
        let Some(Some(number)) = number else { return };
        spawn_local(async move {
            // Many events come within one frame, and where the list is can be asked only once in it without effort.
            scrolling::next_frame().await;
            let done = self.keep_up(&engine, number).await;
            self.done(number, done);
        });
    }

    fn done(self, number: u64, result: Result<(), StoreError>) {
        if !self.is_newest(number) {
            return;
        }
        self.with(|state| state.is_busy = false);
        self.reading.try_set(false);
        let failed = result.err().map(|error| failure::of_reading(&error));
        if self.failure.with_untracked(|known| *known != failed) {
            self.failure.set(failed);
        }
    }

    /// Puts into the document what the pages say.
    fn publish(self) {
        let published = self.with(|state| {
            let items = state.pages.items();
            let has_newer = state.pages.start().is_some();
            let has_older = state.pages.has_older();
            let tally = if has_newer || has_older {
                Tally::MoreThan(count(state.first_rows))
            } else {
                Tally::All(count(state.pages.rows()))
            };
            let rows =
                (state.items != items || state.items.is_empty()).then(|| rows(state, &items));
            state.items = items;
            (rows, tally, has_newer, has_older)
        });
        let Some((rows, tally, has_newer, has_older)) = published else {
            return;
        };
        if rows.is_some() {
            self.rows.try_set(rows);
        }
        set_if_new(self.tally, tally);
        set_if_new(self.has_newer, has_newer);
        set_if_new(self.has_older, has_older);
    }

    fn note_view(self) {
        let Some(list) = self.element.try_get_untracked().flatten() else {
            return;
        };
        self.with(|state| {
            state.view = scrolling::view(&list);
            state.position = scrolling::position();
        });
    }

    /// Keeps how the list is left, for the way back.
    fn remember(self) {
        let Some(services) = self.app().and_then(App::services) else {
            return;
        };
        let left = self.with(|state| {
            let mut pages = state.pages.clone();
            pages.drop_all();
            let visit = Visit {
                pages,
                view: state.view,
                position: state.position,
            };
            state.asked.clone().map(|asked| (asked, visit))
        });
        if let Some(Some((asked, visit))) = left {
            visits::remember(&services.database, asked, visit);
        }
    }

    fn app(self) -> Option<App> {
        self.app.try_get_value()
    }

    fn is_newest(self, number: u64) -> bool {
        self.with(|state| state.number == number) == Some(true)
    }

    /// `None` when the screen is gone.
    fn with<T>(self, call: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state.try_update_value(call)
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|known| *known != value) == Some(true) {
        signal.set(value);
    }
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn rows(state: &State, items: &[Item]) -> Vec<Row> {
    let row = |item: &Item| match *item {
        Item::Gap { first, height } => Some(Row::Gap {
            list: state.number,
            first,
            height,
        }),
        Item::Page(id) => Some(Row::Page {
            list: state.number,
            id,
            days: state.days.get(&id)?.clone(),
            is_torn: state.pages.get(id)?.start.as_ref().is_some_and(tears_a_day),
        }),
    };
    items.iter().filter_map(row).collect()
}
