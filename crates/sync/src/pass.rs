//! A pass: everything that is due is claimed, sent and settled, until nothing is left or something says stop.
//!
//! One pass runs at a time in an engine, and under a lock among engines where the platform has locks. It never sleeps:
//! an event's wait is a time in its row, everybody's wait is a time in the gate, and the app starts the next pass
//! when the earliest of them has come.

use lume_core::time::Timestamp;

use crate::batch::{self, Delivery};
use crate::claim::{Claim, Claimant, ClaimedEvent};
use crate::engine::Engine;
use crate::feed::Feed;
use crate::gate::{Blocked, Gate, Permit, Trigger};
use crate::limits::{
    ADOPTION_STEPS_PER_PASS_MAX, HEARTBEAT_MS_MAX, PASS_MS_MAX, PASSES_IN_A_ROW_MAX,
    SETTLE_EVENTS_MAX, SETTLE_LAG_MS_MAX,
};
use crate::log::{Level, LogEvent};
use crate::meta::{Account, AppMode, BackendKind, Profile};
use crate::mutant::{self, Mutant};
use crate::permit::is_telling;
use crate::ports::{Clock, Lock, Locks, Notice, Ports};
use crate::rows::{ClaimRow, Failure};
use crate::session::{Session, SessionState};
use crate::settle::{Settlement, Verdict};
use crate::status::Overview;
use crate::store::StoreError;
use crate::verdict::{Health, Judged};

/// The name of the lock around a pass.
const FLUSH_LOCK: &str = "flush";

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassReport {
    /// Events acknowledged.
    pub succeeded: u32,
    /// Events that were sent and were not.
    pub failed: u32,
    /// Pages of what changed elsewhere taken in, and steps of dealing with what was not in any.
    pub pulled: u32,
}

/// What a pass carries along.
pub(crate) struct Pass {
    pub(crate) profile: Profile,
    pub(crate) kind: BackendKind,
    pub(crate) gate: Gate,
    pub(crate) session: Session,
    /// Whether the one refresh that a 401 allows has been used.
    pub(crate) refreshed: bool,
    /// What `/health` said in this pass.
    pub(crate) health: Option<Health>,
    pub(crate) report: PassReport,
    /// The epoch of the server that the record of the feed speaks of.
    pub(crate) epoch: Option<String>,
    /// Whether the lock is ours.
    pub(crate) alone: bool,
    /// When the running claim was asked for, by the clock that never jumps.
    pub(crate) claimed_ms: u64,
    began_ms: u64,
}

/// Whether a pass goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// With the next event.
    On,
    /// No further.
    Stop,
}

impl Flow {
    /// On only if both are.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::On { other } else { self }
    }
}

/// Says that the pass is over, however it ends.
struct Running<'a, P: Ports>(&'a Engine<P>);

impl<P: Ports> Drop for Running<'_, P> {
    fn drop(&mut self) {
        let mut live = self.0.live.borrow_mut();
        live.processing = false;
        live.sending.clear();
    }
}

impl<P: Ports> Engine<P> {
    /// Sends what is due. With nothing pending it sends nothing.
    ///
    /// If a pass runs already, it is followed by another one, and this call returns at once.
    pub async fn pass(&self, trigger: Trigger) -> PassReport {
        if self.live.borrow().processing {
            let again = &mut self.live.borrow_mut().again;
            *again = Some(again.map_or(trigger, |asked| asked.and(trigger)));
            return PassReport::default();
        }
        if self.is_locked() {
            let reason = Blocked::Locked.code().to_owned();
            self.log_skip(LogEvent::Blocked { reason });
            return PassReport::default();
        }
        self.live.borrow_mut().processing = true;
        let running = Running(self);
        let mut report = PassReport::default();
        let mut next = Some(trigger);
        // Bounded: what is asked for while a pass runs is made up for so often; the timer brings the rest.
        for _ in 0..PASSES_IN_A_ROW_MAX {
            let Some(trigger) = next else { break };
            self.live.borrow_mut().again = None;
            if self.rests(trigger) {
                break;
            }
            match self.pass_once(trigger).await {
                Ok(done) => {
                    report.succeeded += done.succeeded;
                    report.failed += done.failed;
                    report.pulled += done.pulled;
                    self.live.borrow_mut().rest.open();
                }
                // What is claimed stays so, with its bytes, until the app is unlocked.
                Err(StoreError::Locked) => break,
                Err(error) => {
                    self.store_failed("sync", &error);
                    let now = self.now();
                    let rest = &mut self.live.borrow_mut().rest;
                    if error == StoreError::Full {
                        rest.block(Blocked::Quota, now, |bound| self.below(bound));
                    } else {
                        rest.back_off(now, None, |bound| self.below(bound));
                    }
                    break;
                }
            }
            next = self.live.borrow().again;
        }
        drop(running);
        self.flush_log().await;
        self.notify(&Notice::Status);
        report
    }

