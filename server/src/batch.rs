//! `POST /events:batch`: many changes in one transaction, each as if it came by itself.
//!
//! Every event has a savepoint, within which its effect and the answer that its key will be given again are written, by
//! the same code as a single request's. A failure of ours undoes that event alone. Events of one entity are a lane: after
//! one that failed the rest of its lane waits, unanswered, so that their keys are as good as new.

use std::collections::{BTreeMap, BTreeSet};

use lume_core::time::Timestamp;
use lume_wire::batch::{
    BATCH_EVENTS_MAX, BatchAnswer, BatchEvent, BatchRequest, BatchResult, BatchStatus,
};
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Rev};
use rusqlite::Transaction;
use serde_json::Value;

use crate::accounts::Caller;
use crate::answer::Answer;
use crate::entities::{Base, IfMatch, check_same_id, create_once, delete_once, update_once};
use crate::error::ServerError;
use crate::idempotency::{Outcome, is_known};
use crate::kinds::{KINDS, Kind};
use crate::service::{Change, Service};

/// Reads the body of a batch.
///
/// # Errors
///
/// 400 where there is no event or there are too many, or where one can't be read; `fields` says which.
pub fn read_batch(body: &Fields) -> Result<BatchRequest, ApiError> {
    let bad = |message: &str, field: String, problem: &str| {
        Err(ApiError::new(ErrorCode::BadRequest, message).with_field(field, problem))
    };
    let all = "events".to_owned();
    let Some(Value::Array(items)) = body.get("events") else {
        return bad("events must be a list", all, "required");
    };
    if items.is_empty() {
        return bad("a batch has at least one event", all, "required");
    }
    if items.len() > BATCH_EVENTS_MAX {
        return bad("a batch has at most 50 events", all, "too_many");
    }
    let mut events = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        // serde_json's message may quote the event, which is private.
        match serde_json::from_value::<BatchEvent>(item.clone()) {
            Ok(event) if event.base_rev.is_none_or(|rev| rev.0 >= 0) => events.push(event),
            Ok(_) | Err(_) => {
                return bad(
                    "an event is not well-formed",
                    format!("events.{at}"),
                    "invalid",
                );
            }
        }
    }
    Ok(BatchRequest { events })
}

/// What the events of a lane have come to.
#[derive(Clone, Copy)]
enum Lane {
    /// The last one took effect, now or before, and led to this revision.
    At(Option<Rev>),
    /// One failed.
    Stopped,
}

impl Service {
    /// Applies the events of a batch in order: 200 with a result for each.
    pub fn batch(&self, caller: Caller, request: &BatchRequest) -> Answer {
        let keys: BTreeSet<String> = request
            .events
            .iter()
            .map(|event| event.event_id.to_string())
            .collect();
        let (taken, busy): (Vec<_>, Vec<_>) = keys
            .into_iter()
            .map(|key| self.in_flight().enter(caller.user, &key).map_err(|_| key))
            .partition(Result::is_ok);
        let busy: BTreeSet<String> = busy.into_iter().filter_map(Result::err).collect();
        let now = self.now();
        let result = self.commit(caller, |transaction| {
            let mut lanes = BTreeMap::new();
            let mut results = Vec::with_capacity(request.events.len());
            for event in &request.events {
                let lane = (kind_of(event), event.entity_id);
                let before = lanes.get(&lane).copied();
                let result = if matches!(before, Some(Lane::Stopped)) {
                    bare(event, BatchStatus::BlockedBy)
                } else if busy.contains(&event.event_id.to_string()) {
                    let message = "a request with this event's id is being worked on";
                    refused(event, ApiError::new(ErrorCode::InProgress, message))
                } else {
                    let before = before.and_then(Lane::rev);
                    in_savepoint(transaction, event, || {
                        apply(transaction, caller, event, before, now)
                    })?
                };
                lanes.insert(lane, Lane::after(&result));
                results.push(result);
            }
            Ok(Answer::ok(200, BatchAnswer { results }))
        });
        drop(taken);
        result.into()
    }
}

impl Lane {
    const fn rev(self) -> Option<Rev> {
        match self {
            Self::At(rev) => rev,
            Self::Stopped => None,
        }
    }

    fn after(result: &BatchResult) -> Self {
        match result.status {
            BatchStatus::Applied | BatchStatus::Duplicate => Self::At(result.rev),
            BatchStatus::Conflict
            | BatchStatus::Rejected
            | BatchStatus::Retry
            | BatchStatus::BlockedBy
            | BatchStatus::Other(_) => Self::Stopped,
        }
    }
}

