//! Batches: each event as if it came by itself.

use std::collections::BTreeMap;

use lume_core::ids::EntityId;
use lume_wire::batch::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, BatchAnswer, BatchEvent, BatchRequest, BatchResult,
    BatchStatus,
};
use lume_wire::{ApiError, ErrorCode, Rev};

use super::backend::{Call, MemoryBackend};
use super::reply::{Refusal, Reply};

impl MemoryBackend {
    pub(super) fn batch(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        if call.body.len() > BATCH_BYTES_MAX {
            return Err(ErrorCode::TooLarge.into());
        }
        let request: BatchRequest =
            serde_json::from_slice(call.body).map_err(|_| ErrorCode::BadRequest)?;
        if request.events.is_empty() || request.events.len() > BATCH_EVENTS_MAX {
            return Err(ErrorCode::BadRequest.into());
        }
        let mut lanes: BTreeMap<EntityId, Option<Option<Rev>>> = BTreeMap::new();
        let mut results = Vec::new();
        for event in &request.events {
            let result = match lanes.get(&event.entity_id) {
                Some(None) => bare(event, BatchStatus::BlockedBy),
                Some(Some(before)) => self.event(call, event, *before),
                None => self.event(call, event, None),
            };
            let done = matches!(result.status, BatchStatus::Applied | BatchStatus::Duplicate);
            lanes.insert(event.entity_id, done.then_some(result.rev));
            results.push(result);
        }
        Ok(Reply::data(200, BatchAnswer { results }))
    }

    /// `before` is the revision that the lane's event before it led to.
    fn event(&mut self, call: &Call<'_>, event: &BatchEvent, before: Option<Rev>) -> BatchResult {
        let key = event.event_id.to_string();
        let if_match = event.base_rev.or(before).map(Rev::to_etag);
        let is_known = self.answered(call.user, &key).is_some();
        let payload = serde_json::to_vec(&event.payload).expect("a map of JSON is JSON");
        let (name, operation) = event.event_type.rsplit_once('.').unwrap_or_default();
        let kind = self.kinds().find(|spec| spec.name == name);
        let own = Call {
            kind: kind.unwrap_or(call.kind),
            key: Some(&key),
            if_match: if_match.as_deref(),
            body: &payload,
            ..*call
        };
        let reply = match kind.map(|_| operation) {
            Some("created") => self.create(&Call {
                if_match: None,
                ..own
            }),
            Some("updated") => self.update(&own, event.entity_id),
            Some("deleted") => self.delete(&Call { body: &[], ..own }, event.entity_id),
            _ => Err(ErrorCode::BadRequest.into()),
        };
        let reply = reply.unwrap_or_else(|refused| Reply::refusal(&refused));
        match reply.error() {
            None => BatchResult {
                rev: reply.etag,
                ..bare(
                    event,
                    if is_known {
                        BatchStatus::Duplicate
                    } else {
                        BatchStatus::Applied
                    },
                )
            },
            Some(error) => refused(event, error),
        }
    }
}

fn refused(event: &BatchEvent, mut error: ApiError) -> BatchResult {
    let about_the_entity = [
        ErrorCode::Version,
        ErrorCode::Exists,
        ErrorCode::Deleted,
        ErrorCode::Entity,
    ];
    let status = if about_the_entity.contains(&error.code) {
        BatchStatus::Conflict
    } else {
        BatchStatus::Rejected
    };
    BatchResult {
        rev: error.rev.take(),
        entity: error.entity.take(),
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
