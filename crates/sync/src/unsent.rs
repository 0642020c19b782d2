//! Events that are not at the backend, and what the person can do about those that wait for a decision.
//!
//! An event that was refused, given up or parked keeps its effect on the entity until the person decides: it is sent
//! again as it is ([`Engine::retry`]), replaced by an edit of the entity ([`Engine::update`]), or given up
//! ([`Engine::discard`]). What giving it up will do is told before ([`Outlook`]), by the same code that does it.
//!
//! A row that this version can't read is listed all the same, without its content: nothing is left out of a list
//! because something else in it is broken.

mod decide;
mod listing;

use lume_core::ids::EventId;
use lume_core::time::Timestamp;

pub use decide::Decision;

use crate::content::{Content, Operation};
use crate::reading::Entity;
use crate::rows::{EntityKey, EventState, Failure, Seq};

#[cfg(doc)]
use crate::engine::Engine;

/// Which unsent events are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that wait for the person.
    NeedsPerson,
    /// Those that wait for their turn.
    Waits,
}

impl Wanted {
    /// The states in which they are.
    pub fn states(self) -> Vec<EventState> {
        match self {
            Self::NeedsPerson => vec![EventState::Dead, EventState::Parked],
            Self::Waits => vec![EventState::Pending, EventState::Held],
        }
    }
}

/// An event that is not at the backend yet, opened, with the entity it is about. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct Unsent {
    /// Its place in the outbox.
    pub seq: Seq,
    /// Its id.
    pub event_id: EventId,
    /// Its entity.
    pub key: EntityKey,
    /// What it does.
    pub operation: Operation,
    /// Where it stands.
    pub state: EventState,
    /// How often the server failed on it.
    pub attempts: u32,
    /// Not before this wall time.
    pub not_before: Timestamp,
    /// When the person acted.
    pub created_at: Timestamp,
    /// Why it waits for a decision.
    pub failure: Option<Failure>,
    /// The content or patch it carries; `None` where this version can't read it.
    pub content: Option<Content>,
    /// The entity as it is shown, deleted or not; `None` where this version can't read it.
    pub entity: Option<Entity>,
    /// What giving it up would do.
    pub outlook: Outlook,
}

/// What is left of an entity once an event of it is given up. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub enum Outlook {
    /// The backend never had the entity: it vanishes from this device, and so many later changes of it.
    Vanishes {
        /// Later events that go with it.
        later: usize,
    },
    /// It is, or stays, deleted.
    Deleted,
    /// It becomes this: what the backend has, with the later changes laid over it.
    Becomes {
        /// What it will say.
        content: Content,
        /// Later events that stay.
        later: usize,
    },
    /// It was changed while sync was off, and stays as it is.
    Stays,
    /// It can't be read, and neither can it be given up.
    Unknown,
}

/// Some unsent events, in order of seq.
#[derive(Clone, PartialEq)]
pub struct UnsentPage {
    /// The events.
    pub events: Vec<Unsent>,
    /// After which one the next page begins; `None` where nothing follows.
    pub next: Option<Seq>,
}

impl std::fmt::Debug for Unsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unsent")
            .field("seq", &self.seq)
            .field("event_id", &self.event_id)
            .field("operation", &self.operation)
            .field("state", &self.state)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Outlook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vanishes { later } => write!(f, "Vanishes({later} later)"),
            Self::Deleted => f.write_str("Deleted"),
            Self::Becomes { later, .. } => write!(f, "Becomes({later} later)"),
            Self::Stays => f.write_str("Stays"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}
