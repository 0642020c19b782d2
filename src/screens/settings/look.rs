//! Theme, language, and when a day and a week begin.

use leptos::prelude::*;
use lume_core::day::DayStart;
use lume_core::time::LocalDate;

use crate::i18n::{LANGUAGES, t};
use crate::shell::app_state::use_app;
use crate::shell::prefs::{Theme, WeekStart};
use crate::shell::{format, page};

/// The latest hour a day can begin at.
const DAY_START_HOUR_MAX: u16 = DayStart::MINUTES_MAX / 60;

/// What belongs to the device.
#[component]
pub(crate) fn Look() -> impl IntoView {
    let app = use_app();
    let theme = move || app.prefs.with(|prefs| prefs.theme.code());
    let set_theme = move |code: String| {
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.code() == code) {
            app.prefs_changed(|prefs| prefs.theme = theme);
        }
    };
    let language = move || {
        let chosen = app.prefs.with(|prefs| prefs.language.clone());
        chosen.unwrap_or_default()
    };
    let set_language = move |tag: String| {
        app.prefs_changed(|prefs| prefs.language = Some(tag).filter(|tag| !tag.is_empty()));
        // What is shown was read in the language before. Forms are kept as they are left.
        page::reload();
    };
    let week_start = move || app.prefs.with(|prefs| prefs.week_start.code());
    let set_week_start = move |code: String| {
        if let Some(start) = WeekStart::ALL
            .into_iter()
            .find(|start| start.code() == code)
        {
            app.prefs_changed(|prefs| prefs.week_start = start);
        }
    };
    let day_start = move || app.prefs.with(|prefs| prefs.day_start.to_string());
    let set_day_start = move |text: String| {
        if let Ok(start) = text.parse() {
            app.prefs_changed(|prefs| prefs.day_start = start);
        }
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-look">
            <h2 id="settings-look">{t::settings::look()}</h2>
            <div class="settings-row">
                <label class="field-label" for="theme">{t::settings::theme()}</label>
                <select class="input" id="theme" prop:value=theme on:change=move |event| set_theme(event_target_value(&event))>
                    {Theme::ALL.into_iter().map(|option| {
                        let is_chosen = app.prefs.with_untracked(|prefs| prefs.theme == option);
                        view! { <option value=option.code() selected=is_chosen>{theme_name(option)}</option> }
                    }).collect_view()}
                </select>
            </div>
            <div class="settings-row">
                <label class="field-label" for="language">{t::settings::language()}</label>
                <select class="input" id="language" prop:value=language
                    on:change=move |event| set_language(event_target_value(&event))>
                    <option value="">{t::settings::language_device()}</option>
                    {LANGUAGES.iter().map(|option| {
                        let is_chosen = app.prefs.with_untracked(|prefs| prefs.language.as_deref() == Some(option.tag));
                        view! { <option value=option.tag lang=option.tag selected=is_chosen>{option.name}</option> }
                    }).collect_view()}
                </select>
            </div>
            <div class="settings-row">
                <label class="field-label" for="day-start">{t::settings::day_start()}</label>
                <select class="input" id="day-start" aria-describedby="day-start-help" prop:value=day_start
                    on:change=move |event| set_day_start(event_target_value(&event))>
                    {day_starts().map(|(start, name)| {
                        let is_chosen = app.prefs.with_untracked(|prefs| prefs.day_start == start);
                        view! { <option value=start.to_string() selected=is_chosen>{name}</option> }
                    }).collect_view()}
                </select>
                <p class="field-help" id="day-start-help">{t::settings::day_start_help()}</p>
            </div>
            <div class="settings-row">
                <label class="field-label" for="week-start">{t::settings::week_start()}</label>
                <select class="input" id="week-start" prop:value=week_start
                    on:change=move |event| set_week_start(event_target_value(&event))>
                    {WeekStart::ALL.into_iter().map(|option| {
                        let is_chosen = app.prefs.with_untracked(|prefs| prefs.week_start == option);
                        view! { <option value=option.code() selected=is_chosen>{week_start_name(option)}</option> }
                    }).collect_view()}
                </select>
            </div>
        </section>
    }
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => t::settings::theme_system(),
        Theme::Light => t::settings::theme_light(),
        Theme::Dark => t::settings::theme_dark(),
    }
}

/// The day's name as calendars here write it.
fn week_start_name(start: WeekStart) -> String {
    // A Monday.
    let monday = LocalDate::new(2025, 1, 6);
    match (start.day(), monday) {
        (Some(day), Some(monday)) => format::weekday(monday.plus_days(i32::from(day) - 1), "long"),
        (_, _) => t::settings::language_device().to_owned(),
    }
}

/// Every full hour at which a day can begin, as clocks here show it.
fn day_starts() -> impl Iterator<Item = (DayStart, String)> {
    let some_day = LocalDate::new(2025, 1, 15);
    (0..=DAY_START_HOUR_MAX).filter_map(move |hour| {
        let start = DayStart::from_minutes(hour * 60)?;
        Some((start, format::time_of_day(start.range_of(some_day?).start)))
    })
}
