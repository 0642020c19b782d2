//! What is done for a list: its beginning, what comes near the view, and what has changed.

use std::collections::BTreeMap;

use leptos::prelude::*;
use lume_core::day::DayStart;
use lume_core::time::LocalDateTime;
use lume_sync::StoreError;

use super::source::{Chunk, Source};
use super::{Asked, State, Timeline, Waiting};
use crate::model::days::{Day, after_day, by_day};
use crate::model::entry_view::EntryView;
use crate::model::pages::{Next, PAGE_ROWS, PAGE_ROWS_MAX, PageId, Pages, Place, View};
use crate::shell::scrolling;
use crate::shell::services::AppEngine;
use crate::shell::visits::Visit;

/// How many days newer entries are looked for in where the ones that are shown do not tell, and at most.
const NEWER_DAYS: i32 = 30;
const NEWER_DAYS_MAX: i32 = 3_650;
/// By how much more is looked at after days in which there was nothing.
const NEWER_FACTOR: i32 = 4;

/// What is to be done for a list.
enum Task {
    Refresh,
    Newer,
    Read(Next),
}

impl Timeline {
    /// Reads the beginning of another list, or what was in view of one that is come back to, and shows it.
    pub(super) async fn read_first(
        self,
        engine: &AppEngine,
        number: u64,
        asked: Asked,
        visit: Option<Visit>,
    ) -> Result<(), StoreError> {
        let source = Source {
            wanted: asked.wanted.clone(),
            start: asked.start,
        };
        let origin = asked.lookup.on.map(|day| after_day(day, asked.start));
        let returns_to = visit.as_ref().map(|visit| visit.position);
        let (mut pages, view) = match visit {
            Some(visit) => (visit.pages, visit.view),
            None => (Pages::beginning(origin), View::default()),
        };
        let mut days = BTreeMap::new();
        while let Some(next) = pages.next(view) {
            let (start, end, limit) = bounds(&pages, next);
            let chunk = source.read(engine, start, end, limit).await?;
            if !self.is_newest(number) {
                return Ok(());
            }
            let (id, of_page) = take(&mut pages, next, chunk, source.start);
            days.insert(id, ArcRwSignal::new(of_page));
            if returns_to.is_none() {
                break;
            }
        }
        let was_below = self.is_scrolled_into();
        self.with(|state| {
            *state = State {
                number,
                first_rows: pages.rows(),
                asked: Some(asked.clone()),
                source,
                pages,
                days,
                is_busy: true,
                waiting: Waiting {
                    again: state.waiting.again,
                    ..Waiting::default()
                },
                ..State::default()
            };
        });
        self.shown.try_set(asked.lookup);
        self.publish();
        scrolling::next_frame().await;
        match returns_to {
            Some(position) => scrolling::scroll_to(position),
            // What was found stands at the beginning.
            None if was_below => scrolling::scroll_to(0.0),
            None => {}
        }
        self.note_view();
        Ok(())
    }

    /// Does what there is to do until nothing is left, or another list has begun.
    pub(super) async fn keep_up(self, engine: &AppEngine, number: u64) -> Result<(), StoreError> {
        while self.is_newest(number) {
            match self.task() {
                None => break,
                Some(Task::Refresh) => self.reread(engine, number).await?,
                Some(Task::Newer) => self.read_before(engine, number).await?,
                Some(Task::Read(next)) => {
                    self.reading.try_set(true);
                    self.read(engine, number, next).await?;
                }
            }
        }
        Ok(())
    }

    fn task(self) -> Option<Task> {
        let list = self.element.try_get_untracked().flatten()?;
        let task = self.with(|state| {
            if std::mem::take(&mut state.waiting.again) {
                return (Some(Task::Refresh), false);
            }
            if std::mem::take(&mut state.waiting.newer) {
                return (Some(Task::Newer), false);
            }
            state.view = scrolling::view(&list);
            state.pages.measured(&scrolling::heights(&list));
            let dropped = state
                .pages
                .drop_far(state.view, scrolling::focused_page(&list));
            for id in &dropped {
                state.days.remove(id);
            }
            let next = state.pages.next(state.view);
            let older = (std::mem::take(&mut state.waiting.older) && state.pages.has_older())
                .then_some(Next::Older);
            (next.or(older).map(Task::Read), !dropped.is_empty())
        });
        let (task, has_dropped) = task?;
        if has_dropped {
            self.publish();
        }
        task
    }

    async fn read(self, engine: &AppEngine, number: u64, next: Next) -> Result<(), StoreError> {
        let Some((source, (start, end, limit))) =
            self.with(|state| (state.source.clone(), bounds(&state.pages, next)))
        else {
            return Ok(());
        };
        let chunk = source.read(engine, start, end, limit).await?;
        if !self.is_newest(number) {
            return Ok(());
        }
        self.change(false, |state| {
            let (id, days) = take(&mut state.pages, next, chunk, source.start);
            state.days.insert(id, ArcRwSignal::new(days));
        })
        .await;
        Ok(())
    }

