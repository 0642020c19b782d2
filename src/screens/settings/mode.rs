//! Where entries live.

use leptos::prelude::*;
use lume_sync::meta::AppMode;
use lume_web::secure::is_secure_context;

use crate::i18n::t;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::ui::notice::{Notice, Tone};

/// On this device, or synced.
#[component]
pub(crate) fn Mode(
    /// Whether synced is chosen.
    is_synced: Memo<bool>,
    /// Set when synced is chosen without an account to sync with.
    wants_sync: RwSignal<Option<bool>>,
    /// Whether these entries belong to an account.
    is_bound: Memo<bool>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let can_sync = is_secure_context();
    let choose = move |mode: AppMode| {
        wants_sync.set(Some(mode == AppMode::Synced));
        if is_bound.get_untracked() {
            dispatch.send(Intent::SetMode(mode));
        }
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-mode">
            <h2 id="settings-mode">{t::settings::mode()}</h2>
            <div class="choices" role="radiogroup" aria-labelledby="settings-mode">
                <label class="choice" data-testid="mode-device">
                    <input type="radio" name="mode" prop:checked=move || !is_synced.get() on:change=move |_| choose(AppMode::Device)/>
                    <span class="choice-name">{t::settings::mode_device()}</span>
                    <span class="choice-help">{t::settings::mode_device_help()}</span>
                </label>
                <label class="choice" data-testid="mode-synced">
                    <input
                        type="radio"
                        name="mode"
                        disabled=!can_sync
                        prop:checked=move || is_synced.get()
                        on:change=move |_| choose(AppMode::Synced)
                    />
                    <span class="choice-name">{t::settings::mode_synced()}</span>
                    <span class="choice-help">{t::settings::mode_synced_help()}</span>
                </label>
            </div>
            {(!can_sync).then(|| view! { <Notice tone=Tone::Caution><p>{t::settings::mode_insecure()}</p></Notice> })}
            <Show when=move || is_synced.get() && !is_bound.get()>
                <Notice tone=Tone::Plain><p>{t::settings::mode_pick_account()}</p></Notice>
            </Show>
        </section>
    }
}
