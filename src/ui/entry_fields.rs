//! Everything of an entry beside its mood: note, feelings, topics, date and time; folded until wanted.

use leptos::prelude::*;
use lume_core::entry::NOTE_CHARS_MAX;
use lume_core::mood::Mood;
use lume_core::time::LocalDateTime;

use crate::i18n::t;
use crate::model::draft::{Draft, field_text};
use crate::model::entry_view::{
    association_labels, association_name, mood_icon, mood_name, prompt,
};
use crate::model::moments::{QuickPick, quick_picks};
use crate::ui::chip_set::{ChipSet, Choice};
use crate::ui::icon::Icon;
use crate::ui::mood_badge::ground;

/// From how many characters before the limit the rest is counted.
const NOTE_CHARS_WARN: usize = 200;

/// The id of the note's field.
pub(crate) const NOTE_ID: &str = "note";

/// What is wrong with each part of the form, in words.
#[derive(Clone, Copy)]
pub(crate) struct FieldMarks {
    /// The note.
    pub(crate) note: Signal<Option<String>>,
    /// The mood and the feelings beside it.
    pub(crate) feelings: Signal<Option<String>>,
    /// What it is about.
    pub(crate) about: Signal<Option<String>>,
    /// Date and time.
    pub(crate) when: Signal<Option<String>>,
}

/// What a fold holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fold {
    Feelings,
    About,
    When,
}

/// The fields of a form.
#[component]
pub(crate) fn EntryFields(
    /// The form.
    draft: RwSignal<Draft>,
    /// The time on the clocks of the entry's zone, at this moment.
    now: Callback<(), LocalDateTime>,
    /// The words for a chosen date and time.
    when_words: Callback<String, Option<String>>,
    /// Whether "now" can be chosen: not for an entry that exists.
    can_be_now: bool,
    /// The zone's city, where it is not the one the person is in.
    zone: Option<String>,
    /// What is wrong with it.
    marks: FieldMarks,
) -> impl IntoView {
    let open = RwSignal::new(None::<Fold>);
    let is_open = move |fold: Fold| {
        let mark = match fold {
            Fold::Feelings => marks.feelings,
            Fold::About => marks.about,
            Fold::When => marks.when,
        };
        open.get() == Some(fold) || mark.with(Option::is_some)
    };
    let mood = Memo::new(move |_| draft.with(|draft| draft.mood().map(str::to_owned)));
    let feelings = Memo::new(move |_| draft.with(|draft| draft.feelings().len()));
    let topics = Memo::new(move |_| draft.with(|draft| draft.associations.len()));
    let when = Memo::new(move |_| draft.with(|draft| draft.when.clone()));
    let fold = move |which: Fold| {
        open.update(|open| *open = Some(which).filter(|which| *open != Some(*which)));
    };
    let feelings_words = move || match feelings.get() {
        0 => t::log::feelings().to_owned(),
        count => t::log::feelings_chosen(count as u64),
    };
    let about_words = move || {
        let names = draft.with(|draft| {
            draft
                .associations
                .iter()
                .map(|label| association_name(label))
                .collect::<Vec<_>>()
        });
        if names.is_empty() {
            t::log::about().to_owned()
        } else {
            names.join(", ")
        }
    };
    let when_label = move || {
        when.get()
            .and_then(|text| when_words.run(text))
            .unwrap_or_else(|| t::log::when_now().to_owned())
    };
    view! {
        <div class="log-details">
            <NoteField draft=draft error=marks.note prompt=Signal::derive(move || prompt(mood.get().as_deref()))/>
            <div class="log-folds">
                <FoldButton icon="feelings" panel="fold-feelings" is_open=move || is_open(Fold::Feelings)
                    has_choice=move || feelings.get() != 0 words=feelings_words on_click=move || fold(Fold::Feelings)/>
                <FoldButton icon="tag" panel="fold-about" is_open=move || is_open(Fold::About)
                    has_choice=move || topics.get() != 0 words=about_words on_click=move || fold(Fold::About)/>
                <FoldButton icon="waiting" panel="fold-when"
                    is_open=move || is_open(Fold::When)
                    has_choice=move || when.with(Option::is_some) words=when_label on_click=move || fold(Fold::When)/>
            </div>
            <Show when=move || is_open(Fold::Feelings)>
                <div class="log-panel" id="fold-feelings">
                    <FieldError id="feelings-error" error=marks.feelings/>
                    <ChipSet
                        legend=t::log::feelings_title()
                        choices=Signal::derive(move || feeling_choices(mood.get().as_deref()))
                        chosen=Signal::derive(move || draft.with(|draft| draft.feelings().to_vec()))
                        on_toggle=Callback::new(move |label: String| draft.update(|draft| draft.toggle_feeling(&label)))
                    />
                </div>
            </Show>
            <Show when=move || is_open(Fold::About)>
                <div class="log-panel" id="fold-about">
                    <FieldError id="about-error" error=marks.about/>
                    <ChipSet
                        legend=t::log::about_title()
                        choices=Signal::derive(move || draft.with(|draft| topic_choices(&draft.associations)))
                        chosen=Signal::derive(move || draft.with(|draft| draft.associations.clone()))
                        on_toggle=Callback::new(move |label: String| draft.update(|draft| draft.toggle_association(&label)))
                    />
                </div>
            </Show>
            <Show when=move || is_open(Fold::When)>
                <WhenField draft=draft now=now can_be_now=can_be_now zone=zone.clone() error=marks.when/>
            </Show>
        </div>
    }
}

