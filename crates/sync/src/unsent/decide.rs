//! What a person decides about events that wait for it: one at a time, or all that are known.

use lume_core::ids::EventId;
use lume_core::time::Timestamp;

use crate::body;
use crate::content::State;
use crate::engine::Engine;
use crate::feed::Feed;
use crate::kinds::Header;
use crate::landing::{is_apart, land};
use crate::lane::{Lane, Occasion};
use crate::meta;
use crate::mutant::{self, Mutant};
use crate::ports::{Notice, Ports};
use crate::rows::{ClaimRow, EventState, OutboxRow, Seq};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};
use crate::unsent::Wanted;

/// What a person decides about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send it again, under its id and with its bytes.
    Retry,
    /// Give it up: the entity becomes what it is without it, and vanishes if the backend never had it.
    Discard,
}

/// Events decided in one transaction.
const DECISION_STEP: usize = 50;

const STORES: [StoreName; 6] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::History,
];

impl<P: Ports> Engine<P> {
    /// Sends a dead or parked event again, under its id and with its bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; it stays as it was.
    pub async fn retry(&self, event_id: EventId) -> Result<(), StoreError> {
        self.decide_event(event_id, Decision::Retry).await
    }

    /// Gives an event up: the entity becomes what it is without it, and vanishes if the backend never had it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; it stays as it was.
    pub async fn discard(&self, event_id: EventId) -> Result<(), StoreError> {
        self.decide_event(event_id, Decision::Discard).await
    }

    /// Decides the same about every event that had failed by `known`: what failed since, the person has not seen.
    /// Returns about how many; those that can't be read stay as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was decided until then is.
    pub async fn decide_all(
        &self,
        decision: Decision,
        known: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut after = None;
        let mut decided = 0;
        loop {
            let first = Query::Outbox {
                states: Wanted::NeedsPerson.states(),
                after,
                limit: DECISION_STEP,
            };
            let (count, last) = self.decide_about(first, decision, known).await?;
            decided += count;
            if last.is_none() {
                return Ok(decided);
            }
            after = last;
            self.notify(&Notice::Data);
            self.notify(&Notice::Status);
        }
    }

    async fn decide_event(&self, event_id: EventId, decision: Decision) -> Result<(), StoreError> {
        self.decide_about(Query::Event(event_id), decision, Timestamp::MAX)
            .await?;
        self.notify(&Notice::Data);
        self.notify(&Notice::Status);
        Ok(())
    }

    /// Decides about the events that a query gives, in one transaction. Returns how many, and the last one's seq.
    async fn decide_about(
        &self,
        first: Query,
        decision: Decision,
        known: Timestamp,
    ) -> Result<(u64, Option<Seq>), StoreError> {
        let is_single = matches!(first, Query::Event(_));
        let mut found: Vec<OutboxRow> = Vec::new();
        let mut last = None;
        let mut step = 0;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                return Step::Read(vec![first.clone()]);
            }
            step += 1;
            if step == 1 {
                found = answers.take_outbox();
                last = found.last().and_then(|row| row.seq);
                found.retain(|row| waits_for_person(row, known));
                if found.is_empty() {
                    return Step::Write(Vec::new(), Ok((0, last)));
                }
                let lanes = found.iter().flat_map(|row| {
                    [
                        Query::Lane(row.key.clone()),
                        Query::Base(row.key.clone()),
                        Query::Entity(row.key.clone()),
                    ]
                });
                let feed = Query::Meta(meta::FEED.to_owned());
                return Step::Read([Query::Claims, feed].into_iter().chain(lanes).collect());
            }
            let claims = answers.take_claims();
            let feed = match meta::from_bytes::<Option<Feed>>(answers.take_bytes().as_deref()) {
                Ok(feed) => feed,
                Err(error) => return Step::Write(Vec::new(), Err(error)),
            };
            let mut writes = Vec::new();
            let mut decided = 0;
            for row in &found {
                match self.plan_decision(row, decision, &claims, feed.as_ref(), &mut answers) {
                    Ok(planned) => {
                        writes.extend(planned);
                        decided += 1;
                    }
                    Err(error) if is_single => return Step::Write(Vec::new(), Err(error)),
                    // What can't be read is no reason to leave the others undecided.
                    Err(_) => {}
                }
            }
            Step::Write(writes, Ok((decided, last)))
        };
        self.transact(Mode::Strict, &STORES, program).await?
    }

    fn plan_decision(
        &self,
        event: &OutboxRow,
        decision: Decision,
        claims: &[ClaimRow],
        feed: Option<&Feed>,
        answers: &mut Answers,
    ) -> Result<Vec<Write>, StoreError> {
        let rows = answers.take_outbox();
        let base = answers.take_base();
        let entity = answers.take_entity();
        let mut lane = Lane::new(self.sealer(), event.key.clone(), base, rows, claims);
        // What was edited while sync was off is no event's effect, and stays.
        let apart = is_apart(self.sealer(), &lane, entity.as_ref())?;
        let mut writes = match decision {
            Decision::Retry => lane.retry(event.event_id),
            Decision::Discard => lane.discard(event.event_id)?,
        };
        if lane.is_behind() && !apart {
            lane.seen_as(entity.as_ref());
            // What came while the event was open is taken in now, if it was the last one.
            let occasion = Occasion {
                now: self.now(),
                skew: feed.and_then(|feed| feed.skew),
                era_from: feed.map_or(0, |feed| feed.era_from),
                new_id: self.new_event_id(),
                account: &event.account,
            };
            if let Some(rebased) = lane.catch_up(&occasion)? {
                writes.extend(land(self.sealer(), &lane, entity, rebased, self.now())?);
                return Ok(writes);
            }
        }
        let Some(mut row) = entity else {
            return Ok(writes);
        };
        row.sync = lane.sync_state();
        let kept = mutant::is(Mutant::DiscardKeepsTheEffect);
        if decision == Decision::Discard && !apart && !kept {
            match lane.folded()? {
                State::Absent => {
                    writes.push(Write::RemoveEntity(row.key));
                    return Ok(writes);
                }
                State::Deleted => row.deleted = true,
                State::Live(content) => {
                    let header = Header::of(&content);
                    row.deleted = false;
                    row.local_time = header.local_time;
                    row.source = header.source;
                    row.source_id = header.source_id;
                    row.body = body::seal(self.sealer(), &content);
                }
            }
        }
        writes.push(Write::PutEntity(row));
        Ok(writes)
    }
}

fn waits_for_person(row: &OutboxRow, known: Timestamp) -> bool {
    matches!(row.state, EventState::Dead | EventState::Parked)
        && row
            .failure
            .as_ref()
            .is_none_or(|failure| failure.at <= known)
}
