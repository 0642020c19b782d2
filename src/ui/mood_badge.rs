//! A mood's icon on its ground.

use leptos::prelude::*;

use crate::model::entry_view::{mood_ground, mood_icon};
use crate::ui::icon::Icon;

/// The class that gives an element a mood's ground; one that nobody has defined gets the second accent.
pub(crate) fn ground(label: &str) -> String {
    match mood_ground(label) {
        Some(mood) => format!("mood-ground mood-ground-{}", mood.label()),
        None => "mood-ground".to_owned(),
    }
}

/// The badge beside an entry.
#[component]
pub(crate) fn MoodBadge(
    /// The mood's label.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=move || format!("mood-badge {}", ground(&label.get()))>
            <Icon name=Signal::derive(move || mood_icon(&label.get()))/>
        </span>
    }
}