    /// Whether the database failed so lately that it is left alone for now.
    fn rests(&self, trigger: Trigger) -> bool {
        let now = self.now();
        let rest = &mut self.live.borrow_mut().rest;
        match rest.permit(now, trigger) {
            Permit::Open => false,
            Permit::Nudged => {
                rest.nudge(now);
                false
            }
            Permit::Wait(_) | Permit::SignIn => true,
        }
    }

    async fn pass_once(&self, trigger: Trigger) -> Result<PassReport, StoreError> {
        let mut overview = self.overview().await?;
        if overview.profile.mode == AppMode::Device {
            self.log_skip(LogEvent::SkippedLocalMode);
            return Ok(PassReport::default());
        }
        if overview.profile.adoption.is_some() && overview.profile.account.is_some() {
            self.adopt(ADOPTION_STEPS_PER_PASS_MAX).await?;
            overview = self.overview().await?;
        }
        let stuck = mutant::is(Mutant::StuckLaneBlocksAll) && overview.counts.dead > 0;
        if trigger == Trigger::Start {
            overview.profile.backend.ask_again();
        }
        let pulls = self.wants_pull(trigger, &overview);
        if stuck || !(pulls || overview.is_due(self.now())) {
            return Ok(PassReport::default());
        }
        if overview.session.sealed.is_empty() {
            self.log_skip(LogEvent::SkippedNoToken);
            return Ok(PassReport::default());
        }
        let stored = overview.gate.clone();
        match overview.gate.permit(self.now(), trigger) {
            Permit::Open => {}
            Permit::Nudged => {
                // For this pass the wait is over. A failure sets the next, longer one.
                overview.gate.nudge(self.now());
            }
            Permit::Wait(_) | Permit::SignIn => return Ok(PassReport::default()),
        }
        let guard = match self.ports().locks().try_lock(FLUSH_LOCK).await {
            Lock::Held(guard) => {
                self.live.borrow_mut().busy_since_ms = None;
                Some(guard)
            }
            Lock::Unavailable => None,
            Lock::Busy if !mutant::is(Mutant::WaitsForTheLock) && self.passes_by(&overview) => None,
            Lock::Busy => return Ok(PassReport::default()),
        };
        let report = self.flush(overview, &stored, guard.is_some(), pulls).await;
        drop(guard);
        report
    }

    /// Whether the lock's holder is passed by: it has been at it for too long without any progress. A heartbeat that is
    /// old because nothing was to be done says nothing about a holder that has only begun; and who has once been passed by
    /// is passed by until the lock was free.
    fn passes_by(&self, overview: &Overview) -> bool {
        let now_ms = self.ports().clock().monotonic_ms();
        let since_ms = *self.live.borrow_mut().busy_since_ms.get_or_insert(now_ms);
        now_ms.saturating_sub(since_ms) > HEARTBEAT_MS_MAX
            && overview.is_stalled(self.now(), HEARTBEAT_MS_MAX)
    }

    /// Takes in what changed elsewhere, sends what is due, and takes in what that led to; `stored` is the gate as it
    /// stands in the database.
    async fn flush(
        &self,
        overview: Overview,
        stored: &Gate,
        alone: bool,
        pulls: bool,
    ) -> Result<PassReport, StoreError> {
        let began_ms = self.ports().clock().monotonic_ms();
        let Overview {
            profile,
            session,
            mut gate,
            ..
        } = overview;
        let seen = session.generation;
        let Some(kind) = self.backend_kind(&profile, &mut gate).await? else {
            self.store_gate(&gate, seen).await?;
            return Ok(PassReport::default());
        };
        let session = match self.session(&profile, kind, &mut gate).await? {
            SessionState::Ready(session) => session,
            other @ (SessionState::SignedOut
            | SessionState::Unreachable { .. }
            | SessionState::Blocked(_)) => {
                self.stop_for(&other, &mut gate);
                self.store_gate(&gate, seen).await?;
                return Ok(PassReport::default());
            }
        };
        let epoch = Feed::of(overview.feed, &profile.backend).epoch;
        let mut pass = Pass {
            profile,
            kind,
            gate,
            session,
            refreshed: false,
            health: None,
            report: PassReport::default(),
            epoch,
            alone,
            claimed_ms: began_ms,
            began_ms,
        };
        // First what others have written: what is sent then is merged already.
        let mut flow = Flow::On;
        if pulls {
            flow = self.pull_if_it_can_be(&mut pass).await?;
        }
        let mut claims = 0;
        if flow == Flow::On {
            claims = self.send_all(&mut pass, overview.counts.waiting()).await?;
        }
        if claims > 0 && pass.report.succeeded > 0 && self.may_follow(&pass) {
            self.pull_if_it_can_be(&mut pass).await?;
        }
        if pulls || claims == 0 || pass.report.succeeded > 0 {
            // What is due is on its way from another tab. A nudge or a refresh is remembered all the same.
            if pass.gate != *stored {
                self.store_gate(&pass.gate, pass.session.generation).await?;
            }
        }
        if claims > 0 {
            let PassReport {
                succeeded, failed, ..
            } = pass.report;
            self.log(Level::Info, LogEvent::PassFinished { succeeded, failed });
        }
        Ok(pass.report)
    }

