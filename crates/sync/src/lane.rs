//! A lane: the events of one entity, in order, and what an action of the person makes of them.
//!
//! Only the first event of a lane can be pending, dead or parked; the others are held. So an index over pending events
//! holds exactly those that may go out, and no stuck lane stands in front of another.
//!
//! An action does not say which event it needs: it says what the entity is to be. [`Lane::reach`] compares that with
//! what the events ahead will make of the last server state, and takes the shortest way there. Coalescing falls out of
//! it: an event that was never sent is dropped first, and the difference is taken anew. Create and update become one
//! create, two updates one update, create and delete nothing.

mod ahead;
mod rebase;

use std::collections::BTreeSet;

use lume_core::ids::EventId;
use lume_core::time::Timestamp;
use lume_wire::Rev;
use serde_json::Value;

use crate::body;
use crate::content::{Content, Operation, State, apply, difference};
use crate::limits::DELETE_DELAY_MS;
use crate::mutant::{self, Mutant};
use crate::ports::Sealer;
use crate::rows::{
    AheadState, BaseRow, ClaimRow, EntityKey, EntityRow, EventState, OutboxRow, Seq, SyncState,
};
use crate::store::{StoreError, Write};

pub(crate) use rebase::{Occasion, Rebased, Remote};

/// The version of the format of an event's body.
pub(crate) const EVENT_SCHEMA_V: u16 = 1;

/// The events of one entity and its last server state.
pub(crate) struct Lane<'a, S> {
    sealer: &'a S,
    key: EntityKey,
    base: Option<BaseRow>,
    rows: Vec<OutboxRow>,
    claimed: BTreeSet<Seq>,
    /// What the person saw when they deleted it.
    deleted_as: Option<Content>,
}

/// Who acts, when, and under which id.
pub(crate) struct Act<'a> {
    pub(crate) event_id: EventId,
    pub(crate) account: &'a str,
    pub(crate) now: Timestamp,
    /// Whether a delete waits for undo.
    pub(crate) undoable: bool,
}

impl<'a, S: Sealer> Lane<'a, S> {
    pub(crate) fn new(
        sealer: &'a S,
        key: EntityKey,
        base: Option<BaseRow>,
        mut rows: Vec<OutboxRow>,
        claims: &[ClaimRow],
    ) -> Self {
        if mutant::is(Mutant::OrdersByClock) {
            rows.sort_by_key(|row| row.created_at);
        }
        let claimed = claims
            .iter()
            .flat_map(|claim| claim.items.iter().map(|item| item.seq))
            .collect();
        Self {
            sealer,
            key,
            base,
            rows,
            claimed,
            deleted_as: None,
        }
    }

    /// Learns what the entity said when it was deleted here, if it was: a deletion is of that, whatever the base says.
    pub(crate) fn seen_as(&mut self, entity: Option<&EntityRow>) {
        let deleted = entity.filter(|row| row.deleted);
        self.deleted_as = deleted.and_then(|row| body::open(self.sealer, &row.body).ok());
    }

    /// Whose lane it is.
    pub(crate) fn key(&self) -> &EntityKey {
        &self.key
    }

    /// What the server has, as far as it is known here.
    pub(crate) fn base_state(&self) -> Result<State, StoreError> {
        match &self.base {
            None => Ok(State::Absent),
            Some(base) if base.stands_for_none() => Ok(State::Absent),
            Some(base) if base.deleted => Ok(State::Deleted),
            Some(base) => Ok(State::Live(body::open(self.sealer, &base.body)?)),
        }
    }

    /// What the server will have once every event of the lane has been applied.
    pub(crate) fn folded(&self) -> Result<State, StoreError> {
        self.rows.iter().try_fold(self.base_state()?, |state, row| {
            Ok(apply(
                &state,
                row.operation,
                &body::open(self.sealer, &row.body)?,
            ))
        })
    }

    /// Where the entity stands, for the eye.
    pub(crate) fn sync_state(&self) -> SyncState {
        match self.rows.first() {
            Some(row) => match row.state {
                EventState::Dead => SyncState::Failed,
                EventState::Parked => SyncState::Conflict,
                EventState::Pending | EventState::Held => SyncState::Waiting,
            },
            None if self.base.is_some() => SyncState::Synced,
            None => SyncState::Local,
        }
    }

    /// The writes that make the lane lead to `target`.
    pub(crate) fn reach(
        &mut self,
        target: &State,
        act: &Act<'_>,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = self.revive_dead_head();
        let replaced = self.take_unsent_tail();
        match self.event_to(&self.folded()?, target)? {
            Some((operation, patch)) => {
                let row = self.row(operation, &patch, act, replaced.as_ref());
                writes.push(Write::PutEvent(row.clone()));
                self.rows.push(row);
            }
            None => writes.extend(
                replaced
                    .as_ref()
                    .and_then(|row| row.seq)
                    .map(Write::RemoveEvent),
            ),
        }
        Ok(writes)
    }

