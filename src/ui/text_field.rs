//! A line of text with its label, its help and what is wrong with it.

use leptos::prelude::*;

use crate::ui::icon::Icon;

/// A labelled input.
#[component]
pub(crate) fn TextField(
    /// Its id; tied to label, help and error.
    id: &'static str,
    /// Its label.
    label: &'static str,
    /// What tests call it.
    #[prop(optional)]
    test_id: Option<&'static str>,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The text.
    value: RwSignal<String>,
    /// Shown while empty.
    #[prop(optional, into)]
    placeholder: String,
    /// A sentence below.
    #[prop(optional, into)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Called when the text was changed and left.
    #[prop(optional)]
    on_change: Option<Callback<()>>,
) -> impl IntoView {
    let help_id = format!("{id}-help");
    let error_id = format!("{id}-error");
    let described = {
        let (help_id, error_id, has_help) = (help_id.clone(), error_id.clone(), move || {
            help.with(|help| !help.is_empty())
        });
        move || match (has_help(), error.with(Option::is_some)) {
            (true, true) => Some(format!("{error_id} {help_id}")),
            (true, false) => Some(help_id.clone()),
            (false, true) => Some(error_id.clone()),
            (false, false) => None,
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <input
                class="input"
                id=id
                data-testid=test_id
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                placeholder=placeholder
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                on:change=move |_| { if let Some(call) = on_change { call.run(()); } }
            />
            {move || error.get().map(|words| view! {
                <p class="field-error" id=error_id.clone()><Icon name="attention"/><span>{words}</span></p>
            })}
            {move || help.with(|help| !help.is_empty()).then(|| view! { <p class="field-help" id=help_id.clone()>{help}</p> })}
        </div>
    }
}