    /// Whether what was sent may be followed by a look at what it led to.
    fn may_follow(&self, pass: &Pass) -> bool {
        let is_open = pass.gate.blocked.is_none() && pass.gate.next_attempt(self.now()).is_none();
        is_open && self.spent_ms(pass) <= PASS_MS_MAX
    }

    /// Claims and sends until nothing is left or something says stop. Returns how many claims there were.
    async fn send_all(&self, pass: &mut Pass, waiting: u64) -> Result<u32, StoreError> {
        let mut claims = 0;
        loop {
            let Some(account) = pass.profile.account.as_ref().map(Account::key) else {
                return Ok(claims);
            };
            let generation = pass.session.generation;
            let claimant = Claimant {
                account,
                generation,
                backend: pass.kind,
                // A holder that was frozen has been passed by since, and those others live.
                alone: pass.alone && self.spent_ms(pass) <= PASS_MS_MAX,
            };
            pass.claimed_ms = self.ports().clock().monotonic_ms();
            let Some(claim) = self.claim(&claimant).await? else {
                return Ok(claims);
            };
            if claims == 0 {
                let stays = |event: &mut LogEvent| matches!(event, LogEvent::StoreFailed { .. });
                self.live
                    .borrow_mut()
                    .skipped
                    .take_if(|event| !stays(event));
                self.log(Level::Info, LogEvent::PassStarted { pending: waiting });
                self.notify(&Notice::Status);
            }
            claims += 1;
            let flow = self.send_claim(pass, claim).await?;
            if flow == Flow::Stop || self.spent_ms(pass) > PASS_MS_MAX {
                return Ok(claims);
            }
        }
    }

    fn spent_ms(&self, pass: &Pass) -> u64 {
        let now_ms = self.ports().clock().monotonic_ms();
        now_ms.saturating_sub(pass.began_ms)
    }

    /// Sends a claim's events in order, and settles them in groups. Whatever stops it, the rest goes back to pending.
    async fn send_claim(&self, pass: &mut Pass, claim: Claim) -> Result<Flow, StoreError> {
        let Claim { row, events } = claim;
        let mut group: Vec<Settlement> = Vec::new();
        let mut group_began_ms = self.ports().clock().monotonic_ms();
        let mut flow = Flow::On;
        let mut together = Self::batch_events_max(pass);
        let mut rest = events.as_slice();
        // Of what is left, so many went out in a batch that was refused: the server may have done some of it.
        let mut seen = 0;
        while flow == Flow::On && !rest.is_empty() {
            let (next, others) = rest.split_at(batch::fitting(rest, together));
            if self.may_send(pass, &row).await? == Flow::Stop {
                flow = Flow::Stop;
                break;
            }
            match self.deliver(pass, &row, next).await? {
                Delivery::Refused(fewer) => {
                    seen = seen.max(next.len());
                    together = fewer.max(1);
                    continue;
                }
                Delivery::Judged(mut judged) => {
                    self.confirm_conflicts(pass, &row, &mut judged).await?;
                    together = (2 * together).min(Self::batch_events_max(pass));
                    for (event, judged) in next.iter().zip(judged) {
                        self.live.borrow_mut().sending.remove(&event.item.key);
                        self.report(pass, event, &judged);
                        flow = flow.and(judged.flow);
                        group.push(Settlement {
                            item: event.item.clone(),
                            verdict: judged.verdict,
                        });
                    }
                }
            }
            rest = others;
            seen = seen.saturating_sub(next.len());
            let now_ms = self.ports().clock().monotonic_ms();
            let is_due = group.len() >= SETTLE_EVENTS_MAX
                || now_ms.saturating_sub(group_began_ms) > SETTLE_LAG_MS_MAX;
            if flow == Flow::On && is_due {
                self.settle(&row, &group, pass).await?;
                self.notify(&Notice::Data);
                group.clear();
                group_began_ms = now_ms;
            }
        }
        let left = rest.iter().enumerate();
        group.extend(left.map(|(place, event)| Settlement {
            item: event.item.clone(),
            verdict: Verdict::Released { sent: place < seen },
        }));
        self.settle(&row, &group, pass).await?;
        self.notify(&Notice::Data);
        Ok(flow)
    }

