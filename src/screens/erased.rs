//! After everything on this device was erased: that it is done, and the way to begin anew.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::page;

/// The screen in place of all others. Nothing is stored until the person goes on.
#[component]
pub(crate) fn Erased() -> impl IntoView {
    page::set_title(t::settings::erased());
    view! {
        <main class="boot" data-testid="erased">
            <img src="/icons/lume.svg" alt="" width="96" height="96"/>
            <div class="card stack" role="status">
                <h1>{t::settings::erased()}</h1>
                <p>{t::settings::erased_say()}</p>
                <div class="button-row">
                    <button type="button" class="button button-primary" on:click=move |_| page::leave_for("/")>
                        {t::settings::erased_again()}
                    </button>
                </div>
            </div>
        </main>
    }
}
