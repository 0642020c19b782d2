//! Finding entities by words, moods, associations and time.

use std::collections::BTreeSet;

use lume_core::association::AssociationLabel;
use lume_core::ids::EntityId;
use lume_core::mood::MoodLabel;
use lume_core::time::LocalDateTime;

use super::{Facts, fold};
use crate::engine::Engine;
use crate::ports::Ports;
use crate::reading::Listed;
use crate::rows::Kind;
use crate::store::StoreError;

/// Entities that are read at once.
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

impl<P: Ports> Engine<P> {
    /// A page of entities that are not deleted and meet all of `wanted`, newest first. `after` is where the page before
    /// ended: [`Found::next`].
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
        let mut entries = Vec::new();
        let Some(spec) = kind.spec() else {
            return Ok(Found {
                entries,
                next: None,
            });
        };
        let wanted = wanted.folded();
        let first = EntityId::from_random_bytes([0; 16]);
        let until = wanted.until.map(|until| (until.to_string(), first));
        let mut before = after.into_iter().chain(until).min();
        let from = wanted.from.map(|from| from.to_string());
        loop {
            let page = self.timeline(kind, from.clone(), before, PAGE_ROWS).await?;
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
                    return Ok(Found {
                        entries,
                        next: Some(place),
                    });
                }
            }
            if before.is_none() {
                return Ok(Found {
                    entries,
                    next: None,
                });
            }
        }
    }
}
