//! A lane on another state of the backend's: its events are laid over it, each merged with what happened there.
//!
//! An event whose bytes are fixed, because they may have been sent, is not touched: what it was based on is needed when
//! its answer comes. Until then the new state waits beside the base ([`crate::rows::Ahead`]). Everything else is rebased
//! event by event: what an event made of the state before it is merged with the backend's, and the difference is the event
//! now. An event that is left with nothing to say goes; one that may have been sent goes on under a new id.
//!
//! An edit beats a deletion, on either side; two deletions are one. After the backend's database was replaced, a base of
//! before is no ancestor of anything: then both states are compared as they are ([`Lane::reconcile`]).

use lume_core::ids::EventId;
use lume_core::time::Timestamp;
use lume_wire::Rev;

use super::{EVENT_SCHEMA_V, Lane};
use crate::body;
use crate::content::{Content, Operation, State, apply};
use crate::feed::Skew;
use crate::merge::{self, Loser, Merged, Overlap, Rule, Rules, Side};
use crate::mutant::{self, Mutant};
use crate::ports::Sealer;
use crate::rows::{BaseRow, EventState, OutboxRow};
use crate::store::{StoreError, Write};

/// What the backend has of an entity.
#[derive(Clone, PartialEq)]
pub(crate) struct Remote {
    pub(crate) state: State,
    pub(crate) rev: Option<Rev>,
    /// When it was written, by the backend's clock, where that is known.
    pub(crate) modified_at: Option<Timestamp>,
    /// The round of listing in which that was learned.
    pub(crate) round: u32,
}

/// When and for whom a lane is rebased.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) now: Timestamp,
    pub(crate) skew: Option<Skew>,
    /// The first round of the backend's epoch.
    pub(crate) era_from: u32,
    /// For the one event of a lane that may have been sent, or that is made.
    pub(crate) new_id: EventId,
    pub(crate) account: &'a str,
}

/// What a lane's new base comes to.
#[derive(Default)]
pub(crate) struct Rebased {
    pub(crate) writes: Vec<Write>,
    pub(crate) losers: Vec<Loser>,
    pub(crate) overlaps: Vec<Overlap>,
}

impl Occasion<'_> {
    fn winner(&self, edited_at: Timestamp, modified_at: Option<Timestamp>) -> Side {
        self.skew.map_or(Side::Theirs, |skew| {
            skew.winner(edited_at, modified_at, self.now)
        })
    }
}

