//! The lock, in place of all screens: the passphrase, and the way out for whoever has forgotten it.

use leptos::html;
use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::screens::settings::erase::{EraseDialog, Losses};
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::{Intent, LockWish};
use crate::shell::page;
use crate::ui::failure_note::FailureNote;

/// The screen. Shows nothing of what is locked.
#[component]
pub(crate) fn LockScreen() -> impl IntoView {
    page::set_title(t::lock::title());
    let asks = RwSignal::new(false);
    view! {
        <main class="boot" data-testid="locked">
            <img src="/icons/lume.svg" alt="" width="96" height="96"/>
            <div class="card stack">
                <h1>{t::lock::title()}</h1>
                <p>{t::lock::say()}</p>
                <UnlockForm/>
                <div class="button-row">
                    <button type="button" class="button button-quiet" on:click=move |_| asks.set(true)>{t::lock::forgotten()}</button>
                </div>
            </div>
            <EraseDialog open=asks title=t::lock::forgotten_title() say=t::lock::forgotten_say() losses=Losses::Told/>
        </main>
    }
}

#[component]
fn UnlockForm() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let input: NodeRef<html::Input> = NodeRef::new();
    let wait_s = Memo::new(move |_| app.lock.with(|view| view.wait_s));
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // It fails only where the element is not in the document.
            drop(input.focus());
        }
    });
    let unlock = move || {
        if busy.get_untracked() || wait_s.get_untracked() > 0 {
            return;
        }
        busy.set(true);
        failed.set(None);
        let wish = LockWish::Unlock {
            passphrase: typed.get_untracked(),
        };
        dispatch.send_then(Intent::Lock(wish), move |outcome| {
            // Unlocked, the form is on its way out: nothing in it may be asked to change any more.
            if let Err(failure) = outcome {
                busy.try_set(false);
                typed.try_set(String::new());
                failed.try_set(Some(failure));
            }
        });
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); unlock(); }>
            <div class="field">
                <label class="field-label" for="unlock-passphrase">{t::lock::passphrase()}</label>
                <input class="input" id="unlock-passphrase" type="password" autocomplete="current-password" autocapitalize="none"
                    spellcheck="false" required=true node_ref=input prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))/>
            </div>
            <FailureNote failure=failed/>
            {move || (wait_s.get() > 0).then(|| view! { <p class="quiet" data-testid="lock-wait">{t::lock::wait(wait_s.get())}</p> })}
            <div class="button-row">
                <button type="submit" class="button button-primary"
                    aria-disabled=move || (busy.get() || wait_s.get() > 0).then_some("true")>
                    {move || if busy.get() { t::lock::unlocking() } else { t::lock::unlock() }}
                </button>
            </div>
        </form>
    }
}
