//! Changes from elsewhere: `GET /changes`.

use lume_core::ids::{EntityId, EventId};
use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Rev;

/// Most changes in one page.
pub const CHANGES_LIMIT_MAX: u32 = 500;

/// One page of the feed, in commit order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// What changed.
    pub changes: Vec<Change>,
    /// Where to go on. Opaque.
    pub next_cursor: String,
    /// Whether more is there already.
    pub has_more: bool,
    /// Another value than before means that the database was replaced.
    pub server_epoch: String,
    /// The server's clock, to turn its times into ages.
    pub server_now: Timestamp,
}

/// One change. Its `Debug` leaves the entity out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// As in `mood`.
    pub kind: String,
    /// The entity.
    pub entity_id: EntityId,
    /// Its revision by this change.
    pub rev: Rev,
    /// Whether it is a tombstone.
    #[serde(default)]
    pub deleted: bool,
    /// The entity as it is now; none for a tombstone.
    #[serde(default)]
    pub entity: Option<Map<String, Value>>,
    /// The event that made the change, if a device made it.
    #[serde(default)]
    pub origin_event_id: Option<EventId>,
    /// When, by the server's clock.
    pub modified_at: Timestamp,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Change")
            .field("kind", &self.kind)
            .field("entity_id", &self.entity_id)
            .field("rev", &self.rev)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}
