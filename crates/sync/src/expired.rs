//! A key whose answer the server no longer keeps: it can't say whether the event was applied, so the entity is read.
//!
//! If the entity has what the event was to bring, the event arrived. If it stands exactly where the event was to begin,
//! nobody has applied it, and it goes out again as a new event: the old key will never be answered otherwise. If it is
//! something else, somebody else wrote, and the event is merged with it.

use lume_core::time::Timestamp;
use lume_wire::Rev;
use serde_json::Value;

use crate::claim::ClaimedEvent;
use crate::content::{Content, Operation};
use crate::engine::Engine;
use crate::limits::IN_PROGRESS_MS;
use crate::mutant::{self, Mutant};
use crate::pass::Pass;
use crate::ports::Ports;
use crate::rows::FailureReason;
use crate::settle::Verdict;
use crate::there::There;

/// What the entity says about the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// It was applied.
    Applied(Option<Rev>),
    /// It was not, and nothing stands against it.
    Open,
    /// It met something else.
    Met(FailureReason),
}

impl<P: Ports> Engine<P> {
    /// What becomes of an event whose key has expired.
    pub(crate) async fn resolve_expired_key(
        &self,
        pass: &mut Pass,
        event: &ClaimedEvent,
        now: Timestamp,
    ) -> Verdict {
        let Some(there) = self.read_entity(pass, &event.item.key).await else {
            return Verdict::Later {
                wait_ms: IN_PROGRESS_MS,
            };
        };
        if mutant::is(Mutant::AcknowledgesExpiredKeys) {
            return Verdict::Acknowledged { rev: None };
        }
        match find(event, &there) {
            Finding::Applied(rev) => Verdict::Acknowledged { rev },
            Finding::Open => self.reissued(event, now),
            Finding::Met(reason) => self.met(event, &there, reason, Some(EXPIRED_STATUS), now),
        }
    }

    /// The same event under a new id, after the wait of an attempt: a server that finds every key expired is no reason
    /// to run in circles.
    fn reissued(&self, event: &ClaimedEvent, now: Timestamp) -> Verdict {
        let failed = self.retry_later(event, Some(EXPIRED_STATUS), now);
        if let Verdict::Retry { wait_ms } = failed {
            return Verdict::Reissued {
                event_id: self.new_event_id(),
                wait_ms,
            };
        }
        failed
    }
}

/// The status that brought us here.
const EXPIRED_STATUS: u16 = 410;

fn find(event: &ClaimedEvent, there: &There) -> Finding {
    let from = event.request.if_match;
    match (event.operation, there) {
        (Operation::Deleted, There::Absent) => Finding::Applied(None),
        // What revives the entity later is laid over this very tombstone.
        (Operation::Deleted, There::Deleted(rev)) => Finding::Applied(*rev),
        (Operation::Deleted, There::Live(_, rev)) if from.is_none() || from == *rev => {
            Finding::Open
        }
        (Operation::Deleted, There::Live(_, _)) => Finding::Met(FailureReason::Version),
        (Operation::Created | Operation::Updated, There::Live(theirs, rev)) => {
            if covers(theirs, event.request.body.as_deref()) {
                // It may have been changed since: what it is now is taken in with it.
                Finding::Met(FailureReason::Version)
            } else if from.is_some() && from == *rev {
                Finding::Open
            } else if from.is_none() {
                Finding::Met(FailureReason::Exists)
            } else {
                Finding::Met(FailureReason::Version)
            }
        }
        (Operation::Created | Operation::Updated, There::Absent) if from.is_none() => Finding::Open,
        (Operation::Updated, There::Deleted(rev)) if from.is_some() && from == *rev => {
            Finding::Open
        }
        (Operation::Created | Operation::Updated, There::Absent | There::Deleted(_)) => {
            Finding::Met(FailureReason::Gone)
        }
    }
}

/// Whether `theirs` has every field that was sent with its value; times of writing aside.
fn covers(theirs: &Content, sent: Option<&str>) -> bool {
    let Some(Ok(ours)) = sent.map(serde_json::from_str::<Content>) else {
        return false;
    };
    ours.iter().all(|(name, value)| match name.as_str() {
        "created_at" | "updated_at" => true,
        _ => theirs.get(name).unwrap_or(&Value::Null) == value,
    })
}

#[cfg(test)]
#[path = "expired_tests.rs"]
mod tests;
