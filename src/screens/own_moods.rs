//! The person's own moods: each with its name, its icon and how pleasant it is; made, changed and put away here.

mod mood_form;

use leptos::prelude::*;
use leptos_router::components::A;
use lume_core::ids::EntityId;
use lume_core::mood_def::MoodDef;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::model::own_mood_form::valence_words;
use crate::model::own_moods::{self, OwnMood};
use crate::screens::own_moods::mood_form::MoodForm;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::shell::services::now;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;
use crate::ui::scene::Scene;

/// What is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    /// Nothing.
    Nothing,
    /// A mood that is not there yet.
    New,
    /// A mood that is.
    Change(EntityId),
}

/// The id of the button that begins a new mood.
const ADD_ID: &str = "own-mood-add";

/// The place.
#[component]
pub(crate) fn OwnMoods() -> impl IntoView {
    page::set_title(t::own_moods::title());
    let writing = RwSignal::new(Writing::Nothing);
    let moods = Memo::new(move |_| {
        own_moods::known(|moods| moods.all().into_iter().cloned().collect::<Vec<_>>())
    });
    let split = move |archived: bool| {
        Signal::derive(move || {
            let moods = moods.get().into_iter();
            moods
                .filter(|mood| mood.def.archived == archived)
                .collect::<Vec<_>>()
        })
    };
    let (offered, put_away) = (split(false), split(true));
    let written = move || match writing.get() {
        Writing::Nothing | Writing::New => None,
        Writing::Change(id) => {
            moods.with_untracked(|moods| moods.iter().find(|mood| mood.key.id == id).cloned())
        }
    };
    let on_done = Callback::new(move |()| {
        writing.set(Writing::Nothing);
        // The form that had the focus is gone.
        request_animation_frame(|| page::focus(ADD_ID));
    });
    view! {
        <div class="page-head">
            <A href="/settings" attr:class="page-back"><Icon name="back"/>{t::app::settings()}</A>
            <h1>{t::own_moods::title()}</h1>
        </div>
        <p class="quiet">{t::own_moods::lead()}</p>
        {move || match writing.get() {
            Writing::Nothing => view! {
                <div class="button-row own-mood-add">
                    <button type="button" class="button button-primary" id=ADD_ID data-testid="own-mood-add"
                        on:click=move |_| writing.set(Writing::New)>
                        <Icon name="plus"/>{t::own_moods::add()}
                    </button>
                </div>
            }.into_any(),
            Writing::New | Writing::Change(_) => view! { <MoodForm mood=written() on_done=on_done/> }.into_any(),
        }}
        <Show when=move || moods.with(Vec::is_empty) && writing.get() == Writing::Nothing>
            <div class="empty"><Scene/><h2>{t::own_moods::none()}</h2><p>{t::own_moods::none_say()}</p></div>
        </Show>
        <MoodList moods=offered writing=writing/>
        <Show when=move || put_away.with(|moods| !moods.is_empty())>
            <section class="own-moods-away" aria-labelledby="own-moods-away">
                <h2 id="own-moods-away">{t::own_moods::put_away()}</h2>
                <p class="quiet">{t::own_moods::put_away_say()}</p>
                <MoodList moods=put_away writing=writing/>
            </section>
        </Show>
    }
}

#[component]
fn MoodList(moods: Signal<Vec<OwnMood>>, writing: RwSignal<Writing>) -> impl IntoView {
    let version = |mood: &OwnMood| (mood.key.id, mood.def.updated_at, mood.def.name.clone());
    view! {
        <ul class="own-moods">
            <For each=move || moods.get() key=version children=move |mood| view! { <MoodItem mood=mood writing=writing/> }/>
        </ul>
    }
}

#[component]
fn MoodItem(mood: OwnMood, writing: RwSignal<Writing>) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let OwnMood { key, def } = mood;
    let label = def.label.as_str().to_owned();
    let def_label = label.clone();
    let name = def.name.clone();
    let valence = valence_words(def.valence);
    let is_away = def.archived;
    let id = key.id;
    let (icon, words, named) = if is_away {
        (
            "undo",
            t::own_moods::offer(),
            t::own_moods::offer_named(&name),
        )
    } else {
        (
            "archive",
            t::own_moods::archive(),
            t::own_moods::archive_named(&name),
        )
    };
    let done = if is_away {
        t::own_moods::offered_again(&name)
    } else {
        t::own_moods::archived(&name)
    };
    let put_away = move |_| {
        let changed = def.put_away(!is_away, now());
        let done = done.clone();
        dispatch.send_then(
            save(&key, Some(&def), &changed),
            move |outcome| match outcome {
                Ok(_) => app.say(done),
                Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
            },
        );
    };
    view! {
        <li class="own-mood" data-testid="own-mood" data-label=def_label class:is-away=is_away>
            <MoodBadge label=label/>
            <div class="own-mood-words">
                <strong dir="auto">{name.clone()}</strong>
                <span class="quiet small">{valence}</span>
            </div>
            <div class="own-mood-actions">
                <button type="button" class="icon-button" data-testid="own-mood-edit"
                    aria-label=t::own_moods::edit_named(&name) title=t::entry::edit()
                    on:click=move |_| writing.set(Writing::Change(id))>
                    <Icon name="edit"/>
                </button>
                <button type="button" class="icon-button" data-testid="own-mood-archive" aria-label=named title=words on:click=put_away>
                    <Icon name=icon/>
                </button>
            </div>
        </li>
    }
}

/// The wish to keep a mood.
fn save(key: &EntityKey, seen: Option<&MoodDef>, now: &MoodDef) -> Intent {
    Intent::SaveOwnMood {
        key: key.clone(),
        seen: seen.map(MoodDef::to_content),
        content: now.to_content(),
    }
}
