//! What screens show and forms hold, as plain values with plain functions; tested without a browser.

pub(crate) mod address;
#[cfg(any(debug_assertions, test))]
pub(crate) mod contrast;
pub(crate) mod days;
pub(crate) mod device_name;
pub(crate) mod draft;
pub(crate) mod entry_view;
pub(crate) mod exchange;
pub(crate) mod failure;
pub(crate) mod help_lines;
pub(crate) mod import;
pub(crate) mod install_way;
pub(crate) mod lookup;
pub(crate) mod moments;
pub(crate) mod month;
pub(crate) mod mood_keys;
pub(crate) mod pages;
pub(crate) mod range;
pub(crate) mod refusal;
pub(crate) mod refused_form;
pub(crate) mod revision_view;
pub(crate) mod search;
pub(crate) mod shared;
pub(crate) mod sync_words;
pub(crate) mod unsent_view;
pub(crate) mod year;
