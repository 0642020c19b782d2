//! One entry, to be changed in all its fields.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use lume_core::entry::MoodEntry;
use lume_core::ids::EntityId;

use crate::i18n::t;
use crate::model::draft::Draft;
use crate::model::entry_view::EntryView;
use crate::screens::entry_form::EntryForm;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::mood_key;
use crate::shell::drafts::use_draft;
use crate::shell::page;
use crate::shell::query::use_query;
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::scene::Scene;

/// The place of one entry. What it shows is read once: a change from elsewhere does not take away what is typed.
#[component]
pub(crate) fn EditEntry() -> impl IntoView {
    page::set_title(t::edit::title());
    let parameters = use_params_map();
    let id = Memo::new(move |_| {
        parameters
            .with(|parameters| parameters.get("id"))
            .and_then(|id| id.parse().ok())
    });
    let found = use_query(
        move || id.get(),
        |engine, id: Option<EntityId>| async move {
            let Some(id) = id else { return Ok(None) };
            let entity = engine.entity(&mood_key(id)).await?;
            Ok(entity
                .filter(|entity| !entity.deleted)
                .map(|entity| EntryView::of(&entity)))
        },
    );
    let first = Memo::new(
        move |before: Option<&Option<Option<EntryView>>>| match before {
            Some(Some(Some(known))) if Some(known.key.id) == id.get() => Some(Some(known.clone())),
            Some(_) | None => found.with(|found| match found {
                Some(Ok(found)) => Some(found.clone()),
                Some(Err(_)) | None => None,
            }),
        },
    );
    // Said here, and not in the place's boundary: that would take the form away in which somebody writes.
    let failed = Memo::new(move |_| {
        found.with(|found| match found {
            Some(Err(failure)) => Some(failure.clone()),
            Some(Ok(_)) | None => None,
        })
    });
    view! {
        <div class="page-head">
            <A href="/history" attr:class="page-back"><Icon name="back"/>{t::app::back_to_history()}</A>
            <h1>{t::edit::title()}</h1>
        </div>
        <FailureNote failure=failed/>
        {move || first.get().map(|found| match found.and_then(|view| Some((view.entry.clone().ok()?, view))) {
            Some((entry, view)) => view! { <Editor entry=entry view=view/> }.into_any(),
            None => view! { <Gone/> }.into_any(),
        })}
    }
}

#[component]
fn Editor(entry: MoodEntry, view: EntryView) -> impl IntoView {
    let app = use_app();
    let navigate = use_navigate();
    let draft = use_draft(format!("entry:{}", view.key.id), Draft::of(&entry));
    let on_saved = Callback::new(move |_| {
        app.say(t::log::changes_saved());
        // To where one came from; with nothing before it, to the history.
        if app.has_moved.get_value() {
            page::back();
        } else {
            navigate("/history", NavigateOptions::default());
        }
    });
    view! { <EntryForm draft=draft existing=view on_saved=on_saved/> }
}

#[component]
fn Gone() -> impl IntoView {
    view! {
        <div class="empty">
            <Scene/>
            <h2>{t::edit::gone()}</h2>
            <p>{t::edit::gone_say()}</p>
            <A href="/history" attr:class="button button-primary">{t::app::history()}</A>
        </div>
    }
}