fn feeling_choices(mood: Option<&str>) -> Vec<Choice> {
    Mood::ALL
        .into_iter()
        .map(Mood::label)
        .filter(|label| Some(*label) != mood)
        .map(|label| Choice {
            value: label.to_owned(),
            name: mood_name(label),
            class: ground(label),
            icon: Some(mood_icon(label)),
        })
        .collect()
}

/// The catalogue's topics, and those of the person's own that are chosen.
fn topic_choices(chosen: &[String]) -> Vec<Choice> {
    let mut labels = association_labels();
    let own: Vec<_> = chosen
        .iter()
        .filter(|label| !labels.contains(label))
        .cloned()
        .collect();
    labels.extend(own);
    labels
        .into_iter()
        .map(|label| Choice {
            name: association_name(&label),
            value: label,
            class: String::new(),
            icon: None,
        })
        .collect()
}

#[component]
fn FoldButton(
    icon: &'static str,
    panel: &'static str,
    #[prop(into)] is_open: Signal<bool>,
    #[prop(into)] has_choice: Signal<bool>,
    #[prop(into)] words: Signal<String>,
    on_click: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="log-fold"
            class:has-choice=has_choice
            aria-expanded=move || if is_open.get() { "true" } else { "false" }
            aria-controls=panel
            on:click=move |_| on_click()
        >
            <Icon name=icon/>
            <span>{words}</span>
        </button>
    }
}

#[component]
fn NoteField(
    draft: RwSignal<Draft>,
    error: Signal<Option<String>>,
    #[prop(into)] prompt: Signal<&'static str>,
) -> impl IntoView {
    let note = Memo::new(move |_| draft.with(|draft| draft.note.clone()));
    let used = Memo::new(move |_| note.with(|note| note.chars().count()));
    let is_over = move || used.get() > NOTE_CHARS_MAX;
    let left = move || {
        let used = used.get();
        if used > NOTE_CHARS_MAX {
            Some(t::log::note_over((used - NOTE_CHARS_MAX) as u64))
        } else if used + NOTE_CHARS_WARN > NOTE_CHARS_MAX {
            Some(t::log::note_left((NOTE_CHARS_MAX - used) as u64))
        } else {
            None
        }
    };
    view! {
        <div class="field">
            <label class="log-note-label" for=NOTE_ID>{prompt}</label>
            <textarea
                class="input"
                id=NOTE_ID
                data-testid=NOTE_ID
                dir="auto"
                rows="3"
                placeholder=t::log::note_hint()
                aria-invalid=move || (is_over() || error.with(Option::is_some)).then_some("true")
                aria-describedby="note-error note-left"
                prop:value=note
                on:input=move |event| draft.update(|draft| draft.note = event_target_value(&event))
            ></textarea>
            <FieldError id="note-error" error=error/>
            <p class="field-help" id="note-left" role="status">{left}</p>
        </div>
    }
}

#[component]
fn WhenField(
    draft: RwSignal<Draft>,
    now: Callback<(), LocalDateTime>,
    can_be_now: bool,
    zone: Option<String>,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let set =
        move |local: LocalDateTime| draft.update(|draft| draft.when = Some(field_text(local)));
    let shown = move || {
        draft
            .with(|draft| draft.when.clone())
            .unwrap_or_else(|| field_text(now.run(())))
    };
    let max = field_text(now.run(()));
    let picks = move || {
        let button = move |(pick, local): (QuickPick, LocalDateTime)| {
            let words = match pick {
                QuickPick::HourAgo => t::log::when_hour_ago(),
                QuickPick::ThisMorning => t::log::when_this_morning(),
                QuickPick::YesterdayEvening => t::log::when_last_evening(),
                QuickPick::Yesterday => t::history::yesterday(),
            };
            let text = field_text(local);
            let is_set = move || draft.with(|draft| draft.when.as_deref() == Some(text.as_str()));
            view! {
                <button type="button" class="chip" aria-pressed=move || pressed(is_set()) on:click=move |_| set(local)>
                    {words}
                </button>
            }
        };
        quick_picks(now.run(()))
            .into_iter()
            .map(button)
            .collect_view()
    };
    view! {
        <div class="log-panel" id="fold-when" role="group" aria-label=t::log::when_title()>
            {can_be_now.then(|| view! {
                <div class="chips">
                    <button type="button" class="chip" aria-pressed=move || pressed(draft.with(|draft| draft.when.is_none()))
                        on:click=move |_| draft.update(|draft| draft.when = None)>
                        {t::log::when_now()}
                    </button>
                    {picks()}
                </div>
            })}
            <div class="field">
                <label class="field-label" for="when">{t::log::when_field()}</label>
                <input
                    class="input"
                    id="when"
                    data-testid="when"
                    type="datetime-local"
                    max=max
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="when-error"
                    prop:value=shown
                    on:input=move |event| draft.update(|draft| draft.when = Some(event_target_value(&event)))
                />
                <FieldError id="when-error" error=error/>
                {zone.map(|zone| view! { <p class="field-help">{t::log::when_zone(&zone)}</p> })}
            </div>
        </div>
    }
}

const fn pressed(is_pressed: bool) -> &'static str {
    if is_pressed { "true" } else { "false" }
}

/// What is wrong with a part of the form, read out as soon as it is there.
#[component]
fn FieldError(id: &'static str, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div id=id role="alert">
            {move || error.get().map(|words| view! {
                <p class="field-error"><Icon name="attention"/><span>{words}</span></p>
            })}
        </div>
    }
}
