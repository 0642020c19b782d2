//! What took effect at the backend, and when.

use lume_core::ids::{EntityId, UserId};
use lume_core::time::Timestamp;
use lume_wire::Rev;

use crate::content::Content;

/// What an effect did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectKind {
    /// An entity that was not there is there.
    Created,
    /// An entity has other fields.
    Updated,
    /// A deleted entity is there again.
    Revived,
    /// An entity is gone.
    Deleted,
}

/// One effect. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct Effect {
    /// When, by the backend's clock.
    pub at: Timestamp,
    /// Whose account.
    pub user: UserId,
    /// The idempotency key it was asked for under, if there was one.
    pub key: Option<String>,
    /// Which entity.
    pub entity: EntityId,
    /// What it did.
    pub kind: EffectKind,
    /// The revision it made.
    pub rev: Rev,
    /// The exact body of the request.
    pub body: Vec<u8>,
    /// The entity's fields after it.
    pub fields: Content,
}

impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} {} rev {} key {:?}",
            self.kind, self.entity, self.rev, self.key
        )
    }
}
