//! Which days a report is of.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use lume_core::time::LocalDate;

use super::DAYS;
use crate::i18n::t;
use crate::shell::services::local_now;
use crate::ui::text_field::TextField;

/// The card.
#[component]
pub(crate) fn ReportCard() -> impl IntoView {
    let navigate = use_navigate();
    let today = local_now().date();
    let from = RwSignal::new(today.plus_days(1 - DAYS).to_string());
    let to = RwSignal::new(today.to_string());
    let wrong = RwSignal::new(None::<String>);
    let show = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let day = |text: RwSignal<String>| text.get_untracked().parse::<LocalDate>().ok();
        match (day(from), day(to)) {
            (Some(first), Some(last)) if first <= last => {
                let address = format!("/report?from={first}&to={last}");
                navigate(&address, NavigateOptions::default());
            }
            _ => wrong.set(Some(t::exchange::report_bad_range().to_owned())),
        }
    };
    view! {
        <section class="card stack" aria-labelledby="exchange-report">
            <h2 id="exchange-report">{t::exchange::report_title()}</h2>
            <p>{t::exchange::report_say()}</p>
            <form class="stack" on:submit=show>
                <div class="report-range">
                    <TextField id="report-from" label=t::exchange::from() kind="date" value=from error=wrong/>
                    <TextField id="report-to" label=t::exchange::to() kind="date" value=to/>
                </div>
                <div class="button-row">
                    <button type="submit" class="button" data-testid="report-open">{t::exchange::report_open()}</button>
                </div>
            </form>
        </section>
    }
}
