//! The revisions of an entity: `GET /moods/{id}/history`.

use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Rev;

/// Most revisions kept of one entity, the present one included.
pub const REVISIONS_MAX: u32 = 100;

/// One page of an entity's revisions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// What the entity was.
    pub revisions: Vec<Revision>,
    /// Where to go on; none on the last page. Opaque.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// What an entity was from one change to the next. Its `Debug` leaves the entity and the device out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The revision.
    pub rev: Rev,
    /// When it was made, by the server's clock.
    pub at: Timestamp,
    /// What the device that made it calls itself, where it does.
    #[serde(default)]
    pub device: Option<String>,
    /// Whether this revision was a deletion.
    #[serde(default)]
    pub deleted: bool,
    /// The entity as it was; none for a deletion.
    #[serde(default)]
    pub entity: Option<Map<String, Value>>,
}

impl std::fmt::Debug for Revision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Revision")
            .field("rev", &self.rev)
            .field("at", &self.at)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_leaves_the_entity_out() {
        let text = r#"{"rev": 7, "at": "2025-01-15T10:30:00Z", "device": "Alice's phone", "entity": {"note": "private"}}"#;
        let revision: Revision = serde_json::from_str(text).unwrap();
        let shown = format!("{revision:?}");
        assert!(shown.contains('7') && !shown.contains("private") && !shown.contains("Alice"));
    }
}
