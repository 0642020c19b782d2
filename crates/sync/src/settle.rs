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
use crate::feed::Feed;
use crate::gate::Gate;
use crate::landing::{is_apart, land};
use crate::lane::{Lane, Occasion, Rebased, Remote};
use crate::meta::{self, Account, Progress, StoredSession};
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
    /// Another version is at the server: merged with it, under a new id if something is left to say, once more than
    /// before.
    Met(Box<Met>),
    /// For the person to decide.
    Dead(Failure),
    /// Another version is at the server, and nothing can be merged.
    Parked(Failure),
}

/// What an event met. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub(crate) struct Met {
    /// What the server has.
    pub(crate) state: State,
    /// Its revision there; none for what is not there.
    pub(crate) rev: Option<Rev>,
    /// The id under which what is left goes on.
    pub(crate) new_id: EventId,
    /// When that may go out, in milliseconds from now.
    pub(crate) wait_ms: u64,
}

impl std::fmt::Debug for Met {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Met({:?})", self.rev)
    }
}

/// A claimed event with its verdict.
#[derive(Clone)]
pub(crate) struct Settlement {
    pub(crate) item: ClaimItem,
    pub(crate) verdict: Verdict,
}

const STORES: [StoreName; 6] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::History,
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
                    Query::Meta(meta::FEED.to_owned()),
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
        let feed: Option<Feed> = meta::from_bytes(answers.take_bytes().as_deref())?;
        let account = pass
            .profile
            .account
            .as_ref()
            .map(Account::key)
            .unwrap_or_default();
        let stored = claims
            .iter()
            .find(|stored| stored.id == claim.id && stored.epoch == claim.epoch);
        let mut writes = Vec::new();
        for settlement in group {
            let key = settlement.item.key.clone();
            let rows = answers.take_outbox();
            let mut lane = Lane::new(self.sealer(), key, answers.take_base(), rows, &claims);
            let entity = answers.take_entity();
            lane.seen_as(entity.as_ref());
            let ours = stored.is_some_and(|stored| holds(stored, &settlement.item))
                || mutant::is(Mutant::LateFailureCounts);
            let verdict = if is_of_another_epoch(pass, feed.as_ref()) {
                settlement.verdict.unheard()
            } else {
                settlement.verdict.clone()
            };
            // What nobody can read is not written over either.
            let apart = is_apart(self.sealer(), &lane, entity.as_ref()).unwrap_or(true);
            let mut settling = Settling {
                apart,
                lane: &mut lane,
                item: &settlement.item,
                ours,
                feed: feed.as_ref(),
                account: &account,
                now,
            };
            let (changes, rebased) = settling.apply(&verdict, || self.new_event_id())?;
            if let Some(rebased) = rebased {
                writes.extend(changes);
                writes.extend(land(self.sealer(), &lane, entity, rebased, now)?);
                continue;
            }
            if let (Some(mut entity), false) = (entity, changes.is_empty()) {
                if mutant::is(Mutant::AnswerOverwritesData)
                    && let State::Live(content) = lane.base_state()?
                {
                    entity.body = body::seal(self.sealer(), &content);
                }
                if mutant::is(Mutant::RefusedIsGone) && matches!(verdict, Verdict::Dead(_)) {
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

/// Whether the server's database was replaced since the pass began: then what it said before says nothing any more.
fn is_of_another_epoch(pass: &Pass, feed: Option<&Feed>) -> bool {
    let known = feed.and_then(|feed| feed.epoch.as_ref());
    pass.epoch.is_some() && known.is_some() && pass.epoch.as_ref() != known
}

impl Verdict {
    /// The same, had the answer not been heard: what rests on what the server has does not hold.
    fn unheard(&self) -> Self {
        match self {
            Self::Acknowledged { .. } | Self::Met(_) => Self::Released { sent: true },
            Self::Retry { .. }
            | Self::Later { .. }
            | Self::Reissued { .. }
            | Self::Released { .. }
            | Self::Dead(_)
            | Self::Parked(_) => self.clone(),
        }
    }
}

/// One verdict about to be written.
struct Settling<'a, 'lane, S> {
    /// The entity was edited while sync was off, of which no event knows yet: what the backend has waits for that one.
    apart: bool,
    lane: &'a mut Lane<'lane, S>,
    item: &'a ClaimItem,
    ours: bool,
    feed: Option<&'a Feed>,
    account: &'a str,
    now: Timestamp,
}

impl<'a, S: Sealer> Settling<'a, '_, S> {
    /// The lane's writes, and what a new base comes to if there is one.
    fn apply(
        &mut self,
        verdict: &Verdict,
        new_id: impl Fn() -> EventId,
    ) -> Result<(Vec<Write>, Option<Rebased>), StoreError> {
        let event_id = self.item.event_id;
        let round = self.feed.map_or(0, |feed| feed.round);
        if let Verdict::Acknowledged { rev } = *verdict {
            let writes = self.lane.acknowledge(event_id, rev, round)?;
            return Ok((writes, self.catch_up(event_id, new_id)?));
        }
        if !self.ours {
            return Ok((Vec::new(), None));
        }
        let changed = self.change(verdict);
        if let (Verdict::Met(met), true) = (verdict, self.apart) {
            let kept = self.lane.keep_ahead(&self.answered(met)).writes;
            return Ok((changed.into_iter().chain(kept).collect(), None));
        }
        if let Verdict::Met(met) = verdict {
            if changed.is_none() || mutant::is(Mutant::ConflictSendsAgain) {
                return Ok((changed.into_iter().collect(), None));
            }
            self.lane.release(event_id);
            let occasion = self.occasion(met.new_id);
            let remote = self.lane.newest(self.answered(met), occasion.era_from)?;
            let rebased = self.lane.settle_on(&remote, &occasion)?;
            return Ok((Vec::new(), Some(rebased)));
        }
        let rebased = match verdict {
            Verdict::Dead(_) => self.catch_up(event_id, new_id)?,
            Verdict::Acknowledged { .. }
            | Verdict::Retry { .. }
            | Verdict::Later { .. }
            | Verdict::Reissued { .. }
            | Verdict::Released { .. }
            | Verdict::Met(_)
            | Verdict::Parked(_) => None,
        };
        Ok((changed.into_iter().collect(), rebased))
    }

    fn catch_up(
        &mut self,
        event_id: EventId,
        new_id: impl Fn() -> EventId,
    ) -> Result<Option<Rebased>, StoreError> {
        if !self.lane.is_behind() || self.apart {
            return Ok(None);
        }
        self.lane.release(event_id);
        let occasion = self.occasion(new_id());
        self.lane.catch_up(&occasion)
    }

    fn answered(&self, met: &Met) -> Remote {
        Remote {
            state: met.state.clone(),
            rev: met.rev,
            modified_at: None,
            round: self.feed.map_or(0, |feed| feed.round),
        }
    }

    fn occasion(&self, new_id: EventId) -> Occasion<'a> {
        Occasion {
            now: self.now,
            skew: self.feed.and_then(|feed| feed.skew),
            era_from: self.feed.map_or(0, |feed| feed.era_from),
            new_id,
            account: self.account,
        }
    }

    /// The event as the verdict leaves it; `None` if it is gone.
    fn change(&mut self, verdict: &Verdict) -> Option<Write> {
        let now = self.now;
        let later = |wait_ms: u64| now.plus_millis(i64::try_from(wait_ms).unwrap_or(i64::MAX));
        let request = Some(self.item.request.clone());
        self.lane.change(self.item.event_id, |row| match verdict {
            Verdict::Acknowledged { .. } => {}
            Verdict::Retry { wait_ms } => {
                row.attempts += 1;
                row.request = request;
                row.not_before = later(*wait_ms);
                row.wait_ms = *wait_ms;
            }
            Verdict::Met(met) => {
                row.attempts += 1;
                row.request = request;
                row.not_before = later(met.wait_ms);
                row.wait_ms = met.wait_ms;
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
        })
    }
}
