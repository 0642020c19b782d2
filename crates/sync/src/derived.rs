//! What is derived from entities, for statistics and for searching.

mod moments;
mod search;

use lume_core::moment::Moment;
use lume_core::time::LocalDate;

pub use search::{Found, Term, Wanted};

/// What one entity says, as statistics and searching need it.
#[derive(Clone, PartialEq)]
pub struct Facts {
    /// When, how and about what.
    pub moment: Moment,
    /// Its words, folded by [`fold`].
    pub text: String,
}

/// Makes texts comparable whatever their case: letter by letter, so that a part of a text folds to a part.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().flat_map(char::to_lowercase).collect()
    }
}

/// The civil date of a row's `local_time`; `None` for one that nobody can read.
fn date_of(local_time: &str) -> Option<LocalDate> {
    local_time.get(.."2025-01-15".len())?.parse().ok()
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.moment.fmt(f)
    }
}
