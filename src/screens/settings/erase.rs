//! Erasing this device, confirmed by typing.

use leptos::prelude::*;

use crate::i18n::t;
use crate::model::failure::Failure;
use crate::screens::export_button::ExportButton;
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::ui::dialog::Dialog;
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};

/// The button, and the question behind it.
#[component]
pub(crate) fn Erase() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let asks = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<Failure>);
    let is_confirmed = Memo::new(move |_| {
        typed.with(|typed| typed.trim().eq_ignore_ascii_case(t::settings::erase_word()))
    });
    let waiting = move || {
        app.status.with(|status| {
            status.as_ref().map_or(0, |status| {
                status.counts.waiting() + status.counts.needs_person()
            })
        })
    };
    let erase = move || {
        if !is_confirmed.get_untracked() {
            return;
        }
        dispatch.send_then(Intent::Erase, move |outcome| {
            if let Err(failure) = outcome {
                failed.try_set(Some(failure));
            }
        });
    };
    let ask = move |_| {
        typed.set(String::new());
        failed.set(None);
        asks.set(true);
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-erase">
            <h2 id="settings-erase">{t::settings::erase()}</h2>
            <p>{t::settings::erase_say()}</p>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=ask>{t::settings::erase_start()}</button>
            </div>
            <Dialog open=asks title=t::settings::erase_title()>
                <p>{t::settings::erase_say()}</p>
                {move || (waiting() != 0).then(|| view! {
                    <Notice tone=Tone::Bad><p>{t::settings::erase_waiting(waiting())}</p></Notice>
                    <ExportButton/>
                })}
                <form class="stack" on:submit=move |event| { event.prevent_default(); erase(); }>
                    <div class="field">
                        <label class="field-label" for="erase-word">{t::settings::erase_type(t::settings::erase_word())}</label>
                        <input class="input" id="erase-word" autocomplete="off" autocapitalize="none" prop:value=typed
                            on:input=move |event| typed.set(event_target_value(&event))/>
                    </div>
                    <FailureNote failure=failed/>
                    <div class="button-row">
                        <button type="button" class="button button-quiet" on:click=move |_| asks.set(false)>{t::app::cancel()}</button>
                        <button type="submit" class="button button-danger" disabled=move || !is_confirmed.get()>
                            {t::settings::erase_yes()}
                        </button>
                    </div>
                </form>
            </Dialog>
        </section>
    }
}
