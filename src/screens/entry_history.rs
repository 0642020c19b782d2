//! The history of an entry: what it was, when, and on which device, and the way back to it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use lume_core::ids::EntityId;
use lume_core::time::Timestamp;
use lume_sync::Feature;
use lume_sync::history::Version;
use lume_sync::kept::{Revision, Was};
use lume_sync::merge::Side;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::revision_view::{Before, Told, field_lines};
use crate::shell::app_state::use_app;
use crate::shell::dispatch::{mood_key, use_dispatch};
use crate::shell::intent::{EntryChange, Intent};
use crate::shell::kept::{KeptList, offers, use_kept};
use crate::shell::query::use_query;
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;

/// The place.
#[component]
pub(crate) fn EntryHistory() -> impl IntoView {
    page::set_title(t::versions::title());
    let app = use_app();
    let parameters = use_params_map();
    let id = move || {
        let id = parameters.with_untracked(|parameters| parameters.get("id"))?;
        id.parse::<EntityId>().ok()
    };
    let Some(id) = id() else {
        return view! { <p class="quiet">{t::edit::gone()}</p> }.into_any();
    };
    let key = mood_key(id);
    let has_history = offers(app, Feature::History);
    let is_synced = move || app.profile.with(|profile| profile.syncing().is_some());
    let none = move || {
        if is_synced() {
            t::versions::backend_keeps_none()
        } else {
            t::versions::device_only()
        }
    };
    view! {
        <div class="page-head">
            <A href=format!("/entry/{id}") attr:class="page-back"><Icon name="back"/>{t::versions::back()}</A>
            <h1>{t::versions::title()}</h1>
        </div>
        <div class="stack">
            <PutAside key=key.clone()/>
            <Show when=move || has_history.get() fallback=move || view! { <p class="quiet">{none}</p> }>
                <Revisions key=key.clone()/>
            </Show>
        </div>
    }
    .into_any()
}

/// What to do when a version is to be the entry again.
fn use_bring_back() -> Callback<(Intent, RwSignal<Option<Failure>>)> {
    let app = use_app();
    let dispatch = use_dispatch();
    let navigate = StoredValue::new_local(use_navigate());
    let busy = RwSignal::new(false);
    Callback::new(
        move |(intent, failed): (Intent, RwSignal<Option<Failure>>)| {
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            failed.set(None);
            dispatch.send_then(intent, move |outcome| {
                busy.try_set(false);
                match outcome {
                    Ok(_) => {
                        app.say(t::versions::restored());
                        // Who has gone elsewhere meanwhile stays there.
                        if let Some(navigate) = navigate.try_get_value() {
                            navigate("/history", NavigateOptions::default());
                        }
                    }
                    Err(failure) => {
                        failed.try_set(Some(failure));
                    }
                }
            });
        },
    )
}

