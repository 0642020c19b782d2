//! Who a backend is and what it can do.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

/// Answer of `GET /api/v1/capabilities`; a backend without it is a basic one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Identifies the server for ever, so that accounts are told apart by it and not by an address.
    pub server_id: String,
    /// Another value means that the database was replaced: cursors and revisions of before mean nothing.
    pub server_epoch: String,
    /// Version of the protocol, 1.
    pub protocol: u32,
    /// What the server offers beyond single changes. Unknown features are kept.
    #[serde(default)]
    pub features: Vec<Feature>,
}

impl Capabilities {
    /// Whether the server offers a feature.
    pub fn has(&self, feature: &Feature) -> bool {
        self.features.contains(feature)
    }
}

text_enum! {
    /// Something a server may offer.
    pub enum Feature {
        /// `POST /events:batch`.
        Batch = "batch",
        /// `GET /changes`.
        Changes = "changes",
        /// `GET /live`.
        Live = "live",
        /// `GET /moods/{id}/history`.
        History = "history",
        /// `GET /moods?deleted=true`.
        Bin = "bin",
        /// `/push/…` and `/reminders`: reminders by Web Push.
        Push = "push",
        /// `If-Match` and revisions on single entities.
        Conditional = "conditional",
        /// `/mood-defs`: moods of the person's own.
        MoodDefs = "mood_defs",
        /// `GET /consultations`.
        Consultations = "consultations",
    }
}
