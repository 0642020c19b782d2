//! Installing, always to be found here: the browser's own question where it has one, else how it is done by hand.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::install_way::InstallWay;
use crate::shell::app_state::use_app;
use crate::shell::pwa;

/// The way for this browser.
#[component]
pub(crate) fn Install() -> impl IntoView {
    let app = use_app();
    let way = Memo::new(move |_| pwa::install_way(app));
    view! {
        <section class="card settings-section" id="install" aria-labelledby="settings-install">
            <h2 id="settings-install">{t::install_way::title()}</h2>
            <p>{move || if way.get() == InstallWay::Installed { t::install_way::installed() } else { t::settings::install_say() }}</p>
            <Show when=move || way.get() != InstallWay::Installed>
                <p data-testid="install-way">{move || words(way.get())}</p>
            </Show>
            <Show when=move || way.get() == InstallWay::Ask>
                <div class="button-row">
                    <button type="button" class="button" on:click=move |_| pwa::install(app)>{t::settings::install_yes()}</button>
                </div>
            </Show>
        </section>
    }
}

fn words(way: InstallWay) -> Option<&'static str> {
    match way {
        InstallWay::Installed | InstallWay::Ask => None,
        InstallWay::IosShare => Some(t::settings::install_ios()),
        InstallWay::AndroidMenu => Some(t::install_way::android()),
        InstallWay::MacDock => Some(t::install_way::mac()),
        InstallWay::DesktopBar => Some(t::install_way::desktop()),
        InstallWay::Nowhere => Some(t::install_way::nowhere()),
    }
}
