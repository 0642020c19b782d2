//! Words for where sync stands.

use lume_sync::content::Operation;
use lume_sync::{Blocked, ShownStatus, Status};

use crate::i18n::t;

/// What the pill shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pill {
    /// The word of its `data-state`.
    pub(crate) state: &'static str,
    /// Its icon.
    pub(crate) icon: &'static str,
    /// Its words.
    pub(crate) words: String,
    /// How many changes wait.
    pub(crate) pending: u64,
}

/// The pill of a status.
pub(crate) fn pill(status: &Status) -> Pill {
    let pending = status.counts.waiting();
    let shown = status.shown();
    let (icon, words) = match shown {
        ShownStatus::Device => ("device", t::status::device().to_owned()),
        ShownStatus::Synced => ("synced", t::status::synced().to_owned()),
        ShownStatus::Waiting => ("waiting", t::status::waiting(pending)),
        ShownStatus::Syncing => ("sync", t::status::syncing().to_owned()),
        ShownStatus::Offline if pending == 0 => ("offline", t::status::offline().to_owned()),
        ShownStatus::Offline => ("offline", t::status::offline_waiting(pending)),
        ShownStatus::Attention => ("attention", t::status::attention().to_owned()),
    };
    Pill {
        state: shown.code(),
        icon,
        words,
        pending,
    }
}

/// Why everything waits, and what helps.
pub(crate) fn blocked(reason: Blocked) -> &'static str {
    match reason {
        Blocked::Auth => t::why::blocked_auth(),
        Blocked::ApiKey => t::why::blocked_api_key(),
        Blocked::Upgrade => t::why::blocked_upgrade(),
        Blocked::Quota => t::why::blocked_quota(),
        Blocked::Account => t::why::blocked_account(),
        Blocked::Captive => t::why::blocked_captive(),
        Blocked::Locked => t::why::blocked_locked(),
    }
}

/// What an event does.
pub(crate) fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Created => t::sync::op_created(),
        Operation::Updated => t::sync::op_updated(),
        Operation::Deleted => t::sync::op_deleted(),
    }
}
