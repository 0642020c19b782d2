//! From an outcome to what is written about the event, and whether the pass goes on.
//!
//! What one answer leaves open is asked here, once a pass: whether the backend is healthy (`/health`), whether the
//! session can be refreshed. Whether an entity is at the server already is [`crate::expired`]'s question.

use lume_core::time::Timestamp;
use lume_wire::paths;

use crate::account::AuthError;
use crate::claim::ClaimedEvent;
use crate::engine::Engine;
use crate::gate::{Blocked, Gate};
use crate::limits::{IN_PROGRESS_MS, PROBE_AFTER_FAILURES};
use crate::meta::BackendKind;
use crate::mutant::{self, Mutant};
use crate::outcome::{Asked, Outcome, classify, is_html};
use crate::pass::{Flow, Pass};
use crate::ports::{Method, Ports, Response, SendError};
use crate::retry::delay_ms;
use crate::rows::{Failure, FailureReason};
use crate::session::SessionState;
use crate::settle::{Met, Verdict};
use crate::store::StoreError;
use crate::there::There;

/// What `/health` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// The backend is up.
    Well,
    /// It answers, and is not well; or nothing answers.
    Ill,
    /// Somebody else answers.
    Captive,
}

/// A verdict, and whether the pass goes on.
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    /// The HTTP status that led to it.
    pub(crate) status: Option<u16>,
    pub(crate) flow: Flow,
}

impl Judged {
    pub(crate) fn on(verdict: Verdict) -> Self {
        Self {
            verdict,
            status: None,
            flow: Flow::On,
        }
    }

    /// The request may have been seen; nothing was learned about the event.
    pub(crate) fn stop() -> Self {
        Self {
            verdict: Verdict::Released { sent: true },
            status: None,
            flow: Flow::Stop,
        }
    }

    /// As [`Self::stop`], and the next pass begins with another event, so that this one can't stand in front of all.
    fn stop_behind() -> Self {
        Self {
            verdict: Verdict::Later { wait_ms: 0 },
            status: None,
            flow: Flow::Stop,
        }
    }
}

/// Whether this event alone may have led to an answer, or to none, that says nothing: a firewall that dislikes its
/// words, a proxy that finds it too long.
fn may_be_its_own_fault(answer: &Result<Response, SendError>) -> bool {
    match answer {
        Ok(response) => matches!(response.status, 200..=428 | 430..=499),
        Err(SendError::Timeout) => true,
        Err(SendError::Network | SendError::Refused | SendError::Stopped) => false,
    }
}

