//! The app lock: what it does, setting it, and what can be changed about it.

mod forms;

use leptos::prelude::*;
use lume_sync::sealed::record::LockAfter;

use crate::i18n::t;
use crate::screens::settings::app_lock::forms::{ChangeForm, RemoveForm, SetForm};
use crate::shell::app_state::use_app;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::{Intent, LockWish};
use crate::ui::dialog::Dialog;

/// The section.
#[component]
pub(crate) fn AppLock() -> impl IntoView {
    let app = use_app();
    let is_set = Memo::new(move |_| app.lock.with(|view| view.after.is_some()));
    view! {
        <section class="card settings-section" aria-labelledby="settings-lock" data-testid="app-lock">
            <h2 id="settings-lock">{t::lock::section()}</h2>
            {move || if is_set.get() { view! { <Set/> }.into_any() } else { view! { <Unset/> }.into_any() }}
        </section>
    }
}

#[component]
fn Unset() -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <p>{t::lock::off_say()}</p>
        <div class="button-row">
            <button type="button" class="button" on:click=move |_| asks.set(true)>{t::lock::set()}</button>
        </div>
        <Dialog open=asks title=t::lock::set_title()><SetForm open=asks/></Dialog>
    }
}

#[component]
fn Set() -> impl IntoView {
    let app = use_app();
    let dispatch = use_dispatch();
    let changes = RwSignal::new(false);
    let removes = RwSignal::new(false);
    let works = Memo::new(move |_| app.lock.with(|view| view.working));
    let after = Memo::new(move |_| app.lock.with(|view| view.after.unwrap_or_default()));
    let set_after = move |code: String| {
        if let Some(after) = parse_after(&code) {
            dispatch.send(Intent::Lock(LockWish::After(after)));
        }
    };
    let lock = move |_| dispatch.send(Intent::Lock(LockWish::Now));
    view! {
        <p><strong>{t::lock::is_set()}"."</strong>" "{t::lock::on_say()}</p>
        <p class="quiet" role="status" data-testid="lock-working">
            {move || works.get().then(t::lock::working)}
        </p>
        <div class="settings-row">
            <label class="field-label" for="lock-after">{t::lock::after()}</label>
            <select class="input" id="lock-after" aria-describedby="lock-after-help"
                prop:value=move || code_of(after.get())
                on:change=move |event| set_after(event_target_value(&event))>
                <Afters chosen=after.get_untracked()/>
            </select>
            <p class="field-help" id="lock-after-help">{t::lock::after_help()}</p>
        </div>
        <div class="button-row">
            <button type="button" class="button button-primary" on:click=lock>{t::lock::now()}</button>
            <button type="button" class="button button-quiet" on:click=move |_| changes.set(true)>{t::lock::change()}</button>
            <button type="button" class="button button-quiet" on:click=move |_| removes.set(true)>{t::lock::remove()}</button>
        </div>
        <Dialog open=changes title=t::lock::change_title()><ChangeForm open=changes/></Dialog>
        <Dialog open=removes title=t::lock::remove_title()><RemoveForm open=removes/></Dialog>
    }
}

/// The times to choose from.
#[component]
pub(super) fn Afters(
    /// The one that is chosen.
    chosen: LockAfter,
) -> impl IntoView {
    LockAfter::ALL
        .into_iter()
        .map(|after| {
            let name = match after.minutes() {
                0 => t::lock::after_now().to_owned(),
                minutes => t::lock::after_minutes(u64::from(minutes)),
            };
            view! { <option value=code_of(after) selected={after == chosen}>{name}</option> }
        })
        .collect_view()
}

/// A time as it stands in a form.
pub(super) fn code_of(after: LockAfter) -> String {
    after.minutes().to_string()
}

/// The time that stands there so.
pub(super) fn parse_after(code: &str) -> Option<LockAfter> {
    LockAfter::ALL
        .into_iter()
        .find(|after| code_of(*after) == code)
}
