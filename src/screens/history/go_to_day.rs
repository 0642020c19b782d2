//! The way to any day: a hundred thousand entries can't be scrolled through.

use leptos::html;
use leptos::prelude::*;
use lume_core::time::LocalDate;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::lookup::Lookup;
use crate::screens::history::{GO_ID, Go};
use crate::shell::query::use_query;
use crate::shell::services::local_now;
use crate::ui::icon::Icon;

/// Days of the steps that are offered.
const MONTH_DAYS: i32 = 30;
const YEAR_DAYS: i32 = 365;

/// A day to choose, and some that are often wanted.
#[component]
pub(super) fn GoToDay(
    /// What is asked for.
    lookup: Memo<Lookup>,
    /// Goes to another lookup.
    go: Go,
    /// Called when one has gone.
    on_gone: Callback<()>,
) -> impl IntoView {
    let span = use_query(
        || (),
        |engine, ()| async move { engine.span(&MOOD.kind()).await },
    );
    let oldest = Memo::new(move |_| {
        span.with(|span| {
            let (oldest, _) = span.as_ref()?.as_ref().ok()?.as_ref()?;
            Some(*oldest)
        })
    });
    let day: NodeRef<html::Input> = NodeRef::new();
    let go_to = move |day: LocalDate| {
        go.run(lookup.with_untracked(|lookup| lookup.beginning_on(day)));
        on_gone.run(());
    };
    let chosen = move || {
        let text = day.get_untracked().map(|day| day.value());
        text.and_then(|text| text.parse().ok())
    };
    let today = local_now().date();
    let begun = lookup.with_untracked(|lookup| lookup.on).unwrap_or(today);
    view! {
        <section class="history-panel card" id=GO_ID aria-label=t::lookup::go()>
            <form
                class="history-go"
                on:submit=move |event| {
                    event.prevent_default();
                    if let Some(day) = chosen() {
                        go_to(day);
                    }
                }
            >
                <label class="field">
                    <span class="field-label">{t::lookup::day()}</span>
                    <input
                        class="input"
                        type="date"
                        required=true
                        data-testid="go-day"
                        min=move || oldest.get().map(|day| day.to_string())
                        value=begun.to_string()
                        node_ref=day
                    />
                </label>
                <button type="submit" class="button button-primary" data-testid="go">
                    {t::lookup::show()}<Icon name="forward"/>
                </button>
            </form>
            <div class="button-row">
                <button type="button" class="button button-quiet" on:click=move |_| go_to(today.plus_days(-MONTH_DAYS))>
                    {t::lookup::month_ago()}
                </button>
                <button type="button" class="button button-quiet" on:click=move |_| go_to(today.plus_days(-YEAR_DAYS))>
                    {t::lookup::year_ago()}
                </button>
                {move || oldest.get().map(|oldest| view! {
                    <button type="button" class="button button-quiet" on:click=move |_| go_to(oldest)>
                        {t::lookup::oldest()}
                    </button>
                })}
            </div>
        </section>
    }
}