impl<P: Ports> Engine<P> {
    /// Judges an answer; `None` if the token was refreshed and the request is to be sent once more.
    pub(crate) async fn judge(
        &self,
        pass: &mut Pass,
        event: &ClaimedEvent,
        answer: Result<Response, SendError>,
    ) -> Result<Option<Judged>, StoreError> {
        let asked = Asked {
            backend: pass.kind,
            operation: event.operation,
            events: 1,
        };
        let outcome = classify(asked, answer.as_ref().map_err(|error| *error));
        let status = answer.as_ref().ok().map(|response| response.status);
        let now = self.now();
        let failure = |reason, fields| Failure {
            reason,
            status,
            fields,
            at: now,
        };
        let judged = match outcome {
            Outcome::Acknowledged { rev } => {
                pass.gate.open();
                Judged::on(Verdict::Acknowledged { rev })
            }
            Outcome::Conflict(reason) => {
                pass.gate.open();
                let there = answer.as_ref().ok().and_then(There::of_refusal);
                Judged::on(
                    self.resolve_conflict(pass, event, there, reason, status)
                        .await,
                )
            }
            Outcome::Refused { reason, fields } => {
                pass.gate.open();
                Judged::on(Verdict::Dead(failure(reason, fields)))
            }
            // One event is never too many; a server that says so refuses this one.
            Outcome::Split => {
                Judged::on(Verdict::Dead(failure(FailureReason::TooLarge, Vec::new())))
            }
            Outcome::NotNow => Judged::on(self.retry_later(event, status, now)),
            Outcome::InProgress => Judged::on(Verdict::Later {
                wait_ms: IN_PROGRESS_MS,
            }),
            Outcome::KeyExpired => Judged::on(self.resolve_expired_key(pass, event, now).await),
            Outcome::Stopped => Judged::stop(),
            Outcome::ServerError => match self.health(pass).await {
                Health::Well => Judged::on(self.retry_later(event, status, now)),
                ill @ (Health::Ill | Health::Captive) => self.stop_unwell(&mut pass.gate, ill, now),
            },
            Outcome::RouteMissing => match self.health(pass).await {
                Health::Well => self.stop_blocked(&mut pass.gate, Blocked::Upgrade, now),
                ill @ (Health::Ill | Health::Captive) => self.stop_unwell(&mut pass.gate, ill, now),
            },
            Outcome::Unreachable {
                retry_after_ms,
                suspicious,
            } => {
                let ask =
                    suspicious && (status.is_some() || pass.gate.failures >= PROBE_AFTER_FAILURES);
                if ask && self.health(pass).await == Health::Captive {
                    self.stop_blocked(&mut pass.gate, Blocked::Captive, now)
                } else {
                    self.back_off(&mut pass.gate, retry_after_ms, "unreachable", now);
                    if may_be_its_own_fault(&answer) {
                        Judged::stop_behind()
                    } else {
                        Judged::stop()
                    }
                }
            }
            Outcome::Captive => self.stop_blocked(&mut pass.gate, Blocked::Captive, now),
            Outcome::AccountBlocked => self.stop_blocked(&mut pass.gate, Blocked::Account, now),
            Outcome::WrongApiKey => self.stop_blocked(&mut pass.gate, Blocked::ApiKey, now),
            Outcome::Upgrade => self.stop_blocked(&mut pass.gate, Blocked::Upgrade, now),
            Outcome::Unauthorized => return self.after_unauthorized(pass, now).await,
        };
        Ok(Some(Judged { status, ..judged }))
    }

    /// What becomes of an event that met another version: it is merged with what the answer says, or with what the
    /// entity is when it is read.
    async fn resolve_conflict(
        &self,
        pass: &mut Pass,
        event: &ClaimedEvent,
        there: Option<There>,
        reason: FailureReason,
        status: Option<u16>,
    ) -> Verdict {
        // Of what stands under the same natural key nothing is known here.
        let there = match there {
            None if reason != FailureReason::Natural => {
                self.read_entity(pass, &event.item.key).await
            }
            there => there,
        };
        let now = self.now();
        match there {
            Some(there) => self.met(event, &there, reason, status, now),
            None if reason == FailureReason::Natural => Verdict::Parked(Failure {
                reason,
                status,
                fields: Vec::new(),
                at: now,
            }),
            None => Verdict::Later {
                wait_ms: IN_PROGRESS_MS,
            },
        }
    }

    /// The merge with what the backend has; at once the first time, after the waits of an attempt from then on, and for
    /// the person to decide when they are over: two devices must not answer each other for ever.
    pub(crate) fn met(
        &self,
        event: &ClaimedEvent,
        there: &There,
        reason: FailureReason,
        status: Option<u16>,
        now: Timestamp,
    ) -> Verdict {
        let failure = Failure {
            reason,
            status,
            fields: Vec::new(),
            at: now,
        };
        let spec = event.item.key.kind.spec();
        let found = spec.and_then(|spec| there.state(spec, event.item.key.id));
        let wait_ms = match event.attempts {
            0 => Some(0),
            attempts => delay_ms(attempts, |bound| self.below(bound)),
        };
        match (found, wait_ms) {
            (Some((state, rev)), Some(wait_ms)) => Verdict::Met(Box::new(Met {
                state,
                rev,
                new_id: self.new_event_id(),
                wait_ms,
            })),
            (None, _) | (_, None) => Verdict::Parked(failure),
        }
    }

