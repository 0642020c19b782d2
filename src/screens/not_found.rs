//! An address that leads nowhere.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::shell::page;
use crate::ui::scene::Scene;

/// Says so, and shows a way on.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    page::set_title(t::app::not_found());
    view! {
        <div class="empty">
            <Scene/>
            <h1>{t::app::not_found()}</h1>
            <p>{t::app::not_found_say()}</p>
            <A href="/" attr:class="button button-primary">{t::app::to_today()}</A>
        </div>
    }
}