impl<S: Sealer> Lane<'_, S> {
    /// Takes in what the backend has now, or keeps it beside the base while an answer is awaited.
    pub(crate) fn receive(
        &mut self,
        remote: &Remote,
        occasion: &Occasion<'_>,
    ) -> Result<Rebased, StoreError> {
        if self.awaits_answer() {
            return Ok(self.keep_ahead(remote));
        }
        self.settle_on(remote, occasion)
    }

    /// Goes on from what the backend has, whatever was awaited.
    pub(crate) fn settle_on(
        &mut self,
        remote: &Remote,
        occasion: &Occasion<'_>,
    ) -> Result<Rebased, StoreError> {
        let foreign = self
            .base
            .as_ref()
            .is_some_and(|base| base.round < occasion.era_from);
        if foreign {
            self.reconcile(remote, occasion)
        } else {
            self.rebase(remote, occasion)
        }
    }

    /// Whether an event deletes what the person saw, and the backend has just that: then nobody's edit stands against it,
    /// whatever the base says.
    fn deletes_what_is_there(&self, operation: Operation, onto: &State) -> bool {
        match (operation, &self.deleted_as, onto) {
            (Operation::Deleted, Some(seen), State::Live(theirs)) => {
                merge::says_the_same(self.rules(), seen, theirs)
            }
            (Operation::Created | Operation::Updated | Operation::Deleted, _, _) => false,
        }
    }

    /// What a mutant does where events wait.
    pub(crate) fn sweep_with_events(
        &mut self,
        gone: &Remote,
        occasion: &Occasion<'_>,
    ) -> Result<Rebased, StoreError> {
        let rows = std::mem::take(&mut self.rows);
        let mut rebased = self.rebase(gone, occasion)?;
        let seqs = rows.iter().filter_map(|row| row.seq);
        rebased.writes.extend(seqs.map(Write::RemoveEvent));
        Ok(rebased)
    }

    fn rules(&self) -> Rules {
        self.key.kind.spec().map_or(|_| None, |spec| spec.rules)
    }

    /// Lays the lane's events over another state of the backend's.
    pub(crate) fn rebase(
        &mut self,
        remote: &Remote,
        occasion: &Occasion<'_>,
    ) -> Result<Rebased, StoreError> {
        let rules = self.rules();
        let mut from = self.base_state()?;
        let mut onto = self.whole(&remote.state, &from);
        let mut rebased = Rebased::default();
        rebased.writes.extend(self.put_base(remote, &onto));
        for row in std::mem::take(&mut self.rows) {
            let to = apply(&from, row.operation, &body::open(self.sealer, &row.body)?);
            let winner = occasion.winner(row.created_at, remote.modified_at);
            let (state, merged) = if self.deletes_what_is_there(row.operation, &onto) {
                (State::Deleted, Merged::default())
            } else {
                carry(rules, &from, &to, &onto, winner)
            };
            rebased.losers.extend(merged.losers);
            rebased.overlaps.extend(merged.overlaps);
            // With nothing new from elsewhere an event stays what it is, whatever it says.
            let event = if self.says_the_same(&from, &onto) {
                self.event_to(&onto, &state)?
            } else {
                self.event_between(&onto, &state)?
            };
            match event {
                Some((operation, patch)) => {
                    let row = self.moved(row, operation, &patch, remote.rev, occasion.new_id);
                    rebased.writes.push(Write::PutEvent(row.clone()));
                    self.rows.push(row);
                    onto = state;
                }
                None => rebased.writes.extend(row.seq.map(Write::RemoveEvent)),
            }
            from = to;
        }
        Ok(rebased)
    }

    /// Compares what is here with what the backend has, of which what is here knows nothing: the later written one holds,
    /// and goes there if it is this one.
    pub(crate) fn reconcile(
        &mut self,
        remote: &Remote,
        occasion: &Occasion<'_>,
    ) -> Result<Rebased, StoreError> {
        let rules = self.rules();
        let mine = self.folded()?;
        let known: Option<Content> = match &self.base {
            Some(base) if !base.body.is_empty() => Some(body::open(self.sealer, &base.body)?),
            Some(_) | None => None,
        };
        let onto = self.whole(&remote.state, &mine);
        if let (State::Live(theirs), Some(known), false) = (
            &onto,
            &known,
            self.base.as_ref().is_some_and(|base| base.deleted),
        ) && merge::says_the_same(rules, known, theirs)
        {
            // It has what it had before: that is the ancestor.
            return self.rebase(remote, occasion);
        }
        let edited = self
            .rows
            .iter()
            .any(|row| row.operation != Operation::Deleted);
        let mut merged = Merged::default();
        let target = match (&mine, &onto) {
            (State::Absent, _) | (State::Deleted, State::Deleted | State::Absent) => onto.clone(),
            (State::Live(_), State::Absent) => mine,
            (State::Live(_), State::Deleted) if edited => mine,
            (State::Live(mine), State::Deleted) => {
                merged
                    .losers
                    .push(unlike(mine, &Content::new(), Side::Mine));
                State::Deleted
            }
            (State::Deleted, State::Live(theirs)) => {
                let known = known.unwrap_or_default();
                if is_later(rules, theirs, &known) && !known.is_empty() {
                    onto.clone()
                } else {
                    // By the times in them: a clock may have been wrong.
                    if !merge::says_the_same(rules, theirs, &known) {
                        merged.losers.push(unlike(theirs, &known, Side::Theirs));
                    }
                    State::Deleted
                }
            }
            (State::Live(mine), State::Live(theirs)) => {
                let winner = if is_later(rules, mine, theirs) {
                    Side::Mine
                } else {
                    Side::Theirs
                };
                merged = merge::merge(rules, None, mine, theirs, winner);
                State::Live(std::mem::take(&mut merged.content))
            }
        };
        let mut rebased = Rebased {
            losers: merged.losers,
            ..Rebased::default()
        };
        rebased.writes.extend(self.put_base(remote, &onto));
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        let first = rows.next();
        let rest = rows.filter_map(|row| row.seq).map(Write::RemoveEvent);
        rebased.writes.extend(rest);
        match self.event_between(&onto, &target)? {
            Some((operation, patch)) => {
                let row = first.unwrap_or_else(|| self.fresh(occasion));
                let row = self.moved(row, operation, &patch, remote.rev, occasion.new_id);
                rebased.writes.push(Write::PutEvent(row.clone()));
                self.rows.push(row);
            }
            None => rebased
                .writes
                .extend(first.and_then(|row| row.seq).map(Write::RemoveEvent)),
        }
        Ok(rebased)
    }

    /// Whether the base, or what waits beside it, says what the backend's state says.
    pub(crate) fn knows(&self, state: &State) -> Result<bool, StoreError> {
        if self.is_behind() {
            return Ok(true);
        }
        let known = self.base_state()?;
        let state = self.whole(state, &known);
        Ok(known == state || self.says_the_same(&known, &state))
    }

    /// The backend's state with the fields that it does not know of.
    fn whole(&self, state: &State, here: &State) -> State {
        match (state, here) {
            (State::Live(theirs), State::Live(known)) => {
                State::Live(merge::completed(self.rules(), theirs, known))
            }
            (State::Live(_) | State::Deleted | State::Absent, _) => state.clone(),
        }
    }

    fn put_base(&mut self, remote: &Remote, state: &State) -> Option<Write> {
        let known = self.base.take();
        let base = |deleted, body| BaseRow {
            key: self.key.clone(),
            rev: remote.rev,
            deleted,
            body,
            round: remote.round,
            ahead: None,
        };
        self.base = match state {
            State::Absent => None,
            State::Deleted => Some(base(
                true,
                known.clone().map_or_else(Vec::new, |row| row.body),
            )),
            State::Live(content) => Some(base(false, body::seal(self.sealer, content))),
        };
        match &self.base {
            Some(base) => Some(Write::PutBase(base.clone())),
            None => known.map(|row| Write::RemoveBase(row.key)),
        }
    }

    /// An event that goes on from another state.
    fn moved(
        &self,
        row: OutboxRow,
        operation: Operation,
        patch: &Content,
        rev: Option<Rev>,
        new_id: EventId,
    ) -> OutboxRow {
        let first = self.rows.is_empty();
        let dead = first && row.state == EventState::Dead;
        OutboxRow {
            event_id: if row.request.is_some() {
                new_id
            } else {
                row.event_id
            },
            operation,
            state: match (first, dead) {
                (true, true) => EventState::Dead,
                (true, false) => EventState::Pending,
                (false, _) => EventState::Held,
            },
            base_rev: if mutant::is(Mutant::BaseRevStays) {
                row.base_rev
            } else {
                rev.filter(|_| first && operation != Operation::Created)
            },
            request: None,
            failure: row.failure.filter(|_| dead),
            body: body::seal(self.sealer, patch),
            ..row
        }
    }

    /// An event that nobody has made by hand.
    fn fresh(&self, occasion: &Occasion<'_>) -> OutboxRow {
        OutboxRow {
            seq: None,
            event_id: occasion.new_id,
            key: self.key.clone(),
            operation: Operation::Updated,
            state: EventState::Pending,
            not_before: Timestamp::UNIX_EPOCH,
            wait_ms: 0,
            attempts: 0,
            base_rev: None,
            created_at: occasion.now,
            account: occasion.account.to_owned(),
            schema_v: EVENT_SCHEMA_V,
            request: None,
            failure: None,
            body: Vec::new(),
        }
    }

    /// The event between two states, if there is more between them than times of writing.
    fn event_between(
        &self,
        from: &State,
        to: &State,
    ) -> Result<Option<(Operation, Content)>, StoreError> {
        if self.says_the_same(from, to) {
            return Ok(None);
        }
        self.event_to(from, to)
    }

    /// Whether two states are both live and differ in times of writing at most.
    fn says_the_same(&self, one: &State, other: &State) -> bool {
        match (one, other) {
            (State::Live(one), State::Live(other)) => {
                merge::says_the_same(self.rules(), one, other)
            }
            (State::Live(_) | State::Deleted | State::Absent, _) => false,
        }
    }
}

