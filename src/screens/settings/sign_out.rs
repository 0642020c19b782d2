//! Signing out: at once if everything has arrived, else with a choice of what becomes of the rest.

use leptos::prelude::*;

use crate::i18n::t;
use crate::screens::export_button::ExportButton;
use crate::shell::account::Leaving;
use crate::shell::app_state::{App, use_app};
use crate::shell::dispatch::{Dispatch, use_dispatch};
use crate::shell::intent::Intent;
use crate::ui::dialog::Dialog;
use crate::ui::notice::{Notice, Tone};

/// What the dialog asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// What becomes of that which has not arrived.
    What,
    /// Whether it is really to be discarded.
    Really,
}

/// What the dialog needs to go on.
#[derive(Clone, Copy)]
struct Asking {
    app: App,
    dispatch: Dispatch,
    open: RwSignal<bool>,
    question: RwSignal<Question>,
    /// How many changes have not arrived.
    waiting: Memo<u64>,
}

impl Asking {
    fn leave(self, leaving: Leaving) {
        self.open.set(false);
        let app = self.app;
        self.dispatch
            .send_then(Intent::Leave(leaving), move |outcome| match outcome {
                Ok(_) => app.say(t::settings::signed_out()),
                Err(failure) => app.say(format!("{}. {}", failure.what, failure.remedy)),
            });
    }

    fn start(self) {
        if self.waiting.get_untracked() == 0 {
            self.leave(Leaving::Keep);
        } else {
            self.question.set(Question::What);
            self.open.set(true);
        }
    }
}

/// The button, and the question behind it.
#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let app = use_app();
    let asking = Asking {
        app,
        dispatch: use_dispatch(),
        open: RwSignal::new(false),
        question: RwSignal::new(Question::What),
        waiting: Memo::new(move |_| {
            app.status.with(|status| {
                status.as_ref().map_or(0, |status| {
                    status.counts.waiting() + status.counts.needs_person()
                })
            })
        }),
    };
    view! {
        <div class="button-row">
            <button type="button" class="button button-quiet" on:click=move |_| asking.start()>{t::settings::sign_out()}</button>
        </div>
        <Dialog open=asking.open title=t::settings::sign_out_title()>
            {move || match asking.question.get() {
                Question::What => view! { <What asking=asking/> }.into_any(),
                Question::Really => view! { <Really asking=asking/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn What(asking: Asking) -> impl IntoView {
    let Asking {
        dispatch,
        open,
        question,
        waiting,
        ..
    } = asking;
    let waits = move || waiting.get() != 0;
    view! {
        <p role="status">{move || match waiting.get() {
            0 => t::settings::sign_out_none().to_owned(),
            count => t::settings::sign_out_waiting(count),
        }}</p>
        <Show when=waits><ExportButton/></Show>
        <div class="button-row">
            <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
            <Show when=waits>
                <button type="button" class="button button-quiet" on:click=move |_| question.set(Question::Really)>
                    {t::settings::sign_out_discard()}
                </button>
                <button type="button" class="button" on:click=move |_| dispatch.send(Intent::SyncNow)>{t::settings::sign_out_sync()}</button>
            </Show>
            <button type="button" class="button button-primary" on:click=move |_| asking.leave(Leaving::Keep)>{t::settings::sign_out_keep()}</button>
        </div>
    }
}

#[component]
fn Really(asking: Asking) -> impl IntoView {
    view! {
        <Notice tone=Tone::Bad><p>{move || t::settings::sign_out_discard_say(asking.waiting.get())}</p></Notice>
        <div class="button-row">
            <button type="button" class="button" on:click=move |_| asking.question.set(Question::What)>{t::settings::sign_out_back()}</button>
            <button type="button" class="button button-danger" on:click=move |_| asking.leave(Leaving::Discard)>
                {t::settings::sign_out_discard_yes()}
            </button>
        </div>
    }
}
