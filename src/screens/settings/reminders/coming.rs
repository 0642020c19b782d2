//! The next reminder, putting it off, and how it comes.

use leptos::prelude::*;
use lume_core::reminder::Schedule;
use lume_web::notifications::Permission;

use crate::i18n::t;
use crate::model::install_way::InstallWay;
use crate::shell::app_state::use_app;
use crate::shell::reminders::{Delivery, Why, use_reminders};
use crate::shell::{format, pwa};
use crate::ui::notice::{Notice, Tone};

/// Minutes of the short snooze.
const HOUR_MINUTES: i64 = 60;

/// What will come of the schedule.
#[component]
pub(super) fn Coming(
    /// What was chosen.
    schedule: Memo<Schedule>,
) -> impl IntoView {
    let reminders = use_reminders();
    let next = Memo::new(move |_| {
        schedule.track();
        reminders.next_at()
    });
    let snoozed = Memo::new(move |_| {
        schedule.track();
        reminders.snoozed_until()
    });
    view! {
        <div class="reminder-coming">
            {move || match (snoozed.get(), next.get()) {
                (Some(until), _) => view! {
                    <p data-testid="reminder-next">{t::reminders::snoozed(&format::moment(until))}</p>
                    <div class="button-row">
                        <button type="button" class="button" on:click=move |_| reminders.wake()>{t::reminders::snooze_end()}</button>
                    </div>
                }
                .into_any(),
                (None, Some(at)) => view! {
                    <p data-testid="reminder-next">{t::reminders::next(&format::moment(at))}</p>
                    <div class="button-row">
                        <button type="button" class="button" on:click=move |_| reminders.snooze_minutes(HOUR_MINUTES)>
                            {t::reminders::snooze_hour()}
                        </button>
                        <button type="button" class="button" on:click=move |_| reminders.snooze_until_tomorrow()>
                            {t::reminders::snooze_tomorrow()}
                        </button>
                    </div>
                }
                .into_any(),
                (None, None) => view! { <Notice tone=Tone::Caution><p>{t::reminders::never()}</p></Notice> }.into_any(),
            }}
            <Way/>
            <Allowance/>
        </div>
    }
}

/// How reminders come, in honest words.
#[component]
fn Way() -> impl IntoView {
    let reminders = use_reminders();
    let words = move || match reminders.delivery.get() {
        Delivery::Asking => t::reminders::asking(),
        Delivery::Push => t::reminders::by_push(),
        Delivery::WhileOpen(why) => match why {
            Why::NoAccount => t::reminders::no_account(),
            Why::NotOffered => t::reminders::not_offered(),
            Why::NotSupported => t::reminders::not_supported(),
            Why::NotAllowed => t::reminders::not_allowed(),
            Why::Unreachable => t::reminders::unreachable(),
        },
    };
    let can_try_again = move || reminders.delivery.get() == Delivery::WhileOpen(Why::Unreachable);
    view! {
        <Notice tone=Tone::Plain>
            <p role="status" data-testid="reminder-way">{words}</p>
            <Show when=can_try_again>
                <div class="button-row">
                    <button type="button" class="button" on:click=move |_| reminders.settle()>{t::reminders::again()}</button>
                </div>
            </Show>
        </Notice>
    }
}

/// Whether the system may show them, and what can be done about it.
#[component]
fn Allowance() -> impl IntoView {
    let reminders = use_reminders();
    let by_hand = pwa::install_way(use_app()) == InstallWay::IosShare;
    move || {
        match reminders.permission.get() {
        Permission::Granted => ().into_any(),
        Permission::Ask => view! {
            <Notice tone=Tone::Plain>
                <p>{t::reminders::allow_say()}</p>
                <div class="button-row">
                    <button type="button" class="button button-primary" on:click=move |_| reminders.ask_permission()>
                        {t::reminders::allow()}
                    </button>
                </div>
            </Notice>
        }
        .into_any(),
        Permission::Denied => view! {
            <Notice tone=Tone::Caution>
                <p><strong>{t::reminders::denied()}</strong></p>
                <p>{t::reminders::denied_say()}</p>
            </Notice>
        }
        .into_any(),
        Permission::Unsupported => view! {
            <Notice tone=Tone::Plain>
                <p>{t::reminders::unsupported_say()}</p>
                {by_hand.then(|| view! { <p>{t::reminders::ios_say()}</p> })}
            </Notice>
        }
        .into_any(),
    }
    }
}
