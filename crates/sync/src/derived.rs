//! What is derived from entities: digests for statistics, and folded texts for searching.
//!
//! A row of each holds a week of a kind's entities, so that years are read in a breath and a week is made again in one.
//! Nothing is lost with such a row: it is made of the entities, in small transactions of its own, and only when somebody
//! asks.
//!
//! - **Stale.** Whoever writes or removes an entity puts a mark for its week, and for the week it is moved away from,
//!   into the same transaction (`mark`). A reader that meets a mark has the week made again first (`build`).
//! - **Built.** A database that has entities and no digests, an older one or one whose lock was turned, is built from the
//!   newest week back, step by step; the `Built` record says how far, and what lies before it counts for nothing. A
//!   reader has it built as far as it looks (`stretch`), and [`Engine::derive`](crate::Engine::derive) does it ahead.
//! - **Locked.** Rows are bodies like any others: sealed under a lock, and dropped with `forget` when one is set or
//!   taken away.
//!
//! An entity that can't be read is left out, and takes away none of the others. If the rows can't be written, on a full
//! disk, the entities themselves are read.
//!
//! Architecture invariant: after every transaction, the rows of a week that is built and has no mark are what its
//! entities come to (`is_true_to`).

mod build;
mod mark;
mod moments;
mod search;
mod stretch;
mod texts;
mod week;
mod words;

use std::collections::BTreeMap;

use lume_core::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::meta;
use crate::rows::{Kind, Shelf};
use crate::store::{StoreError, Write};

#[cfg(feature = "testing")]
pub use build::is_true_to;
pub(crate) use mark::Marker;
pub use search::{Found, Term, Wanted};

/// The version of what digests and texts hold. Another one's are built anew.
const VERSION: u16 = 1;

/// What one entity says, as statistics and searching need it.
#[derive(Clone, PartialEq)]
pub struct Facts {
    /// When, how and about what.
    pub moment: Moment,
    /// Its words, folded by [`fold`].
    pub text: String,
}

/// How far everything is derived: a named record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Built {
    /// Of which version.
    version: u16,
    /// From which week of each kind on: all weeks are, where it is empty.
    from: BTreeMap<Kind, String>,
}

impl Default for Built {
    fn default() -> Self {
        Self {
            version: VERSION,
            from: BTreeMap::new(),
        }
    }
}

impl Built {
    /// Reads the record. What another version has built counts for nothing, nor does what can't be read.
    fn read(bytes: Option<&[u8]>) -> Self {
        meta::from_bytes::<Self>(bytes)
            .ok()
            .filter(|built| built.version == VERSION)
            .unwrap_or_default()
    }

    /// The week from which on a kind's are built; `None` where none is.
    fn from(&self, kind: &Kind) -> Option<&str> {
        self.from.get(kind).map(String::as_str)
    }

    fn is_done(&self, kind: &Kind) -> bool {
        self.from(kind) == Some("")
    }

    fn put(&self) -> Write {
        Write::PutMeta(meta::DERIVED.to_owned(), meta::to_bytes(self))
    }
}

/// What drops all that is derived, to be built anew.
pub(crate) fn forget() -> Vec<Write> {
    let shelves = Shelf::ALL.map(Write::ClearShelf).into_iter();
    shelves
        .chain([Write::RemoveMeta(meta::DERIVED.to_owned())])
        .collect()
}

/// Makes texts comparable whatever their case: letter by letter, so that a part of a text folds to a part of it.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().flat_map(char::to_lowercase).collect()
    }
}

/// Whether reading the entities themselves may still help after this.
const fn is_about_rows(error: &StoreError) -> bool {
    match error {
        StoreError::Full
        | StoreError::Aborted(_)
        | StoreError::Unknown(_)
        | StoreError::Corrupt(_) => true,
        StoreError::Unavailable(_)
        | StoreError::Newer
        | StoreError::Blocked
        | StoreError::Locked => false,
    }
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.moment.fmt(f)
    }
}
