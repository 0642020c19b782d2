//! What a signed-in person does with the account itself: another password, and the end of it.

use leptos::prelude::*;
use lume_sync::meta::BackendKind;

use crate::i18n::t;
use crate::model::failure::{self, CURRENT_PASSWORD, Failure};
use crate::screens::export_button::ExportButton;
use crate::shell::app_state::{App, use_app};
use crate::shell::dispatch::{Dispatch, use_dispatch};
use crate::shell::intent::Intent;
use crate::ui::dialog::Dialog;
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};
use crate::ui::text_field::TextField;

/// The field of the new password, as the backend calls it.
const NEW_PASSWORD: &str = "new_password";

/// Two buttons with a dialog each; nothing where the backend can do neither.
#[component]
pub(crate) fn OwnAccount() -> impl IntoView {
    let app = use_app();
    let is_offered = Memo::new(move |_| {
        app.profile
            .with(|profile| profile.backend.kind == Some(BackendKind::Extended))
    });
    let changes = RwSignal::new(false);
    let deletes = RwSignal::new(false);
    view! {
        <Show when=move || is_offered.get()>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| changes.set(true)>{t::own_account::change()}</button>
                <button type="button" class="button button-quiet" on:click=move |_| deletes.set(true)>{t::own_account::delete()}</button>
            </div>
            <Dialog open=changes title=t::own_account::change_title()><ChangeForm open=changes/></Dialog>
            <Dialog open=deletes title=t::own_account::delete_title()><DeleteForm open=deletes/></Dialog>
        </Show>
    }
}

/// One thing that is asked of the backend.
#[derive(Clone, Copy)]
struct Asking {
    app: App,
    dispatch: Dispatch,
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<Failure>>,
}

impl Asking {
    fn new(open: RwSignal<bool>) -> Self {
        Self {
            app: use_app(),
            dispatch: use_dispatch(),
            open,
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    fn send(self, intent: Intent, done: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        self.dispatch.send_then(intent, move |outcome| {
            self.busy.try_set(false);
            match outcome {
                Ok(_) => {
                    self.open.try_set(false);
                    self.app.say(done);
                }
                Err(failure) => {
                    self.failed.try_set(Some(failure));
                }
            }
        });
    }

    fn fail(self, field: &str, code: &str) {
        self.failed
            .set(Some(failure::of_fields([(field, code)].into_iter())));
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.failed.with(|failed| failed.as_ref()?.field(field)))
    }
}

#[component]
fn ChangeForm(open: RwSignal<bool>) -> impl IntoView {
    let asking = Asking::new(open);
    let current = RwSignal::new(String::new());
    let next = RwSignal::new(String::new());
    let change = move || {
        let (current, next) = (current.get_untracked(), next.get_untracked());
        if current.is_empty() {
            return asking.fail(CURRENT_PASSWORD, "required");
        }
        if next.is_empty() {
            return asking.fail(NEW_PASSWORD, "required");
        }
        asking.send(
            Intent::ChangePassword { current, next },
            t::own_account::changed(),
        );
    };
    view! {
        <p>{t::own_account::change_say()}</p>
        <form class="stack" novalidate on:submit=move |event| { event.prevent_default(); change(); }>
            <TextField id="password-current" label=t::own_account::current() kind="password" autocomplete="current-password"
                value=current error=asking.error(CURRENT_PASSWORD)/>
            <TextField id="password-next" label=t::own_account::next() kind="password" autocomplete="new-password"
                value=next help=t::settings::password_help().to_owned() error=asking.error(NEW_PASSWORD)/>
            <Buttons asking=asking yes=t::own_account::change_yes() class="button button-primary"/>
        </form>
    }
}

#[component]
fn DeleteForm(open: RwSignal<bool>) -> impl IntoView {
    let asking = Asking::new(open);
    let password = RwSignal::new(String::new());
    let waiting = Memo::new(move |_| {
        asking.app.status.with(|status| {
            status.as_ref().map_or(0, |status| {
                status.counts.waiting() + status.counts.needs_person()
            })
        })
    });
    let delete = move || {
        let password = password.get_untracked();
        if password.is_empty() {
            return asking.fail(CURRENT_PASSWORD, "required");
        }
        asking.send(
            Intent::DeleteAccount { password },
            t::own_account::deleted(),
        );
    };
    view! {
        <Notice tone=Tone::Bad><p>{t::own_account::delete_say()}</p></Notice>
        <Show when=move || waiting.get() != 0><ExportButton/></Show>
        <form class="stack" novalidate on:submit=move |event| { event.prevent_default(); delete(); }>
            <TextField id="password-delete" label=t::settings::password() kind="password" autocomplete="current-password"
                value=password help=t::own_account::delete_help().to_owned() error=asking.error(CURRENT_PASSWORD)/>
            <Buttons asking=asking yes=t::own_account::delete_yes() class="button button-danger"/>
        </form>
    }
}

#[component]
fn Buttons(asking: Asking, yes: &'static str, class: &'static str) -> impl IntoView {
    let Asking {
        open, busy, failed, ..
    } = asking;
    view! {
        <FailureNote failure=failed/>
        <div class="button-row">
            <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
            <button type="submit" class=class aria-disabled=move || busy.get().then_some("true")>
                {move || if busy.get() { t::settings::auth_busy() } else { yes }}
            </button>
        </div>
    }
}
