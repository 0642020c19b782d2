//! One entry in a list.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_sync::reading::Unreadable;

use crate::i18n::t;
use crate::model::entry_view::{EntryView, sync_words};
use crate::model::search::{Piece, pieces};
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;

/// An entry with its words, its time, its note and where it stands with the backend.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component is given values")]
pub(crate) fn EntryCard(
    /// The entry.
    entry: EntryView,
    /// Its time in words.
    time: String,
    /// Called when it is to be deleted, and with whether by keyboard.
    on_delete: Callback<bool>,
    /// The words that were searched for, folded; the note shows where they are.
    #[prop(optional, into)]
    found: Signal<Vec<String>>,
) -> impl IntoView {
    let id = entry.key.id.to_string();
    let overlaps = entry.overlaps;
    let address = format!("/entry/{id}");
    let words = entry.words();
    let (sync_icon, sync_word) = sync_words(entry.sync);
    let topics = entry.topics();
    let note = entry.note().map(str::to_owned);
    let has_body = note.is_some() || !topics.is_empty();
    // What can't be read is kept as it is: nobody can tell what a change of it would lose.
    let can_edit = entry.entry.is_ok();
    let damaged = matches!(entry.entry, Err(Unreadable::Damaged)).then(t::entry::damaged_say);
    let label = format!("{words}, {time}");
    let edit_label = t::entry::edit_named(&words, &time);
    let delete_label = t::entry::delete_named(&words, &time);
    let overlap_label = t::versions::card_named(&words, &time);
    view! {
        <article
            class="entry"
            data-testid="entry"
            data-entry-id=id.clone()
            data-sync=entry.sync.code()
            aria-label=label
        >
            <MoodBadge label=entry.mood().to_owned()/>
            <div class="entry-head">
                <h3 class="entry-mood">{words}</h3>
                <p class="entry-meta">
                    <span>{time}</span>
                    <span class="entry-sync"><Icon name=sync_icon/>{sync_word}</span>
                </p>
            </div>
            <div class="entry-actions">
                {can_edit.then(|| view! {
                    <A
                        href=address
                        attr:class="icon-button"
                        attr:data-testid="entry-edit"
                        attr:aria-label=edit_label
                        attr:title=t::entry::edit()
                    >
                        <Icon name="edit"/>
                    </A>
                })}
                {can_edit.then(|| view! {
                    <button
                        type="button"
                        class="icon-button"
                        data-testid="entry-delete"
                        aria-label=delete_label
                        title=t::entry::delete()
                        on:click=move |event| on_delete.run(event.detail() == 0)
                    >
                        <Icon name="trash"/>
                    </button>
                })}
            </div>
            {overlaps.then(|| view! {
                <p class="entry-body">
                    <A
                        href=format!("/entry/{id}")
                        attr:class="entry-overlap"
                        attr:data-testid="entry-overlap"
                        attr:aria-label=overlap_label
                    >
                        <Icon name="attention"/>{t::versions::card()}
                    </A>
                </p>
            })}
            {damaged.map(|words| view! { <p class="entry-body quiet">{words}</p> })}
            {has_body.then(|| view! {
                <div class="entry-body">
                    {note.map(|note| view! { <p class="entry-note" dir="auto">{move || found.with(|found| marked(&note, found))}</p> })}
                    {(!topics.is_empty()).then(|| view! {
                        <ul class="tags" aria-label=t::log::about()>
                            {topics.into_iter().map(|topic| view! { <li class="tag">{topic}</li> }).collect_view()}
                        </ul>
                    })}
                </div>
            })}
        </article>
    }
}

/// A note with the words that were searched for.
fn marked(note: &str, found: &[String]) -> impl IntoView + use<> {
    let piece = |piece: Piece| {
        if piece.is_found {
            view! { <mark>{piece.text}</mark> }.into_any()
        } else {
            piece.text.into_any()
        }
    };
    pieces(note, found).into_iter().map(piece).collect_view()
}
