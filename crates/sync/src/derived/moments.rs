//! What statistics ask for.

use lume_core::ids::EntityId;
use lume_core::moment::Moment;
use lume_core::time::LocalDate;

use super::date_of;
use crate::engine::Engine;
use crate::ports::Ports;
use crate::rows::Kind;
use crate::store::StoreError;

/// Entities that are read at once.
const PAGE_ROWS: usize = 500;

impl<P: Ports> Engine<P> {
    /// The moments of entities that are not deleted and whose civil date is in `from..until`, oldest first. One that
    /// can't be read is left out, and takes away none of the others.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn moments(
        &self,
        kind: &Kind,
        from: LocalDate,
        until: LocalDate,
    ) -> Result<Vec<Moment>, StoreError> {
        let Some(spec) = kind.spec() else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut before = Some((until.to_string(), EntityId::from_random_bytes([0; 16])));
        while before.is_some() {
            let page = self
                .timeline(kind, Some(from.to_string()), before, PAGE_ROWS)
                .await?;
            before = page
                .last()
                .filter(|_| page.len() == PAGE_ROWS)
                .map(|last| (last.local_time.clone(), last.key.id));
            let facts = page
                .into_iter()
                .filter_map(|listed| (spec.facts)(&listed.content.ok()?));
            found.extend(facts.map(|facts| facts.moment));
        }
        found.reverse();
        Ok(found)
    }

    /// The civil dates of the oldest and of the newest entity that is not deleted; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn span(&self, kind: &Kind) -> Result<Option<(LocalDate, LocalDate)>, StoreError> {
        let mut span = None;
        let mut before = None;
        loop {
            let page = self.timeline(kind, None, before, PAGE_ROWS).await?;
            for date in page.iter().filter_map(|listed| date_of(&listed.local_time)) {
                span = Some((date, span.map_or(date, |(_, newest)| newest)));
            }
            let Some(last) = page.last().filter(|_| page.len() == PAGE_ROWS) else {
                return Ok(span);
            };
            before = Some((last.local_time.clone(), last.key.id));
        }
    }
}
