//! Reminders: when, on which days, when not, and how they come.

mod coming;

use leptos::prelude::*;
use lume_core::reminder::{QuietHours, Schedule, TIMES_MAX, TimeOfDay};
use lume_core::time::LocalDate;

use crate::i18n::t;
use crate::screens::settings::reminders::coming::Coming;
use crate::shell::app_state::use_app;
use crate::shell::format;
use crate::shell::reminders::{Reminders, use_reminders};
use crate::ui::chip_set::{ChipSet, Choice};
use crate::ui::icon::Icon;

/// What the quiet hours are before the person says otherwise: a night, in minutes after midnight.
const NIGHT_MINUTES: (u16, u16) = (22 * 60, 7 * 60);
/// The time that is offered first, in minutes after midnight.
const MORNING_MINUTES: u16 = 9 * 60;

/// The section.
#[component]
pub(crate) fn ReminderSettings() -> impl IntoView {
    let reminders = use_reminders();
    reminders.look();
    let schedule = Memo::new(move |_| reminders.schedule());
    let is_on = Memo::new(move |_| schedule.with(|schedule| schedule.enabled));
    view! {
        <section class="card settings-section" aria-labelledby="settings-reminders" data-testid="reminders">
            <h2 id="settings-reminders">{t::reminders::section()}</h2>
            <p>{t::reminders::say()}</p>
            <label class="check">
                <input type="checkbox" data-testid="reminders-on" prop:checked=move || is_on.get()
                    on:change=move |event| reminders.turn(event_target_checked(&event))/>
                <span>{t::reminders::on()}</span>
            </label>
            <Show when=move || is_on.get()>
                <Times schedule=schedule/>
                <Days schedule=schedule/>
                <Quiet schedule=schedule/>
                <Skip schedule=schedule/>
                <Coming schedule=schedule/>
            </Show>
        </section>
    }
}

/// The times, and a field for one more.
#[component]
fn Times(
    /// What was chosen.
    schedule: Memo<Schedule>,
) -> impl IntoView {
    let reminders = use_reminders();
    let times = Memo::new(move |_| schedule.with(|schedule| schedule.times.clone()));
    let is_full = Memo::new(move |_| times.with(|times| times.len() >= TIMES_MAX));
    let text = RwSignal::new(text_of(MORNING_MINUTES));
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(time) = text.with_untracked(|text| text.parse::<TimeOfDay>()) {
            reminders.change(|schedule| {
                schedule.add(time);
            });
        }
    };
    view! {
        <div class="field">
            <h3 class="reminder-heading" id="reminder-times">{t::reminders::times()}</h3>
            <Show when=move || times.with(Vec::is_empty)><p class="quiet">{t::reminders::no_times()}</p></Show>
            <ul class="reminder-times" aria-labelledby="reminder-times">
                <For each=move || times.get() key=|time| *time children=move |time| view! { <Time time=time reminders=reminders/> }/>
            </ul>
            <Show when=move || !is_full.get() fallback=|| view! { <p class="field-help">{t::reminders::full()}</p> }>
                <form class="reminder-add" on:submit=add>
                    <div class="field">
                        <label class="field-label" for="reminder-time">{t::reminders::add_label()}</label>
                        <input class="input" id="reminder-time" type="time" required prop:value=move || text.get()
                            on:input=move |event| text.set(event_target_value(&event))/>
                    </div>
                    <button type="submit" class="button" data-testid="reminder-add"><Icon name="plus"/>{t::reminders::add()}</button>
                </form>
            </Show>
        </div>
    }
}

#[component]
fn Time(time: TimeOfDay, reminders: Reminders) -> impl IntoView {
    let shown = shown(time);
    let remove = t::reminders::remove(&shown);
    view! {
        <li class="reminder-time" data-testid="reminder-time">
            <span>{shown}</span>
            <button type="button" class="icon-button" aria-label=remove
                on:click=move |_| reminders.change(|schedule| schedule.remove(time))>
                <Icon name="close"/>
            </button>
        </li>
    }
}

