//! Today: how one feels right now, and what was noted since the day began.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use lume_core::day::DayPart;
use lume_core::time::LocalDate;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::draft::{Draft, field_text};
use crate::model::entry_view::EntryView;
use crate::model::shared;
use crate::screens::calendar::{self, DAY_PARAMETER};
use crate::screens::entry_form::EntryForm;
use crate::screens::entry_item::EntryList;
use crate::screens::help::{Help, LOW_VALENCE_MAX};
use crate::shell::app_state::{App, use_app};
use crate::shell::drafts::{KeptDraft, use_draft};
use crate::shell::pace::use_second_piece;
use crate::shell::query::use_query;
use crate::shell::services::local_now;
use crate::shell::{format, page};
use crate::ui::failure_note::FailureNote;
use crate::ui::mood_picker::FIRST_MOOD_ID;

/// The draft of an entry that is not saved yet.
const DRAFT: &str = "today";
/// Set by the shortcut that opens the app to log at once.
const LOG_PARAMETER: &str = "log";
/// What is added to a day gone by is at noon, until the person says when it was.
const NOON_MINUTES: i64 = 12 * 60;
/// More than anybody notes in a day; the rest is in the history.
const ENTRIES_MAX: usize = 200;

/// The place one starts at.
#[component]
pub(crate) fn Today() -> impl IntoView {
    page::set_title(t::app::today());
    let app = use_app();
    let parameters = use_query_map();
    let now = local_now();
    let day = parameters.with_untracked(|parameters| past_day(&parameters.get(DAY_PARAMETER)?));
    let when = day.map(|day| field_text(day.midnight().plus_minutes(NOON_MINUTES)));
    let draft = use_draft(
        DRAFT.to_owned(),
        Draft {
            when: when.clone(),
            ..Draft::default()
        },
    );
    // What was begun before is of the day that it is added to.
    Effect::new(move |_| {
        if let (true, Some(when)) = (draft.restored.get(), when.clone()) {
            draft.form.update(|form| form.when = Some(when));
        }
    });
    let is_low = RwSignal::new(false);
    Effect::new(move |_| {
        let asked = |name: &str| parameters.with(|parameters| parameters.get(name).is_some());
        if asked(LOG_PARAMETER) || asked(DAY_PARAMETER) {
            page::focus(FIRST_MOOD_ID);
        }
    });
    let greeting = if day.is_some() {
        t::calendar::how_was()
    } else {
        greeting(now.hour())
    };
    let shown_day = day.unwrap_or_else(|| now.date());
    take_what_is_shared(app, draft);
    let navigate = use_navigate();
    let on_saved = Callback::new(move |valence: Option<f64>| {
        is_low.set(valence.is_some_and(|valence| valence <= LOW_VALENCE_MAX));
        app.say(t::log::saved_thanks());
        match day {
            Some(day) => {
                app.offers_help.set(is_low.get_untracked());
                navigate(&calendar::address(day), NavigateOptions::default());
            }
            None => page::scroll_to_top(),
        }
    });
    let has_list = use_second_piece();
    view! {
        <div class="today">
            <section class="today-log">
                <div class="today-head">
                    <p class="today-date">{format::full_day(shown_day)}</p>
                    <h1>{greeting}</h1>
                </div>
                <Show when=move || is_low.get()><Help/></Show>
                <EntryForm draft=draft on_saved=on_saved/>
            </section>
            <Show when=move || has_list.get()><TodayList/></Show>
        </div>
    }
}

/// Puts what another app shares into the note, behind what is there, once what was begun before is found.
fn take_what_is_shared(app: App, draft: KeptDraft) {
    let parameters = use_query_map();
    let navigate = use_navigate();
    let note = Memo::new(move |_| {
        parameters
            .with(|parameters| shared::note(shared::PARAMETERS.map(|name| parameters.get(name))))
    });
    Effect::new(move |_| {
        let (Some(note), true) = (note.get(), draft.loaded.get()) else {
            return;
        };
        draft.form.update(|form| form.append_note(&note));
        app.say(t::share::added());
        // So that a reload does not add it again.
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate("/", options);
        page::focus(FIRST_MOOD_ID);
    });
}

fn greeting(hour: u8) -> &'static str {
    match DayPart::of(hour) {
        DayPart::Morning => t::today::morning(),
        DayPart::Afternoon => t::today::afternoon(),
        DayPart::Evening => t::today::evening(),
        DayPart::Night => t::today::night(),
    }
}

/// The day that the address asks for, if it is before today.
fn past_day(text: &str) -> Option<LocalDate> {
    let day: LocalDate = text.parse().ok()?;
    (day < local_now().date()).then_some(day)
}

#[component]
fn TodayList() -> impl IntoView {
    let app = use_app();
    let from = move || {
        let start = app.prefs.with(|prefs| prefs.day_start);
        start.range_of(start.day_of(local_now())).start.to_string()
    };
    let found = use_query(from, |engine, from| async move {
        let page = engine
            .timeline(&MOOD.kind(), Some(from), None, ENTRIES_MAX)
            .await?;
        Ok(page.iter().map(EntryView::listed).collect::<Vec<_>>())
    });
    let entries = Memo::new(move |_| {
        found.with(|found| {
            found
                .as_ref()
                .and_then(|found| found.as_ref().ok().cloned())
        })
    });
    // Said here, and not in the place's boundary: that would take the form away in which somebody writes.
    let failed = Memo::new(move |_| {
        found.with(|found| {
            found
                .as_ref()
                .and_then(|found| found.as_ref().err().cloned())
        })
    });
    view! {
        <section class="today-list" aria-labelledby="today-list">
            <h2 id="today-list">{t::today::list()}</h2>
            <FailureNote failure=failed/>
            <Show when=move || entries.with(|entries| entries.as_ref().is_some_and(Vec::is_empty))>
                <p class="quiet">{t::today::none()}</p>
            </Show>
            <EntryList entries=Signal::derive(move || entries.get().unwrap_or_default())/>
        </section>
    }
}
