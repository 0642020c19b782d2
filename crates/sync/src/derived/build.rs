//! Makes derived rows of entities, in transactions of their own: a few weeks that are stale, or the next weeks of a
//! database that has none yet.
//!
//! What is lost of it with a crash is made again; so no transaction waits for the disk. Whatever is made is made of what
//! the same transaction has read.

use std::collections::{BTreeMap, BTreeSet};

use lume_core::ids::EntityId;

use super::moments::digest_of;
use super::texts::texts_of;
use super::week::{Week, before};
use super::{Built, Facts};
use crate::body;
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::meta;
use crate::mutant::{self, Mutant};
use crate::ports::{Ports, Sealer};
use crate::rows::{DerivedRow, EntityRow, Kind, Shelf};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// Entities of a step that builds: few enough that a transaction is over before anybody waits for it.
const STEP_ROWS: usize = 500;
/// Weeks that are made again in one transaction.
pub(super) const STALE_WEEKS_MAX: usize = 16;
/// Sorts after everything that begins with a digit.
const AFTER_DIGITS: &str = ":";

/// All that a step touches.
const STORES: [StoreName; 4] = [
    StoreName::Entries,
    StoreName::Meta,
    StoreName::Stats,
    StoreName::Search,
];

/// An entity that can be read, with its place.
pub(super) struct Derived {
    pub(super) id: EntityId,
    pub(super) local_time: String,
    pub(super) facts: Facts,
}

impl<P: Ports> Engine<P> {
    /// Makes the next part of what is derived of a kind, if there is any that is missing or stale. Whether there is more
    /// to be made.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of this step was written.
    pub async fn derive(&self, kind: &Kind) -> Result<bool, StoreError> {
        let Some(spec) = kind.spec() else {
            return Ok(false);
        };
        if self.build(spec).await? {
            return Ok(true);
        }
        let weeks = self.stale(kind).await?;
        let is_full = weeks.len() == STALE_WEEKS_MAX;
        if !weeks.is_empty() {
            self.renew(spec, weeks).await?;
        }
        Ok(is_full)
    }

    /// Builds the next weeks back, if some are not built yet: whether it did.
    pub(super) async fn build(&self, spec: &'static KindSpec) -> Result<bool, StoreError> {
        let kind = spec.kind();
        let mut step = Stage::Begin;
        let program = |mut answers: Answers| match std::mem::replace(&mut step, Stage::Begin) {
            Stage::Begin => {
                if answers.is_empty() {
                    return Step::Read(vec![Query::Meta(meta::DERIVED.to_owned())]);
                }
                let built = Built::read(answers.take_bytes().as_deref());
                if built.is_done(&kind) {
                    return Step::Write(Vec::new(), false);
                }
                let page = rows_before(&kind, "0", built.from(&kind), STEP_ROWS);
                step = Stage::Page(built);
                Step::Read(vec![page])
            }
            Stage::Page(built) => {
                let rows = answers.take_entities();
                match complete(&rows) {
                    Complete::From(from) => Step::Write(self.built(spec, built, from, rows), true),
                    Complete::NotEven(week) => {
                        let rest = rows_before(&kind, &week.key(), built.from(&kind), usize::MAX);
                        step = Stage::Week(built, week);
                        Step::Read(vec![rest])
                    }
                }
            }
            Stage::Week(built, week) => {
                let rows = answers.take_entities();
                Step::Write(self.built(spec, built, week.key(), rows), true)
            }
        };
        self.transact(Mode::Relaxed, &STORES, program).await
    }

    /// What the weeks from here on, up to those that are built, are made of these rows.
    fn built(
        &self,
        spec: &KindSpec,
        mut built: Built,
        from: String,
        rows: Vec<EntityRow>,
    ) -> Vec<Write> {
        let kind = spec.kind();
        let until = built.from(&kind).map(str::to_owned);
        let mut writes: Vec<Write> = Shelf::ALL
            .map(|shelf| Write::RemoveDerived {
                shelf,
                kind: kind.clone(),
                from: from.clone(),
                before: until.clone(),
            })
            .into();
        writes.extend(derived_rows(self.sealer(), spec, &from, rows).map(Write::PutDerived));
        built.from.insert(kind, from);
        writes.push(built.put());
        writes
    }

    /// Makes these weeks again, and takes their marks away.
    pub(super) async fn renew(
        &self,
        spec: &'static KindSpec,
        weeks: BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let kind = spec.kind();
        let queries: Vec<Query> = weeks
            .iter()
            .filter_map(|week| Week::of_key(week))
            .map(|week| Query::Timeline {
                kind: kind.clone(),
                deleted: false,
                from: Some(week.key()),
                before: Some(week.end_in_timeline()),
                limit: usize::MAX,
            })
            .collect();
        let mut asked = false;
        let mut old = self.old_reads(&queries).await?;
        let program = |mut answers: Answers| {
            if !std::mem::replace(&mut asked, true) && !queries.is_empty() {
                return Step::Read(queries.clone());
            }
            let mut rows = Vec::new();
            for _ in &queries {
                rows.extend(answers.take_entities());
            }
            let rows = old.take().unwrap_or(rows);
            let removed = weeks.iter().flat_map(|week| {
                Shelf::ALL.map(|shelf| Write::RemoveDerived {
                    shelf,
                    kind: kind.clone(),
                    from: week.clone(),
                    before: Some(format!("{week}~")),
                })
            });
            let made = derived_rows(self.sealer(), spec, "", rows).map(Write::PutDerived);
            Step::Write(removed.chain(made).collect(), ())
        };
        self.transact(Mode::Relaxed, &STORES, program).await
    }

