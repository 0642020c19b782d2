//! Finding entities by words, moods, associations and time.

use std::collections::BTreeSet;

use lume_core::association::AssociationLabel;
use lume_core::ids::EntityId;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDateTime;

use super::texts::{Page, Place, Sieve};
use super::week::{Week, before};
use super::{Facts, fold, is_about_rows};
use crate::body;
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::ports::Ports;
use crate::reading::Listed;
use crate::rows::{EntityKey, EntityRow, Kind, Shelf};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// Weeks that are read at once.
const WEEKS_AT_ONCE: usize = 128;
/// Entities that are read at once where they are read themselves.
const PAGE_ROWS: usize = 500;

/// One word of a search. It is met by a text that holds it, whatever the case, or by any of its labels: those whose
/// names, as the person reads them, hold the word.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// What a text is to hold.
    pub text: String,
    /// Moods that meet it as well.
    pub labels: BTreeSet<MoodLabel>,
    /// Associations that meet it as well.
    pub associations: BTreeSet<AssociationLabel>,
}

/// What is searched for: all of it must be met.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words, each of which must be met.
    pub terms: Vec<Term>,
    /// Moods of which an entity must have one; empty for any.
    pub labels: BTreeSet<MoodLabel>,
    /// Associations of which it must have one; empty for any.
    pub associations: BTreeSet<AssociationLabel>,
    /// From this civil time on.
    pub from: Option<LocalDateTime>,
    /// Before this civil time.
    pub until: Option<LocalDateTime>,
}

/// A page of what was found.
#[derive(Clone, PartialEq)]
pub struct Found {
    /// Newest first.
    pub entries: Vec<Listed>,
    /// Where the next page begins; `None` where there is nothing more to be found.
    pub next: Option<(String, EntityId)>,
}

impl Wanted {
    /// What is to be compared with folded texts.
    fn folded(&self) -> Self {
        let mut wanted = self.clone();
        for term in &mut wanted.terms {
            term.text = fold(&term.text);
        }
        wanted
    }

    /// Whether an entity meets it, once it is [folded](Self::folded). Time is the query's.
    fn is_met_by(&self, facts: &Facts) -> bool {
        let Facts { moment, text } = facts;
        let has_label = |labels: &BTreeSet<MoodLabel>| {
            let mut own = moment.labels.iter();
            own.any(|label| labels.contains(label))
        };
        let has_association = |labels: &BTreeSet<AssociationLabel>| {
            let mut own = moment.associations.iter();
            own.any(|label| labels.contains(label))
        };
        (self.labels.is_empty() || has_label(&self.labels))
            && (self.associations.is_empty() || has_association(&self.associations))
            && self.terms.iter().all(|term| {
                text.contains(&term.text)
                    || has_label(&term.labels)
                    || has_association(&term.associations)
            })
    }
}

/// Where a search looks: newer than nothing before `from`, and older than `before`.
struct Range {
    from: Option<String>,
    before: Option<Place>,
}

impl Range {
    fn of(wanted: &Wanted, after: Option<Place>) -> Self {
        let until = wanted.until.map(|until| before(until.to_string()));
        Self {
            from: wanted.from.map(|from| from.to_string()),
            before: after.into_iter().chain(until).min(),
        }
    }

    fn holds(&self, place: &Place) -> bool {
        self.from.as_ref().is_none_or(|from| place.0 >= *from)
            && self.before.as_ref().is_none_or(|before| place < before)
    }
}

