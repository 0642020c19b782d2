//! Writing the file: every event of the outbox with its entity, as of one moment.

use std::collections::BTreeMap;

use lume_core::ids::{EntityId, EventId};
use lume_core::time::Timestamp;
use lume_wire::Rev;
use serde::Serialize;

use super::{AtBackend, FORMAT, VERSION};
use crate::body;
use crate::content::{Content, Operation};
use crate::engine::Engine;
use crate::meta::{self, Account, Profile};
use crate::ports::Ports;
use crate::rows::{
    BaseRow, EntityKey, EntityRow, EventState, Failure, FailureReason, OutboxRow, Seq,
};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// Events read in one step of the transaction.
const EXPORT_STEP: usize = 200;

const STORES: [StoreName; 4] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Meta,
];

/// A file's bytes, and what is in it. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Export {
    /// JSON in UTF-8.
    pub bytes: Vec<u8>,
    /// How many entities.
    pub entities: u64,
    /// How many events.
    pub events: u64,
    /// How many of the entities this version can't read; the file has their ids alone.
    pub unreadable: u64,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Export({} entities, {} events, {} unreadable)",
            self.entities, self.events, self.unreadable
        )
    }
}

#[derive(Serialize)]
struct FileOut<'a> {
    format: &'static str,
    version: u64,
    exported_at: Timestamp,
    app_version: &'a str,
    account: Option<String>,
    entities: Vec<EntityOut>,
}

#[derive(Serialize)]
struct EntityOut {
    kind: String,
    id: EntityId,
    at_backend: AtBackend,
    deleted: bool,
    entity: Option<Content>,
    events: Vec<EventOut>,
}

#[derive(Serialize)]
struct EventOut {
    event_id: EventId,
    #[serde(rename = "type")]
    event_type: String,
    operation: Operation,
    state: EventState,
    content: Option<Content>,
    base_rev: Option<Rev>,
    attempts: u32,
    created_at: Timestamp,
    failure: Option<FailureOut>,
}

#[derive(Serialize)]
struct FailureOut {
    reason: FailureReason,
    status: Option<u16>,
    fields: BTreeMap<String, String>,
    at: Timestamp,
}

/// What the transaction has gathered so far.
#[derive(Default)]
struct Gathered {
    profile: Profile,
    entities: Vec<EntityOut>,
    places: BTreeMap<EntityKey, usize>,
    /// The last rows read, whose entities are being asked for.
    rows: Vec<OutboxRow>,
    /// The new ones among their entities, in this order.
    keys: Vec<EntityKey>,
}

