//! When the app can't work at all: why, what it means for the entries, what can be done.

use leptos::prelude::*;

use crate::i18n::t;
use crate::shell::app_state::{Trouble, use_app};
use crate::shell::{boot, page};

/// What is wrong, what it means, what can be done.
pub(crate) struct Words {
    /// What happened.
    pub(crate) what: &'static str,
    /// What it means for the entries.
    pub(crate) means: &'static str,
    /// What can be done.
    pub(crate) remedy: &'static str,
}

/// What is said about a trouble in place of all screens.
pub(crate) fn words(trouble: Trouble) -> Words {
    let (what, means, remedy) = match trouble {
        Trouble::Blocked => (
            t::trouble::blocked(),
            t::trouble::blocked_means(),
            t::trouble::blocked_do(),
        ),
        Trouble::Unreachable => (
            t::trouble::unreachable(),
            t::trouble::unreachable_means(),
            t::trouble::unreachable_do(),
        ),
        Trouble::Full => (
            t::trouble::full(),
            t::trouble::full_means(),
            t::trouble::full_do(),
        ),
        Trouble::Newer => (
            t::trouble::newer(),
            t::trouble::newer_means(),
            t::trouble::newer_do(),
        ),
        Trouble::Held => (
            t::trouble::held(),
            t::trouble::held_means(),
            t::trouble::held_do(),
        ),
        Trouble::Corrupt => (
            t::trouble::corrupt(),
            t::trouble::corrupt_means(),
            t::trouble::corrupt_do(),
        ),
    };
    Words {
        what,
        means,
        remedy,
    }
}

/// The screen in place of all others.
#[component]
pub(crate) fn TroubleScreen(
    /// Why.
    trouble: Trouble,
    /// Whether it was tried again, and is still so.
    again: bool,
) -> impl IntoView {
    let app = use_app();
    let Words {
        what,
        means,
        remedy,
    } = words(trouble);
    let busy = RwSignal::new(false);
    let button = if trouble == Trouble::Newer {
        t::trouble::reload()
    } else {
        t::trouble::again()
    };
    let act = move |_| {
        if trouble == Trouble::Newer {
            // Only another version of the app can help.
            page::reload();
        } else {
            busy.set(true);
            boot::begin(app);
        }
    };
    page::set_title(what);
    view! {
        <main class="boot" data-testid="trouble">
            <img src="/icons/lume.svg" alt="" width="96" height="96"/>
            <div class="card stack" role="alert">
                <h1>{what}</h1>
                <p>{means}</p>
                <p>{remedy}</p>
                {again.then(|| view! { <p class="quiet">{t::trouble::still()}</p> })}
                <div class="button-row">
                    <button type="button" class="button button-primary" aria-disabled=move || busy.get().then_some("true") on:click=act>
                        {button}
                    </button>
                </div>
            </div>
        </main>
    }
}
