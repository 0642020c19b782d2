//! What the names of moods in a file mean in Lume.

use leptos::prelude::*;
use lume_core::mood::Mood;
use lume_exchange::Wishes;
use lume_exchange::apply::own;
use lume_exchange::row::FoundName;

use crate::i18n::t;
use crate::model::entry_view::mood_name;

/// The wishes that a file begins with: each guess is taken until the person says otherwise.
pub(super) fn first_wishes(names: &[FoundName]) -> Wishes {
    let guesses = names
        .iter()
        .filter_map(|name| Some((name.key.clone(), name.mood.clone()?)));
    Wishes {
        moods: guesses.collect(),
        cuts_notes: false,
    }
}

/// A choice for each name; those that are known by themselves are folded away.
#[component]
pub(super) fn Mapping(
    /// The names.
    names: Vec<FoundName>,
    /// What the person has decided.
    wishes: RwSignal<Wishes>,
) -> impl IntoView {
    let (known, unknown): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.is_known);
    let (known_count, unknown_count) = (known.len() as u64, unknown.len() as u64);
    let first_known = unknown.len();
    let choices = |names: Vec<FoundName>, first: usize| {
        names
            .into_iter()
            .zip(first..)
            .map(|(name, number)| view! { <NameChoice name=name number=number wishes=wishes/> })
            .collect_view()
    };
    view! {
        {(unknown_count > 0).then(|| view! {
            <fieldset class="map-names">
                <legend>{t::exchange::names(unknown_count)}</legend>
                {choices(unknown, 0)}
            </fieldset>
        })}
        {(known_count > 0).then(|| view! {
            <details class="map-known">
                <summary>{t::exchange::names_known(known_count)}</summary>
                <div class="map-names">{choices(known, first_known)}</div>
            </details>
        })}
    }
}

#[component]
fn NameChoice(name: FoundName, number: usize, wishes: RwSignal<Wishes>) -> impl IntoView {
    let id = format!("import-map-{number}");
    let kept = own(&name.name);
    let chosen = wishes.with_untracked(|wishes| wishes.moods.get(&name.key).cloned());
    let chosen = chosen.or(name.mood).unwrap_or_else(|| kept.clone());
    let key = name.key;
    let choose = move |event| {
        let label = event_target_value(&event);
        wishes.update(|wishes| {
            wishes.moods.insert(key.clone(), label);
        });
    };
    let keep_chosen = chosen == kept;
    let moods = Mood::ALL.map(|mood| {
        let label = mood.label();
        view! { <option value=label selected=chosen == label>{mood_name(label)}</option> }
    });
    view! {
        <div class="map-row">
            <label class="field-label" for=id.clone() dir="auto">{t::exchange::name(name.count, &name.name)}</label>
            <select class="input" id=id.clone() data-testid=id.clone() on:change=choose>
                {moods.collect_view()}
                <option value=kept selected=keep_chosen>{t::exchange::keep_name(&name.name)}</option>
            </select>
        </div>
    }
}
