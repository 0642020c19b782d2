//! The forms in which passphrases are typed.

use leptos::prelude::*;
use lume_sync::meta::AppMode;
use lume_sync::sealed::record::LockAfter;

use super::{Afters, parse_after};
use crate::i18n::t;
use crate::model::failure::Failure;
use crate::screens::export_button::PASSPHRASE_CHARS_MIN;
use crate::shell::app_state::{App, use_app};
use crate::shell::dispatch::{Dispatch, use_dispatch};
use crate::shell::intent::{Intent, LockWish};
use crate::ui::failure_note::FailureNote;
use crate::ui::notice::{Notice, Tone};
use crate::ui::text_field::TextField;

/// A new passphrase, typed twice.
#[derive(Clone, Copy)]
struct NewPassphrase {
    typed: RwSignal<String>,
    again: RwSignal<String>,
    /// Nothing is called wrong before somebody has tried to go on with it.
    tried: RwSignal<bool>,
}

impl NewPassphrase {
    fn new() -> Self {
        Self {
            typed: RwSignal::new(String::new()),
            again: RwSignal::new(String::new()),
            tried: RwSignal::new(false),
        }
    }

    fn too_short(self) -> bool {
        self.typed
            .with(|typed| typed.chars().count() < PASSPHRASE_CHARS_MIN)
    }

    fn differs(self) -> bool {
        self.typed
            .with(|typed| self.again.with(|again| typed != again))
    }

    /// The passphrase, if it is one.
    fn take(self) -> Option<String> {
        self.tried.set(true);
        let is_fine = untrack(move || !self.too_short() && !self.differs());
        is_fine.then(|| self.typed.get_untracked())
    }
}

#[component]
fn NewPassphraseFields(passphrase: NewPassphrase, label: &'static str) -> impl IntoView {
    let NewPassphrase {
        typed,
        again,
        tried,
    } = passphrase;
    let short = Signal::derive(move || {
        (tried.get() && passphrase.too_short()).then(|| t::lock::too_short().to_owned())
    });
    let differs = Signal::derive(move || {
        (tried.get() && passphrase.differs()).then(|| t::lock::repeat_differs().to_owned())
    });
    view! {
        <TextField id="lock-new" label=label kind="password" autocomplete="new-password" value=typed
            help=t::lock::passphrase_help().to_owned() error=short/>
        <TextField id="lock-again" label=t::lock::repeat() kind="password" autocomplete="new-password" value=again error=differs/>
    }
}

/// Has a wish carried out, and closes the dialog when it was.
#[derive(Clone, Copy)]
struct Sending {
    app: App,
    dispatch: Dispatch,
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<Failure>>,
}

impl Sending {
    fn new(open: RwSignal<bool>) -> Self {
        Self {
            app: use_app(),
            dispatch: use_dispatch(),
            open,
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    fn send(self, wish: LockWish, done: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        self.dispatch.send_then(Intent::Lock(wish), move |outcome| {
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
}

/// The buttons below, with what went wrong above them.
#[component]
fn Buttons(sending: Sending, yes: &'static str) -> impl IntoView {
    let Sending {
        app,
        open,
        busy,
        failed,
        ..
    } = sending;
    let wait_s = Memo::new(move |_| app.lock.with(|view| view.wait_s));
    view! {
        <FailureNote failure=failed/>
        {move || (wait_s.get() > 0).then(|| view! { <p class="quiet">{t::lock::wait(wait_s.get())}</p> })}
        <div class="button-row">
            <button type="button" class="button button-quiet" on:click=move |_| open.set(false)>{t::app::cancel()}</button>
            <button type="submit" class="button button-primary" aria-disabled=move || busy.get().then_some("true")>
                {move || if busy.get() { t::lock::busy() } else { yes }}
            </button>
        </div>
    }
}

/// Sets a lock, once it is said what a forgotten passphrase costs.
#[component]
pub(super) fn SetForm(open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let passphrase = NewPassphrase::new();
    let after = RwSignal::new(LockAfter::default());
    let sending = Sending::new(open);
    let waiting = Memo::new(move |_| {
        app.status.with(|status| {
            status.as_ref().map_or(0, |status| {
                status.counts.waiting() + status.counts.needs_person()
            })
        })
    });
    let is_device = Memo::new(move |_| app.profile.with(|profile| profile.mode == AppMode::Device));
    let set = move || {
        if let Some(passphrase) = passphrase.take() {
            let after = after.get_untracked();
            sending.send(LockWish::Set { passphrase, after }, t::lock::is_set());
        }
    };
    view! {
        <Notice tone=Tone::Caution>
            <p>{move || if is_device.get() { t::lock::set_warn_device() } else { t::lock::set_warn() }}</p>
            {move || (waiting.get() > 0).then(|| view! { <p>{t::lock::set_waiting(waiting.get())}</p> })}
        </Notice>
        <form class="stack" on:submit=move |event| { event.prevent_default(); set(); }>
            <NewPassphraseFields passphrase=passphrase label=t::lock::passphrase()/>
            <div class="field">
                <label class="field-label" for="lock-set-after">{t::lock::after()}</label>
                <select class="input" id="lock-set-after"
                    on:change=move |event| { if let Some(chosen) = parse_after(&event_target_value(&event)) { after.set(chosen); } }>
                    <Afters chosen=LockAfter::default()/>
                </select>
            </div>
            <Buttons sending=sending yes=t::lock::set_yes()/>
        </form>
    }
}

/// Takes another passphrase.
#[component]
pub(super) fn ChangeForm(open: RwSignal<bool>) -> impl IntoView {
    let old = RwSignal::new(String::new());
    let next = NewPassphrase::new();
    let sending = Sending::new(open);
    let change = move || {
        if let Some(next) = next.take() {
            let passphrase = old.get_untracked();
            sending.send(LockWish::Change { passphrase, next }, t::lock::changed());
        }
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); change(); }>
            <TextField id="lock-old" label=t::lock::old() kind="password" autocomplete="current-password" value=old/>
            <NewPassphraseFields passphrase=next label=t::lock::new()/>
            <Buttons sending=sending yes=t::lock::change_yes()/>
        </form>
    }
}

/// Takes the lock away.
#[component]
pub(super) fn RemoveForm(open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let sending = Sending::new(open);
    let remove = move || {
        let passphrase = typed.get_untracked();
        sending.send(LockWish::Remove { passphrase }, t::lock::removed());
    };
    view! {
        <p>{t::lock::remove_say()}</p>
        <form class="stack" on:submit=move |event| { event.prevent_default(); remove(); }>
            <TextField id="lock-old" label=t::lock::passphrase() kind="password" autocomplete="current-password" value=typed/>
            <Buttons sending=sending yes=t::lock::remove_yes()/>
        </form>
    }
}
