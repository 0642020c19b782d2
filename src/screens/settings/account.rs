//! The account: signing in, how far bringing entries along has come, signing out.

use leptos::prelude::*;
use lume_sync::Blocked;

use crate::i18n::t;
use crate::screens::settings::auth_form::AuthForm;
use crate::screens::settings::backend::BackendForm;
use crate::screens::settings::own_account::OwnAccount;
use crate::screens::settings::sign_out::SignOut;
use crate::shell::app_state::use_app;
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
        <OwnAccount/>
        <SignOut/>
    }
}
