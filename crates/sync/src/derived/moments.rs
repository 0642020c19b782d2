//! What statistics ask for, and the digests that answer.

use lume_core::association::AssociationLabel;
use lume_core::moment::Moment;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDate;
use serde::{Deserialize, Serialize};

use super::build::Derived;
use super::is_about_rows;
use super::week::{Week, before, date_of};
use super::words::{Words, at};
use crate::body;
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::ports::Ports;
use crate::rows::{Kind, Shelf};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// Entities that are read at once where they are read themselves.
const PAGE_ROWS: usize = 500;

/// A week's entities as statistics need them, oldest first: about fifteen bytes for each.
#[derive(Serialize)]
pub(super) struct Digest<'a> {
    /// Moods.
    l: Vec<&'a str>,
    /// Associations.
    a: Vec<&'a str>,
    /// The entities.
    e: Vec<Line>,
}

/// A [`Digest`], read.
#[derive(Deserialize)]
struct DigestRead {
    l: Vec<MoodLabel>,
    a: Vec<AssociationLabel>,
    e: Vec<Line>,
}

/// The minute of the week, how pleasant, and the numbers of moods and associations.
#[derive(Serialize, Deserialize)]
struct Line(u16, f64, Vec<u32>, Vec<u32>);

/// What a week's entities come to.
pub(super) fn digest_of(week: Week, entities: &[Derived]) -> Digest<'_> {
    let (mut labels, mut associations) = (Words::default(), Words::default());
    let lines = entities.iter().filter_map(|entity| {
        let moment = &entity.facts.moment;
        let own = moment.labels.iter().map(MoodLabel::as_str);
        let about = moment.associations.iter().map(AssociationLabel::as_str);
        Some(Line(
            week.minute_of(moment.local_time)?,
            moment.valence,
            labels.numbers(own),
            associations.numbers(about),
        ))
    });
    let lines = lines.collect();
    Digest {
        l: labels.into_all(),
        a: associations.into_all(),
        e: lines,
    }
}

impl DigestRead {
    fn moments(&self, week: Week) -> impl DoubleEndedIterator<Item = Moment> {
        self.e.iter().map(move |line| {
            let Line(minute, valence, labels, associations) = line;
            let labels = labels.iter().filter_map(|number| at(&self.l, *number));
            let about = associations.iter();
            let about = about.filter_map(|number| at(&self.a, *number));
            Moment {
                local_time: week.at(*minute),
                valence: *valence,
                labels: labels.cloned().collect(),
                associations: about.cloned().collect(),
            }
        })
    }
}

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
        let Some(spec) = kind.spec().filter(|_| from < until) else {
            return Ok(Vec::new());
        };
        match self.digested(spec, from, until).await {
            Err(error) if is_about_rows(&error) => {
                self.store_failed("derive", &error);
                self.read_moments(spec, from, until).await
            }
            moments => moments,
        }
    }

    async fn digested(
        &self,
        spec: &'static KindSpec,
        from: LocalDate,
        until: LocalDate,
    ) -> Result<Vec<Moment>, StoreError> {
        let first = Week::of(from).key();
        let mut before = until.to_string();
        let mut found = Vec::new();
        while first < before {
            let part = self
                .fresh(spec, Shelf::Digests, &first, Some(&before), usize::MAX)
                .await?;
            for (week, opened) in part.rows {
                let digest: DigestRead = serde_json::from_slice(body::json(&opened))
                    .map_err(|_| StoreError::Corrupt(format!("the digest of {}", week.key())))?;
                let moments = digest.moments(week).rev();
                found.extend(moments.filter(|moment| {
                    let date = moment.local_time.date();
                    from <= date && date < until
                }));
            }
            before = part.from;
        }
        found.reverse();
        Ok(found)
    }

    /// The same without digests.
    async fn read_moments(
        &self,
        spec: &'static KindSpec,
        from: LocalDate,
        until: LocalDate,
    ) -> Result<Vec<Moment>, StoreError> {
        let mut found = Vec::new();
        let mut end = Some(before(until.to_string()));
        while end.is_some() {
            let page = self
                .timeline(&spec.kind(), Some(from.to_string()), end, PAGE_ROWS)
                .await?;
            let last = page.last().filter(|_| page.len() == PAGE_ROWS);
            end = last.map(|last| (last.local_time.clone(), last.key.id));
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
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Ends(kind.clone())]);
            }
            Step::Write(Vec::new(), answers.take_ends())
        };
        let ends = self
            .transact(Mode::Read, &[StoreName::Entries], read)
            .await?;
        let Some((oldest, newest)) = ends else {
            return Ok(None);
        };
        match date_of(&oldest).zip(date_of(&newest)) {
            Some(span) => Ok(Some(span)),
            // A row at an end has a time that nobody can read: all of them are looked at.
            None => self.read_span(kind).await,
        }
    }

    async fn read_span(&self, kind: &Kind) -> Result<Option<(LocalDate, LocalDate)>, StoreError> {
        let mut span = None;
        let mut end = None;
        loop {
            let page = self.timeline(kind, None, end, PAGE_ROWS).await?;
            for date in page.iter().filter_map(|listed| date_of(&listed.local_time)) {
                span = Some((date, span.map_or(date, |(_, newest)| newest)));
            }
            let Some(last) = page.last().filter(|_| page.len() == PAGE_ROWS) else {
                return Ok(span);
            };
            end = Some((last.local_time.clone(), last.key.id));
        }
    }
}
