//! Where to send to.

use leptos::prelude::*;
use lume_sync::meta::Profile;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::shell::app_state::{App, use_app};
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::page;
use crate::ui::failure_note::FailureNote;
use crate::ui::text_field::TextField;

/// Address and key as they are typed.
#[derive(Clone, Copy)]
pub(crate) struct BackendForm {
    /// The address; empty is this site's own.
    pub(crate) base_url: RwSignal<String>,
    /// The key.
    pub(crate) api_key: RwSignal<String>,
    failure: RwSignal<Option<Failure>>,
    saved: RwSignal<bool>,
    profile: RwSignal<Profile>,
}

impl BackendForm {
    /// The form with what is set.
    pub(crate) fn new(app: App) -> Self {
        let (base_url, api_key) = shown(app.profile);
        Self {
            base_url: RwSignal::new(base_url),
            api_key: RwSignal::new(api_key),
            failure: RwSignal::new(None),
            saved: RwSignal::new(false),
            profile: app.profile,
        }
    }

    /// What to set, where it is not what is set already.
    pub(crate) fn intent(self) -> Option<Intent> {
        let typed = (self.base_url.get_untracked(), self.api_key.get_untracked());
        let is_set = self
            .profile
            .with_untracked(|profile| !profile.backend.base_url.is_empty());
        (!is_set || typed != shown(self.profile)).then_some(Intent::SetBackend {
            base_url: typed.0,
            api_key: typed.1,
        })
    }

    /// Shows what is wrong with it.
    pub(crate) fn fail(self, failure: Failure) {
        self.saved.set(false);
        self.failure.set(Some(failure));
    }
}

/// What is set, with nothing in the place of this site's own address.
fn shown(profile: RwSignal<Profile>) -> (String, String) {
    profile.with_untracked(|profile| {
        let address = &profile.backend.base_url;
        let own = *address == page::origin();
        (
            if own { String::new() } else { address.clone() },
            profile.backend.api_key.clone(),
        )
    })
}

/// Address and key.
#[component]
pub(crate) fn Backend(
    /// What is typed.
    form: BackendForm,
) -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let keep = Callback::new(move |()| {
        let Some(intent) = form.intent() else { return };
        form.failure.set(None);
        dispatch.send_then(intent, move |outcome| match outcome {
            Ok(_) => form.saved.set(true),
            Err(failure) => form.fail(failure),
        });
    });
    let interval = RwSignal::new(
        app.profile
            .with_untracked(|profile| profile.interval_s.to_string()),
    );
    let interval_error = RwSignal::new(None::<String>);
    let keep_interval = Callback::new(move |()| {
        interval_error.set(None);
        let Ok(seconds) = interval.get_untracked().trim().parse() else {
            interval_error.set(Some(t::settings::interval_bad().to_owned()));
            return;
        };
        dispatch.send_then(Intent::SetInterval(seconds), move |outcome| match outcome {
            Ok(_) => app.say(t::settings::interval_saved()),
            Err(failure) => interval_error.set(Some(failure.remedy)),
        });
    });
    view! {
        <section class="card settings-section" aria-labelledby="settings-backend">
            <h2 id="settings-backend">{t::settings::backend()}</h2>
            <TextField id="backend-url" label=t::settings::backend_url() test_id="backend-url" kind="url" value=form.base_url
                placeholder=page::origin() help=t::settings::backend_url_help(&page::origin()) on_change=keep/>
            <TextField id="api-key" label=t::settings::api_key() test_id="api-key" value=form.api_key
                help=t::settings::api_key_help() on_change=keep/>
            <FailureNote failure=form.failure/>
            <p class="field-help" role="status">{move || form.saved.get().then(t::settings::backend_saved)}</p>
            <TextField id="interval" label=t::settings::interval() kind="number" value=interval
                help=t::settings::interval_help() error=interval_error on_change=keep_interval/>
        </section>
    }
}
