//! Idempotency keys: a key has its effect once, and its answer is given again.

use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use lume_wire::{ApiError, ErrorCode};

use super::backend::{Call, MemoryBackend};
use super::reply::{Refusal, Reply};
use crate::content::Operation;

/// What a key stands for: anything else under the same key is another request.
#[derive(Clone, PartialEq)]
pub(super) struct Print {
    pub(super) operation: Operation,
    pub(super) entity: EntityId,
    pub(super) if_match: Option<String>,
    pub(super) body: Vec<u8>,
}

/// A key that was used.
#[derive(Clone)]
pub(super) struct Key {
    print: Print,
    reply: Reply,
    at: Timestamp,
}

impl Key {
    pub(super) fn status(&self) -> u16 {
        self.reply.status
    }
}

impl MemoryBackend {
    /// Runs `effect` unless the key has had it, and keeps the answer, a refusal too.
    pub(super) fn once(
        &mut self,
        call: &Call<'_>,
        operation: Operation,
        entity: EntityId,
        effect: impl FnOnce(&mut Self) -> Result<Reply, Refusal>,
    ) -> Result<Reply, Refusal> {
        let Some(key) = call.key else {
            return effect(self);
        };
        let print = Print {
            operation,
            entity,
            if_match: call.if_match.map(str::to_owned),
            body: call.body.to_vec(),
        };
        let place = (call.user, key.to_owned());
        if let Some(known) = self.keys.get(&place) {
            if known.print != print {
                return Err(ApiError::new(
                    ErrorCode::KeyReused,
                    "the key was used with another payload",
                )
                .into());
            }
            if call.now.millis_since(known.at) > self.options.answers_kept_ms {
                return Err(
                    ApiError::new(ErrorCode::KeyExpired, "the answer is no longer kept").into(),
                );
            }
            return Ok(known.reply.clone());
        }
        let reply = effect(self).unwrap_or_else(|refused| Reply::refusal(&refused));
        self.keys.insert(
            place,
            Key {
                print,
                reply: reply.clone(),
                at: call.now,
            },
        );
        Ok(reply)
    }
}
