//! The bin: what was deleted in the last thirty days, on any device, and the way back.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_core::time::Timestamp;
use lume_sync::Feature;
use lume_sync::content::Content;
use lume_sync::kinds::MOOD;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::revision_view::Said;
use crate::screens::entry_history::Further;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::{EntryChange, Intent};
use crate::shell::kept::{offers, use_kept};
use crate::shell::query::use_query;
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;
use crate::ui::scene::Scene;

/// More than anybody looks through.
const ENTRIES_MAX: usize = 200;

/// The id of the heading.
const HEADING_ID: &str = "bin-title";

/// The place.
#[component]
pub(crate) fn Bin() -> impl IntoView {
    page::set_title(t::bin::title());
    let has_bin = offers(use_app(), Feature::Bin);
    view! {
        <div class="page-head">
            <A href="/history" attr:class="page-back"><Icon name="back"/>{t::app::back_to_history()}</A>
            <h1 id=HEADING_ID tabindex="-1">{t::bin::title()}</h1>
            <p class="quiet">{move || if has_bin.get() { t::bin::say() } else { t::bin::say_device() }}</p>
        </div>
        {move || if has_bin.get() { view! { <OfAccount/> }.into_any() } else { view! { <OfDevice/> }.into_any() }}
    }
}

/// What the backend keeps for all of a person's devices.
#[component]
fn OfAccount() -> impl IntoView {
    let list =
        use_kept(|engine, cursor| async move { engine.bin(&MOOD.kind(), cursor.as_deref()).await });
    let is_empty = move || {
        list.items
            .with(|items| items.as_ref().is_some_and(Vec::is_empty))
    };
    let is_unknown =
        Memo::new(move |_| list.failure.with(Option::is_some) && list.items.with(Option::is_none));
    view! {
        <FailureNote failure=list.failure/>
        <Show when=is_empty><Nothing/></Show>
        <ul class="entries">
            <For
                each=move || list.items.get().unwrap_or_default()
                key=|item| item.key.clone()
                children=|item| view! {
                    <li><Deleted key=item.key content=item.content deleted_at=Some(item.deleted_at)/></li>
                }
            />
        </ul>
        <Further list=list/>
        <Show when=move || is_unknown.get()>
            <section class="stack stack-tight" aria-labelledby="bin-device">
                <h2 id="bin-device">{t::bin::on_device()}</h2>
                <OfDevice/>
            </section>
        </Show>
    }
}

/// What this device itself has of what was deleted: all there is without a backend that keeps a bin, and something to
/// look at where that does not answer.
#[component]
fn OfDevice() -> impl IntoView {
    let found = use_query(
        || (),
        |engine, ()| async move { engine.deleted(&MOOD.kind(), ENTRIES_MAX).await },
    );
    let entries = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().ok().cloned()));
    let failed = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    view! {
        <FailureNote failure=failed/>
        <Show when=move || entries.with(|entries| entries.as_ref().is_some_and(Vec::is_empty))><Nothing/></Show>
        <ul class="entries">
            <For
                each=move || entries.get().unwrap_or_default()
                key=|entity| entity.key.clone()
                children=|entity| view! {
                    <li><Deleted key=entity.key content=entity.content deleted_at=None/></li>
                }
            />
        </ul>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <Scene/>
            <h2>{t::bin::empty()}</h2>
        </div>
    }
}

#[component]
fn Deleted(key: EntityKey, content: Content, deleted_at: Option<Timestamp>) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let is_back = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let said = Said::of(&content);
    let id = key.id.to_string();
    let back_id = format!("back-{id}");
    // The button is gone then. An entry that is listed from this device goes with it.
    let focus_id = match deleted_at {
        Some(_) => back_id.clone(),
        None => HEADING_ID.to_owned(),
    };
    let label = match &said {
        Some(said) => t::bin::restore_named(&said.words, &format::day_and_time(said.when)),
        None => deleted_at.map_or_else(
            || t::bin::restore().to_owned(),
            |at| t::bin::restore_named(t::entry::unreadable(), &format::moment(at)),
        ),
    };
    let restore = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        // To the heading by keyboard only: after a tap the page would be scrolled.
        let moves = deleted_at.is_some() || event.detail() == 0;
        let focus_id = Some(focus_id.clone()).filter(|_| moves);
        let intent = Intent::Change(EntryChange::BringBack(key.clone(), content.clone()));
        dispatch.send_then(intent, move |outcome| {
            busy.try_set(false);
            match outcome {
                Ok(_) => {
                    app.say(t::bin::restored());
                    is_back.try_set(true);
                    if let Some(id) = focus_id {
                        request_animation_frame(move || page::focus(&id));
                    }
                }
                Err(failure) => {
                    failed.try_set(Some(failure));
                }
            }
        });
    };
    view! {
        <article class="card revision" data-testid="bin-entry" data-entry-id=id>
            {match said {
                Some(said) => view! {
                    <div class="revision-head">
                        <MoodBadge label=said.mood/>
                        <div>
                            <h2 class="entry-mood">{said.words}</h2>
                            <p class="quiet small">{format::day_and_time(said.when)}</p>
                        </div>
                    </div>
                    {said.note.map(|note| view! { <p class="entry-note" dir="auto">{note}</p> })}
                }.into_any(),
                None => view! { <h2 class="entry-mood">{t::entry::unreadable()}</h2> }.into_any(),
            }}
            {deleted_at.map(|at| view! { <p class="quiet small">{t::bin::deleted(&format::moment(at))}</p> })}
            <FailureNote failure=failed/>
            <Show
                when=move || !is_back.get()
                fallback=move || view! { <p id=back_id.clone() tabindex="-1">{t::bin::is_back()}</p> }
            >
                <button
                    type="button"
                    class="button button-quiet"
                    data-testid="bin-restore"
                    aria-label=label.clone()
                    on:click=restore.clone()
                >
                    <Icon name="undo"/>{t::bin::restore()}
                </button>
            </Show>
        </article>
    }
}
