//! Changes in batches: `POST /events:batch`.

use lume_core::ids::{EntityId, EventId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text_enum::text_enum;
use crate::{ApiError, Rev};

/// Most events in one batch.
pub const BATCH_EVENTS_MAX: usize = 50;
/// Most bytes of one batch, so that it also fits a keepalive request.
pub const BATCH_BYTES_MAX: usize = 60 * 1024;

/// Body of a batch.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRequest {
    /// Up to [`BATCH_EVENTS_MAX`], those of one entity in their order.
    pub events: Vec<BatchEvent>,
}

/// One change.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchEvent {
    /// Its idempotency key.
    pub event_id: EventId,
    /// Kind and operation, `mood.created`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The entity it changes.
    pub entity_id: EntityId,
    /// The revision it is based on; none for a creation. Without one, an event that follows another one of its entity in
    /// the batch is based on the revision that one led to, which the device can't know yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_rev: Option<Rev>,
    /// The body a single request would have.
    #[serde(default)]
    pub payload: Map<String, Value>,
}

/// Data of the answer to a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// One per event, in order.
    pub results: Vec<BatchResult>,
}

/// What became of one event.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchResult {
    /// The event.
    pub event_id: EventId,
    /// What became of it.
    pub status: BatchStatus,
    /// The entity's revision after it, or the server's at a conflict: the tombstone's where it was deleted. None for a
    /// deletion of what was gone already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<Rev>,
    /// The entity as the server has it, at a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Map<String, Value>>,
    /// Why it was refused, with the code that a single request would be refused with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ApiError>,
}

text_enum! {
    /// What became of an event of a batch.
    pub enum BatchStatus {
        /// It took effect now.
        Applied = "applied",
        /// It took effect before, under the same key.
        Duplicate = "duplicate",
        /// The server has something else than the event is based on: the codes `version`, `exists`, `unique`, `deleted` and
        /// `entity`.
        Conflict = "conflict",
        /// It will never be accepted as it is.
        Rejected = "rejected",
        /// Not now.
        Retry = "retry",
        /// An earlier event of its lane or group failed. Nothing is stored of this one.
        BlockedBy = "blocked_by",
    }
}

impl std::fmt::Debug for BatchRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BatchRequest")
            .field("events", &self.events)
            .finish()
    }
}

impl std::fmt::Debug for BatchEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BatchEvent")
            .field("event_id", &self.event_id)
            .field("type", &self.event_type)
            .field("entity_id", &self.entity_id)
            .field("base_rev", &self.base_rev)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BatchResult {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BatchResult")
            .field("event_id", &self.event_id)
            .field("status", &self.status)
            .field("rev", &self.rev)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_this_version_does_not_know_is_kept() {
        let text = r#"{"event_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "status": "postponed"}"#;
        let result: BatchResult = serde_json::from_str(text).unwrap();
        assert_eq!(result.status, BatchStatus::Other("postponed".to_owned()));
    }

    #[test]
    fn debug_leaves_the_payload_out() {
        let id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
        let event = BatchEvent {
            event_id: id.parse().unwrap(),
            event_type: "mood.created".to_owned(),
            entity_id: id.parse().unwrap(),
            base_rev: None,
            payload: Map::from_iter([("note".to_owned(), Value::from("private"))]),
        };
        let shown = format!(
            "{:?}",
            BatchRequest {
                events: vec![event]
            }
        );
        assert!(shown.contains("mood.created") && !shown.contains("private"));
    }
}
