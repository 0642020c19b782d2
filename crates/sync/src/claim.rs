//! Claims: a flusher takes a batch for a time, with the exact requests it is going to send.
//!
//! A claim is a compare-and-set in the database: whoever commits it first has the events until the lease is over.
//! It is committed strictly before anything is sent, so that no crash can make an event look never-sent whose bytes
//! the server may have. A claim whose lease is over is taken over with its very bytes, and a new epoch.
//!
//! Only the first event of a lane is ever claimed: order within a lane needs nothing else.

use lume_core::ids::ClaimId;
use lume_core::time::Timestamp;

use crate::body;
use crate::content::{Content, Operation};
use crate::engine::Engine;
use crate::gate::Gate;
use crate::limits::{CLAIM_BYTES_MAX, CLAIM_EVENTS_MAX, LEASE_MS};
use crate::log::LogEvent;
use crate::meta::{self, BackendKind, Profile, Progress, StoredSession};
use crate::mutant::{self, Mutant};
use crate::ports::{Ports, Random};
use crate::rows::{BaseRow, ClaimItem, ClaimRow, OutboxRow};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};
use crate::wire_request::EventRequest;

/// A claim that was committed, opened for sending.
pub(crate) struct Claim {
    pub(crate) row: ClaimRow,
    pub(crate) events: Vec<ClaimedEvent>,
}

/// One of its events.
#[derive(Clone)]
pub(crate) struct ClaimedEvent {
    pub(crate) item: ClaimItem,
    pub(crate) operation: Operation,
    pub(crate) attempts: u32,
    pub(crate) request: EventRequest,
}

/// Who claims, and for which account's session.
#[derive(Clone)]
pub(crate) struct Claimant {
    pub(crate) account: String,
    pub(crate) generation: u64,
    pub(crate) backend: BackendKind,
    /// Whether the lock is ours: then whoever holds another claim is gone, or will find its epoch passed, and nobody
    /// waits for its lease.
    pub(crate) alone: bool,
}

impl Claimant {
    fn may_take(&self, claim: &ClaimRow, now: Timestamp) -> bool {
        !mutant::is(Mutant::NeverReleasesLeases) && (self.alone || is_over(claim, now))
    }
}

/// Whether a claim's lease is over, or set by a clock that has jumped back since.
pub fn is_over(claim: &ClaimRow, now: Timestamp) -> bool {
    let left = claim.until.millis_since(now);
    left <= 0 || left > i64::try_from(LEASE_MS).unwrap_or(i64::MAX)
}

const STORES: [StoreName; 4] = [
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Base,
    StoreName::Meta,
];

/// What is looked at before each request.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) profile: Profile,
    pub(crate) session: StoredSession,
    /// As another flusher may have left it.
    pub(crate) gate: Gate,
}

/// What a claim's transaction has read so far.
#[derive(Default)]
struct Reads {
    epoch: u64,
    profile: Profile,
    progress: Progress,
    claims: Vec<ClaimRow>,
    candidates: Vec<OutboxRow>,
}

impl<P: Ports> Engine<P> {
    /// Takes what is due; `None` if there is nothing, or the account is no longer the claimant's.
    pub(crate) async fn claim(&self, claimant: &Claimant) -> Result<Option<Claim>, StoreError> {
        let id = ClaimId::from_random_bytes(self.ports().random().bytes());
        let mut now = self.now();
        let mut reads = Reads::default();
        let mut step = 0;
        let program = move |mut answers: Answers| {
            if answers.is_empty() {
                step = 0;
                // Within the transaction: with an earlier time, a lease written since would seem to lie too far ahead.
                now = self.now();
                return Step::Read(vec![
                    Query::Meta(meta::EPOCH.to_owned()),
                    Query::Meta(meta::PROFILE.to_owned()),
                    Query::Meta(meta::SESSION.to_owned()),
                    Query::Meta(meta::PROGRESS.to_owned()),
                    Query::Claims,
                ]);
            }
            step += 1;
            let next = match step {
                1 => after_claims(&mut reads, &mut answers, claimant, now),
                2 => Ok(after_due(&mut reads, &mut answers, claimant, now)),
                _ => Ok(self.decide(&reads, &mut answers, claimant, id, now)),
            };
            next.unwrap_or_else(|error| Step::Write(Vec::new(), Err(error)))
        };
        let mode = if mutant::is(Mutant::ClaimsRelaxed) {
            Mode::Relaxed
        } else {
            Mode::Strict
        };
        self.transact(mode, &STORES, program).await?
    }

