//! What a person is told when something about the lock does not work.

use super::LockError;
use crate::i18n::t;
use crate::model::failure::{self, Failure};

/// A passphrase or a lock that did not do what it was to do.
pub(crate) fn failure(error: &LockError) -> Failure {
    let kept = t::failure::kept_all();
    match error {
        LockError::Wrong(_) => Failure::new(t::lock::wrong(), kept, t::lock::wrong_do()),
        LockError::TooSoon(_) => Failure::new(t::lock::too_soon(), kept, t::lock::too_soon_do()),
        LockError::Broken => Failure::new(t::lock::broken(), kept, t::lock::broken_do()),
        LockError::Store(error) => failure::of_setting_store(error),
    }
}
