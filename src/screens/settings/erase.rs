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

/// What is said about that which has not been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Losses {
    /// It can be written to a file first.
    Exported,
    /// It is locked: all that can be said is how much it is.
    Told,
}

/// The button, and the question behind it.
#[component]
pub(crate) fn Erase() -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <section class="card settings-section" aria-labelledby="settings-erase">
            <h2 id="settings-erase">{t::settings::erase()}</h2>
            <p>{t::settings::erase_say()}</p>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| asks.set(true)>{t::settings::erase_start()}</button>
            </div>
            <EraseDialog open=asks title=t::settings::erase_title() say=t::settings::erase_say() losses=Losses::Exported/>
        </section>
    }
}

/// The question.
#[component]
pub(crate) fn EraseDialog(
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// Its heading.
    title: &'static str,
    /// What is gone afterwards.
    say: &'static str,
    /// What is said about that which has not been sent.
    losses: Losses,
) -> impl IntoView {
    view! {
        <Dialog open=open title=title>
            <p>{say}</p>
            <Waiting losses=losses/>
            <EraseForm open=open/>
        </Dialog>
    }
}

#[component]
fn Waiting(losses: Losses) -> impl IntoView {
    let app = use_app();
    let waiting = Memo::new(move |_| {
        app.status.with(|status| {
            status.as_ref().map_or(0, |status| {
                status.counts.waiting() + status.counts.needs_person()
            })
        })
    });
    move || match (losses, waiting.get()) {
        (Losses::Exported, 0) => ().into_any(),
        (Losses::Exported, count) => view! {
            <Notice tone=Tone::Bad><p>{t::settings::erase_waiting(count)}</p></Notice>
            <ExportButton/>
        }
        .into_any(),
        (Losses::Told, 0) => view! { <p>{t::lock::forgotten_none()}</p> }.into_any(),
        (Losses::Told, count) => {
            view! { <Notice tone=Tone::Bad><p>{t::lock::forgotten_waiting(count)}</p></Notice> }
                .into_any()
        }
    }
}

#[component]
fn EraseForm(open: RwSignal<bool>) -> impl IntoView {
    let dispatch = use_dispatch();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let is_confirmed = Memo::new(move |_| {
        typed.with(|typed| typed.trim().to_lowercase() == t::settings::erase_word().to_lowercase())
    });
    let erase = move || {
        if !is_confirmed.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        dispatch.send_then(Intent::Erase, move |outcome| {
            // Erased, the form is on its way out: nothing in it may be asked to change any more.
            if let Err(failure) = outcome {
                busy.try_set(false);
                failed.try_set(Some(failure));
            }
        });
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); erase(); }>
            <div class="field">
                <label class="field-label" for="erase-word">{t::settings::erase_type(t::settings::erase_word())}</label>
                <input class="input" id="erase-word" autocomplete="off" autocapitalize="none" prop:value=typed
                    on:input=move |event| typed.set(event_target_value(&event))/>
            </div>
            <FailureNote failure=failed/>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
                <button type="submit" class="button button-danger" disabled=move || !is_confirmed.get() || busy.get()>
                    {t::settings::erase_yes()}
                </button>
            </div>
        </form>
    }
}