    /// What a mutant takes for what the transaction has read.
    async fn old_reads(&self, queries: &[Query]) -> Result<Option<Vec<EntityRow>>, StoreError> {
        if !mutant::is(Mutant::DigestsOldReads) || queries.is_empty() {
            return Ok(None);
        }
        let mut asked = false;
        let read = |mut answers: Answers| {
            if !std::mem::replace(&mut asked, true) {
                return Step::Read(queries.to_vec());
            }
            let rows = queries.iter().flat_map(|_| answers.take_entities());
            Step::Write(Vec::new(), rows.collect())
        };
        self.transact(Mode::Read, &[StoreName::Entries], read)
            .await
            .map(Some)
    }
}

/// How far a step that builds has come.
enum Stage {
    /// It asks how far everything is built.
    Begin,
    /// It reads the newest entities of what is not built.
    Page(Built),
    /// They are all of this week, and there are more of it: it reads them all.
    Week(Built, Week),
}

/// What a page of the newest entities has in full.
enum Complete {
    /// All weeks from this one on; all there are, if it is empty.
    From(String),
    /// Not even the newest week.
    NotEven(Week),
}

/// What a page has in full: it may have been cut in the middle of its oldest week.
fn complete(rows: &[EntityRow]) -> Complete {
    let Some(last) = rows.last().filter(|_| rows.len() >= STEP_ROWS) else {
        return Complete::From(String::new());
    };
    let mut weeks = rows.iter().filter_map(|row| Week::of_row(&row.local_time));
    let Some(newest) = weeks.next() else {
        // Nobody can read any of these times, and nothing is derived of them.
        return Complete::From(last.local_time.clone());
    };
    let oldest = weeks.fold(newest, Week::min);
    if oldest == newest {
        Complete::NotEven(newest)
    } else {
        Complete::From(oldest.end())
    }
}

/// Entities that are not deleted, newest first, from a civil time on.
fn rows_before(kind: &Kind, from: &str, until: Option<&str>, limit: usize) -> Query {
    Query::Timeline {
        kind: kind.clone(),
        deleted: false,
        from: Some(from.to_owned()),
        before: Some(before(until.unwrap_or(AFTER_DIGITS).to_owned())),
        limit,
    }
}

/// The rows of all weeks from this one on that these entities come to.
fn derived_rows<'a, S: Sealer>(
    sealer: &'a S,
    spec: &'a KindSpec,
    from: &str,
    rows: Vec<EntityRow>,
) -> impl Iterator<Item = DerivedRow> + use<'a, S> {
    let mut weeks: BTreeMap<Week, Vec<Derived>> = BTreeMap::new();
    for row in rows {
        let week = Week::of_row(&row.local_time).filter(|week| week.key().as_str() >= from);
        let content = body::open(sealer, &row.body).ok();
        let facts = content.as_ref().and_then(spec.facts);
        if let (Some(week), Some(facts)) = (week, facts) {
            weeks.entry(week).or_default().push(Derived {
                id: row.key.id,
                local_time: row.local_time,
                facts,
            });
        }
    }
    weeks.into_iter().flat_map(move |(week, mut entities)| {
        entities.sort_by(|a, b| (&a.local_time, a.id).cmp(&(&b.local_time, b.id)));
        let row = |shelf, body| DerivedRow {
            shelf,
            kind: spec.kind(),
            week: week.key(),
            body,
        };
        [
            row(
                Shelf::Digests,
                body::seal(sealer, &digest_of(week, &entities)),
            ),
            row(Shelf::Texts, body::seal(sealer, &texts_of(week, &entities))),
        ]
    })
}

/// Whether all that is derived, of weeks that are built and have no mark, is what the entities of a plain database come
/// to. What it is not, otherwise.
///
/// # Errors
///
/// The first row that is missing, left over or wrong, by its shelf and week.
#[cfg(feature = "testing")]
pub fn is_true_to(tables: &crate::memory::Tables) -> Result<(), String> {
    let built = Built::read(tables.meta.get(meta::DERIVED).map(Vec::as_slice));
    for spec in crate::kinds::KINDS {
        let kind = spec.kind();
        let Some(from) = built.from(&kind) else {
            continue;
        };
        let counts = |shelf: Shelf, week: &str| {
            let stale = (Shelf::Stale, kind.clone(), week.to_owned());
            shelf != Shelf::Stale && week >= from && !tables.derived.contains_key(&stale)
        };
        let rows = tables.entities.values();
        let rows = rows.filter(|row| row.key.kind == kind && !row.deleted);
        let made = derived_rows(&crate::ports::Plain, spec, "", rows.cloned().collect());
        let made: BTreeMap<_, _> = made
            .filter(|row| counts(row.shelf, &row.week))
            .map(|row| ((row.shelf, row.kind, row.week), row.body))
            .collect();
        let kept = tables.derived.iter();
        let kept: BTreeMap<_, _> = kept
            .filter(|((shelf, own, week), _)| *own == kind && counts(*shelf, week))
            .collect();
        let keys: BTreeSet<_> = made.keys().chain(kept.keys().copied()).collect();
        for key in keys {
            if made.get(key) != kept.get(key).copied() {
                return Err(format!("{:?} of {}", key.0, key.2));
            }
        }
    }
    Ok(())
}
