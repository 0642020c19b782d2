//! The filters: moods, what it is about, and a range of days. All that are set must be met; of moods one is enough, and
//! so of what it is about.

use std::collections::BTreeSet;

use leptos::prelude::*;
use lume_core::time::LocalDate;

use crate::i18n::t;
use crate::model::entry_view::{association_name, mood_icon, mood_name};
use crate::model::lookup::Lookup;
use crate::model::search::Named;
use crate::screens::history::{FILTERS_ID, Go};
use crate::shell::services::local_now;
use crate::ui::chip_set::{ChipSet, Choice};
use crate::ui::mood_badge::ground;

/// Days of the ranges that are offered, today with them.
const WEEK_DAYS: i32 = 7;
const MONTH_DAYS: i32 = 30;

/// Everything that can be set.
#[component]
pub(super) fn Filters(
    /// What is asked for.
    lookup: Memo<Lookup>,
    /// The labels there are.
    names: Memo<Named>,
    /// Goes to another lookup.
    go: Go,
) -> impl IntoView {
    let moods = Memo::new(move |_| {
        let known = names.with(|names| labels(&names.moods));
        let all = with_chosen(known, &lookup.with(|lookup| lookup.moods.clone()));
        let choice = |label: String| Choice {
            name: mood_name(&label),
            class: ground(&label),
            icon: Some(mood_icon(&label)),
            value: label,
        };
        all.into_iter().map(choice).collect::<Vec<_>>()
    });
    let about = Memo::new(move |_| {
        let known = names.with(|names| labels(&names.about));
        let all = with_chosen(known, &lookup.with(|lookup| lookup.about.clone()));
        let choice = |label: String| Choice {
            name: association_name(&label),
            class: String::new(),
            icon: None,
            value: label,
        };
        all.into_iter().map(choice).collect::<Vec<_>>()
    });
    let toggle_mood = move |label: String| {
        go.run(lookup.with_untracked(|lookup| lookup.toggle_mood(&label)));
    };
    let toggle_about = move |label: String| {
        go.run(lookup.with_untracked(|lookup| lookup.toggle_about(&label)));
    };
    view! {
        <section class="history-panel card" id=FILTERS_ID aria-label=t::lookup::filters()>
            <ChipSet
                legend=t::lookup::moods()
                choices=moods
                chosen=Signal::derive(move || lookup.with(|lookup| lookup.moods.iter().cloned().collect()))
                on_toggle=Callback::new(toggle_mood)
            />
            <ChipSet
                legend=t::lookup::about()
                choices=about
                chosen=Signal::derive(move || lookup.with(|lookup| lookup.about.iter().cloned().collect()))
                on_toggle=Callback::new(toggle_about)
            />
            <DayRange lookup=lookup go=go/>
        </section>
    }
}

fn labels<L: Clone + Into<String>>(named: &[(L, String)]) -> Vec<String> {
    named
        .iter()
        .map(|(label, _)| label.clone().into())
        .collect()
}

/// What is set can be taken away, whether any entry has it or not.
fn with_chosen(mut known: Vec<String>, chosen: &BTreeSet<String>) -> Vec<String> {
    let missing = chosen.iter().filter(|label| !known.contains(label));
    let missing: Vec<_> = missing.cloned().collect();
    known.extend(missing);
    known
}

#[component]
fn DayRange(lookup: Memo<Lookup>, go: Go) -> impl IntoView {
    let from = Memo::new(move |_| lookup.with(|lookup| lookup.from));
    let to = Memo::new(move |_| lookup.with(|lookup| lookup.to));
    let text = |day: Option<LocalDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let change = move |from: Option<LocalDate>, to: Option<LocalDate>| {
        go.run(lookup.with_untracked(|lookup| lookup.with_days(from, to)));
    };
    let last = move |days: i32| {
        let today = local_now().date();
        let from = today.plus_days(1 - days);
        move || lookup.with(|lookup| lookup.with_days(Some(from), None).address())
    };
    view! {
        <fieldset class="history-range">
            <legend class="chips-legend">{t::lookup::days()}</legend>
            <div class="history-dates">
                <label class="field">
                    <span class="field-help">{t::lookup::from()}</span>
                    <input
                        class="input"
                        type="date"
                        data-testid="filter-from"
                        prop:value=move || text(from.get())
                        on:change=move |event| change(event_target_value(&event).parse().ok(), to.get_untracked())
                    />
                </label>
                <label class="field">
                    <span class="field-help">{t::lookup::to()}</span>
                    <input
                        class="input"
                        type="date"
                        data-testid="filter-to"
                        prop:value=move || text(to.get())
                        on:change=move |event| change(from.get_untracked(), event_target_value(&event).parse().ok())
                    />
                </label>
            </div>
            <div class="button-row">
                <a href=last(WEEK_DAYS) data-noscroll="" class="button button-quiet">{t::lookup::last_week()}</a>
                <a href=last(MONTH_DAYS) data-noscroll="" class="button button-quiet">{t::lookup::last_month()}</a>
            </div>
        </fieldset>
    }
}
