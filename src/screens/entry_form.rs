//! The form of an entry, new or existing: checks, saves, and says "saved" once it is committed.

use leptos::prelude::*;
use lume_core::entry::{MoodEntry, When, field};
use lume_core::ids::EntityId;
use lume_core::time::{Timestamp, UnknownZone};
use lume_sync::content::Content;

use crate::i18n::t;
use crate::model::draft::{Draft, Incomplete};
use crate::model::entry_view::{EntryView, mood_name};
use crate::model::failure::{self, Failure};
use crate::model::moments::{is_future, zone_city};
use crate::model::refused_form::{FormPart, RefusedForm};
use crate::screens::form_keys::use_form_keys;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::drafts::{Keeping, KeptDraft};
use crate::shell::intent::{EntryChange, Intent};
use crate::shell::services::{local_now, local_time, new_entity_id, now, with_zones, zone};
use crate::shell::{format, page};
use crate::ui::entry_fields::{EntryFields, FieldMarks, NOTE_ID};
use crate::ui::failure_note::FailureNote;
use crate::ui::icon::Icon;
use crate::ui::mood_badge::MoodBadge;
use crate::ui::mood_picker::{FIRST_MOOD_ID, MoodPicker};

/// Why a form can't be saved as it is.
enum Problem {
    /// No mood.
    Mood,
    /// The date and time, in words.
    When(&'static str),
    /// Anything else.
    Other(Failure),
}

impl From<Incomplete> for Problem {
    fn from(incomplete: Incomplete) -> Self {
        match incomplete {
            Incomplete::Mood => Self::Mood,
            Incomplete::When => Self::When(t::log::when_missing()),
        }
    }
}

impl From<UnknownZone> for Problem {
    fn from(_: UnknownZone) -> Self {
        Self::When(t::invalid::invalid())
    }
}

/// The entry that a form describes.
fn entry_of(
    draft: &Draft,
    existing: Option<&MoodEntry>,
    now: Timestamp,
) -> Result<MoodEntry, Problem> {
    let entry = match existing {
        None => {
            let zone = zone();
            let input = draft.input(
                When::Instant {
                    at: now,
                    zone: zone.clone(),
                },
                &zone,
            )?;
            with_zones(|zones| MoodEntry::new(input, zones, now))?
        }
        Some(entry) => with_zones(|zones| {
            entry
                .edited(draft.form(entry)?, zones, now)
                .map_err(Problem::from)
        })?,
    };
    let is_same_time = existing.is_some_and(|existing| existing.at == entry.at);
    if is_future(entry.at, now) && !is_same_time {
        return Err(Problem::When(t::log::when_future()));
    }
    match entry.validate(now) {
        Ok(()) => Ok(entry),
        Err(errors) if errors.get(field::AT).is_some() => Err(Problem::When(t::log::when_future())),
        Err(errors) => Err(Problem::Other(failure::of_fields(
            errors.iter().map(|(name, code)| (name, code.as_str())),
        ))),
    }
}

/// What an entry said when its form was opened.
fn seen(entry: Option<&MoodEntry>) -> Content {
    entry.map(MoodEntry::to_content).unwrap_or_default()
}

/// What the form keeps besides what is typed.
#[derive(Clone, Copy)]
struct Saving {
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    when_error: RwSignal<Option<String>>,
    /// The id of the entry to be made; kept for a second try, so that it is made once.
    id: StoredValue<EntityId>,
}

/// Mood, fields and the bar to save with.
#[component]
pub(crate) fn EntryForm(
    /// What is typed.
    draft: KeptDraft,
    /// The entry that is edited; none for a new one.
    #[prop(optional)]
    existing: Option<EntryView>,
    /// What a backend refused of it.
    #[prop(default = RefusedForm::default())]
    refused: RefusedForm,
    /// Called with the valence once the entry is saved.
    on_saved: Callback<Option<f64>>,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let form = draft.form;
    let saving = Saving {
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        when_error: RwSignal::new(None),
        id: StoredValue::new(new_entity_id()),
    };
    let key = existing.as_ref().map(|view| view.key.clone());
    let entry = existing.and_then(|view| view.entry.ok());
    let seen = seen(entry.as_ref());
    let is_new = key.is_none();
    let entry_zone = entry.as_ref().map(|entry| entry.zone.clone());
    let other_zone = entry_zone
        .clone()
        .filter(|entry_zone| *entry_zone != zone());
    let zone_now = Callback::new(move |()| {
        entry_zone
            .as_ref()
            .map_or_else(local_now, |entry_zone| local_time(now(), entry_zone))
    });
    let save = Callback::new(move |()| {
        if saving.busy.get_untracked() {
            return;
        }
        saving.failure.set(None);
        saving.when_error.set(None);
        let typed = form.get_untracked();
        let entry = match entry_of(&typed, entry.as_ref(), now()) {
            Ok(entry) => entry,
            Err(problem) => return show_problem(saving, problem),
        };
        let valence = entry.effective_valence();
        let content: Content = entry.to_content();
        let saved = Draft::of(&entry);
        let name = draft.name();
        let intent = match &key {
            None => Intent::Create {
                id: saving.id.get_value(),
                content,
                draft: name,
            },
            Some(key) => Intent::Change(EntryChange::Update {
                key: key.clone(),
                seen: typed.made_on(&seen, &content),
                content,
                draft: name,
            }),
        };
        saving.busy.set(true);
        draft.pause(app, is_new.then(|| saving.id.get_value()));
        dispatch.send_then(intent, move |outcome| {
            // The form may be gone, and all that belongs to it.
            if saving.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    saving.id.set_value(new_entity_id());
                    draft.saved(app, if is_new { Draft::default() } else { saved });
                    on_saved.run(valence);
                }
                Err(failure) => {
                    draft.not_saved(app);
                    saving.failure.set(Some(failure));
                }
            }
        });
    });
    let mood = Memo::new(move |_| form.with(|form| form.mood().map(str::to_owned)));
    let marks = marks(refused, form, saving.when_error);
    use_form_keys(save);
    // A note without a mood is there where something was shared.
    let has_fields =
        Memo::new(move |_| mood.with(Option::is_some) || form.with(|form| !form.note.is_empty()));
    let when_words = Callback::new(|text: String| text.parse().ok().map(format::day_and_time));
    view! {
        <form class="log" novalidate on:submit=move |event| { event.prevent_default(); save.run(()); }>
            <Show when=move || draft.restored.get()>
                <p class="quiet" role="status">{t::log::restored()}</p>
            </Show>
            <MoodPicker picked=mood on_pick=Callback::new(move |label: String| form.update(|form| form.pick_mood(&label)))/>
            <Show when=move || has_fields.get()>
                <EntryFields draft=form now=zone_now when_words=when_words can_be_now=is_new
                    zone=other_zone.as_ref().map(|zone| zone_city(zone.as_str())) marks=marks/>
            </Show>
            <FailureNote failure=saving.failure/>
            {move || not_kept(draft.keeping.get()).map(|words| view! {
                <p class="quiet" role="status" data-testid="draft-keeping">{words}</p>
            })}
            <Show when=move || mood.with(Option::is_some)>
                <SaveBar mood=mood draft=draft is_new=is_new busy=saving.busy/>
            </Show>
        </form>
    }
}

