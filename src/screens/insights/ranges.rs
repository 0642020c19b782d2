//! Which time is shown: four lengths up to today, or days of the person's own.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use lume_core::statistics::Period;

use crate::i18n::t;
use crate::model::range::{Length, Range};
use crate::shell::app_state::use_app;
use crate::shell::services::local_now;

/// The choice of a time.
#[component]
pub(super) fn Ranges(range: Memo<Range>) -> impl IntoView {
    let app = use_app();
    let period = Memo::new(move |_| {
        let today = app.prefs.with(|prefs| prefs.day_start.day_of(local_now()));
        range.get().period(today)
    });
    let is_custom = Memo::new(move |_| matches!(range.get(), Range::Custom(_)));
    // What is shown now, as days of one's own to begin with.
    let custom = move || period.get().map(|period| Range::Custom(period).address());
    view! {
        <nav class="segments insights-ranges" aria-label=t::insights::ranges()>
            {Length::ALL.map(|length| {
                let own = Range::Last(length);
                let is_shown = move || (range.get() == own).then_some("true");
                view! {
                    <a
                        href=own.address()
                        data-noscroll=""
                        class="segment"
                        data-testid=format!("range-{}", length.code())
                        aria-current=is_shown
                    >
                        {length_name(length)}
                    </a>
                }
            })}
            <a
                href=custom
                data-noscroll=""
                class="segment"
                data-testid="range-custom"
                aria-current=move || is_custom.get().then_some("true")
            >
                {t::insights::range_custom()}
            </a>
        </nav>
        <Show when=move || is_custom.get()><Days period=period/></Show>
    }
}

fn length_name(length: Length) -> &'static str {
    match length {
        Length::Week => t::insights::range_week(),
        Length::Month => t::insights::range_month(),
        Length::Quarter => t::insights::range_quarter(),
        Length::Year => t::insights::range_year(),
    }
}

/// The first and the last day of the person's own range.
#[component]
fn Days(period: Memo<Option<Period>>) -> impl IntoView {
    let (first, last): (NodeRef<html::Input>, NodeRef<html::Input>) =
        (NodeRef::new(), NodeRef::new());
    let is_wrong = RwSignal::new(false);
    let navigate = use_navigate();
    let choose = move |()| {
        let typed = |field: NodeRef<html::Input>| field.get_untracked()?.value().parse().ok();
        // A date that is not typed to its end is no date yet, and nothing to complain about.
        let (Some(first), Some(last)) = (typed(first), typed(last)) else {
            return;
        };
        let range = Range::between(first, last);
        is_wrong.set(range.is_none());
        if let Some(range) = range {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&range.address(), options);
        }
    };
    let choose = Callback::new(choose);
    let error = move || is_wrong.get().then_some("insights-wrong");
    let day = move |of: fn(Period) -> lume_core::time::LocalDate| {
        move || period.get().map(|period| of(period).to_string())
    };
    let mark = move || is_wrong.get().then_some("true");
    view! {
        <div class="insights-days">
            <div class="field">
                <label class="field-label" for="insights-from">{t::insights::from()}</label>
                <input class="input" id="insights-from" type="date" node_ref=first prop:value=day(Period::from)
                    aria-invalid=mark aria-describedby=error on:change=move |_| choose.run(())/>
            </div>
            <div class="field">
                <label class="field-label" for="insights-to">{t::insights::to()}</label>
                <input class="input" id="insights-to" type="date" node_ref=last prop:value=day(Period::last)
                    aria-invalid=mark aria-describedby=error on:change=move |_| choose.run(())/>
            </div>
            <p class="field-error" id="insights-wrong" role="alert">
                {move || is_wrong.get().then(t::insights::bad_range)}
            </p>
        </div>
    }
}