    /// The event that leads from one state to another.
    fn event_to(
        &self,
        prior: &State,
        target: &State,
    ) -> Result<Option<(Operation, Content)>, StoreError> {
        Ok(match (prior, target) {
            (State::Absent | State::Deleted, State::Absent | State::Deleted) => None,
            (State::Live(_), State::Absent | State::Deleted) => {
                Some((Operation::Deleted, Content::new()))
            }
            (State::Absent, State::Live(to)) => Some((Operation::Created, to.clone())),
            (State::Deleted, State::Live(to)) => Some((Operation::Updated, self.revival(to)?)),
            (State::Live(from), State::Live(to)) => {
                let patch = difference(from, to);
                (!patch.is_empty()).then_some((Operation::Updated, patch))
            }
        })
    }

    /// The patch that brings a deleted entity back as `to`: the server lays it over what its tombstone kept, so that
    /// every field the entity may have had there is named.
    fn revival(&self, to: &Content) -> Result<Content, StoreError> {
        let mut patch = to.clone();
        let base = self.base.as_ref().map(|base| &base.body);
        for sealed in base
            .into_iter()
            .chain(self.rows.iter().map(|row| &row.body))
        {
            if sealed.is_empty() {
                continue;
            }
            if mutant::is(Mutant::RevivalKeepsFields) {
                continue;
            }
            let known: Content = body::open(self.sealer, sealed)?;
            for name in known.into_iter().map(|(name, _)| name) {
                patch.entry(name).or_insert(Value::Null);
            }
        }
        Ok(patch)
    }

    /// A dead event is what the person's new action is about: if it was given up, and so may be at the server, it goes
    /// out again as it is and the action follows it; if it was refused, the action replaces it.
    fn revive_dead_head(&mut self) -> Vec<Write> {
        let Some(head) = self.rows.first_mut() else {
            return Vec::new();
        };
        let Some(failure) = head
            .failure
            .as_ref()
            .filter(|_| head.state == EventState::Dead)
        else {
            return Vec::new();
        };
        if failure.reason.is_ambiguous() {
            make_ready(head);
            return vec![Write::PutEvent(head.clone())];
        }
        let head = self.rows.remove(0);
        let mut writes: Vec<_> = head.seq.map(Write::RemoveEvent).into_iter().collect();
        writes.extend(self.promote_head(self.base_rev()).map(Write::PutEvent));
        writes
    }

    /// The last event, if nobody can have seen it.
    fn take_unsent_tail(&mut self) -> Option<OutboxRow> {
        let tail = self.rows.last()?;
        let waiting = matches!(tail.state, EventState::Pending | EventState::Held);
        let claimed = tail.seq.is_some_and(|seq| self.claimed.contains(&seq));
        let claimed = claimed && !mutant::is(Mutant::CoalescesClaimed);
        let sent = tail.attempts > 0 || tail.request.is_some();
        let unsent = waiting && !claimed && (!sent || mutant::is(Mutant::CoalescesSent));
        if unsent { self.rows.pop() } else { None }
    }

    fn row(
        &self,
        operation: Operation,
        patch: &Content,
        act: &Act<'_>,
        replaced: Option<&OutboxRow>,
    ) -> OutboxRow {
        let first = self.rows.is_empty();
        let wait_ms = if operation == Operation::Deleted && act.undoable {
            DELETE_DELAY_MS
        } else {
            0
        };
        let not_before = if wait_ms == 0 {
            Timestamp::UNIX_EPOCH
        } else {
            act.now
                .plus_millis(i64::try_from(wait_ms).unwrap_or(i64::MAX))
        };
        let known = if first {
            self.base.as_ref().and_then(|base| base.rev)
        } else {
            None
        };
        OutboxRow {
            seq: replaced.and_then(|row| row.seq),
            event_id: act.event_id,
            key: self.key.clone(),
            operation,
            state: if first || mutant::is(Mutant::LaneWithoutHead) {
                EventState::Pending
            } else {
                EventState::Held
            },
            not_before,
            wait_ms,
            attempts: 0,
            base_rev: replaced.and_then(|row| row.base_rev).or(known),
            created_at: act.now,
            account: act.account.to_owned(),
            schema_v: EVENT_SCHEMA_V,
            request: None,
            failure: None,
            body: body::seal(self.sealer, patch),
        }
    }