/// Where what is unsaved is kept, if that is not where it belongs.
fn not_kept(keeping: Keeping) -> Option<&'static str> {
    match keeping {
        Keeping::Database => None,
        Keeping::Tab => Some(t::log::kept_in_tab()),
        Keeping::Screen => Some(t::log::kept_nowhere()),
    }
}

/// A part is marked for as long as it is as it was when it was refused.
fn marks(
    refused: RefusedForm,
    form: RwSignal<Draft>,
    when_error: RwSignal<Option<String>>,
) -> FieldMarks {
    let refused = StoredValue::new(refused);
    let mark = move |part: FormPart| {
        form.with(|form| refused.with_value(|refused| refused.mark(part, form)))
    };
    FieldMarks {
        note: Signal::derive(move || mark(FormPart::Note)),
        feelings: Signal::derive(move || mark(FormPart::Feelings)),
        about: Signal::derive(move || mark(FormPart::About)),
        when: Signal::derive(move || when_error.get().or_else(|| mark(FormPart::When))),
    }
}

fn show_problem(saving: Saving, problem: Problem) {
    match problem {
        Problem::Mood => page::focus(FIRST_MOOD_ID),
        Problem::When(words) => saving.when_error.set(Some(words.to_owned())),
        Problem::Other(failure) => saving.failure.set(Some(failure)),
    }
}

#[component]
fn SaveBar(
    mood: Memo<Option<String>>,
    draft: KeptDraft,
    is_new: bool,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let label = Memo::new(move |_| mood.get().unwrap_or_default());
    let words = move || match (busy.get(), is_new) {
        (true, _) => t::log::saving(),
        (false, true) => t::log::save(),
        (false, false) => t::edit::save(),
    };
    let can_clear = move || draft.form.with(Draft::is_empty) || !is_new;
    view! {
        <div class="log-bar">
            <MoodBadge label=label/>
            <span class="log-bar-mood">
                <strong>{move || mood_name(&label.get())}</strong>
                <Show when=move || draft.form.with(|form| form.note.is_empty())>
                    <button type="button" class="log-bar-note" on:click=move |_| page::focus(NOTE_ID)>
                        {t::log::add_note()}
                    </button>
                </Show>
            </span>
            {is_new.then(|| view! {
                <button type="button" class="icon-button" aria-label=t::log::clear() title=t::log::clear()
                    disabled=can_clear on:click=move |_| draft.clear()>
                    <Icon name="close"/>
                </button>
            })}
            <button
                type="submit"
                class="button button-primary"
                data-testid="save-entry"
                aria-disabled=move || busy.get().then_some("true")
            >
                {words}
            </button>
        </div>
    }
}
