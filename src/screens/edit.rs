//! One entry, to be changed in all its fields.

mod history_link;
mod two_versions;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use lume_core::entry::MoodEntry;
use lume_core::ids::EntityId;
use lume_sync::merge::Overlap;
use lume_sync::unsent::Unsent;

use crate::i18n::t;
use crate::model::draft::Draft;
use crate::model::entry_view::EntryView;
use crate::model::refused_form::RefusedForm;
use crate::screens::edit::history_link::HistoryLink;
use crate::screens::edit::two_versions::TwoVersions;
use crate::screens::entry_form::EntryForm;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::{entry_draft, mood_key};
use crate::shell::drafts::use_draft;
use crate::shell::query::use_query;
use crate::shell::{page, visits};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::notice::{Notice, Tone};
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
            let key = mood_key(id);
            let entity = engine.entity(&key).await?;
            let failed = engine.unsent_of(&key).await?;
            let overlap = engine.overlap(&key).await?;
            Ok(entity
                .filter(|entity| !entity.deleted)
                .map(|entity| (EntryView::of(&entity), failed, overlap)))
        },
    );
    let first = Memo::new(move |before: Option<&Option<Option<Found>>>| match before {
        Some(Some(Some(known))) if Some(known.0.key.id) == id.get() => Some(Some(known.clone())),
        Some(_) | None => found.with(|found| match found {
            Some(Ok(found)) => Some(found.clone()),
            Some(Err(_)) | None => None,
        }),
    });
    // Said here, and not in the place's boundary: that would take the form away in which somebody writes.
    let failed = Memo::new(move |_| {
        found.with(|found| match found {
            Some(Err(failure)) => Some(failure.clone()),
            Some(Ok(_)) | None => None,
        })
    });
    view! {
        <div class="page-head">
            <A href=visits::last_address() attr:class="page-back" on:click=|_| visits::return_to_last()>
                <Icon name="back"/>{t::app::back_to_history()}
            </A>
            <h1>{t::edit::title()}</h1>
        </div>
        <FailureNote failure=failed/>
        {move || first.get().map(|found| match found.and_then(|(view, failed, overlap)| Some((view.entry.clone().ok()?, view, failed, overlap))) {
            Some((entry, view, failed, overlap)) => view! { <Editor entry=entry view=view failed=failed overlap=overlap/> }.into_any(),
            None => view! { <Gone/> }.into_any(),
        })}
    }
}

/// An entry, the event of it that was refused, and the two versions of its note.
type Found = (EntryView, Option<Unsent>, Option<Overlap>);

#[component]
fn Editor(
    entry: MoodEntry,
    view: EntryView,
    failed: Option<Unsent>,
    overlap: Option<Overlap>,
) -> impl IntoView {
    let app = use_app();
    let navigate = use_navigate();
    let origin = Draft::of(&entry);
    let both_versions = entry.note;
    let refused = failed.map(|event| RefusedForm::new(&event, origin.clone()));
    let draft = use_draft(entry_draft(&view.key), origin);
    let leave = Callback::new(move |words: &'static str| {
        app.say(words);
        // To where one came from; with nothing before it, to the history.
        if page::has_moved() {
            page::back();
        } else {
            navigate("/history", NavigateOptions::default());
        }
    });
    let on_saved = Callback::new(move |_| leave.run(t::log::changes_saved()));
    let on_settled = Callback::new(move |()| leave.run(t::versions::settled()));
    let key = view.key.clone();
    let both = both_versions.unwrap_or_default();
    let notice = refused
        .as_ref()
        .map(|refused| (refused.say(), refused.elsewhere().to_vec()));
    view! {
        <HistoryLink key=key.clone()/>
        {overlap.map(|overlap| view! { <TwoVersions key=key overlap=overlap both=both on_settled=on_settled/> })}
        {notice.map(|(say, elsewhere)| view! { <Refused say=say elsewhere=elsewhere/> })}
        <EntryForm draft=draft existing=view refused=refused.unwrap_or_default() on_saved=on_saved/>
    }
}

/// That the entry was refused, and what of it that no field of the form stands for.
#[component]
fn Refused(say: &'static str, elsewhere: Vec<String>) -> impl IntoView {
    view! {
        <div class="edit-refused" data-testid="edit-refused">
            <Notice tone=Tone::Bad>
                <p>{say}</p>
                {(!elsewhere.is_empty()).then(|| view! { <p>{t::edit::other_fields()}" "{elsewhere.join(" ")}</p> })}
            </Notice>
        </div>
    }
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