impl<P: Ports> Engine<P> {
    /// A page of entities that are not deleted and meet all of `wanted`, newest first. `after` is where the page before
    /// ended: [`Found::next`]. One that can't be read is not found.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn search(
        &self,
        kind: &Kind,
        wanted: &Wanted,
        after: Option<(String, EntityId)>,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let Some(spec) = kind.spec().filter(|_| limit > 0) else {
            return Ok(Found {
                entries: Vec::new(),
                next: None,
            });
        };
        let wanted = wanted.folded();
        let range = Range::of(&wanted, after);
        match self.searched(spec, &wanted, &range, limit).await {
            Err(error) if is_about_rows(&error) => {
                self.store_failed("derive", &error);
                self.read_search(spec, &wanted, range, limit).await
            }
            found => found,
        }
    }

    async fn searched(
        &self,
        spec: &'static KindSpec,
        wanted: &Wanted,
        range: &Range,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let places = self.places(spec, wanted, range, limit).await?;
        let next = places.last().filter(|_| places.len() == limit).cloned();
        let rows = self.rows_at(spec, &places).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for (place, row) in places.iter().zip(rows) {
            // Somebody may have changed it since it was found.
            let row = row.filter(|row| !row.deleted && row.local_time == place.0);
            let listed = row.map(|row| self.listed(row));
            entries.extend(listed.filter(|listed| {
                let facts = listed.content.as_ref().ok().and_then(spec.facts);
                facts.is_some_and(|facts| wanted.is_met_by(&facts))
            }));
        }
        Ok(Found { entries, next })
    }

    /// Where the newest entities stand that meet it, at most so many.
    async fn places(
        &self,
        spec: &'static KindSpec,
        wanted: &Wanted,
        range: &Range,
        limit: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let sieve = Sieve::of(wanted);
        let first = range.from.as_deref().and_then(Week::of_row);
        let first = first.map(Week::key).unwrap_or_default();
        let newest = range.before.as_ref();
        let mut end = newest
            .and_then(|(time, _)| Week::of_row(time))
            .map(Week::end);
        let mut places = Vec::new();
        loop {
            let part = self
                .fresh(spec, Shelf::Texts, &first, end.as_deref(), WEEKS_AT_ONCE)
                .await?;
            for (week, opened) in &part.rows {
                let page = Page::of(body::json(opened)).filter(|page| sieve.lets_through(page));
                let Some(page) = page else { continue };
                let found = page
                    .read()
                    .ok_or_else(|| StoreError::Corrupt(format!("the texts of {}", week.key())))?;
                let found = found.places(*week, wanted);
                places.extend(found.into_iter().filter(|place| range.holds(place)));
                if places.len() >= limit {
                    places.truncate(limit);
                    return Ok(places);
                }
            }
            if part.from <= first {
                return Ok(places);
            }
            end = Some(part.from);
        }
    }

    /// The rows at these places; none where there is none any more, or none that can be read.
    async fn rows_at(
        &self,
        spec: &KindSpec,
        places: &[Place],
    ) -> Result<Vec<Option<EntityRow>>, StoreError> {
        let query = |place: &Place| {
            Query::Entity(EntityKey {
                kind: spec.kind(),
                id: place.1,
            })
        };
        let together = self.entities(places.iter().map(query).collect()).await;
        if !matches!(together, Err(StoreError::Corrupt(_))) {
            return together;
        }
        let mut rows = Vec::with_capacity(places.len());
        for place in places {
            match self.entities(vec![query(place)]).await {
                Ok(row) => rows.extend(row),
                Err(StoreError::Corrupt(_)) => rows.push(None),
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    async fn entities(&self, queries: Vec<Query>) -> Result<Vec<Option<EntityRow>>, StoreError> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(queries.clone());
            }
            let rows = queries.iter().map(|_| answers.take_entity()).collect();
            Step::Write(Vec::new(), rows)
        };
        self.transact(Mode::Read, &[StoreName::Entries], read).await
    }

    /// The same without what is derived.
    async fn read_search(
        &self,
        spec: &'static KindSpec,
        wanted: &Wanted,
        range: Range,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let mut entries = Vec::new();
        let Range { from, mut before } = range;
        loop {
            let page = self
                .timeline(&spec.kind(), from.clone(), before, PAGE_ROWS)
                .await?;
            let last = page.last().filter(|_| page.len() == PAGE_ROWS);
            before = last.map(|last| (last.local_time.clone(), last.key.id));
            for listed in page {
                let facts = listed.content.as_ref().ok().and_then(spec.facts);
                if facts.is_none_or(|facts| !wanted.is_met_by(&facts)) {
                    continue;
                }
                let place = (listed.local_time.clone(), listed.key.id);
                entries.push(listed);
                if entries.len() >= limit {
                    let next = Some(place);
                    return Ok(Found { entries, next });
                }
            }
            if before.is_none() {
                let next = None;
                return Ok(Found { entries, next });
            }
        }
    }
}
