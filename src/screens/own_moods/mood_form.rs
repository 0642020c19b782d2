//! The form of one mood: what it is called, looks like, and how pleasant it is.

use leptos::prelude::*;
use lume_core::mood::Mood;
use lume_core::mood_def::{MoodDef, MoodDefForm};
use lume_sync::kinds::MOOD_DEF;
use lume_sync::rows::EntityKey;

use crate::i18n::t;
use crate::model::entry_view::mood_name;
use crate::model::failure::Failure;
use crate::model::own_mood_form::{
    STEPS, form_of, name_problem, step_of, valence_at, valence_words,
};
use crate::model::own_moods::{self, OwnMood, icon_of};
use crate::screens::own_moods::save;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::page;
use crate::shell::services::{new_entity_id, now};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::text_field::TextField;

/// The id of the name's field.
const NAME_ID: &str = "own-mood-name";

/// What is typed and chosen.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    icon: RwSignal<String>,
    step: RwSignal<i16>,
}

impl Typed {
    fn of(form: MoodDefForm) -> Self {
        Self {
            name: RwSignal::new(form.name),
            icon: RwSignal::new(form.icon),
            step: RwSignal::new(step_of(form.valence)),
        }
    }

    /// A slider that was not moved changes nothing: what it shows is rounded.
    fn form(self, before: &MoodDefForm) -> MoodDefForm {
        let step = self.step.get_untracked();
        let is_moved = step != step_of(before.valence);
        MoodDefForm {
            name: self.name.get_untracked(),
            icon: self.icon.get_untracked(),
            valence: if is_moved {
                valence_at(step)
            } else {
                before.valence
            },
        }
    }
}

/// The form.
#[component]
pub(crate) fn MoodForm(
    /// The mood that is changed; none for a new one.
    mood: Option<OwnMood>,
    /// Called once it is saved or given up.
    on_done: Callback<()>,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let before = form_of(mood.as_ref());
    let typed = Typed::of(before.clone());
    let name_error = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    // Kept for a second try, so that it is made once.
    let new_id = new_entity_id();
    let title = match &mood {
        Some(mood) => t::own_moods::change_title(&mood.def.name),
        None => t::own_moods::new_title().to_owned(),
    };
    request_animation_frame(|| page::focus(NAME_ID));
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        failure.set(None);
        let form = typed.form(&before);
        let problem = own_moods::known(|moods| name_problem(&form.name, mood.as_ref(), moods));
        if problem.is_some() {
            name_error.set(problem);
            page::focus(NAME_ID);
            return;
        }
        name_error.set(None);
        let intent = if let Some(mood) = &mood {
            save(&mood.key, Some(&mood.def), &mood.def.edited(form, now()))
        } else {
            let is_taken = |label: &str| own_moods::known(|moods| moods.get(label).is_some());
            let key = EntityKey {
                kind: MOOD_DEF.kind(),
                id: new_id,
            };
            save(&key, None, &MoodDef::new(form, is_taken, now()))
        };
        busy.set(true);
        dispatch.send_then(intent, move |outcome| {
            // The form may be gone, and all that belongs to it.
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    app.say(t::own_moods::saved());
                    on_done.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    };
    view! {
        <form class="card own-mood-form" novalidate aria-labelledby="own-mood-form"
            on:submit=move |event| { event.prevent_default(); submit(); }>
            <div class="own-mood-head">
                <Preview typed=typed/>
                <h2 id="own-mood-form">{title}</h2>
            </div>
            <TextField id=NAME_ID label=t::own_moods::name() test_id=NAME_ID value=typed.name
                help=t::own_moods::name_help() error=name_error/>
            <Icons icon=typed.icon/>
            <Valence step=typed.step/>
            <FailureNote failure=failure/>
            <div class="button-row">
                <button type="submit" class="button button-primary" data-testid="own-mood-save"
                    aria-disabled=move || busy.get().then_some("true")>{t::log::save()}</button>
                <button type="button" class="button" on:click=move |_| on_done.run(())>{t::app::cancel()}</button>
            </div>
        </form>
    }
}

/// The badge that entries will have.
#[component]
fn Preview(typed: Typed) -> impl IntoView {
    let ground = move || {
        let nearest = Mood::nearest(valence_at(typed.step.get()));
        format!("mood-badge mood-ground mood-ground-{}", nearest.label())
    };
    view! {
        <span class=ground><Icon name=Signal::derive(move || typed.icon.with(|icon| icon_of(icon)))/></span>
    }
}

#[component]
fn Icons(icon: RwSignal<String>) -> impl IntoView {
    let choice = move |mood: Mood| {
        let id = mood.icon();
        let is_chosen = move || icon.with(|icon| icon == id);
        // An icon has no name of its own: it is called after the mood that it is known from.
        let name = t::own_moods::icon_named(&mood_name(mood.label()));
        let tip = name.clone();
        view! {
            <label class="own-mood-icon" data-testid=format!("own-mood-icon-{id}") title=tip>
                <input type="radio" name="own-mood-icon" value=id aria-label=name prop:checked=is_chosen
                    on:change=move |_| icon.set(id.to_owned())/>
                <Icon name=id/>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="field-label">{t::own_moods::icon()}</legend>
            <div class="own-mood-icons">{Mood::ALL.into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Valence(step: RwSignal<i16>) -> impl IntoView {
    let words = move || valence_words(valence_at(step.get()));
    let typed = move |event: leptos::ev::Event| {
        if let Ok(moved) = event_target_value(&event).parse() {
            step.set(moved);
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for="own-mood-valence">{t::own_moods::valence()}</label>
            <output class="own-mood-valence-words" for="own-mood-valence">{words}</output>
            <input
                class="own-mood-valence"
                id="own-mood-valence"
                data-testid="own-mood-valence"
                type="range"
                min=(-STEPS).to_string()
                max=STEPS.to_string()
                step="1"
                aria-valuetext=words
                aria-describedby="own-mood-valence-help"
                prop:value=move || step.get().to_string()
                on:input=typed
            />
            <div class="own-mood-ends quiet small" aria-hidden="true">
                <span>{t::own_moods::very_unpleasant()}</span>
                <span>{t::own_moods::very_pleasant()}</span>
            </div>
            <p class="field-help" id="own-mood-valence-help">{t::own_moods::valence_help()}</p>
        </div>
    }
}
