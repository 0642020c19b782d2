//! What came while the answer to an event was awaited: it waits beside the base, and is taken in when that is over.

use lume_core::ids::EventId;
use lume_wire::Rev;

use super::Lane;
use super::rebase::{Occasion, Rebased, Remote};
use crate::body;
use crate::content::State;
use crate::ports::Sealer;
use crate::rows::{Ahead, AheadState, BaseRow, EventState};
use crate::store::{StoreError, Write};

impl<S: Sealer> Lane<'_, S> {
    /// Takes in what has waited beside the base, if nothing stands against it any more.
    pub(crate) fn catch_up(
        &mut self,
        occasion: &Occasion<'_>,
    ) -> Result<Option<Rebased>, StoreError> {
        let ahead = self.base.as_ref().and_then(|base| base.ahead.clone());
        let Some(ahead) = ahead.filter(|_| !self.awaits_answer()) else {
            return Ok(None);
        };
        let remote = self.opened(&ahead)?;
        self.receive(&remote, occasion).map(Some)
    }

    /// The newer of what an answer says and what has waited beside the base.
    ///
    /// An answer that names an older revision than the base is one that was stored long ago, or comes from a backend that
    /// was replaced and has not said so yet: then the event goes on from the base, until the feed tells.
    pub(crate) fn newest(&self, mut answered: Remote, era_from: u32) -> Result<Remote, StoreError> {
        let base = self.base.as_ref().filter(|base| base.round >= era_from);
        if let Some(base) = base.filter(|base| answered.rev.is_some() && base.rev > answered.rev) {
            return Ok(Remote {
                state: self.base_state()?,
                rev: base.rev,
                modified_at: None,
                round: base.round,
            });
        }
        let ahead = self.base.as_ref().and_then(|base| base.ahead.as_ref());
        let Some(ahead) = ahead.filter(|ahead| ahead.round == answered.round) else {
            return Ok(answered);
        };
        if ahead.rev.is_some() && ahead.rev == answered.rev {
            answered.modified_at = ahead.modified_at;
        } else if ahead.rev > answered.rev
            && (answered.rev.is_some() || answered.state == State::Absent)
        {
            // "Not there" has no revision: it may be an answer that was stored before what is known by now.
            return self.opened(ahead);
        }
        Ok(answered)
    }

    /// Keeps a state beside the base, unless a later one is there.
    pub(crate) fn keep_ahead(&mut self, remote: &Remote) -> Rebased {
        let ahead = Ahead {
            state: match remote.state {
                State::Live(_) => AheadState::Live,
                State::Deleted => AheadState::Deleted,
                State::Absent => AheadState::Absent,
            },
            rev: remote.rev,
            modified_at: remote.modified_at,
            round: remote.round,
            body: match &remote.state {
                State::Live(content) => body::seal(self.sealer, content),
                State::Deleted | State::Absent => Vec::new(),
            },
        };
        // Without a base, a row that stands for none carries it: deleted, of no revision.
        let base = self.base.get_or_insert_with(|| BaseRow {
            key: self.key.clone(),
            rev: None,
            deleted: true,
            body: Vec::new(),
            round: 0,
            ahead: None,
        });
        let is_later = base
            .ahead
            .as_ref()
            .is_none_or(|known| known.round < ahead.round || known.rev < ahead.rev);
        if !is_later {
            return Rebased::default();
        }
        base.ahead = Some(ahead);
        Rebased {
            writes: vec![Write::PutBase(base.clone())],
            ..Rebased::default()
        }
    }

    /// The revision up to which the backend's changes are known, in rounds from `era_from` on.
    pub(crate) fn known_rev(&self, era_from: u32) -> Option<Rev> {
        let base = self.base.as_ref()?;
        let ahead = base.ahead.as_ref().filter(|ahead| ahead.round >= era_from);
        let rev = base.rev.filter(|_| base.round >= era_from);
        rev.max(ahead.and_then(|ahead| ahead.rev))
    }

    /// Marks the base as seen in a round.
    pub(crate) fn mark(&mut self, round: u32) -> Vec<Write> {
        let Some(base) = self.base.as_mut() else {
            return Vec::new();
        };
        let ahead = base.ahead.as_mut().filter(|ahead| ahead.round < round);
        if base.round >= round && ahead.is_none() {
            return Vec::new();
        }
        if let Some(ahead) = ahead {
            ahead.round = round;
        }
        base.round = round;
        vec![Write::PutBase(base.clone())]
    }

    /// Removes the base of an entity that is nowhere any more.
    pub(crate) fn forget(&mut self) -> Vec<Write> {
        let known = self.base.take();
        known
            .map(|base| Write::RemoveBase(base.key))
            .into_iter()
            .collect()
    }

    /// Whether a later state waits beside the base.
    pub(crate) fn is_behind(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.ahead.is_some())
    }

    /// Whether this event is in the lane.
    pub(crate) fn has(&self, event_id: EventId) -> bool {
        self.rows.iter().any(|row| row.event_id == event_id)
    }

    /// Whether there are no events.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Forgets that an event is claimed: its answer is here.
    pub(crate) fn release(&mut self, event_id: EventId) {
        let seq = self
            .rows
            .iter()
            .find(|row| row.event_id == event_id)
            .and_then(|row| row.seq);
        if let Some(seq) = seq {
            self.claimed.remove(&seq);
        }
    }

    /// Whether an event of the lane may have been sent, and nobody knows what came of it.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.rows.iter().any(|row| {
            let claimed = row.seq.is_some_and(|seq| self.claimed.contains(&seq));
            let open = match row.state {
                EventState::Pending | EventState::Held => row.request.is_some(),
                EventState::Dead => row
                    .failure
                    .as_ref()
                    .is_none_or(|failure| failure.reason.is_ambiguous()),
                EventState::Parked => false,
            };
            claimed || open
        })
    }

    fn opened(&self, ahead: &Ahead) -> Result<Remote, StoreError> {
        Ok(Remote {
            state: match ahead.state {
                AheadState::Live => State::Live(body::open(self.sealer, &ahead.body)?),
                AheadState::Deleted => State::Deleted,
                AheadState::Absent => State::Absent,
            },
            rev: ahead.rev,
            modified_at: ahead.modified_at,
            round: ahead.round,
        })
    }
}