/// What lost when two devices had changed the same, kept on this device.
#[component]
fn PutAside(key: EntityKey) -> impl IntoView {
    let of = key.clone();
    let found = use_query(
        || (),
        move |engine, ()| {
            let key = of.clone();
            async move { engine.history(&key).await }
        },
    );
    let versions = Memo::new(move |_| {
        found
            .with(|found| found.as_ref()?.as_ref().ok().cloned())
            .unwrap_or_default()
    });
    let unread = Memo::new(move |_| found.with(|found| found.as_ref()?.as_ref().err().cloned()));
    let failed = RwSignal::new(None::<Failure>);
    let bring_back = use_bring_back();
    let restore = Callback::new(move |version: Version| {
        let intent = Intent::Change(EntryChange::RestoreVersion(key.clone(), version.id));
        bring_back.run((intent, failed));
    });
    view! {
        <FailureNote failure=unread/>
        <Show when=move || !versions.with(Vec::is_empty)>
            <section class="stack stack-tight" aria-labelledby="put-aside">
                <h2 id="put-aside">{t::versions::aside()}</h2>
                <p class="quiet">{t::versions::aside_say()}</p>
                <FailureNote failure=failed/>
                <ul class="entries">
                    <For
                        each=move || versions.get()
                        key=|version| version.id.0
                        children=move |version| view! { <li><Aside version=version restore=restore/></li> }
                    />
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Aside(version: Version, restore: Callback<Version>) -> impl IntoView {
    let lines = field_lines(&version.fields, format::day_and_time);
    let when = format::moment(version.at);
    let whose = match version.side {
        Side::Mine => t::versions::mine(),
        Side::Theirs => t::versions::theirs(),
    };
    let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
    let label = t::versions::restore_named(&when, &names.join(", "));
    view! {
        <article class="card revision" data-testid="put-aside">
            <p class="quiet small">{parts(&[whose.to_owned(), when])}</p>
            <dl class="facts">
                {lines.into_iter().map(|(name, value)| view! {
                    <div><dt>{name}</dt><dd dir="auto">{value}</dd></div>
                }).collect_view()}
            </dl>
            <button
                type="button"
                class="button button-quiet"
                data-testid="version-restore"
                aria-label=label
                on:click=move |_| restore.run(version.clone())
            >
                {t::versions::restore()}
            </button>
        </article>
    }
}

/// What the backend has kept.
#[component]
fn Revisions(key: EntityKey) -> impl IntoView {
    let of = key.clone();
    let list = use_kept(move |engine, cursor| {
        let key = of.clone();
        async move { engine.revisions(&key, cursor.as_deref()).await }
    });
    let of = key.clone();
    let entity = use_query(
        || (),
        move |engine, ()| {
            let key = of.clone();
            async move { engine.entity(&key).await }
        },
    );
    let present = Memo::new(move |_| {
        entity.with(|entity| match entity {
            Some(Ok(Some(entity))) if entity.deleted => Some(Told::Deleted),
            Some(Ok(Some(entity))) => Some(Told::of(&entity.content)),
            Some(Ok(None) | Err(_)) | None => None,
        })
    });
    let failed = RwSignal::new(None::<Failure>);
    let bring_back = use_bring_back();
    let restore = Callback::new(move |revision: Revision| {
        if let Was::Content(content) = revision.was {
            let intent = Intent::Change(EntryChange::RestoreRevision(key.clone(), content));
            bring_back.run((intent, failed));
        }
    });
    view! {
        <section class="stack stack-tight" aria-labelledby="revisions">
            <h2 id="revisions">{t::versions::revisions()}</h2>
            <FailureNote failure=list.failure/>
            <FailureNote failure=failed/>
            <ol class="entries">
                {move || list.items.get().map(|items| {
                    present.with(|present| revision_list(&items, list.more.get(), present.as_ref(), restore))
                })}
            </ol>
            <Further list=list/>
        </section>
    }
}

/// Where a revision stands.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    /// It is what the entry says here as well.
    Present,
    /// The backend has it now, and this device something else.
    Backend,
    /// Others have come after it.
    Earlier,
}

fn revision_list(
    items: &[Revision],
    has_more: bool,
    present: Option<&Told>,
    restore: Callback<Revision>,
) -> impl IntoView + use<> {
    let told: Vec<_> = items
        .iter()
        .map(|revision| Told::of_revision(&revision.was))
        .collect();
    items
        .iter()
        .enumerate()
        .map(|(place, revision)| {
            let before = match told.get(place + 1) {
                Some(before) => Before::Told(before),
                None if !has_more && is_first(revision) => Before::Nothing,
                None => Before::NotKnown,
            };
            let changes = told[place].changes(before);
            let standing = match (place, present) {
                (0, Some(present)) if *present == told[place] => Standing::Present,
                (0, _) => Standing::Backend,
                _ => Standing::Earlier,
            };
            let (revision, told) = (revision.clone(), told[place].clone());
            view! { <li><OneRevision revision=revision told=told changes=changes standing=standing restore=restore/></li> }
        })
        .collect_view()
}

/// Whether nothing can have been before: the entry was made with it.
fn is_first(revision: &Revision) -> bool {
    match &revision.was {
        Was::Content(content) => content.get("created_at") == content.get("updated_at"),
        Was::Deleted | Was::Unreadable => false,
    }
}

#[component]
fn OneRevision(
    revision: Revision,
    told: Told,
    changes: String,
    standing: Standing,
    restore: Callback<Revision>,
) -> impl IntoView {
    let device = revision.device.clone().unwrap_or_default();
    let said = match told {
        Told::Said(said) => Some(said),
        Told::Deleted | Told::Unreadable => None,
    };
    let heading = made_at(revision.at, standing);
    let label = said
        .as_ref()
        .map(|said| t::versions::restore_named(&format::moment(revision.at), &said.words));
    view! {
        <article class="card revision" data-testid="revision">
            <div class="revision-head">
                {said.as_ref().map(|said| view! { <MoodBadge label=said.mood.clone()/> })}
                <div>
                    <h3>{heading}</h3>
                    <p class="quiet small">{parts(&[changes, device])}</p>
                </div>
            </div>
            {said.map(|said| view! {
                <p><strong>{said.words}</strong>" "<span class="quiet">{format::day_and_time(said.when)}</span></p>
                {said.note.map(|note| view! { <p class="entry-note" dir="auto">{note}</p> })}
                {(!said.topics.is_empty()).then(|| view! { <p class="quiet small">{said.topics.join(", ")}</p> })}
                {(standing != Standing::Present).then(|| view! {
                    <button
                        type="button"
                        class="button button-quiet"
                        data-testid="revision-restore"
                        aria-label=label
                        on:click=move |_| restore.run(revision.clone())
                    >
                        {t::versions::restore()}
                    </button>
                })}
            })}
        </article>
    }
}

/// What there is of these, told apart.
fn parts(parts: &[String]) -> String {
    let there: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    there.join(" · ")
}

fn made_at(at: Timestamp, standing: Standing) -> String {
    let at = format::moment(at);
    match standing {
        Standing::Present => t::versions::now(&at),
        Standing::Backend => t::versions::at_backend(&at),
        Standing::Earlier => at,
    }
}

/// The way to the next page, or back to the first where there was no answer.
#[component]
pub(crate) fn Further<T: Send + Sync + 'static>(
    /// The list.
    list: KeptList<T>,
) -> impl IntoView {
    let failed = Memo::new(move |_| list.failure.with(Option::is_some));
    let is_shown = Memo::new(move |_| list.more.get() || failed.get() && list.can_ask_again.get());
    let words = move || match (list.asking.get(), failed.get()) {
        (true, _) => t::history::loading(),
        (false, true) => t::versions::again(),
        (false, false) => t::history::more(),
    };
    view! {
        <div class="history-more">
            <p class="quiet small" class:visually-hidden=is_shown role="status">
                {move || list.asking.get().then(t::history::loading)}
            </p>
            <Show when=move || is_shown.get()>
                <button
                    type="button"
                    class="button button-quiet"
                    aria-disabled=move || list.asking.get().then_some("true")
                    on:click=move |_| list.go_on.run(())
                >
                    {words}
                </button>
            </Show>
        </div>
    }
}