    /// The one refresh that a 401 allows; after that, or if it is refused, sending waits for the person.
    pub(crate) async fn after_unauthorized(
        &self,
        pass: &mut Pass,
        now: Timestamp,
    ) -> Result<Option<Judged>, StoreError> {
        if pass.refreshed {
            return Ok(Some(self.stop_blocked(&mut pass.gate, Blocked::Auth, now)));
        }
        pass.refreshed = true;
        match self
            .refresh(
                &pass.profile,
                pass.kind,
                pass.session.generation,
                &mut pass.gate,
            )
            .await?
        {
            SessionState::Ready(session) => {
                pass.session = session;
                Ok(None)
            }
            other @ (SessionState::SignedOut
            | SessionState::Unreachable { .. }
            | SessionState::Blocked(_)) => {
                self.stop_for(&other, &mut pass.gate);
                Ok(Some(Judged::stop()))
            }
        }
    }

    pub(crate) fn retry_later(
        &self,
        event: &ClaimedEvent,
        status: Option<u16>,
        now: Timestamp,
    ) -> Verdict {
        match delay_ms(event.attempts + 1, |bound| self.below(bound)) {
            Some(wait_ms) => Verdict::Retry { wait_ms },
            None if mutant::is(Mutant::GivenUpIsDone) => Verdict::Acknowledged { rev: None },
            None => Verdict::Dead(Failure {
                reason: FailureReason::GaveUp,
                status,
                fields: Vec::new(),
                at: now,
            }),
        }
    }

    pub(crate) fn stop_blocked(&self, gate: &mut Gate, reason: Blocked, now: Timestamp) -> Judged {
        self.block(gate, reason, now);
        Judged::stop()
    }

    pub(crate) fn stop_unwell(&self, gate: &mut Gate, health: Health, now: Timestamp) -> Judged {
        if health == Health::Captive {
            return self.stop_blocked(gate, Blocked::Captive, now);
        }
        self.back_off(gate, None, "server_unwell", now);
        Judged::stop()
    }

    /// What `/health` says, asked once a pass.
    pub(crate) async fn health(&self, pass: &mut Pass) -> Health {
        if let Some(known) = pass.health {
            return known;
        }
        self.count_request(&mut pass.gate);
        let answer = self
            .call(
                &pass.profile.backend,
                pass.kind,
                Method::Get,
                paths::HEALTH,
                None,
                None,
            )
            .await;
        let health = health_of(pass.kind, answer.as_ref().ok());
        pass.health = Some(health);
        health
    }

    /// What the backend is: as chosen, as found before, or asked now. `None` if it can't be told now; the gate knows.
    pub(crate) async fn backend_kind(
        &self,
        profile: &crate::meta::Profile,
        gate: &mut Gate,
    ) -> Result<Option<BackendKind>, StoreError> {
        if let Some(kind) = profile.backend.kind {
            return Ok(Some(kind));
        }
        self.count_request(gate);
        match self.find_backend(&profile.backend).await {
            Ok(found) => {
                let bound = profile.account.as_ref();
                if bound.is_some_and(|account| account.server_id != found.server_id) {
                    // Another server's account: neither its tokens nor its events may go there.
                    self.block(gate, Blocked::Auth, self.now());
                    return Ok(None);
                }
                self.store_backend(&found).await?;
                Ok(Some(found.kind))
            }
            Err(AuthError::ApiKey) => {
                self.block(gate, Blocked::ApiKey, self.now());
                Ok(None)
            }
            Err(error) => {
                self.back_off(gate, None, &error.to_string(), self.now());
                Ok(None)
            }
        }
    }
}

fn health_of(kind: BackendKind, response: Option<&Response>) -> Health {
    let Some(response) = response else {
        return Health::Ill;
    };
    if response.redirected || is_html(response) {
        return Health::Captive;
    }
    match (response.status, kind) {
        (200..=299, BackendKind::Extended) if response.protocol.is_none() => Health::Captive,
        // A basic backend need not have the route.
        (200..=299, _) | (404, BackendKind::Basic) => Health::Well,
        _ => Health::Ill,
    }
}
