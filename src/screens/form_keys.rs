//! Keys for the form of an entry, wherever the focus is: one picks a mood, Ctrl or Cmd and Enter saves.
//!
//! A single key does nothing in a field that is typed in, and can be turned off in Settings: whoever speaks to the device
//! would otherwise pick moods by talking (WCAG 2.1.4).

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;

use crate::model::mood_keys;
use crate::shell::app_state::use_app;
use crate::shell::page;

/// Where keys are letters of a text, or choose by themselves.
const TYPED_IN: &str =
    "textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])";
/// The moods, in the order in which they are shown.
const MOODS: &str = ".mood-grid input[type=radio]";

/// Listens for as long as the form is there.
pub(crate) fn use_form_keys(save: Callback<()>) {
    let app = use_app();
    let listener = window_event_listener(keydown, move |event| {
        if event.default_prevented() || event.is_composing() || page::is_dialog_open() {
            return;
        }
        if is_save(&event) {
            event.prevent_default();
            if !event.repeat() {
                save.run(());
            }
            return;
        }
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        let is_off = app.prefs.with_untracked(|prefs| prefs.mood_keys_off);
        if !is_plain || is_off || event.repeat() || page::is_within(&event, TYPED_IN) {
            return;
        }
        if let Some(place) = mood_keys::place(&event.key(), &event.code())
            && page::pick(MOODS, place)
        {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

fn is_save(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key())
}
