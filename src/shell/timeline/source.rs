//! Reading entries between two places of a list.

use lume_core::day::DayStart;
use lume_core::time::LocalDateTime;
use lume_sync::kinds::MOOD;
use lume_sync::{StoreError, Wanted};

use crate::model::days::cut;
use crate::model::entry_view::EntryView;
use crate::model::pages::Place;
use crate::shell::services::AppEngine;

/// What a list is read from: all entries, or those that meet something.
#[derive(Clone, Default)]
pub(super) struct Source {
    /// What they have to meet; `None` for all of them.
    pub(super) wanted: Option<Wanted>,
    /// When days begin: pages end between two of them.
    pub(super) start: DayStart,
}

/// What was read.
pub(super) struct Chunk {
    /// Newest first.
    pub(super) entries: Vec<EntryView>,
    /// Where it was cut because there were too many; `None` when it is all that there is between the places.
    pub(super) cut: Option<Place>,
}

impl Source {
    /// Up to `limit` entries that are older than `start` and no older than `end`.
    pub(super) async fn read(
        &self,
        engine: &AppEngine,
        start: Option<Place>,
        end: Option<Place>,
        limit: usize,
    ) -> Result<Chunk, StoreError> {
        let kind = MOOD.kind();
        let (found, may_go_on) = match &self.wanted {
            None => {
                let from = end.as_ref().map(|end| end.0.clone());
                let found = engine.timeline(&kind, from, start, limit).await?;
                let is_full = found.len() >= limit;
                (found, is_full)
            }
            Some(wanted) => {
                let wanted = not_before(wanted.clone(), end.as_ref());
                let found = engine.search(&kind, &wanted, start, limit).await?;
                (found.entries, found.next.is_some())
            }
        };
        let mut entries: Vec<_> = found.iter().map(EntryView::listed).collect();
        let read = entries.len();
        if let Some(end) = end {
            entries.retain(|entry| entry.place() >= end);
        }
        let goes_on = may_go_on && entries.len() == read;
        let cut = goes_on.then(|| cut(&mut entries, self.start)).flatten();
        Ok(Chunk { entries, cut })
    }
}

/// The same, and nothing before a place. Its id is the reader's to compare.
fn not_before(mut wanted: Wanted, end: Option<&Place>) -> Wanted {
    let end: Option<LocalDateTime> = end.and_then(|end| end.0.parse().ok());
    wanted.from = wanted.from.into_iter().chain(end).max();
    wanted
}
