//! Lists of unsent events, page by page, each page one transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::body;
use crate::content::State;
use crate::engine::Engine;
use crate::landing::is_apart;
use crate::lane::Lane;
use crate::ports::Ports;
use crate::reading::{Entity, ShownSync};
use crate::rows::{BaseRow, ClaimRow, EntityKey, EntityRow, EventState, OutboxRow, Seq};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};
use crate::unsent::{Outlook, Unsent, UnsentPage, Wanted};

const STORES: [StoreName; 4] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
];

/// What is read of one entity: its row, its last server state and its events.
struct Surroundings {
    entity: Option<EntityRow>,
    base: Option<BaseRow>,
    lane: Vec<OutboxRow>,
}

impl<P: Ports> Engine<P> {
    /// Some of the events that are asked for, after `after`, in order of seq.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unsent(
        &self,
        wanted: Wanted,
        after: Option<Seq>,
        limit: usize,
    ) -> Result<UnsentPage, StoreError> {
        let first = Query::Outbox {
            states: wanted.states(),
            after,
            limit: limit.saturating_add(1),
        };
        let mut events = self.read_unsent(first).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let next = events.last().filter(|_| more).map(|event| event.seq);
        Ok(UnsentPage { events, next })
    }

    /// The event of an entity that waits for the person, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn unsent_of(&self, key: &EntityKey) -> Result<Option<Unsent>, StoreError> {
        let lane = self.read_unsent(Query::Lane(key.clone())).await?;
        Ok(lane
            .into_iter()
            .find(|event| matches!(event.state, EventState::Dead | EventState::Parked)))
    }

    /// Opens the events that a query gives, with what surrounds them.
    async fn read_unsent(&self, first: Query) -> Result<Vec<Unsent>, StoreError> {
        let mut rows: Vec<OutboxRow> = Vec::new();
        let mut step = 0;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                return Step::Read(vec![first.clone()]);
            }
            step += 1;
            if step == 1 {
                rows = answers.take_outbox();
                let keys: BTreeSet<_> = rows.iter().map(|row| row.key.clone()).collect();
                let around = keys.into_iter().flat_map(|key| {
                    [
                        Query::Entity(key.clone()),
                        Query::Base(key.clone()),
                        Query::Lane(key),
                    ]
                });
                return Step::Read(std::iter::once(Query::Claims).chain(around).collect());
            }
            let claims = answers.take_claims();
            let keys: BTreeSet<_> = rows.iter().map(|row| row.key.clone()).collect();
            let around: BTreeMap<_, _> = keys
                .into_iter()
                .map(|key| {
                    let around = Surroundings {
                        entity: answers.take_entity(),
                        base: answers.take_base(),
                        lane: answers.take_outbox(),
                    };
                    (key, around)
                })
                .collect();
            let opened = rows
                .iter()
                .filter_map(|row| Some(self.opened_event(row, around.get(&row.key)?, &claims)));
            Step::Write(Vec::new(), opened.collect())
        };
        self.transact(Mode::Read, &STORES, program).await
    }

    fn opened_event(&self, row: &OutboxRow, around: &Surroundings, claims: &[ClaimRow]) -> Unsent {
        let outlook = self.outlook(row, around, claims);
        Unsent {
            seq: row.seq.unwrap_or(Seq(0)),
            event_id: row.event_id,
            key: row.key.clone(),
            operation: row.operation,
            state: row.state,
            attempts: row.attempts,
            not_before: row.not_before,
            created_at: row.created_at,
            failure: row.failure.clone(),
            content: body::open(self.sealer(), &row.body).ok(),
            entity: around.entity.as_ref().and_then(|row| self.shown(row)),
            outlook: outlook.unwrap_or(Outlook::Unknown),
        }
    }

    fn shown(&self, row: &EntityRow) -> Option<Entity> {
        Some(Entity {
            key: row.key.clone(),
            content: body::open(self.sealer(), &row.body).ok()?,
            deleted: row.deleted,
            sync: ShownSync::Stored(row.sync),
        })
    }

    /// Gives the event up on paper.
    fn outlook(
        &self,
        row: &OutboxRow,
        around: &Surroundings,
        claims: &[ClaimRow],
    ) -> Result<Outlook, StoreError> {
        let mut lane = Lane::new(
            self.sealer(),
            row.key.clone(),
            around.base.clone(),
            around.lane.clone(),
            claims,
        );
        if is_apart(self.sealer(), &lane, around.entity.as_ref())? {
            return Ok(Outlook::Stays);
        }
        let writes = lane.discard(row.event_id)?;
        let removed = writes
            .iter()
            .filter(|write| matches!(write, Write::RemoveEvent(_)))
            .count();
        Ok(match lane.folded()? {
            State::Absent => Outlook::Vanishes {
                later: removed.saturating_sub(1),
            },
            State::Deleted => Outlook::Deleted,
            State::Live(content) => Outlook::Becomes {
                content,
                later: around.lane.len().saturating_sub(removed),
            },
        })
    }
}
