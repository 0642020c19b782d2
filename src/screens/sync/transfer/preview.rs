//! What a file would do, what it asks, and the import itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use lume_sync::portable::{BadRow, ImportPlan};

use super::PREVIEW_ID;
use crate::i18n::t;
use crate::model::failure::Failure;
use crate::model::import::{Question, Tallied, Tally, problem, questions, tally};
use crate::model::unsent_view::Glimpse;
use crate::screens::sync::unsent::entry_line;
use crate::shell::dispatch::use_dispatch;
use crate::shell::intent::Intent;
use crate::shell::transfer::{ImportOrder, Preview};
use crate::ui::notice::{Notice, Tone};

/// Rows that can't be read and are named.
const BAD_SHOWN_MAX: usize = 20;
/// Questions shown at first, and with each step more.
const QUESTIONS_STEP: usize = 20;

/// The preview of a file, with its questions and its buttons.
#[component]
pub(super) fn PreviewPanel(
    /// The file.
    found: Preview,
    /// Called when nothing is to be imported.
    close: Callback<()>,
    /// Called when the import is over.
    finish: Callback<Result<Tallied, Failure>>,
) -> impl IntoView {
    let Preview {
        name,
        exported,
        plan,
    } = found;
    let counts = tally(&plan);
    let taken = RwSignal::new(BTreeSet::<usize>::new());
    let asked = questions(&plan);
    view! {
        <section class="import stack" data-testid="import-preview" aria-labelledby=PREVIEW_ID>
            <h3 id=PREVIEW_ID tabindex="-1">{t::transfer::preview(&name)}</h3>
            {exported.map(|when| view! { <p class="quiet small">{t::transfer::from(&when)}</p> })}
            {plan.is_other_account.then(|| view! {
                <Notice tone=Tone::Caution><p>{t::transfer::other_account()}</p></Notice>
            })}
            <Counts counts=counts/>
            <BadRows bad=plan.bad.clone()/>
            {(!asked.is_empty()).then(|| view! { <Questions asked=asked taken=taken/> })}
            <Run plan=plan counts=counts taken=taken close=close finish=finish/>
        </section>
    }
}

#[component]
fn Counts(counts: Tally) -> impl IntoView {
    let add = if counts.add == 0 {
        t::transfer::add_none().to_owned()
    } else {
        t::transfer::add(counts.add)
    };
    view! {
        <ul class="import-counts">
            <li>{add}</li>
            {(counts.same > 0).then(|| view! { <li>{t::transfer::same(counts.same)}</li> })}
            {(counts.unreadable > 0).then(|| view! { <li>{t::transfer::unreadable(counts.unreadable)}</li> })}
        </ul>
    }
}

#[component]
fn BadRows(bad: Vec<BadRow>) -> impl IntoView {
    let count = bad.len() as u64;
    let items = bad
        .iter()
        .take(BAD_SHOWN_MAX)
        .map(|row| {
            let words = t::transfer::row(&row.number.to_string(), &problem(&row.problem));
            view! { <li>{words}</li> }
        })
        .collect_view();
    let rest = bad.len().saturating_sub(BAD_SHOWN_MAX) as u64;
    (count > 0).then(|| {
        view! {
            <div data-testid="import-bad">
                <p>{t::transfer::bad(count)}</p>
                <ul class="import-bad">
                    {items}
                    {(rest > 0).then(|| view! { <li>{t::transfer::more(rest)}</li> })}
                </ul>
            </div>
        }
    })
}

#[component]
fn Questions(asked: Vec<Question>, taken: RwSignal<BTreeSet<usize>>) -> impl IntoView {
    let count = asked.len();
    let shown = RwSignal::new(QUESTIONS_STEP);
    let asked = Arc::new(asked);
    let listed = move || {
        let asked = Arc::clone(&asked);
        let shown = shown.get().min(asked.len());
        asked[..shown].to_vec()
    };
    view! {
        <fieldset class="import-questions">
            <legend>{t::transfer::ask(count as u64)}</legend>
            <For each=listed key=|question| question.index
                children=move |question| view! { <Ask question=question taken=taken/> }/>
            <Show when=move || { shown.get() < count }>
                <button type="button" class="button button-quiet"
                    on:click=move |_| shown.update(|shown| *shown += QUESTIONS_STEP)>
                    {t::sync::show_more()}
                </button>
            </Show>
        </fieldset>
    }
}

/// A glimpse in one line.
fn line(glimpse: &Glimpse) -> String {
    format!("{} {}", entry_line(glimpse), glimpse.note)
        .trim()
        .to_owned()
}

#[component]
fn Ask(question: Question, taken: RwSignal<BTreeSet<usize>>) -> impl IntoView {
    let index = question.index;
    let in_file = question.in_file.as_ref().map(line);
    let here = question.here.as_ref().map(line);
    let take = move |event| {
        let is_taken = event_target_checked(&event);
        taken.update(|taken| {
            if is_taken {
                taken.insert(index);
            } else {
                taken.remove(&index);
            }
        });
    };
    view! {
        <label class="check" data-testid="import-question">
            <input type="checkbox" prop:checked=move || taken.with(|taken| taken.contains(&index)) on:change=take/>
            <span>
                {question.words}
                {in_file.map(|line| view! { <span class="import-line" dir="auto">{t::transfer::in_file(&line)}</span> })}
                {here.map(|line| view! { <span class="import-line" dir="auto">{t::transfer::here(&line)}</span> })}
            </span>
        </label>
    }
}

#[component]
fn Run(
    plan: Arc<ImportPlan>,
    counts: Tally,
    taken: RwSignal<BTreeSet<usize>>,
    close: Callback<()>,
    finish: Callback<Result<Tallied, Failure>>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let progress = RwSignal::new(None::<Tallied>);
    let goes_on = RwSignal::new(true);
    let total = plan.rows.len();
    let planned = move || counts.add + taken.with(|taken| taken.len() as u64);
    let start = move |_| {
        if progress.with_untracked(Option::is_some) || planned() == 0 {
            return;
        }
        progress.set(Some(Tallied::default()));
        let order = ImportOrder {
            plan: Arc::clone(&plan),
            taken: taken.get_untracked(),
            progress: Callback::new(move |done| {
                progress.set(Some(done));
                goes_on.get_untracked()
            }),
        };
        dispatch.send_then(Intent::Import(order), move |outcome| {
            finish.try_run(outcome.map(|done| done.imported));
        });
    };
    let words = move || match planned() {
        0 => t::transfer::start_nothing().to_owned(),
        count => t::transfer::start(count),
    };
    let running = move || {
        progress.get().map(|done| {
            let (done, total) = (done.total().to_string(), total.to_string());
            view! {
                <div class="field">
                    <progress class="meter" max=total.clone() value=done.clone() aria-label=t::transfer::running_label()></progress>
                    <p class="field-help" role="status">{t::transfer::running(&done, &total)}</p>
                </div>
            }
        })
    };
    let is_idle = Memo::new(move |_| progress.with(Option::is_none));
    view! {
        {running}
        <div class="button-row">
            <button type="button" class="button button-primary" data-testid="import-run"
                aria-disabled=move || (planned() == 0 || !is_idle.get()).then_some("true") on:click=start>
                {words}
            </button>
            <Show
                when=move || is_idle.get()
                fallback=move || view! {
                    <button type="button" class="button button-quiet" on:click=move |_| goes_on.set(false)>{t::transfer::stop()}</button>
                }
            >
                <button type="button" class="button button-quiet" on:click=move |_| close.run(())>{t::transfer::close()}</button>
            </Show>
        </div>
    }
}
