//! What is asked before each request of a pass, and of each answer that comes late.
//!
//! A tab may be frozen at any await, for hours. So what was read is as old as the last await before the request goes out,
//! and an answer that arrives after the lease is over leads to no further question: others have gone on meanwhile.

use lume_core::time::Timestamp;

use crate::claim::ClaimedEvent;
use crate::engine::Engine;
use crate::gate::Gate;
use crate::limits::{EVENT_REQUESTS_ROOM, LEASE_MARGIN_MS, LEASE_MS, LOOK_MS_MAX};
use crate::log::{Level, LogEvent};
use crate::meta::BackendKind;
use crate::mutant::{self, Mutant};
use crate::outcome::{Asked, Outcome, classify};
use crate::pass::{Flow, Pass};
use crate::ports::{Clock, Ports, Response, SendError};
use crate::rows::ClaimRow;
use crate::store::StoreError;

impl<P: Ports> Engine<P> {
    /// Whether the claim is still ours and fresh enough, the session the same, sync still on, and the minute not used up.
    ///
    /// Asked before each request, and decided after the last await: a tab may have been frozen for hours since the last
    /// one, or within this very look, and what was read is as old as that.
    pub(crate) async fn may_send(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
    ) -> Result<Flow, StoreError> {
        if self.may_ask(pass, claim).await? == Flow::Stop {
            return Ok(Flow::Stop);
        }
        let wait_ms = self.minute_left(pass);
        if wait_ms > 0 {
            let reason = "too_many_requests".to_owned();
            self.log(Level::Warn, LogEvent::Waiting { reason, wait_ms });
            return Ok(Flow::Stop);
        }
        self.count_request(&mut pass.gate);
        Ok(Flow::On)
    }

    /// How long until the minute has room for an event and what its answer may leave to be asked, in milliseconds.
    pub(crate) fn minute_left(&self, pass: &Pass) -> u64 {
        let now = self.now();
        let rest = &self.live.borrow().rest;
        let rest_ms = rest.minute_left(now, EVENT_REQUESTS_ROOM);
        pass.gate.minute_left(now, EVENT_REQUESTS_ROOM).max(rest_ms)
    }

    /// As [`Self::may_send`], for a question that an answer has left: the minute was kept free for it.
    pub(crate) async fn may_ask(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
    ) -> Result<Flow, StoreError> {
        let asked_ms = self.ports().clock().monotonic_ms();
        let Some(seen) = self.look(claim).await? else {
            return Ok(Flow::Stop);
        };
        let now_ms = self.ports().clock().monotonic_ms();
        let now = self.now();
        let late = now_ms.saturating_sub(asked_ms) > LOOK_MS_MAX
            || now_ms.saturating_sub(pass.claimed_ms) > LEASE_MS - LEASE_MARGIN_MS
            || !has_margin(claim, now);
        if late && !mutant::is(Mutant::SendsWhatWasFrozen) {
            return Ok(Flow::Stop);
        }
        let other_session = seen.session.generation != pass.session.generation;
        let forgiven = mutant::is(Mutant::SendsAfterSignOut);
        if self.is_locked() {
            return Ok(Flow::Stop);
        }
        if (other_session && !forgiven) || seen.profile.syncing().is_none() {
            return Ok(Flow::Stop);
        }
        // Another flusher was asked to wait.
        if seen.gate.is_asked_to_wait(now) {
            return Ok(Flow::Stop);
        }
        pass.gate.learn(&seen.gate);
        Ok(Flow::On)
    }

    /// Whether the claim is so old that others may have taken it over: a tab that was frozen asks nobody anything more.
    pub(crate) fn is_late(&self, pass: &Pass) -> bool {
        let now_ms = self.ports().clock().monotonic_ms();
        now_ms.saturating_sub(pass.claimed_ms) > LEASE_MS
    }

    /// Counts a request: in the gate, and for the case that the gate can't be stored here too.
    pub(crate) fn count_request(&self, gate: &mut Gate) {
        let now = self.now();
        gate.count_request(now);
        self.live.borrow_mut().rest.count_request(now);
    }
}

/// Whether an answer says all there is to say: nothing else needs to be asked.
pub(crate) fn is_telling(
    event: &ClaimedEvent,
    backend: BackendKind,
    answer: &Result<Response, SendError>,
) -> bool {
    let asked = Asked {
        backend,
        operation: event.operation,
        events: 1,
    };
    matches!(
        classify(asked, answer.as_ref().map_err(|error| *error)),
        Outcome::Acknowledged { .. }
    )
}

/// Whether enough of the lease is left; more than it was long means that the wall clock jumped back, and others take it
/// for over.
fn has_margin(claim: &ClaimRow, now: Timestamp) -> bool {
    let left = claim.until.millis_since(now);
    let range = LEASE_MARGIN_MS..=LEASE_MS;
    u64::try_from(left).is_ok_and(|left| range.contains(&left))
}
