//! The field in which one types what to search for.

use std::time::Duration;

use leptos::html;
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::i18n::t;
use crate::model::lookup::Lookup;
use crate::ui::icon::Icon;

/// A pause between two keys after which what was typed is searched for.
const PAUSE: Duration = Duration::from_millis(160);

/// Searches as one types. The address follows without a step for each key.
#[component]
pub(super) fn SearchField(
    /// What is asked for.
    lookup: Memo<Lookup>,
) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    // The field keeps what is typed. What the address says is put into it when it did not come from here.
    let sent = StoredValue::new(lookup.with_untracked(|lookup| lookup.text.clone()));
    Effect::new(move |_| {
        let text = lookup.with(|lookup| lookup.text.clone());
        let is_known = sent.with_value(|sent| *sent == text);
        sent.set_value(text.clone());
        if let Some(input) = input
            .get()
            .filter(|input| !is_known && input.value() != text)
        {
            input.set_value(&text);
        }
    });
    let navigate = use_navigate();
    let search = move |text: String| {
        sent.set_value(text.clone());
        let asked = lookup.with_untracked(|lookup| lookup.with_text(&text));
        if asked != lookup.get_untracked() {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&asked.address(), options);
        }
    };
    let at_once = search.clone();
    let mut typed = debounce(PAUSE, search);
    let first = sent.get_value();
    view! {
        <form
            class="input-with-icon"
            role="search"
            on:submit=move |event| {
                event.prevent_default();
                if let Some(input) = input.get_untracked() {
                    at_once(input.value());
                }
            }
        >
            <Icon name="search"/>
            <input
                class="input"
                type="search"
                data-testid="search"
                enterkeyhint="search"
                autocomplete="off"
                aria-label=t::history::search()
                placeholder=t::lookup::search()
                node_ref=input
                value=first
                on:input=move |event| typed(event_target_value(&event))
            />
        </form>
    }
}
