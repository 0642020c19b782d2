//! The grid of moods to pick one from.

use leptos::prelude::*;
use lume_core::mood::Mood;

use crate::i18n::t;
use crate::model::entry_view::{mood_icon, mood_name};
use crate::model::own_moods::{self, OwnMoods};
use crate::ui::icon::Icon;
use crate::ui::mood_badge::ground;

/// The id of the first tile's control, for the shortcut that opens the app right there.
pub(crate) const FIRST_MOOD_ID: &str = "mood-first";

/// Eighteen tiles, those of the person's own moods that are offered, and one more for another one if that is picked.
#[component]
pub(crate) fn MoodPicker(
    /// The picked mood's label.
    #[prop(into)]
    picked: Signal<Option<String>>,
    /// Called with a label when one is picked.
    on_pick: Callback<String>,
) -> impl IntoView {
    let own = Memo::new(move |_| own_labels(picked.get()));
    let tile = move |label: String, first: bool| {
        view! { <MoodTile label=label picked=picked on_pick=on_pick first=first/> }
    };
    view! {
        <fieldset>
            <legend class="visually-hidden">{t::log::mood()}</legend>
            <div class="mood-grid">
                {Mood::ALL
                    .into_iter()
                    .enumerate()
                    .map(|(place, mood)| tile(mood.label().to_owned(), place == 0))
                    .collect_view()}
                <For each=move || own.get() key=String::clone children=move |label| tile(label, false)/>
            </div>
        </fieldset>
    }
}

/// The labels of the person's own moods that are shown: what is picked is shown though it is put away, or was never
/// defined.
fn own_labels(picked: Option<String>) -> Vec<String> {
    let mut labels = own_moods::known(OwnMoods::offered);
    let is_new = |label: &String| Mood::by_label(label).is_none() && !labels.contains(label);
    if let Some(label) = picked.filter(is_new) {
        labels.push(label);
    }
    labels
}

#[component]
fn MoodTile(
    label: String,
    #[prop(into)] picked: Signal<Option<String>>,
    on_pick: Callback<String>,
    first: bool,
) -> impl IntoView {
    let is_own = Mood::by_label(&label).is_none();
    let shown = label.clone();
    let name = move || mood_name(&shown);
    let shown = label.clone();
    let icon = Signal::derive(move || mood_icon(&shown));
    let shown = label.clone();
    let class = move || format!("mood-tile {}", ground(&shown));
    let test_id = format!("mood-{label}");
    let is_picked = {
        let label = label.clone();
        move || picked.with(|picked| picked.as_deref() == Some(label.as_str()))
    };
    let value = label.clone();
    view! {
        <label class=class data-testid=test_id>
            <input
                type="radio"
                name="mood"
                id=first.then_some(FIRST_MOOD_ID)
                value=value
                prop:checked=is_picked
                on:change=move |_| on_pick.run(label.clone())
            />
            <Icon name=icon/>
            <span class:mood-tile-own=is_own dir="auto">{name}</span>
            <span class="mood-tick" aria-hidden="true"><Icon name="check"/></span>
        </label>
    }
}
