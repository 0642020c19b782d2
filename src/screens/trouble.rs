//! When the app can't work at all: why, what it means for the entries, what can be done.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::Trouble;
use crate::shell::page;

/// The screen in place of all others.
#[component]
pub(crate) fn TroubleScreen(
    /// Why.
    trouble: Trouble,
) -> impl IntoView {
    let (what, means, remedy, button) = match trouble {
        Trouble::Blocked => (
            t::trouble::blocked(),
            t::trouble::blocked_means(),
            t::trouble::blocked_do(),
            t::trouble::again(),
        ),
        Trouble::Full => (
            t::trouble::full(),
            t::trouble::full_means(),
            t::trouble::full_do(),
            t::trouble::again(),
        ),
        Trouble::Newer => (
            t::trouble::newer(),
            t::trouble::newer_means(),
            t::trouble::newer_do(),
            t::trouble::reload(),
        ),
        Trouble::Held => (
            t::trouble::held(),
            t::trouble::held_means(),
            t::trouble::held_do(),
            t::trouble::again(),
        ),
        Trouble::Corrupt => (
            t::trouble::corrupt(),
            t::trouble::corrupt_means(),
            t::trouble::corrupt_do(),
            t::trouble::again(),
        ),
    };
    page::set_title(what);
    view! {
        <main class="boot" data-testid="trouble">
            <img src="/icons/lume.svg" alt="" width="96" height="96"/>
            <div class="card stack" role="alert">
                <h1>{what}</h1>
                <p>{means}</p>
                <p>{remedy}</p>
                <div class="button-row">
                    <button type="button" class="button button-primary" on:click=move |_| page::reload()>{button}</button>
                </div>
            </div>
        </main>
    }
}