/// Undoes what an event wrote where it failed for a reason of ours, and leaves the others as they are.
fn in_savepoint(
    transaction: &Transaction<'_>,
    event: &BatchEvent,
    apply: impl FnOnce() -> Result<Outcome, ServerError>,
) -> Result<BatchResult, ServerError> {
    transaction.execute_batch("SAVEPOINT event")?;
    let result = match apply() {
        Ok(outcome) => told(event, outcome)?,
        // Where a failure took the whole transaction along, there is nothing to go back to, and the batch fails.
        Err(failure) => {
            transaction.execute_batch("ROLLBACK TO event")?;
            refused_by(event, &Answer::failure(&failure))?
        }
    };
    transaction.execute_batch("RELEASE event")?;
    Ok(result)
}

/// Applies one event as its own request would be. `before` is the revision that the lane's event before it led to.
fn apply(
    transaction: &Transaction<'_>,
    caller: Caller,
    event: &BatchEvent,
    before: Option<Rev>,
    now: Timestamp,
) -> Result<Outcome, ServerError> {
    let key = event.event_id.to_string();
    let change = Change {
        caller,
        key: Some(&key),
    };
    let id = event.entity_id;
    let Some((kind, operation)) = meaning(event) else {
        let message = "this server knows no event of this type";
        let error = ApiError::new(ErrorCode::BadRequest, message).with_field("type", "unknown");
        return Err(error.into());
    };
    if operation != Operation::Delete {
        check_same_id(&event.payload, id)?;
    }
    let base = event.base_rev.or(before).map(|rev| Base {
        if_match: IfMatch::Rev(rev),
        is_said: event.base_rev.is_some(),
    });
    match (operation, base) {
        (Operation::Create, _) => {
            let mut body = event.payload.clone();
            body.entry("id").or_insert_with(|| id.to_string().into());
            create_once(transaction, kind, &change, id, &body, now)
        }
        (Operation::Update, Some(base)) => {
            update_once(transaction, kind, &change, id, base, &event.payload, now)
        }
        (Operation::Update, None) => {
            if !is_known(transaction, caller.user, &key)? {
                let message = "base_rev must say which revision the change is based on";
                return Err(ApiError::new(ErrorCode::PreconditionRequired, message).into());
            }
            // Its answer is there, and whatever it was based on does not matter any more.
            let base = Base {
                if_match: IfMatch::Never,
                is_said: false,
            };
            update_once(transaction, kind, &change, id, base, &event.payload, now)
        }
        (Operation::Delete, base) => delete_once(transaction, kind, &change, id, base, now),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Update,
    Delete,
}

fn meaning(event: &BatchEvent) -> Option<(&'static Kind, Operation)> {
    let (kind, operation) = event.event_type.rsplit_once('.')?;
    let kind = KINDS.iter().find(|known| known.name == kind)?;
    let operation = match operation {
        "created" => Operation::Create,
        "updated" => Operation::Update,
        "deleted" => Operation::Delete,
        _ => return None,
    };
    Some((kind, operation))
}

/// What stands before the operation in an event's type, known or not.
fn kind_of(event: &BatchEvent) -> &str {
    event
        .event_type
        .rsplit_once('.')
        .map_or(event.event_type.as_str(), |(kind, _)| kind)
}

/// The result that stands for a single request's answer.
fn told(event: &BatchEvent, outcome: Outcome) -> Result<BatchResult, ServerError> {
    let Outcome { answer, replayed } = outcome;
    if answer.status >= 400 {
        return refused_by(event, &answer);
    }
    let status = if replayed {
        BatchStatus::Duplicate
    } else {
        BatchStatus::Applied
    };
    Ok(BatchResult {
        rev: answer.etag,
        ..bare(event, status)
    })
}

fn refused_by(event: &BatchEvent, answer: &Answer) -> Result<BatchResult, ServerError> {
    let error = answer.error().ok_or(ServerError::Corrupt("answer"))?;
    Ok(refused(event, error))
}

fn refused(event: &BatchEvent, mut error: ApiError) -> BatchResult {
    let status = status_of(&error.code);
    // Beside the error, where every result has them.
    let (rev, entity) = (error.rev.take(), error.entity.take());
    BatchResult {
        rev,
        entity,
        error: Some(error),
        ..bare(event, status)
    }
}

fn bare(event: &BatchEvent, status: BatchStatus) -> BatchResult {
    BatchResult {
        event_id: event.event_id,
        status,
        rev: None,
        entity: None,
        error: None,
    }
}

/// A conflict is about what the server has, a rejection about the event.
fn status_of(code: &ErrorCode) -> BatchStatus {
    if matches!(
        code,
        ErrorCode::Version
            | ErrorCode::Exists
            | ErrorCode::Deleted
            | ErrorCode::Entity
            | ErrorCode::Unique
    ) {
        BatchStatus::Conflict
    } else if matches!(
        code,
        ErrorCode::InProgress | ErrorCode::Internal | ErrorCode::Unavailable
    ) {
        BatchStatus::Retry
    } else {
        BatchStatus::Rejected
    }
}
