//! One step of an import, or of taking it back: what a run of it reads, and what it comes to.

use std::collections::BTreeSet;

use lume_core::ids::{EntityId, EventId, UserId};

use super::{HEAD, ImportRecord, Imported, Known, Made, UPDATED_AT, Undone};
use crate::actions::{Change, CommitError, plan};
use crate::body;
use crate::content::Content;
use crate::engine::Engine;
use crate::lane::Lane;
use crate::meta::{self, Profile};
use crate::portable::id_for;
use crate::ports::Ports;
use crate::rows::{ClaimRow, EntityKey, EntityRow, Kind};
use crate::store::{Answers, Query, Step, StoreError, Write};

/// What one run of a step has read.
pub(super) struct Work<'a, P: Ports> {
    engine: &'a Engine<P>,
    pub(super) profile: Option<Profile>,
    pub(super) head: Option<ImportRecord>,
    pub(super) claims: Vec<ClaimRow>,
    pub(super) made: Vec<Made>,
    /// The keys that each entity may have.
    pub(super) keys: Vec<(EntityKey, EntityKey)>,
    /// The key that it has, with its row.
    pub(super) chosen: Vec<(EntityKey, Option<EntityRow>)>,
    /// The places in `chosen` whose lanes were read.
    pub(super) read: BTreeSet<usize>,
}

impl<'a, P: Ports> Work<'a, P> {
    pub(super) const fn new(engine: &'a Engine<P>) -> Self {
        Self {
            engine,
            profile: None,
            head: None,
            claims: Vec::new(),
            made: Vec::new(),
            keys: Vec::new(),
            chosen: Vec::new(),
            read: BTreeSet::new(),
        }
    }

    pub(super) fn first(step: Option<u32>) -> Vec<Query> {
        let mut queries = vec![
            Query::Meta(meta::PROFILE.to_owned()),
            Query::Claims,
            Query::Draft(HEAD.to_owned()),
        ];
        queries.extend(step.map(|number| Query::Draft(step_name(number))));
        queries
    }

    pub(super) fn take_first(&mut self, answers: &mut Answers) -> Result<ImportRecord, StoreError> {
        self.profile = Some(meta::from_bytes(answers.take_bytes().as_deref())?);
        self.claims = answers.take_claims();
        let gone = || StoreError::Corrupt("the record of an import is gone".to_owned());
        let head = self.engine.head(answers)?.ok_or_else(gone)?;
        self.head = Some(head.clone());
        Ok(head)
    }

    pub(super) fn take_made(&mut self, answers: &mut Answers) -> Result<(), StoreError> {
        let bytes = answers.take_bytes();
        let made = bytes.map(|bytes| body::open(self.engine.sealer(), &bytes));
        self.made = made.transpose()?.unwrap_or_default();
        Ok(())
    }

    pub(super) fn choose(&mut self, answers: &mut Answers) {
        self.chosen = self.keys.iter().map(|keys| chosen(keys, answers)).collect();
    }

    /// The reads of the lanes of those entities that `wants`.
    pub(super) fn lanes(&mut self, wants: impl Fn(Known) -> bool) -> Vec<Query> {
        let mut queries = Vec::new();
        for (place, (key, row)) in self.chosen.iter().enumerate() {
            if wants(known_of(row.as_ref())) {
                self.read.insert(place);
                queries.extend([Query::Base(key.clone()), Query::Lane(key.clone())]);
            }
        }
        queries
    }

    /// What a change of one entity writes.
    fn write(
        &self,
        place: usize,
        change: &Change,
        event_id: EventId,
        answers: &mut Answers,
    ) -> Result<Vec<Write>, CommitError> {
        let (key, row) = &self.chosen[place];
        let sealer = self.engine.sealer();
        let base = answers.take_base();
        let lane = Lane::new(
            sealer,
            key.clone(),
            base,
            answers.take_outbox(),
            &self.claims,
        );
        let profile = self.profile.as_ref();
        let account = profile.and_then(|profile| profile.syncing_kind(&key.kind));
        plan(
            sealer,
            key,
            change,
            row.as_ref(),
            lane,
            account,
            event_id,
            self.engine.now(),
        )
    }