    /// Sends events, together if there are several.
    async fn deliver(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
        events: &[ClaimedEvent],
    ) -> Result<Delivery, StoreError> {
        let keys = events.iter().map(|event| event.item.key.clone());
        self.live.borrow_mut().sending.extend(keys);
        self.notify(&Notice::Status);
        match events {
            [event] => {
                let judged = self.deliver_alone(pass, claim, event).await?;
                Ok(Delivery::Judged(vec![judged]))
            }
            _ => self.deliver_batch(pass, claim, events).await,
        }
    }

    /// Sends one event and judges the answer; after a 401 once more with a new token.
    async fn deliver_alone(
        &self,
        pass: &mut Pass,
        claim: &ClaimRow,
        event: &ClaimedEvent,
    ) -> Result<Judged, StoreError> {
        loop {
            let event_id = if mutant::is(Mutant::NewKeyEachTime) {
                self.new_event_id()
            } else {
                event.item.event_id
            };
            let request = event.request.to_request(
                &pass.profile.backend,
                pass.kind,
                &pass.session.tokens,
                &event_id.to_string(),
                &self.options.client_version,
            );
            let route = event.item.key.kind.spec().map_or("", |spec| spec.path);
            let answer = self.send(route, request).await;
            if self.is_late(pass) && !is_telling(event, pass.kind, &answer) {
                return Ok(Judged::stop());
            }
            match self.judge(pass, event, answer).await? {
                Some(judged) => return Ok(judged),
                // The token was refreshed, which may have taken long.
                None => {
                    if self.may_send(pass, claim).await? == Flow::Stop {
                        return Ok(Judged::stop());
                    }
                }
            }
        }
    }

    fn report(&self, pass: &mut Pass, event: &ClaimedEvent, judged: &Judged) {
        let kind = format!("{}.{}", event.item.key.kind.0, event.operation.name());
        let id = event.item.event_id.to_string().chars().take(8).collect();
        match &judged.verdict {
            Verdict::Acknowledged { .. } => {
                pass.report.succeeded += 1;
                self.log(Level::Info, LogEvent::Delivered { kind, id });
            }
            Verdict::Retry { wait_ms } | Verdict::Reissued { wait_ms, .. } => {
                pass.report.failed += 1;
                let retry = event.attempts + 1;
                self.log(
                    Level::Warn,
                    LogEvent::Retrying {
                        kind,
                        id,
                        retry,
                        status: judged.status,
                        wait_ms: *wait_ms,
                    },
                );
            }
            Verdict::Met(_) => self.log(Level::Info, LogEvent::Merged { kind, id }),
            Verdict::Later { .. } | Verdict::Released { .. } => pass.report.failed += 1,
            Verdict::Dead(Failure { reason, status, .. })
            | Verdict::Parked(Failure { reason, status, .. }) => {
                pass.report.failed += 1;
                let reason = serde_json::to_value(reason).ok();
                let reason = reason
                    .and_then(|reason| reason.as_str().map(str::to_owned))
                    .unwrap_or_default();
                self.log(
                    Level::Error,
                    LogEvent::NeedsPerson {
                        kind,
                        id,
                        reason,
                        status: *status,
                    },
                );
            }
        }
    }

    /// Shuts the gate for a session that can't be used.
    pub(crate) fn stop_for(&self, state: &SessionState, gate: &mut Gate) {
        let now = self.now();
        match (state.blocked(), state) {
            (Some(reason), _) => self.block(gate, reason, now),
            (None, SessionState::Unreachable { retry_after_ms, .. }) => {
                self.back_off(gate, *retry_after_ms, "unreachable", now);
            }
            (None, SessionState::Ready(_) | SessionState::SignedOut | SessionState::Blocked(_)) => {
            }
        }
    }

    pub(crate) fn block(&self, gate: &mut Gate, reason: Blocked, now: Timestamp) {
        gate.block(reason, now, |bound| self.below(bound));
        self.log(
            Level::Error,
            LogEvent::Blocked {
                reason: reason.code().to_owned(),
            },
        );
    }

    pub(crate) fn back_off(
        &self,
        gate: &mut Gate,
        retry_after_ms: Option<u64>,
        reason: &str,
        now: Timestamp,
    ) {
        let wait_ms = gate.back_off(now, retry_after_ms, |bound| self.below(bound));
        self.log(
            Level::Warn,
            LogEvent::Waiting {
                reason: reason.to_owned(),
                wait_ms,
            },
        );
    }
}
