//! The boundary around each place: what can't be read is said there, and the other places go on.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::pace::use_second_piece;
use crate::ui::failure_note::FailureNote;

/// Shows its children, or why they could not be read. At the start they come after the frame around them.
#[component]
pub(crate) fn Guarded(
    /// A place.
    children: ChildrenFn,
) -> impl IntoView {
    let is_due = use_second_piece();
    view! {
        <ErrorBoundary fallback=|errors| {
            let failure = Signal::derive(move || {
                let words = errors.with(|errors| errors.iter().next().map(|(_, error)| error.to_string()));
                words.map(|words| Failure::new(words, t::failure::read_means(), t::failure::read_do()))
            });
            view! { <FailureNote failure=failure/> }
        }>
            {move || is_due.get().then(|| children())}
        </ErrorBoundary>
    }
}
