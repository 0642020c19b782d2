//! A failure, told where it happened.

use leptos::prelude::*;

use crate::model::failure::Failure;
use crate::ui::notice::{Notice, Tone};

/// What happened, what it means, what can be done. Read out as soon as it is there.
#[component]
pub(crate) fn FailureNote(
    /// The failure, if there is one.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
) -> impl IntoView {
    view! {
        <div role="alert">
            {move || failure.get().map(|failure| view! {
                <Notice tone=Tone::Bad>
                    <p><strong>{failure.what}"."</strong>" "{failure.means}</p>
                    <p>{failure.remedy}</p>
                </Notice>
            })}
        </div>
    }
}
