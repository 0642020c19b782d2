//! Components that know no screen and no engine.

pub(crate) mod charts;
pub(crate) mod chip_set;
pub(crate) mod dialog;
pub(crate) mod entry_card;
pub(crate) mod entry_fields;
pub(crate) mod failure_note;
pub(crate) mod icon;
pub(crate) mod mood_badge;
pub(crate) mod mood_picker;
pub(crate) mod notice;
pub(crate) mod scene;
pub(crate) mod sync_pill;
pub(crate) mod text_field;
