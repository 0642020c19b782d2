//! An entry in a list, with what can be done with it.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::entry_view::EntryView;
use crate::screens::toasts::UNDO_ID;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::format;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::ui::entry_card::EntryCard;

/// The entry's card; deletes with a way back.
#[component]
pub(crate) fn EntryItem(
    /// The entry.
    entry: EntryView,
    /// The words that were searched for, folded; its note shows where they are.
    #[prop(optional, into)]
    found: Signal<Vec<String>>,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let id = entry.key.id;
    let time = match &entry.entry {
        Ok(known) => Some(format::entry_time(known.local_time, known.zone.as_str())),
        Err(_) => entry.local_time().map(format::time_of_day),
    };
    let delete = Callback::new(move |by_keyboard: bool| {
        dispatch.send_then(Intent::Delete(id), move |outcome| match outcome {
            Ok(_) => {
                app.say_with_undo(t::entry::deleted(), id);
                if by_keyboard {
                    // The button that had the focus is gone with its entry.
                    request_animation_frame(|| page::focus(UNDO_ID));
                }
            }
            Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
        });
    });
    view! { <EntryCard entry=entry time=time.unwrap_or_default() on_delete=delete found=found/> }
}

/// The cards of some entries, in their order.
#[component]
pub(crate) fn EntryList(
    /// The entries.
    #[prop(into)]
    entries: Signal<Vec<EntryView>>,
    /// The words that were searched for, folded.
    #[prop(optional, into)]
    found: Signal<Vec<String>>,
) -> impl IntoView {
    view! {
        <ul class="entries">
            <For
                each=move || entries.get()
                key=EntryView::version
                children=move |entry| view! { <li><EntryItem entry=entry found=found/></li> }
            />
        </ul>
    }
}
