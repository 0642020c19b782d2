//! Events that are not at the backend, and what the person can do about those that wait for a decision.

use lume_core::ids::EventId;
use lume_core::time::Timestamp;

use crate::body;
use crate::content::{Content, Operation, State};
use crate::engine::Engine;
use crate::kinds::Header;
use crate::lane::Lane;
use crate::mutant::{self, Mutant};
use crate::ports::{Notice, Ports};
use crate::rows::{EntityKey, EntityRow, EventState, Failure, OutboxRow};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// An event that is not at the backend yet, opened.
#[derive(Clone, PartialEq)]
pub struct Unsent {
    /// Its id.
    pub event_id: EventId,
    /// Its entity.
    pub key: EntityKey,
    /// What it does.
    pub operation: Operation,
    /// Where it stands.
    pub state: EventState,
    /// How often the server failed on it.
    pub attempts: u32,
    /// Not before this wall time.
    pub not_before: Timestamp,
    /// When the person acted.
    pub created_at: Timestamp,
    /// Why it waits for a decision.
    pub failure: Option<Failure>,
    /// The content or patch it carries.
    pub content: Content,
}

/// What a person decides about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Retry,
    Discard,
}

const STORES: [StoreName; 4] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
];

impl<P: Ports> Engine<P> {
    /// The first events in order of seq: those that need the person if `failed`, else all.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unsent(&self, failed: bool, limit: usize) -> Result<Vec<Unsent>, StoreError> {
        let states = if failed {
            vec![EventState::Dead, EventState::Parked]
        } else {
            Vec::new()
        };
        let query = Query::Outbox {
            states,
            after: None,
            limit,
        };
        let read = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![query.clone()]);
            }
            Step::Write(Vec::new(), answers.take_outbox())
        };
        let rows = self
            .transact(Mode::Read, &[StoreName::Outbox], read)
            .await?;
        rows.into_iter().map(|row| self.opened_event(row)).collect()
    }

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

    async fn decide_event(&self, event_id: EventId, decision: Decision) -> Result<(), StoreError> {
        let mut found: Option<OutboxRow> = None;
        let mut step = 0;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                return Step::Read(vec![Query::Event(event_id)]);
            }
            step += 1;
            if step == 1 {
                found = answers.take_outbox().into_iter().next();
                let waits =
                    |row: &&OutboxRow| matches!(row.state, EventState::Dead | EventState::Parked);
                let Some(row) = found.as_ref().filter(waits) else {
                    return Step::Write(Vec::new(), Ok(()));
                };
                return Step::Read(vec![
                    Query::Lane(row.key.clone()),
                    Query::Base(row.key.clone()),
                    Query::Claims,
                    Query::Entity(row.key.clone()),
                ]);
            }
            let Some(row) = &found else {
                return Step::Write(Vec::new(), Ok(()));
            };
            let rows = answers.take_outbox();
            let base = answers.take_base();
            let lane = Lane::new(
                self.sealer(),
                row.key.clone(),
                base,
                rows,
                &answers.take_claims(),
            );
            match self.plan_decision(lane, event_id, decision, answers.take_entity()) {
                Ok(writes) => Step::Write(writes, Ok(())),
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &STORES, program).await??;
        self.notify(&Notice::Data);
        self.notify(&Notice::Status);
        Ok(())
    }

    fn plan_decision(
        &self,
        mut lane: Lane<'_, P::Sealer>,
        event_id: EventId,
        decision: Decision,
        entity: Option<EntityRow>,
    ) -> Result<Vec<Write>, StoreError> {
        // What was edited while sync was off is no event's effect, and stays.
        let apart = match &entity {
            Some(row) if row.deleted => lane.folded()? != State::Deleted,
            Some(row) => lane.folded()? != State::Live(body::open(self.sealer(), &row.body)?),
            None => false,
        };
        let mut writes = match decision {
            Decision::Retry => lane.retry(event_id),
            Decision::Discard => lane.discard(event_id)?,
        };
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

    fn opened_event(&self, row: OutboxRow) -> Result<Unsent, StoreError> {
        Ok(Unsent {
            event_id: row.event_id,
            key: row.key,
            operation: row.operation,
            state: row.state,
            attempts: row.attempts,
            not_before: row.not_before,
            created_at: row.created_at,
            failure: row.failure,
            content: body::open(self.sealer(), &row.body)?,
        })
    }
}