    /// Reads again what is shown.
    async fn reread(self, engine: &AppEngine, number: u64) -> Result<(), StoreError> {
        let shown = self.with(|state| {
            let ids = state.pages.iter().filter(|page| page.is_shown);
            let next = ids.map(|page| Next::Page(page.id)).collect::<Vec<_>>();
            let bounds = next
                .into_iter()
                .map(|next| (next, bounds(&state.pages, next)));
            (state.source.clone(), bounds.collect::<Vec<_>>())
        });
        let Some((source, shown)) = shown else {
            return Ok(());
        };
        let mut read = Vec::new();
        for (next, (start, end, limit)) in shown {
            read.push((next, source.read(engine, start, end, limit).await?));
            if !self.is_newest(number) {
                return Ok(());
            }
        }
        self.change(false, |state| {
            for (next, chunk) in read {
                let (id, days) = take(&mut state.pages, next, chunk, source.start);
                let known = state.days.entry(id).or_default();
                if known.with_untracked(|known| *known != days) {
                    known.set(days);
                }
            }
        })
        .await;
        Ok(())
    }

    /// Reads what is newer than the beginning: about a page, as far as the entries that are shown tell how close they lie.
    async fn read_before(self, engine: &AppEngine, number: u64) -> Result<(), StoreError> {
        let known = self.with(|state| {
            let place = state.pages.start().cloned();
            place.map(|place| (state.source.clone(), place, days_of_a_page(state)))
        });
        let Some(Some((source, place, mut days))) = known else {
            return Ok(());
        };
        self.reading.try_set(true);
        let newest = source
            .read(engine, None, None, 1)
            .await?
            .entries
            .first()
            .map(EntryView::place);
        loop {
            let start =
                later(&place, days, source.start).filter(|start| newest.as_ref() >= Some(start));
            let chunk = source
                .read(engine, start.clone(), Some(place.clone()), PAGE_ROWS_MAX)
                .await?;
            if !self.is_newest(number) {
                return Ok(());
            }
            if chunk.entries.is_empty() && start.is_some() {
                days = days.saturating_mul(NEWER_FACTOR);
                continue;
            }
            self.change(true, |state| {
                let id = state.pages.push_newer(chunk.entries.len(), start);
                state.pages.was_read(id, chunk.entries.len(), chunk.cut);
                state
                    .days
                    .insert(id, ArcRwSignal::new(by_day(chunk.entries, source.start)));
            })
            .await;
            return Ok(());
        }
    }

    /// Changes the list, and leaves what is read where it is. Whoever looks at the very beginning sees what comes there,
    /// unless `even_at_top`.
    async fn change(self, even_at_top: bool, change: impl FnOnce(&mut State)) {
        let list = self.element.try_get_untracked().flatten();
        let is_below = even_at_top || self.is_scrolled_into();
        let held = list
            .filter(|_| is_below)
            .map(|list| (scrolling::hold(&list), list));
        self.with(change);
        self.publish();
        scrolling::next_frame().await;
        if let Some((held, list)) = held {
            scrolling::keep(&list, &held);
        }
    }

    /// Whether the list's beginning is above the window.
    fn is_scrolled_into(self) -> bool {
        let list = self.element.try_get_untracked().flatten();
        list.is_some_and(|list| scrolling::view(&list).top > 0.0)
    }
}

/// Between which places something is to be read, and how many entries at most.
fn bounds(pages: &Pages, next: Next) -> (Option<Place>, Option<Place>, usize) {
    match next {
        Next::Older => {
            let start = pages
                .end()
                .or(pages.start().filter(|_| pages.iter().next().is_none()));
            (start.cloned(), None, PAGE_ROWS)
        }
        Next::Page(id) => {
            let page = pages.get(id);
            let start = page.and_then(|page| page.start.clone());
            let end = page.and_then(|page| page.end.clone());
            (start, end, PAGE_ROWS_MAX)
        }
    }
}

/// Takes in what was read.
fn take(pages: &mut Pages, next: Next, chunk: Chunk, start: DayStart) -> (PageId, Vec<Day>) {
    let rows = chunk.entries.len();
    let id = match next {
        Next::Older => pages.push_older(rows, chunk.cut),
        Next::Page(id) => {
            pages.was_read(id, rows, chunk.cut);
            id
        }
    };
    (id, by_day(chunk.entries, start))
}

/// A place so many days after another one; `None` where that is no time.
fn later(place: &Place, days: i32, start: DayStart) -> Option<Place> {
    let from: LocalDateTime = place.0.parse().ok()?;
    Some(after_day(start.day_of(from).plus_days(days), start))
}

/// How many days a page reaches over, going by the first one that is shown.
fn days_of_a_page(state: &State) -> i32 {
    let dates = state.days.values().next().map(|days| {
        days.with_untracked(|days| {
            let rows = days.iter().map(|day| day.entries.len()).sum::<usize>();
            let dates: Vec<_> = days.iter().filter_map(|day| day.date).collect();
            (rows, dates)
        })
    });
    let Some((rows, dates)) = dates else {
        return NEWER_DAYS;
    };
    match (dates.first(), dates.last(), i32::try_from(rows)) {
        (Some(newest), Some(oldest), Ok(rows)) if rows > 0 => {
            let page = i32::try_from(PAGE_ROWS).unwrap_or(1);
            let days = newest.days_since(*oldest).saturating_add(1);
            (days.saturating_mul(page) / rows).clamp(1, NEWER_DAYS_MAX)
        }
        _ => NEWER_DAYS,
    }
}