/// The days of the week, in the order of weeks here.
#[component]
fn Days(
    /// What was chosen.
    schedule: Memo<Schedule>,
) -> impl IntoView {
    let app = use_app();
    let reminders = use_reminders();
    let choices = Signal::derive(move || {
        let chosen = app.prefs.with(|prefs| prefs.week_start.day());
        let first = chosen.unwrap_or_else(format::week_start);
        let days = (0..7).map(move |place| (first - 1 + place) % 7 + 1);
        days.map(|day| Choice {
            value: day.to_string(),
            name: name_of(day),
            class: String::new(),
            icon: None,
        })
        .collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        schedule.with(|schedule| schedule.days.iter().map(|day| day.to_string()).collect())
    });
    let toggle = Callback::new(move |day: String| {
        if let Ok(day) = day.parse() {
            reminders.change(|schedule| schedule.days = schedule.days.toggled(day));
        }
    });
    view! { <ChipSet legend=t::reminders::days() choices=choices chosen=chosen on_toggle=toggle/> }
}

/// Hours in which nothing comes.
#[component]
fn Quiet(
    /// What was chosen.
    schedule: Memo<Schedule>,
) -> impl IntoView {
    let reminders = use_reminders();
    let quiet = Memo::new(move |_| schedule.with(|schedule| schedule.quiet));
    let set = move |on: bool| {
        reminders.change(|schedule| schedule.quiet = on.then(night).flatten());
    };
    let set_end = move |text: String, end: fn(&mut QuietHours) -> &mut TimeOfDay| {
        if let Ok(time) = text.parse::<TimeOfDay>() {
            reminders.change(|schedule| {
                if let Some(quiet) = &mut schedule.quiet {
                    *end(quiet) = time;
                }
            });
        }
    };
    let shown =
        move |end: fn(QuietHours) -> TimeOfDay| quiet.get().map(end).map(|time| time.to_string());
    view! {
        <div class="field">
            <label class="check">
                <input type="checkbox" aria-describedby="reminder-quiet-help" prop:checked=move || quiet.get().is_some()
                    on:change=move |event| set(event_target_checked(&event))/>
                <span>{t::reminders::quiet()}</span>
            </label>
            <p class="field-help" id="reminder-quiet-help">{t::reminders::quiet_help()}</p>
            <Show when=move || quiet.get().is_some()>
                <div class="reminder-quiet">
                    <div class="field">
                        <label class="field-label" for="quiet-from">{t::reminders::quiet_from()}</label>
                        <input class="input" id="quiet-from" type="time" required prop:value=move || shown(|quiet| quiet.from)
                            on:change=move |event| set_end(event_target_value(&event), |quiet| &mut quiet.from)/>
                    </div>
                    <div class="field">
                        <label class="field-label" for="quiet-to">{t::reminders::quiet_to()}</label>
                        <input class="input" id="quiet-to" type="time" required prop:value=move || shown(|quiet| quiet.to)
                            on:change=move |event| set_end(event_target_value(&event), |quiet| &mut quiet.to)/>
                    </div>
                </div>
            </Show>
        </div>
    }
}

/// Whether a day that has an entry is passed over.
#[component]
fn Skip(
    /// What was chosen.
    schedule: Memo<Schedule>,
) -> impl IntoView {
    let reminders = use_reminders();
    let set = move |on: bool| reminders.change(|schedule| schedule.skip_if_logged = on);
    view! {
        <div class="field">
            <label class="check">
                <input type="checkbox" data-testid="reminders-skip" aria-describedby="reminder-skip-help"
                    prop:checked=move || schedule.with(|schedule| schedule.skip_if_logged)
                    on:change=move |event| set(event_target_checked(&event))/>
                <span>{t::reminders::skip()}</span>
            </label>
            <p class="field-help" id="reminder-skip-help">{t::reminders::skip_help()}</p>
        </div>
    }
}

fn night() -> Option<QuietHours> {
    Some(QuietHours {
        from: TimeOfDay::from_minutes(NIGHT_MINUTES.0)?,
        to: TimeOfDay::from_minutes(NIGHT_MINUTES.1)?,
    })
}

fn text_of(minutes: u16) -> String {
    TimeOfDay::from_minutes(minutes)
        .map(|time| time.to_string())
        .unwrap_or_default()
}

/// A time as clocks here show it.
fn shown(time: TimeOfDay) -> String {
    let some_day = LocalDate::new(2025, 1, 15);
    some_day.map_or_else(|| time.to_string(), |day| format::time_of_day(time.on(day)))
}

/// The name of a day, 1 for Monday.
fn name_of(day: u8) -> String {
    let monday = LocalDate::new(2025, 1, 6);
    monday.map_or_else(
        || day.to_string(),
        |monday| format::weekday(monday.plus_days(i32::from(day) - 1), "short"),
    )
}