    /// Takes the event out, acknowledged in a round of listing: the base becomes what it made of it, and the next one may
    /// go. A later state that has waited beside the base still does.
    pub(crate) fn acknowledge(
        &mut self,
        event_id: EventId,
        rev: Option<Rev>,
        round: u32,
    ) -> Result<Vec<Write>, StoreError> {
        let by_place = mutant::is(Mutant::AcknowledgesByPlace);
        let found = |row: &OutboxRow| by_place || row.event_id == event_id;
        let Some(index) = self.rows.iter().position(found) else {
            return Ok(Vec::new());
        };
        let row = self.rows.remove(index);
        let patch: Content = body::open(self.sealer, &row.body)?;
        let state = apply(&self.base_state()?, row.operation, &patch);
        let rev = rev.or_else(|| self.base.as_ref().and_then(|base| base.rev));
        let ahead = self.base.as_ref().and_then(|base| base.ahead.clone());
        let base = BaseRow {
            key: self.key.clone(),
            rev,
            deleted: !matches!(state, State::Live(_)),
            body: match &state {
                State::Live(content) => body::seal(self.sealer, content),
                // What a tombstone keeps is what a revival is laid over.
                State::Absent | State::Deleted => {
                    self.base.take().map_or_else(Vec::new, |base| base.body)
                }
            },
            round,
            // What the event was laid over, or itself, is no news any more.
            ahead: ahead.filter(|ahead| ahead.state != AheadState::Absent && ahead.rev > rev),
        };
        self.base = Some(base.clone());
        let mut writes = vec![Write::PutBase(base)];
        if mutant::is(Mutant::ForgetsTheBase) {
            writes.clear();
        }
        writes.extend(row.seq.map(Write::RemoveEvent));
        if mutant::is(Mutant::ForgetsTheNext) {
            return Ok(writes);
        }
        writes.extend(self.promote_head(rev).map(Write::PutEvent));
        Ok(writes)
    }

    /// Takes an event out by the person's decision, and with it what it would have done.
    pub(crate) fn discard(&mut self, event_id: EventId) -> Result<Vec<Write>, StoreError> {
        let Some(index) = self.rows.iter().position(|row| row.event_id == event_id) else {
            return Ok(Vec::new());
        };
        let row = self.rows.remove(index);
        let mut writes: Vec<_> = row.seq.map(Write::RemoveEvent).into_iter().collect();
        if !matches!(self.base_state()?, State::Live(_)) {
            // What follows changes an entity that will not be there: its patches lead nowhere by themselves.
            writes.extend(
                self.rows
                    .drain(..)
                    .filter_map(|row| row.seq)
                    .map(Write::RemoveEvent),
            );
        }
        let known = self.base.as_ref().and_then(|base| base.rev);
        writes.extend(self.promote_head(known).map(Write::PutEvent));
        Ok(writes)
    }

    /// Sends a dead or parked event again, under its id and as it was.
    pub(crate) fn retry(&mut self, event_id: EventId) -> Vec<Write> {
        let found = self.rows.iter_mut().find(|row| row.event_id == event_id);
        let Some(row) =
            found.filter(|row| matches!(row.state, EventState::Dead | EventState::Parked))
        else {
            return Vec::new();
        };
        make_ready(row);
        vec![Write::PutEvent(row.clone())]
    }

    /// Changes an event in place; `None` if it is gone.
    pub(crate) fn change(
        &mut self,
        event_id: EventId,
        change: impl FnOnce(&mut OutboxRow),
    ) -> Option<Write> {
        let row = self.rows.iter_mut().find(|row| row.event_id == event_id)?;
        change(row);
        Some(Write::PutEvent(row.clone()))
    }

    /// The revision of the last server state.
    pub(crate) fn base_rev(&self) -> Option<Rev> {
        self.base.as_ref().and_then(|base| base.rev)
    }

    /// Lets the new first event go, based on what the one before it led to.
    fn promote_head(&mut self, rev: Option<Rev>) -> Option<OutboxRow> {
        let head = self
            .rows
            .first_mut()
            .filter(|row| row.state == EventState::Held)?;
        head.state = EventState::Pending;
        head.base_rev = head.base_rev.or(rev);
        Some(head.clone())
    }
}

/// Makes a dead or parked event one that has never failed, apart from the request that must not change.
fn make_ready(row: &mut OutboxRow) {
    row.state = EventState::Pending;
    row.attempts = 0;
    row.not_before = Timestamp::UNIX_EPOCH;
    row.wait_ms = 0;
    row.failure = None;
}

#[cfg(test)]
#[path = "lane_tests.rs"]
mod tests;