    pub(super) fn import(
        &mut self,
        number: u32,
        entities: &[(EntityId, Content)],
        events: &[EventId],
        brings_back: bool,
        mut answers: Answers,
    ) -> Step<Result<Imported, CommitError>> {
        let mut writes = Vec::new();
        let mut made: Vec<Made> = Vec::new();
        let mut done = Imported::default();
        let mut seen = BTreeSet::new();
        for (place, ((_, content), event_id)) in entities.iter().zip(events).enumerate() {
            let (key, row) = &self.chosen[place];
            let known = known_of(row.as_ref());
            let key = key.clone();
            if !wants(known, brings_back) {
                match known {
                    Known::Deleted => done.deleted += 1,
                    Known::Here | Known::Absent => done.here += 1,
                }
                continue;
            }
            let change = match known {
                Known::Deleted => Change::BringBack(content.clone()),
                Known::Here | Known::Absent => Change::Create(content.clone()),
            };
            let planned = self.write(place, &change, *event_id, &mut answers);
            if !seen.insert(key.clone()) {
                // The same entity twice: the first one counts.
                done.here += 1;
                continue;
            }
            match planned {
                Ok(planned) => writes.extend(planned),
                Err(error) => return refused(error),
            }
            made.push((key.id, content.get(UPDATED_AT).cloned()));
            done.made += 1;
        }
        let Some(mut head) = self.head.take() else {
            return refused(CommitError::Missing);
        };
        head.last = (number + 1, done);
        if !made.is_empty() {
            let sealed = body::seal(self.engine.sealer(), &made);
            writes.push(Write::PutDraft(step_name(head.steps), sealed));
            head.steps += 1;
            head.made += done.made;
        }
        writes.push(self.engine.put_head(&head));
        Step::Write(writes, Ok(done))
    }

    pub(super) fn undo(
        &mut self,
        number: u32,
        events: &[EventId],
        mut answers: Answers,
    ) -> Step<Result<Undone, CommitError>> {
        let Some(mut head) = self.head.take() else {
            return refused(CommitError::Missing);
        };
        let mut writes = vec![Write::RemoveDraft(step_name(number))];
        for (place, ((_, updated_at), event_id)) in self.made.iter().zip(events).enumerate() {
            if !self.read.contains(&place) {
                continue;
            }
            let row = self.chosen[place].1.as_ref();
            let content = row.map(|row| body::open::<Content>(self.engine.sealer(), &row.body));
            let planned = self.write(place, &Change::Delete, *event_id, &mut answers);
            // What can't be read is left alone as well.
            let is_untouched = matches!(&content, Some(Ok(content)) if content.get(UPDATED_AT) == updated_at.as_ref());
            if !is_untouched {
                head.kept += 1;
                continue;
            }
            match planned {
                Ok(planned) => writes.extend(planned),
                Err(error) => return refused(error),
            }
        }
        head.steps = number;
        head.made = head.made.saturating_sub(self.made.len() as u64);
        let undone = head.undone();
        writes.push(if head.steps == 0 {
            Write::RemoveDraft(HEAD.to_owned())
        } else {
            self.engine.put_head(&head)
        });
        Step::Write(writes, Ok(undone))
    }
}

pub(super) fn refused<T>(error: CommitError) -> Step<Result<T, CommitError>> {
    Step::Write(Vec::new(), Err(error))
}

pub(super) const fn wants(known: Known, brings_back: bool) -> bool {
    match known {
        Known::Absent => true,
        Known::Here => false,
        Known::Deleted => brings_back,
    }
}

pub(super) const fn known_of(row: Option<&EntityRow>) -> Known {
    match row {
        None => Known::Absent,
        Some(row) if row.deleted => Known::Deleted,
        Some(_) => Known::Here,
    }
}

/// The key in the file, and the one that it has in this account.
pub(super) fn both(kind: &Kind, id: EntityId, laid_over: Option<UserId>) -> (EntityKey, EntityKey) {
    let key = |id| EntityKey {
        kind: kind.clone(),
        id,
    };
    (key(id), key(laid_over.map_or(id, |user| id_for(id, user))))
}

pub(super) fn queries(keys: &[(EntityKey, EntityKey)]) -> Vec<Query> {
    let both = keys
        .iter()
        .flat_map(|(own, other)| [Query::Entity(own.clone()), Query::Entity(other.clone())]);
    both.collect()
}

/// The key that an entity has, with its row. What was imported before signing in has the one in the file.
pub(super) fn chosen(
    (own, other): &(EntityKey, EntityKey),
    answers: &mut Answers,
) -> (EntityKey, Option<EntityRow>) {
    let (here, there) = (answers.take_entity(), answers.take_entity());
    if here.is_some() {
        (own.clone(), here)
    } else {
        (other.clone(), there)
    }
}

pub(super) fn step_name(number: u32) -> String {
    format!("{HEAD}:{number}")
}

/// Forgets what an import made.
pub(super) fn forgotten(record: Option<&ImportRecord>) -> Vec<Write> {
    let steps = record.map_or(0, |record| record.steps);
    (0..steps)
        .map(|number| Write::RemoveDraft(step_name(number)))
        .collect()
}
