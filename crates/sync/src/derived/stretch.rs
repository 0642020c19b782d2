//! Reads derived rows that are fresh: what is missing or stale is made first.

use std::collections::BTreeSet;

use super::Built;
use super::build::STALE_WEEKS_MAX;
use super::week::Week;
use crate::body;
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::meta;
use crate::ports::Ports;
use crate::rows::{DerivedRow, Kind, Shelf};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// How often rows are made before it is given up to meet fresh ones: as often as it takes for a thousand years that are
/// all stale.
const ROUNDS_MAX: usize = 4_000;

/// Rows of some weeks, as one transaction found them.
struct Stretch {
    built: Built,
    stale: Vec<DerivedRow>,
    rows: Vec<DerivedRow>,
}

/// Rows that are fresh.
pub(super) struct Part {
    /// Newest first, opened; `crate::body::json` gives what they hold.
    pub(super) rows: Vec<(Week, Vec<u8>)>,
    /// From here on they are all there are.
    pub(super) from: String,
}

impl<P: Ports> Engine<P> {
    /// The newest rows on a shelf, at most `limit`, among the weeks from `from` on and before `before`. Not all the way
    /// down to `from` where that is not built: as far as it is.
    pub(super) async fn fresh(
        &self,
        spec: &'static KindSpec,
        on: Shelf,
        from: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Part, StoreError> {
        let kind = spec.kind();
        for _ in 0..ROUNDS_MAX {
            let stretch = self.stretch(on, &kind, from, before, limit).await?;
            let built = stretch.built.from(&kind);
            let built = built.filter(|built| before.is_none_or(|before| before > *built));
            let Some(built) = built else {
                self.build(spec).await?;
                continue;
            };
            let last = stretch.rows.last().map(|row| row.week.as_str());
            let last = last.filter(|_| stretch.rows.len() >= limit);
            let from = last.unwrap_or(from).max(built).to_owned();
            let marked = stretch.stale.into_iter().map(|row| row.week);
            let mut stale: BTreeSet<_> = marked.filter(|week| *week >= from).collect();
            let mut rows = Vec::with_capacity(stretch.rows.len());
            for row in stretch.rows.into_iter().filter(|row| row.week >= from) {
                let opened = body::opened(self.sealer(), &row.body).ok();
                match Week::of_key(&row.week).zip(opened) {
                    Some(read) => rows.push(read),
                    None => drop(stale.insert(row.week)),
                }
            }
            if stale.is_empty() {
                return Ok(Part { rows, from });
            }
            let newest = stale.into_iter().rev().take(STALE_WEEKS_MAX);
            self.renew(spec, newest.collect()).await?;
        }
        Err(StoreError::Aborted(
            "entities change all the time".to_owned(),
        ))
    }

    /// The newest weeks that have a mark.
    pub(super) async fn stale(&self, kind: &Kind) -> Result<BTreeSet<String>, StoreError> {
        let stretch = self
            .stretch(Shelf::Stale, kind, "", None, STALE_WEEKS_MAX)
            .await?;
        Ok(stretch.rows.into_iter().map(|row| row.week).collect())
    }

    async fn stretch(
        &self,
        on: Shelf,
        kind: &Kind,
        from: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Stretch, StoreError> {
        let rows = |shelf, limit| Query::Derived {
            shelf,
            kind: kind.clone(),
            from: from.to_owned(),
            before: before.map(str::to_owned),
            limit,
        };
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![
                    Query::Meta(meta::DERIVED.to_owned()),
                    rows(Shelf::Stale, usize::MAX),
                    rows(on, limit),
                ]);
            }
            let stretch = Stretch {
                built: Built::read(answers.take_bytes().as_deref()),
                stale: answers.take_derived(),
                rows: answers.take_derived(),
            };
            Step::Write(Vec::new(), stretch)
        };
        let mut stores = vec![StoreName::Meta, StoreName::Stats];
        if on.store() != StoreName::Stats {
            stores.push(on.store());
        }
        self.transact(Mode::Read, &stores, read).await
    }
}
