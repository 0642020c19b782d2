//! The places of the app: they read signals, show components and send intents.

pub(crate) mod banners;
pub(crate) mod bin;
pub(crate) mod calendar;
pub(crate) mod edit;
pub(crate) mod entry_form;
pub(crate) mod entry_history;
pub(crate) mod entry_item;
pub(crate) mod erased;
pub(crate) mod exchange;
pub(crate) mod export_button;
pub(crate) mod form_keys;
pub(crate) mod frame;
#[cfg(debug_assertions)]
pub(crate) mod gallery;
pub(crate) mod guarded;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod insights;
pub(crate) mod lock_screen;
pub(crate) mod more;
pub(crate) mod not_found;
pub(crate) mod own_moods;
pub(crate) mod place_screen;
pub(crate) mod pull_to_refresh;
pub(crate) mod reminded;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod toasts;
pub(crate) mod today;
pub(crate) mod trouble;
