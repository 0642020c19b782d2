//! Creating an account, or signing in to one.

use leptos::prelude::*;
use lume_core::time::LocalDate;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::failure::{self, Failure};
use crate::screens::settings::backend::BackendForm;
use crate::shell::account::Credentials;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::query::use_query;
use crate::ui::failure_note::FailureNote;
use crate::ui::text_field::TextField;

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    is_new: RwSignal<bool>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    name: RwSignal<String>,
    birth: RwSignal<String>,
    bring: RwSignal<bool>,
}

impl Typed {
    /// What to present to the backend, or what is missing.
    fn credentials(self) -> Result<Credentials, Failure> {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        let (email, password, name) = (text(self.email), text(self.password), text(self.name));
        let birth: Option<LocalDate> = text(self.birth).parse().ok();
        // Whoever leaves out what only a new account needs, as the form says, has one.
        let is_new =
            self.is_new.get_untracked() && !(name.trim().is_empty() && text(self.birth).is_empty());
        let mut missing = Vec::new();
        let mut need = |field: &'static str, is_missing: bool| {
            if is_missing {
                missing.push((field, "required"));
            }
        };
        need("email", email.trim().is_empty());
        need("password", password.is_empty());
        need("name", is_new && name.trim().is_empty());
        need("date_of_birth", is_new && birth.is_none());
        match (missing.is_empty(), is_new, birth) {
            (true, true, Some(birth)) => Ok(Credentials::Register {
                email,
                password,
                name,
                birth,
            }),
            (true, false, _) => Ok(Credentials::SignIn { email, password }),
            _ => Err(failure::of_fields(missing.into_iter())),
        }
    }
}

/// The form. A first account is offered to whoever has never signed in on this device.
#[component]
pub(crate) fn AuthForm(
    /// The backend's form, kept before a session is asked for.
    backend: BackendForm,
    /// Whose session is over, if somebody's is.
    #[prop(optional, into)]
    email: String,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let is_again = !email.is_empty();
    let has_signed_in = app.prefs.with_untracked(|prefs| prefs.has_signed_in);
    let typed = Typed {
        is_new: RwSignal::new(!is_again && !has_signed_in),
        email: RwSignal::new(email),
        password: RwSignal::new(String::new()),
        name: RwSignal::new(String::new()),
        birth: RwSignal::new(String::new()),
        bring: RwSignal::new(true),
    };
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let enter = move || match typed.credentials() {
        Err(failure) => failed.set(Some(failure)),
        Ok(credentials) => {
            let bring = typed.bring.get_untracked();
            busy.set(true);
            dispatch.send_then(Intent::Enter { credentials, bring }, move |outcome| {
                busy.try_set(false);
                match outcome {
                    Ok(_) => app.say(t::settings::signed_in()),
                    Err(failure) => drop(failed.try_set(Some(failure))),
                }
            });
        }
    };
    // The address that was typed last counts, even if its field was never left.
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        failed.set(None);
        match backend.intent() {
            None => enter(),
            Some(intent) => dispatch.send_then(intent, move |outcome| match outcome {
                Ok(_) => enter(),
                Err(failure) => backend.fail(failure),
            }),
        }
    };
    let error = move |field: &'static str| {
        Signal::derive(move || failed.with(|failed| failed.as_ref()?.field(field)))
    };
    let words = move || match (busy.get(), typed.is_new.get()) {
        (true, _) => t::settings::auth_busy(),
        (false, true) => t::settings::auth_register(),
        (false, false) => t::settings::auth_sign_in(),
    };
    let password_help = move || {
        if typed.is_new.get() {
            t::settings::password_help().to_owned()
        } else {
            String::new()
        }
    };
    let password_autocomplete = if typed.is_new.get_untracked() {
        "new-password"
    } else {
        "current-password"
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            {(!is_again).then(|| view! { <NewOrKnown is_new=typed.is_new/> })}
            <TextField id="auth-email" label=t::settings::email() test_id="auth-email" kind="email" autocomplete="username"
                value=typed.email error=error("email")/>
            <TextField id="auth-password" label=t::settings::password() test_id="auth-password" kind="password"
                autocomplete=password_autocomplete value=typed.password help=Signal::derive(password_help) error=error("password")/>
            <Show when=move || typed.is_new.get()>
                <TextField id="auth-name" label=t::settings::name() test_id="auth-name" autocomplete="name"
                    value=typed.name help=t::settings::name_help() error=error("name")/>
                <TextField id="auth-birth" label=t::settings::birth() test_id="auth-birth" kind="date" autocomplete="bday"
                    value=typed.birth help=t::settings::birth_help() error=error("date_of_birth")/>
            </Show>
            {(!is_again).then(|| view! { <BringAlong bring=typed.bring/> })}
            <FailureNote failure=failed/>
            <div class="button-row">
                <button
                    type="submit"
                    class="button button-primary button-large"
                    data-testid="auth-submit"
                    aria-disabled=move || busy.get().then_some("true")
                >
                    {words}
                </button>
            </div>
        </form>
    }
}

#[component]
fn NewOrKnown(is_new: RwSignal<bool>) -> impl IntoView {
    let choice = move |name: &'static str, value: bool| {
        view! {
            <label class="chip">
                <input type="radio" name="auth" prop:checked=move || is_new.get() == value on:change=move |_| is_new.set(value)/>
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="visually-hidden">{t::settings::account()}</legend>
            <div class="chips">
                {choice(t::settings::auth_register(), true)}
                {choice(t::settings::to_sign_in(), false)}
            </div>
        </fieldset>
    }
}

/// Shown where there is something to bring along.
#[component]
fn BringAlong(bring: RwSignal<bool>) -> impl IntoView {
    let found = use_query(
        || (),
        |engine, ()| async move { engine.count(&MOOD.kind()).await },
    );
    let count = Memo::new(move |_| {
        found.with(|found| match found {
            Some(Ok(count)) => *count,
            Some(Err(_)) | None => 0,
        })
    });
    view! {
        <Show when=move || count.get() != 0>
            <label class="check">
                <input type="checkbox" prop:checked=bring on:change=move |event| bring.set(event_target_checked(&event))/>
                <span>
                    {move || t::settings::bring(count.get())}
                    <br/>
                    <span class="field-help">{t::settings::bring_help()}</span>
                </span>
            </label>
        </Show>
    }
}
