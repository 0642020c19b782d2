//! A set of choices of which any number may be on.

use leptos::prelude::*;

/// One choice.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is stored.
    pub(crate) value: String,
    /// What is read.
    pub(crate) name: String,
    /// Classes beside the chip's own.
    pub(crate) class: String,
    /// An icon, if it has one.
    pub(crate) icon: Option<&'static str>,
}

/// Chips under a legend.
#[component]
pub(crate) fn ChipSet(
    /// What the choices are about.
    legend: &'static str,
    /// The choices; they may change.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The values that are on.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// Called with a value that is switched.
    on_toggle: Callback<String>,
) -> impl IntoView {
    let chip = move |choice: Choice| {
        let value = choice.value.clone();
        let is_on = move || chosen.with(|chosen| chosen.contains(&value));
        let value = choice.value.clone();
        view! {
            <label class=format!("chip {}", choice.class)>
                <input type="checkbox" prop:checked=is_on on:change=move |_| on_toggle.run(value.clone())/>
                {choice.icon.map(|icon| view! { <crate::ui::icon::Icon name=icon/> })}
                <span>{choice.name}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="chips-legend">{legend}</legend>
            <div class="chips">
                <For each=move || choices.get() key=|choice| choice.value.clone() children=chip/>
            </div>
        </fieldset>
    }
}
