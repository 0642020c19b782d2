//! Settlement: what became of claimed events, written in groups.
//!
//! A success is accepted whatever the epoch: the effect is at the server, and removing an event that is already gone
//! changes nothing. A failure counts only while the claim is still ours: a tab that was frozen past its lease and
//! thaws with an error must not undo what another one has achieved since.

use lume_core::ids::EventId;
use lume_core::time::Timestamp;
use lume_wire::Rev;

use crate::body;
use crate::content::State;
use crate::engine::Engine;
use crate::gate::Gate;
use crate::lane::Lane;
use crate::meta::{self, Progress, StoredSession};
use crate::mutant::{self, Mutant};
use crate::pass::Pass;
use crate::ports::{Ports, Sealer};
use crate::rows::{ClaimItem, ClaimRow, EventState, Failure};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// What became of one claimed event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The effect is at the server.
    Acknowledged {
        /// The entity's new revision there.
        rev: Option<Rev>,
    },
    /// The server answered about this event and failed: again after a while, once more than before.
    Retry {
        /// Until when, in milliseconds from now.
        wait_ms: u64,
    },
    /// Again after a while, without counting.
    Later {
        /// Until when, in milliseconds from now.
        wait_ms: u64,
    },
    /// Nobody has applied it and its key will never be answered: again after a while, under a new id, once more than
    /// before.
    Reissued {
        /// The new id.
        event_id: EventId,
        /// Until when, in milliseconds from now.
        wait_ms: u64,
    },
    /// Back to pending. Its bytes stay fixed if they may have been seen.
    Released {
        /// Whether the request may have reached the server.
        sent: bool,
    },
    /// For the person to decide.
    Dead(Failure),
    /// Another version is at the server.
    Parked(Failure),
}

/// A claimed event with its verdict.
#[derive(Clone)]
pub(crate) struct Settlement {
    pub(crate) item: ClaimItem,
    pub(crate) verdict: Verdict,
}

const STORES: [StoreName; 5] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
];

impl<P: Ports> Engine<P> {
    /// Writes what became of a group of one claim's events, and the gate.
    pub(crate) async fn settle(
        &self,
        claim: &ClaimRow,
        group: &[Settlement],
        pass: &Pass,
    ) -> Result<(), StoreError> {
        if group.is_empty() {
            return Ok(());
        }
        // Read within the transaction: with an earlier time, what another tab has written since would seem to lie ahead.
        let mut now = self.now();
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                now = self.now();
                let mut queries = vec![
                    Query::Claims,
                    Query::Meta(meta::PROGRESS.to_owned()),
                    Query::Meta(meta::SESSION.to_owned()),
                    Query::Meta(meta::GATE.to_owned()),
                ];
                for settlement in group {
                    let key = &settlement.item.key;
                    queries.extend([
                        Query::Lane(key.clone()),
                        Query::Base(key.clone()),
                        Query::Entity(key.clone()),
                    ]);
                }
                return Step::Read(queries);
            }
            match self.plan_settlement(claim, group, pass, &mut answers, now) {
                Ok(writes) => Step::Write(writes, Ok(())),
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &STORES, program).await??;
        // What is stored is what counts again.
        self.live
            .borrow_mut()
            .rest
            .fruitless
            .clone_from(&pass.gate.fruitless);
        Ok(())
    }

    fn plan_settlement(
        &self,
        claim: &ClaimRow,
        group: &[Settlement],
        pass: &Pass,
        answers: &mut Answers,
        now: Timestamp,
    ) -> Result<Vec<Write>, StoreError> {
        let claims = answers.take_claims();
        let progress: Progress = meta::from_bytes(answers.take_bytes().as_deref())?;
        let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
        let known: Gate = meta::from_bytes(answers.take_bytes().as_deref())?;
        let stored = claims
            .iter()
            .find(|stored| stored.id == claim.id && stored.epoch == claim.epoch);
        let mut writes = Vec::new();
        for settlement in group {
            let key = settlement.item.key.clone();
            let rows = answers.take_outbox();
            let mut lane = Lane::new(self.sealer(), key, answers.take_base(), rows, &claims);
            let entity = answers.take_entity();
            let ours = stored.is_some_and(|stored| holds(stored, &settlement.item))
                || mutant::is(Mutant::LateFailureCounts);
            let changes = apply_verdict(&mut lane, settlement, ours, now)?;
            if let (Some(mut entity), false) = (entity, changes.is_empty()) {
                if mutant::is(Mutant::AnswerOverwritesData)
                    && let State::Live(content) = lane.base_state()?
                {
                    entity.body = body::seal(self.sealer(), &content);
                }
                if mutant::is(Mutant::RefusedIsGone)
                    && matches!(settlement.verdict, Verdict::Dead(_))
                {
                    writes.push(Write::RemoveEntity(entity.key));
                    writes.push(Write::RemoveEvent(settlement.item.seq));
                    continue;
                }
                entity.sync = lane.sync_state();
                entity.rev = lane.base_rev();
                writes.push(Write::PutEntity(entity));
            }
            writes.extend(changes);
        }
        writes.extend(claims.iter().filter_map(|held| {
            let ours = stored.is_some_and(|stored| stored.id == held.id);
            without(held, group, ours)
        }));
        let any = group
            .iter()
            .any(|settlement| matches!(settlement.verdict, Verdict::Acknowledged { .. }));
        let progress = Progress {
            heartbeat: if pass.alone {
                Some(now)
            } else {
                progress.heartbeat
            },
            last_sync: if any { Some(now) } else { progress.last_sync },
        };
        writes.push(Write::PutMeta(
            meta::PROGRESS.to_owned(),
            meta::to_bytes(&progress),
        ));
        if stored.is_some() {
            let renewed = is_renewed(&session, pass.session.generation);
            let gate = meta::to_bytes(&pass.gate.beside(&known, renewed, now));
            writes.push(Write::PutMeta(meta::GATE.to_owned(), gate));
        }
        Ok(writes)
    }

    /// Writes the gate alone.
    pub(crate) async fn store_gate(&self, gate: &Gate, generation: u64) -> Result<(), StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                let names = [meta::SESSION, meta::GATE];
                return Step::Read(names.map(|name| Query::Meta(name.to_owned())).to_vec());
            }
            let read = (|| {
                let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
                let known: Gate = meta::from_bytes(answers.take_bytes().as_deref())?;
                Ok((session, known))
            })();
            match read {
                Ok((session, known)) => {
                    let renewed = is_renewed(&session, generation);
                    let gate = meta::to_bytes(&gate.beside(&known, renewed, self.now()));
                    Step::Write(vec![Write::PutMeta(meta::GATE.to_owned(), gate)], Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Relaxed, &[StoreName::Meta], program)
            .await?
    }
}

