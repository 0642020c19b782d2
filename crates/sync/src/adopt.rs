//! Turning sync on with entries already there: each gets the event that it needs, in steps.
//!
//! A step is one transaction over some entities: their events and how far it has come commit together, so that it can
//! stop anywhere and go on later, and no entity gets two. The event is the difference between the entity and what its
//! events so far lead to: for one that was never sent, a `created`; for one that is at the backend as it is, none.

use crate::body;
use crate::content::{Content, State};
use crate::engine::Engine;
use crate::kinds::{KINDS, KindSpec};
use crate::lane::{Act, Lane};
use crate::limits::ADOPTION_STEP;
use crate::log::{Level, LogEvent};
use crate::meta::{self, Adoption, Profile};
use crate::mutant::{self, Mutant};
use crate::ports::{Notice, Ports};
use crate::rows::{EntityRow, Kind};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

const STORES: [StoreName; 5] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
];

impl<P: Ports> Engine<P> {
    /// Goes on with giving earlier entries their events, at most so many steps. Returns what is left to do, if any.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the steps that committed stay.
    pub async fn adopt(&self, steps_max: usize) -> Result<Option<Adoption>, StoreError> {
        for _ in 0..steps_max {
            let left = self.adopt_step().await?;
            self.notify(&Notice::Data);
            let Some(adoption) = left else {
                return Ok(None);
            };
            if adoption.1 {
                self.log(
                    Level::Info,
                    LogEvent::Adopted {
                        events: adoption.0.events,
                    },
                );
                return Ok(None);
            }
        }
        Ok(self.profile().await?.adoption)
    }

    /// One step; `None` if there is nothing to adopt, and whether it was the last.
    async fn adopt_step(&self) -> Result<Option<(Adoption, bool)>, StoreError> {
        // Random ids for as many events as a step can make: nothing may be drawn twice when the program runs again.
        let ids: Vec<_> = (0..ADOPTION_STEP).map(|_| self.new_event_id()).collect();
        let now = self.now();
        let mut profile = Profile::default();
        let mut entities: Vec<EntityRow> = Vec::new();
        let mut total = 0;
        let mut step = 0;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                let counts = KINDS.iter().map(|spec| Query::CountEntities(spec.kind()));
                let profile = Query::Meta(meta::PROFILE.to_owned());
                return Step::Read(std::iter::once(profile).chain(counts).collect());
            }
            step += 1;
            if step == 1 {
                match meta::from_bytes(answers.take_bytes().as_deref()) {
                    Ok(read) => profile = read,
                    Err(error) => return Step::Write(Vec::new(), Err(error)),
                }
                let counts = KINDS.iter().map(|spec| (*spec, answers.take_count()));
                let taken = counts.filter(|(spec, _)| profile.backend.takes(&spec.kind()));
                total = taken.map(|(_, count)| count).sum();
                let (Some(adoption), Some(_)) = (&profile.adoption, profile.syncing()) else {
                    return Step::Write(Vec::new(), Ok(None));
                };
                return Step::Read(vec![Query::EntitiesById {
                    kind: kind_of(adoption),
                    after: adoption.after,
                    limit: ADOPTION_STEP,
                }]);
            }
            if step == 2 {
                entities = answers.take_entities();
                if !entities.is_empty() {
                    let lanes = entities.iter().flat_map(|row| {
                        [Query::Base(row.key.clone()), Query::Lane(row.key.clone())]
                    });
                    return Step::Read(std::iter::once(Query::Claims).chain(lanes).collect());
                }
            }
            match self.plan_adoption(&profile, &entities, total, &ids, now, &mut answers) {
                Ok((writes, progress)) => Step::Write(writes, Ok(Some(progress))),
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &STORES, program).await?
    }

    fn plan_adoption(
        &self,
        profile: &Profile,
        entities: &[EntityRow],
        total: u64,
        ids: &[lume_core::ids::EventId],
        now: lume_core::time::Timestamp,
        answers: &mut Answers,
    ) -> Result<(Vec<Write>, (Adoption, bool)), StoreError> {
        let mut adoption = profile.adoption.clone().unwrap_or_default();
        adoption.total = total.max(adoption.done);
        let account = profile
            .syncing()
            .map(crate::meta::Account::key)
            .unwrap_or_default();
        let claims = if entities.is_empty() {
            Vec::new()
        } else {
            answers.take_claims()
        };
        let mut writes = Vec::new();
        for (row, event_id) in entities.iter().zip(ids) {
            let base = answers.take_base();
            let mut lane = Lane::new(
                self.sealer(),
                row.key.clone(),
                base,
                answers.take_outbox(),
                &claims,
            );
            let target = if row.deleted {
                State::Deleted
            } else {
                State::Live(body::open::<Content>(self.sealer(), &row.body)?)
            };
            let differs =
                lane.folded()? != target && !(row.deleted && lane.folded()? == State::Absent);
            if differs {
                let act = Act {
                    event_id: *event_id,
                    account: &account,
                    now,
                    undoable: false,
                };
                writes.extend(lane.reach(&target, &act)?);
                adoption.events += 1;
            }
            adoption.done += u64::from(!row.deleted);
            adoption.after = Some(row.key.id);
            writes.push(Write::PutEntity(EntityRow {
                sync: lane.sync_state(),
                rev: lane.base_rev(),
                ..row.clone()
            }));
        }
        let mut finished = mutant::is(Mutant::AdoptsOneStep);
        if entities.len() < ADOPTION_STEP {
            let next = kind_after(&kind_of(&adoption), profile);
            finished |= next.is_none();
            adoption.kind = next;
            adoption.after = None;
        }
        if mutant::is(Mutant::AdoptionSkips) {
            writes.retain(|write| matches!(write, Write::PutEntity(_)));
        }
        let next = Profile {
            adoption: (!finished).then(|| adoption.clone()),
            ..profile.clone()
        };
        writes.push(Write::PutMeta(
            meta::PROFILE.to_owned(),
            meta::to_bytes(&next),
        ));
        Ok((writes, (adoption, finished)))
    }
}

/// The kind whose entities are looked at.
fn kind_of(adoption: &Adoption) -> Kind {
    let first = || KINDS[0].kind();
    adoption.kind.clone().unwrap_or_else(first)
}

/// The next kind that the backend takes.
fn kind_after(kind: &Kind, profile: &Profile) -> Option<Kind> {
    let later = KINDS.iter().skip_while(|spec| spec.kind() != *kind).skip(1);
    let mut kinds = later.map(|spec| KindSpec::kind(spec));
    kinds.find(|kind| profile.backend.takes(kind))
}
