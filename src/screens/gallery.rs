//! The gallery: every component in its states, and the tokens that they are made of. In development builds only, and in
//! English: nobody but us reads it.
//!
//! Hovering and focus are seen by hovering and by the Tab key. The place is shown in any theme and in either direction.

mod parts;
mod tokens;

use leptos::prelude::*;

use crate::screens::gallery::parts::Parts;
use crate::screens::gallery::tokens::Tokens;
use crate::shell::app_state::use_app;
use crate::shell::page;
use crate::shell::prefs::Theme;

/// The place.
#[component]
pub(crate) fn Gallery() -> impl IntoView {
    page::set_title("Gallery");
    let app = use_app();
    let is_rtl = RwSignal::new(false);
    let themes = Theme::ALL.map(|theme| {
        let is_on = move || app.prefs.with(|prefs| prefs.theme == theme);
        view! {
            <button type="button" class="chip" aria-pressed=move || if is_on() { "true" } else { "false" }
                on:click=move |_| app.prefs_changed(|prefs| prefs.theme = theme)>{theme.code()}</button>
        }
    });
    view! {
        <div class="stack stack-wide" dir=move || if is_rtl.get() { "rtl" } else { "ltr" } data-testid="gallery">
            <h1>"Gallery"</h1>
            <div class="chips">
                {themes.into_iter().collect_view()}
                <button type="button" class="chip" aria-pressed=move || if is_rtl.get() { "true" } else { "false" }
                    on:click=move |_| is_rtl.update(|is_rtl| *is_rtl = !*is_rtl)>"right to left"</button>
            </div>
            <Tokens/>
            <Parts/>
        </div>
    }
}

/// A group of things to look at.
#[component]
fn Group(
    /// Its heading.
    title: &'static str,
    /// The things.
    children: Children,
) -> impl IntoView {
    view! { <section class="card stack"><h2>{title}</h2>{children()}</section> }
}