impl<P: Ports> Engine<P> {
    /// Everything that is not at the backend, as a file: waiting, held, dead and parked events with their entities.
    ///
    /// It is one moment's state: all of it is read in one transaction. Work that this version can't read is named by
    /// its id, and stops nothing else from being written.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn export_unsent(&self) -> Result<Export, StoreError> {
        let mut gathered = Gathered::default();
        let mut step = 0;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                gathered = Gathered::default();
                return Step::Read(vec![
                    Query::Meta(meta::PROFILE.to_owned()),
                    next_events(None),
                ]);
            }
            if step == 0 {
                match meta::from_bytes(answers.take_bytes().as_deref()) {
                    Ok(profile) => gathered.profile = profile,
                    Err(error) => return Step::Write(Vec::new(), Err(error)),
                }
            }
            step += 1;
            if step % 2 == 1 {
                gathered.take_rows(answers.take_outbox());
                if gathered.rows.is_empty() {
                    let done = std::mem::take(&mut gathered);
                    return Step::Write(Vec::new(), Ok(done));
                }
                let around = gathered
                    .keys
                    .iter()
                    .flat_map(|key| [Query::Entity(key.clone()), Query::Base(key.clone())]);
                // A step must ask something, even where every entity is known already.
                let profile = Query::Meta(meta::PROFILE.to_owned());
                return Step::Read(std::iter::once(profile).chain(around).collect());
            }
            drop(answers.take_bytes());
            self.take_entities(&mut gathered, &mut answers);
            let after = gathered.rows.last().and_then(|row| row.seq);
            Step::Read(vec![next_events(after)])
        };
        let gathered = self.transact(Mode::Read, &STORES, program).await??;
        Ok(self.written(gathered))
    }

    fn take_entities(&self, gathered: &mut Gathered, answers: &mut Answers) {
        for key in std::mem::take(&mut gathered.keys) {
            let entity = answers.take_entity();
            let base = answers.take_base();
            gathered.places.insert(key.clone(), gathered.entities.len());
            gathered
                .entities
                .push(self.entity_out(key, entity.as_ref(), base.as_ref()));
        }
        for row in &gathered.rows {
            let place = gathered.places.get(&row.key);
            let Some(entity) = place.and_then(|place| gathered.entities.get_mut(*place)) else {
                continue;
            };
            if entity.at_backend == AtBackend::No && may_be_there(row) {
                entity.at_backend = AtBackend::Maybe;
            }
            entity.events.push(self.event_out(row));
        }
    }

    fn entity_out(
        &self,
        key: EntityKey,
        entity: Option<&EntityRow>,
        base: Option<&BaseRow>,
    ) -> EntityOut {
        EntityOut {
            kind: key.kind.0,
            id: key.id,
            at_backend: if base.is_some() {
                AtBackend::Yes
            } else {
                AtBackend::No
            },
            deleted: entity.is_some_and(|row| row.deleted),
            entity: entity.and_then(|row| body::open(self.sealer(), &row.body).ok()),
            events: Vec::new(),
        }
    }

    fn event_out(&self, row: &OutboxRow) -> EventOut {
        EventOut {
            event_id: row.event_id,
            event_type: format!("{}.{}", row.key.kind.0, row.operation.name()),
            operation: row.operation,
            state: row.state,
            content: body::open(self.sealer(), &row.body).ok(),
            base_rev: row.base_rev,
            attempts: row.attempts,
            created_at: row.created_at,
            failure: row.failure.clone().map(failure_out),
        }
    }

    fn written(&self, gathered: Gathered) -> Export {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let entities = gathered.entities;
        let unreadable = entities.iter().filter(|entity| entity.entity.is_none());
        let counts = (
            number(entities.len()),
            number(entities.iter().map(|entity| entity.events.len()).sum()),
            number(unreadable.count()),
        );
        let file = FileOut {
            format: FORMAT,
            version: VERSION,
            exported_at: self.now(),
            app_version: &self.options.client_version,
            account: gathered.profile.account.as_ref().map(Account::key),
            entities,
        };
        Export {
            bytes: serde_json::to_vec_pretty(&file)
                .expect("a file holds maps with text keys and plain values only"),
            entities: counts.0,
            events: counts.1,
            unreadable: counts.2,
        }
    }
}

impl Gathered {
    fn take_rows(&mut self, rows: Vec<OutboxRow>) {
        self.keys.clear();
        for row in &rows {
            if !self.places.contains_key(&row.key) && !self.keys.contains(&row.key) {
                self.keys.push(row.key.clone());
            }
        }
        self.rows = rows;
    }
}

fn next_events(after: Option<Seq>) -> Query {
    Query::Outbox {
        states: Vec::new(),
        after,
        limit: EXPORT_STEP,
    }
}

fn failure_out(failure: Failure) -> FailureOut {
    FailureOut {
        reason: failure.reason,
        status: failure.status,
        fields: failure.fields.into_iter().collect(),
        at: failure.at,
    }
}

/// Whether the backend may know the entity by this event, though no answer ever said so.
fn may_be_there(row: &OutboxRow) -> bool {
    match row.failure.as_ref().map(|failure| failure.reason) {
        Some(
            FailureReason::BadRequest
            | FailureReason::Invalid
            | FailureReason::TooLarge
            | FailureReason::Refused,
        ) => false,
        Some(
            FailureReason::Forbidden
            | FailureReason::KeyReused
            | FailureReason::GaveUp
            | FailureReason::Version
            | FailureReason::Exists
            | FailureReason::Gone
            | FailureReason::Natural,
        ) => true,
        None => row.request.is_some(),
    }
}