/// What an event that led from one state to another leads to from the backend's.
fn carry(rules: Rules, from: &State, to: &State, onto: &State, winner: Side) -> (State, Merged) {
    let plain = |state: &State| (state.clone(), Merged::default());
    match (to, onto) {
        (State::Live(_), State::Live(_)) if mutant::is(Mutant::ConflictTakesTheirs) => plain(onto),
        (State::Live(mine), State::Live(theirs)) => {
            let mut merged = match from {
                State::Live(base) => merge::merge(rules, Some(base), mine, theirs, winner),
                State::Absent | State::Deleted => merge::join(rules, mine, theirs, winner),
            };
            let content = std::mem::take(&mut merged.content);
            (State::Live(content), merged)
        }
        (State::Live(_), State::Absent | State::Deleted) => {
            if mutant::is(Mutant::DeleteBeatsEdit) {
                plain(onto)
            } else {
                plain(to)
            }
        }
        (State::Absent | State::Deleted, State::Live(theirs)) => match from {
            State::Live(base) if merge::says_the_same(rules, base, theirs) => {
                plain(&State::Deleted)
            }
            State::Live(_) if mutant::is(Mutant::DeleteBeatsRemoteEdit) => plain(&State::Deleted),
            State::Live(_) | State::Absent | State::Deleted => plain(onto),
        },
        (State::Absent | State::Deleted, State::Absent | State::Deleted) => plain(onto),
    }
}

/// What one content says that another one does not.
fn unlike(content: &Content, other: &Content, side: Side) -> Loser {
    let fields = content.iter();
    let fields = fields.filter(|(name, value)| other.get(*name) != Some(value));
    Loser {
        fields: fields
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        side,
    }
}

/// Whether one content was written later than the other, by the times in it. No more is known, and what loses by it is
/// kept.
fn is_later(rules: Rules, one: &Content, other: &Content) -> bool {
    let time = |content: &Content| {
        let times = content
            .iter()
            .filter(|(name, _)| rules(name) == Some(Rule::Latest));
        times
            .filter_map(|(_, value)| value.as_str().map(str::to_owned))
            .max()
    };
    time(one) > time(other)
}
