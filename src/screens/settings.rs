//! Settings: where entries live, the account, the look, and what the device holds.

mod about;
mod account;
mod app_lock;
mod auth_form;
mod backend;
pub(crate) mod erase;
mod exchange_link;
mod install;
mod look;
mod mode;
mod own_account;
mod own_moods;
mod reminders;
mod sign_out;
mod storage;

use leptos::prelude::*;
use lume_sync::meta::AppMode;
use lume_web::secure::is_secure_context;

use crate::i18n::t;
use crate::screens::settings::about::About;
use crate::screens::settings::account::Account;
use crate::screens::settings::app_lock::AppLock;
use crate::screens::settings::backend::{Backend, BackendForm};
use crate::screens::settings::erase::Erase;
use crate::screens::settings::exchange_link::ExchangeLink;
use crate::screens::settings::install::Install;
use crate::screens::settings::look::Look;
use crate::screens::settings::mode::Mode;
use crate::screens::settings::own_moods::OwnMoodsLink;
use crate::screens::settings::reminders::ReminderSettings;
use crate::screens::settings::storage::Storage;
use crate::shell::app_state::{App, use_app};
use crate::shell::page;

/// The place.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    page::set_title(t::app::settings());
    let app = use_app();
    let is_bound = Memo::new(move |_| app.profile.with(|profile| profile.account.is_some()));
    // Synced is chosen before there is an account to sync with.
    let wants_sync = RwSignal::new(None::<bool>);
    let is_synced = Memo::new(move |_| {
        app.profile.with(|profile| profile.mode == AppMode::Synced)
            || (!is_bound.get() && wants_sync.get().unwrap_or_else(|| is_offered_first(app)))
    });
    let shows_account =
        Memo::new(move |_| is_secure_context() && (is_synced.get() || is_bound.get()));
    let backend = BackendForm::new(app);
    view! {
        <div class="page-head"><h1>{t::settings::title()}</h1></div>
        <div class="settings">
            <Mode is_synced=is_synced wants_sync=wants_sync is_bound=is_bound/>
            <Show when=move || shows_account.get()>
                <Backend form=backend/>
                <Account form=backend/>
            </Show>
            <Look/>
            <OwnMoodsLink/>
            <ReminderSettings/>
            <AppLock/>
            <Storage/>
            <ExchangeLink/>
            <Install/>
            <Erase/>
            <About/>
        </div>
    }
}

/// Whether the deployment offers synced to whoever has chosen nothing.
fn is_offered_first(app: App) -> bool {
    app.config
        .with(|config| config.mode_default == AppMode::Synced)
}