/// Whether somebody signed in or refreshed since: then what an older session has met does not shut the gate.
fn is_renewed(session: &StoredSession, generation: u64) -> bool {
    session.generation != generation
        && !session.sealed.is_empty()
        && !mutant::is(Mutant::OldSessionShutsTheGate)
}

/// Whether a claim still has this event: another flusher may have taken over a part of it.
fn holds(stored: &ClaimRow, item: &ClaimItem) -> bool {
    stored
        .items
        .iter()
        .any(|held| held.event_id == item.event_id)
}

/// A claim as it stands once the group is settled, if that changes it: ours loses the whole group, another one what was
/// acknowledged after it had taken it over.
fn without(stored: &ClaimRow, group: &[Settlement], ours: bool) -> Option<Write> {
    let settled = |item: &ClaimItem| {
        group.iter().any(|settlement| {
            let is_done = matches!(settlement.verdict, Verdict::Acknowledged { .. });
            settlement.item.event_id == item.event_id && (ours || is_done)
        })
    };
    let items: Vec<_> = stored
        .items
        .iter()
        .filter(|item| !settled(item))
        .cloned()
        .collect();
    if items.len() == stored.items.len() {
        return None;
    }
    Some(if items.is_empty() {
        Write::RemoveClaim(stored.id)
    } else {
        Write::PutClaim(ClaimRow {
            items,
            ..stored.clone()
        })
    })
}

fn apply_verdict<S: Sealer>(
    lane: &mut Lane<'_, S>,
    settlement: &Settlement,
    ours: bool,
    now: Timestamp,
) -> Result<Vec<Write>, StoreError> {
    let event_id = settlement.item.event_id;
    let later = |wait_ms: u64| now.plus_millis(i64::try_from(wait_ms).unwrap_or(i64::MAX));
    if let Verdict::Acknowledged { rev } = settlement.verdict {
        return lane.acknowledge(event_id, rev);
    }
    if !ours {
        return Ok(Vec::new());
    }
    let request = Some(settlement.item.request.clone());
    let change = lane.change(event_id, |row| match &settlement.verdict {
        Verdict::Acknowledged { .. } => {}
        Verdict::Retry { wait_ms } => {
            row.attempts += 1;
            row.request = request;
            row.not_before = later(*wait_ms);
            row.wait_ms = *wait_ms;
        }
        Verdict::Later { wait_ms } => {
            row.request = request;
            row.not_before = later(*wait_ms);
            row.wait_ms = *wait_ms;
        }
        Verdict::Reissued { event_id, wait_ms } => {
            row.event_id = *event_id;
            row.attempts += 1;
            row.request = None;
            row.not_before = later(*wait_ms);
            row.wait_ms = *wait_ms;
        }
        Verdict::Released { sent } => {
            if *sent {
                row.request = request;
                row.attempts += u32::from(mutant::is(Mutant::CountsLostRequests));
            }
        }
        Verdict::Dead(failure) => {
            row.attempts += 1;
            row.request = request;
            row.state = EventState::Dead;
            row.failure = Some(failure.clone());
        }
        Verdict::Parked(failure) => {
            row.attempts += 1;
            row.request = request;
            row.state = EventState::Parked;
            row.failure = Some(failure.clone());
        }
    });
    Ok(change.into_iter().collect())
}