    /// Profile, session and gate as they are now; `None` if somebody else has taken over the claim.
    pub(crate) async fn look(&self, claim: &ClaimRow) -> Result<Option<Look>, StoreError> {
        let mut known = Look::default();
        let mut looked = false;
        let program = move |mut answers: Answers| {
            if answers.is_empty() {
                looked = false;
                let names = [meta::PROFILE, meta::SESSION, meta::GATE, meta::EPOCH];
                return Step::Read(names.map(|name| Query::Meta(name.to_owned())).to_vec());
            }
            if looked {
                let claims = answers.take_claims();
                let ours = |other: &ClaimRow| other.id == claim.id && other.epoch == claim.epoch;
                let found = claims.iter().any(ours).then(|| std::mem::take(&mut known));
                return Step::Write(Vec::new(), Ok(found));
            }
            looked = true;
            let read = (|| {
                known.profile = meta::from_bytes(answers.take_bytes().as_deref())?;
                known.session = meta::from_bytes(answers.take_bytes().as_deref())?;
                known.gate = meta::from_bytes(answers.take_bytes().as_deref())?;
                meta::from_bytes::<u64>(answers.take_bytes().as_deref())
            })();
            match read {
                // Nobody has claimed anything since.
                Ok(epoch) if epoch == claim.epoch => {
                    Step::Write(Vec::new(), Ok(Some(std::mem::take(&mut known))))
                }
                Ok(_) => Step::Read(vec![Query::Claims]),
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Read, &[StoreName::Meta, StoreName::Claims], program)
            .await?
    }

    fn decide(
        &self,
        reads: &Reads,
        answers: &mut Answers,
        claimant: &Claimant,
        id: ClaimId,
        now: Timestamp,
    ) -> Step<Result<Option<Claim>, StoreError>> {
        let Some(account) = reads.profile.syncing() else {
            return Step::Write(Vec::new(), Ok(None));
        };
        let mut events = Vec::new();
        let mut bytes = 0;
        for row in &reads.candidates {
            let base = answers.take_base();
            let event = self.claimed_event(row, base.as_ref(), claimant, account.user_id, reads);
            let event = match event {
                Ok(Some(event)) => event,
                Ok(None) => continue,
                // It stays where it is, and the others go on.
                Err(error) => {
                    self.log_skip(LogEvent::StoreFailed {
                        during: "claim".to_owned(),
                        error: error.to_string(),
                    });
                    continue;
                }
            };
            bytes += event.item.request.len();
            if events.len() >= CLAIM_EVENTS_MAX || (bytes > CLAIM_BYTES_MAX && !events.is_empty()) {
                break;
            }
            events.push(event);
        }
        let mut writes: Vec<Write> = leftovers(reads, &events, claimant, now);
        if events.is_empty() {
            return Step::Write(writes, Ok(None));
        }
        let row = ClaimRow {
            id,
            owner: self.options.owner.clone(),
            epoch: reads.epoch + 1,
            until: now.plus_millis(i64::try_from(LEASE_MS).unwrap_or(i64::MAX)),
            items: events.iter().map(|event| event.item.clone()).collect(),
        };
        let progress = Progress {
            heartbeat: if claimant.alone {
                Some(now)
            } else {
                reads.progress.heartbeat
            },
            ..reads.progress
        };
        writes.extend(taken_over(reads, &events));
        if mutant::is(Mutant::DeletesBeforeFetch) {
            writes.extend(
                events
                    .iter()
                    .map(|event| Write::RemoveEvent(event.item.seq)),
            );
        }
        writes.push(Write::PutClaim(row.clone()));
        writes.push(Write::PutMeta(
            meta::EPOCH.to_owned(),
            meta::to_bytes(&row.epoch),
        ));
        writes.push(Write::PutMeta(
            meta::PROGRESS.to_owned(),
            meta::to_bytes(&progress),
        ));
        Step::Write(writes, Ok(Some(Claim { row, events })))
    }

    /// The event as it will be sent; `None` for a kind of a newer version, which stays as it is.
    fn claimed_event(
        &self,
        row: &OutboxRow,
        base: Option<&BaseRow>,
        claimant: &Claimant,
        user_id: lume_core::ids::UserId,
        reads: &Reads,
    ) -> Result<Option<ClaimedEvent>, StoreError> {
        let (Some(spec), Some(seq)) = (row.key.kind.spec(), row.seq) else {
            return Ok(None);
        };
        let earlier = reads
            .claims
            .iter()
            .flat_map(|claim| &claim.items)
            .find(|item| item.event_id == row.event_id);
        let fixed = earlier
            .map(|item| &item.request)
            .or(row.request.as_ref())
            .filter(|_| !mutant::is(Mutant::RestampsBytes));
        // Bringing an entity back is a creation to a backend that knows nothing else, and a 409 the echo of it.
        let revives = row.operation == Operation::Updated && base.is_some_and(|base| base.deleted);
        let operation = match claimant.backend {
            BackendKind::Basic if revives => Operation::Created,
            BackendKind::Basic | BackendKind::Extended => row.operation,
        };
        // Also where the bytes are fixed: what can't be read could be sent, and its answer never settled.
        let patch: Content = body::open(self.sealer(), &row.body)?;
        let (request, sealed) = if let Some(sealed) = fixed {
            (body::open(self.sealer(), sealed)?, sealed.clone())
        } else {
            let base = base.filter(|base| !base.deleted);
            let base: Option<Content> = base
                .map(|base| body::open(self.sealer(), &base.body))
                .transpose()?;
            let patch = if mutant::is(Mutant::RestampsBytes) {
                restamped(patch, self.now())
            } else {
                patch
            };
            let request =
                EventRequest::new(spec, claimant.backend, user_id, row, &patch, base.as_ref());
            let sealed = body::seal(self.sealer(), &request);
            (request, sealed)
        };
        Ok(Some(ClaimedEvent {
            item: ClaimItem {
                seq,
                event_id: row.event_id,
                key: row.key.clone(),
                request: sealed,
            },
            operation,
            attempts: row.attempts,
            request,
        }))
    }
}

/// What a mutant makes of a patch.
fn restamped(mut patch: Content, now: Timestamp) -> Content {
    if let Some(time) = patch.get_mut("updated_at") {
        *time = now.to_string().into();
    }
    patch
}

/// Checks that the account is still the claimant's, and asks for what is due.
fn after_claims(
    reads: &mut Reads,
    answers: &mut Answers,
    claimant: &Claimant,
    now: Timestamp,
) -> Result<Step<Result<Option<Claim>, StoreError>>, StoreError> {
    reads.epoch = meta::from_bytes(answers.take_bytes().as_deref())?;
    reads.profile = meta::from_bytes(answers.take_bytes().as_deref())?;
    let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
    reads.progress = meta::from_bytes(answers.take_bytes().as_deref())?;
    reads.claims = answers.take_claims();
    let account = reads.profile.syncing().map(crate::meta::Account::key);
    let other_session = session.generation != claimant.generation;
    let forgiven = mutant::is(Mutant::SendsAfterSignOut);
    if account.as_ref() != Some(&claimant.account) || (other_session && !forgiven) {
        return Ok(Step::Write(Vec::new(), Ok(None)));
    }
    let taken: usize = reads.claims.iter().map(|claim| claim.items.len()).sum();
    let mut queries = vec![Query::Due {
        now,
        limit: CLAIM_EVENTS_MAX + taken,
    }];
    let over = reads
        .claims
        .iter()
        .filter(|claim| claimant.may_take(claim, now));
    queries
        .extend(over.flat_map(|claim| claim.items.iter().map(|item| Query::Event(item.event_id))));
    Ok(Step::Read(queries))
}

/// Leaves out what others hold, and asks for the bases of the rest.
fn after_due(
    reads: &mut Reads,
    answers: &mut Answers,
    claimant: &Claimant,
    now: Timestamp,
) -> Step<Result<Option<Claim>, StoreError>> {
    let due = answers.take_outbox();
    let mut again = Vec::new();
    while !answers.is_empty() {
        again.extend(answers.take_outbox());
    }
    let held = |row: &OutboxRow| {
        !mutant::is(Mutant::IgnoresOtherClaims)
            && reads
                .claims
                .iter()
                .any(|claim| claim.items.iter().any(|item| item.event_id == row.event_id))
    };
    // What was taken over goes first: it may be at the server already.
    let fresh = due.into_iter().filter(|row| !held(row));
    let ours = |row: &OutboxRow| row.account == claimant.account;
    reads.candidates = again.iter().cloned().chain(fresh).filter(ours).collect();
    if mutant::is(Mutant::ExpiresEvents) {
        let old = |row: &OutboxRow| now.millis_since(row.created_at) > 7 * lume_core::time::DAY_MS;
        let expired = reads.candidates.iter().filter(|row| old(row));
        let removals: Vec<_> = expired
            .filter_map(|row| row.seq)
            .map(Write::RemoveEvent)
            .collect();
        if !removals.is_empty() {
            return Step::Write(removals, Ok(None));
        }
    }
    if reads.candidates.is_empty() {
        return Step::Write(leftovers(reads, &[], claimant, now), Ok(None));
    }
    Step::Read(
        reads
            .candidates
            .iter()
            .map(|row| Query::Base(row.key.clone()))
            .collect::<Vec<_>>(),
    )
}

/// The rows of events taken over from another claim, with their bytes: they may have been sent under it, and this claim
/// may be given back before it has sent them.
fn taken_over(reads: &Reads, events: &[ClaimedEvent]) -> Vec<Write> {
    let is_held = |row: &&OutboxRow| {
        let mut held = reads.claims.iter().flat_map(|claim| &claim.items);
        held.any(|item| item.event_id == row.event_id)
    };
    let rows = reads.candidates.iter().filter(|row| row.request.is_none());
    let rows = rows.filter(|_| !mutant::is(Mutant::ForgetsTakenOverBytes));
    rows.filter(is_held)
        .filter_map(|row| {
            let event = events
                .iter()
                .find(|event| event.item.event_id == row.event_id)?;
            let request = Some(event.item.request.clone());
            Some(Write::PutEvent(OutboxRow {
                request,
                ..row.clone()
            }))
        })
        .collect()
}

/// Removes claims that are over, or keeps of them what was not taken this time.
fn leftovers(
    reads: &Reads,
    events: &[ClaimedEvent],
    claimant: &Claimant,
    now: Timestamp,
) -> Vec<Write> {
    let taken = |item: &ClaimItem| {
        events
            .iter()
            .any(|event| event.item.event_id == item.event_id)
    };
    let known = |item: &ClaimItem| {
        reads
            .candidates
            .iter()
            .any(|row| row.event_id == item.event_id)
    };
    let over = reads
        .claims
        .iter()
        .filter(|claim| claimant.may_take(claim, now));
    over.map(|claim| {
        let left: Vec<_> = claim
            .items
            .iter()
            .filter(|item| known(item) && !taken(item))
            .cloned()
            .collect();
        if left.is_empty() {
            Write::RemoveClaim(claim.id)
        } else {
            Write::PutClaim(ClaimRow {
                items: left,
                ..claim.clone()
            })
        }
    })
    .collect()
}
