//! A quiet line after the lowest moods: somebody to talk to, without an alarm, and without a network.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::use_app;
use crate::ui::notice::{Notice, Tone};

/// From this valence down the line is shown.
pub(crate) const LOW_VALENCE_MAX: f64 = -0.7;

/// The line, with the deployment's numbers if it has any.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let app = use_app();
    let lines = move || app.config.with(|config| config.help_lines.clone());
    view! {
        <Notice tone=Tone::Plain>
            <p>{t::help::say()}</p>
            <details>
                <summary>{t::help::show()}</summary>
                <ul class="stack stack-tight">
                    <li>{t::help::none()}</li>
                    {move || lines().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                </ul>
            </details>
        </Notice>
    }
}
