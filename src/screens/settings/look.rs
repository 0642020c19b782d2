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
    let theme = Signal::derive(move || app.prefs.with(|prefs| prefs.theme.code().to_owned()));
    let set_theme = move |code: String| {
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.code() == code) {
            app.prefs_changed(|prefs| prefs.theme = theme);
        }
    };
    let language = Signal::derive(move || {
        let chosen = app.prefs.with(|prefs| prefs.language.clone());
        chosen.unwrap_or_default()
    });
    let set_language = move |tag: String| {
        app.prefs_changed(|prefs| prefs.language = Some(tag).filter(|tag| !tag.is_empty()));
        // What is shown was read in the language before. Forms are kept as they are left.
        page::reload();
    };
    let week_start =
        Signal::derive(move || app.prefs.with(|prefs| prefs.week_start.code().to_owned()));
    let set_week_start = move |code: String| {
        if let Some(start) = WeekStart::ALL
            .into_iter()
            .find(|start| start.code() == code)
        {
            app.prefs_changed(|prefs| prefs.week_start = start);
        }
    };
    let day_start = Signal::derive(move || app.prefs.with(|prefs| prefs.day_start.to_string()));
    let set_day_start = move |text: String| {
        if let Ok(start) = text.parse() {
            app.prefs_changed(|prefs| prefs.day_start = start);
        }
    };
    let has_keys = move || app.prefs.with(|prefs| !prefs.mood_keys_off);
    let set_keys = move |event: leptos::ev::Event| {
        let is_on = event_target_checked(&event);
        app.prefs_changed(|prefs| prefs.mood_keys_off = !is_on);
    };
    view! {
        <section class="card settings-section" aria-labelledby="settings-look">
            <h2 id="settings-look">{t::settings::look()}</h2>
            <Choice id="theme" label=t::settings::theme() chosen=theme on_choose=set_theme
                offers=Theme::ALL.map(|option| Offer::new(option.code(), theme_name(option))).into()/>
            <Choice id="language" label=t::settings::language() chosen=language on_choose=set_language offers=languages()/>
            <Choice id="day-start" label=t::settings::day_start() chosen=day_start on_choose=set_day_start
                offers=day_starts().map(|(start, name)| Offer::new(start.to_string(), name)).collect() help=t::settings::day_start_help()/>
            <Choice id="week-start" label=t::settings::week_start() chosen=week_start on_choose=set_week_start
                offers=WeekStart::ALL.map(|option| Offer::new(option.code(), week_start_name(option))).into()/>
            <label class="check">
                <input type="checkbox" data-testid="mood-keys" prop:checked=has_keys on:change=set_keys/>
                <span>{t::shortcuts::mood_keys()}<br/><span class="field-help">{t::shortcuts::mood_keys_help()}</span></span>
            </label>
        </section>
    }
}

/// One of a few to choose among.
struct Offer {
    value: String,
    name: String,
    /// The tag of the name's language, where that is not the page's.
    lang: Option<&'static str>,
}

impl Offer {
    fn new(value: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            name: name.into(),
            lang: None,
        }
    }
}

/// A choice among a few.
#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    offers: Vec<Offer>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    #[prop(optional)] help: Option<&'static str>,
) -> impl IntoView {
    let help_id = format!("{id}-help");
    let options = offers.into_iter().map(|Offer { value, name, lang }| {
        let is_chosen = chosen.with_untracked(|chosen| *chosen == value);
        view! { <option value=value lang=lang selected=is_chosen>{name}</option> }
    });
    view! {
        <div class="settings-row">
            <label class="field-label" for=id>{label}</label>
            <select class="input" id=id aria-describedby=help.map(|_| help_id.clone()) prop:value=move || chosen.get()
                on:change=move |event| on_choose.run(event_target_value(&event))>
                {options.collect_view()}
            </select>
            {help.map(|help| view! { <p class="field-help" id=help_id>{help}</p> })}
        </div>
    }
}

/// The device's own language, and each that the app has, as it calls itself.
fn languages() -> Vec<Offer> {
    let device = Offer::new("", t::settings::language_device());
    let named = LANGUAGES.iter().map(|language| Offer {
        lang: Some(language.tag),
        ..Offer::new(language.tag, language.name)
    });
    std::iter::once(device).chain(named).collect()
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
