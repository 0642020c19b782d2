//! The account: signing in, how far bringing entries along has come, signing out.

use leptos::prelude::*;
use lume_sync::Blocked;

use crate::i18n::t;
use crate::screens::export_button::ExportButton;
use crate::screens::settings::auth_form::AuthForm;
use crate::screens::settings::backend::BackendForm;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::ui::dialog::Dialog;
use crate::ui::notice::{Notice, Tone};

/// Whoever is signed in, or the form to do so.
#[component]
pub(crate) fn Account(
    /// The backend's form, kept before a session is asked for.
    form: BackendForm,
) -> impl IntoView {
    let app = use_app();
    // A session that the backend no longer accepts, though it renews it, is as good as none.
    let signed_in = Memo::new(move |_| {
        app.status.with(|status| {
            status
                .as_ref()
                .is_some_and(|status| status.signed_in && status.blocked != Some(Blocked::Auth))
        })
    });
    let email = Memo::new(move |_| {
        app.profile.with(|profile| {
            profile
                .account
                .as_ref()
                .map(|account| account.email.clone())
        })
    });
    view! {
        <section class="card settings-section" aria-labelledby="settings-account">
            <h2 id="settings-account">{t::settings::account()}</h2>
            {move || match (email.get(), signed_in.get()) {
                (Some(email), true) => view! { <SignedIn email=email/> }.into_any(),
                (Some(email), false) => view! {
                    <Notice tone=Tone::Caution><p>{t::settings::sign_in_again_say()}</p></Notice>
                    <AuthForm backend=form email=email/>
                    <SignOut/>
                }.into_any(),
                (None, _) => view! { <AuthForm backend=form/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn SignedIn(email: String) -> impl IntoView {
    let app = use_app();
    let adoption = move || {
        app.status
            .with(|status| status.as_ref().and_then(|status| status.adoption.clone()))
    };
    view! {
        <p>{t::settings::signed_in_as(&email)}</p>
        {move || adoption().filter(|adoption| adoption.total > 0).map(|adoption| {
            let (done, total) = (adoption.done.to_string(), adoption.total.to_string());
            view! {
                <div class="field">
                    <progress class="meter" max=total.clone() value=done.clone() aria-label=t::settings::adopting_label()></progress>
                    <p class="field-help" role="status">{t::settings::adopting(&done, &total)}</p>
                </div>
            }
        })}
        <SignOut/>
    }
}

/// At once if everything has arrived, else with a choice.
#[component]
fn SignOut() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let asks = RwSignal::new(false);
    let waiting = Memo::new(move |_| {
        app.status.with(|status| {
            status.as_ref().map_or(0, |status| {
                status.counts.waiting() + status.counts.needs_person()
            })
        })
    });
    let leave = move || {
        asks.set(false);
        dispatch.send_then(Intent::Leave, move |outcome| match outcome {
            Ok(_) => app.say(t::settings::signed_out()),
            Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
        });
    };
    let start = move |_| {
        if waiting.get_untracked() == 0 {
            leave();
        } else {
            asks.set(true);
        }
    };
    let sync = move |_| dispatch.send(Intent::SyncNow);
    view! {
        <div class="button-row">
            <button type="button" class="button button-quiet" on:click=start>{t::settings::sign_out()}</button>
        </div>
        <Dialog open=asks title=t::settings::sign_out_title()>
            <p role="status">{move || match waiting.get() {
                0 => t::settings::sign_out_none().to_owned(),
                count => t::settings::sign_out_waiting(count),
            }}</p>
            <Show when=move || waiting.get() != 0><ExportButton/></Show>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| asks.set(false)>{t::app::cancel()}</button>
                <Show when=move || waiting.get() != 0>
                    <button type="button" class="button" on:click=sync>{t::settings::sign_out_sync()}</button>
                </Show>
                <button type="button" class="button button-primary" on:click=move |_| leave()>{t::settings::sign_out_keep()}</button>
            </div>
        </Dialog>
    }
}
