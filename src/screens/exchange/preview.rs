//! What is in a file, what the person decides about it, and the import itself.

use leptos::prelude::*;
use lume_exchange::{BadRow, Row, Summary, Wishes};

use super::import::PREVIEW_ID;
use crate::i18n::t;
use crate::model::exchange::{Exchanged, Lookup, app_name, problem, row_line};
use crate::model::failure::Failure;
use crate::screens::exchange::mapping::{Mapping, first_wishes};
use crate::screens::exchange::progress::ProgressBar;
use crate::shell::dispatch::use_dispatch;
use crate::shell::exchange::{EntriesOrder, Looked, OpenFile};
use crate::shell::format;
use crate::shell::intent::Intent;

/// Rows that can't be imported and are named.
const BAD_SHOWN_MAX: usize = 20;
/// Characters of a note that are shown.
const NOTE_SHOWN_MAX: usize = 120;

/// A file that was opened, for as long as its preview is there.
pub(super) type Opened = StoredValue<Option<OpenFile>, LocalStorage>;

/// The preview of a file, with its questions and its buttons.
#[component]
pub(super) fn PreviewPanel(
    /// What was found.
    looked: Looked,
    /// The file.
    file: Opened,
    /// Called when it is over, or nothing is to be imported.
    finish: Callback<Option<Result<Exchanged, Failure>>>,
) -> impl IntoView {
    let summary = std::sync::Arc::clone(&looked.summary);
    let lookup = looked.lookup;
    let wishes = RwSignal::new(first_wishes(&summary.names));
    // Who imports again what was undone wants it back.
    let brings_back = RwSignal::new(lookup.fresh == 0 && lookup.here == 0);
    let days = summary
        .days
        .map(|(first, last)| t::exchange::days(&format::date(first), &format::date(last)));
    let names = summary.names.clone();
    let first = looked.first.clone();
    view! {
        <section class="import stack" data-testid="import-preview" aria-labelledby=PREVIEW_ID>
            <div>
                <h3 id=PREVIEW_ID tabindex="-1">{t::transfer::preview(&looked.name)}</h3>
                <p class="quiet small"><bdi>{app_name(summary.format)}</bdi>". "{days}</p>
            </div>
            <Counts summary=summary.as_ref().clone() lookup=lookup own_moods=looked.own_moods wishes=wishes brings_back=brings_back/>
            {(!names.is_empty()).then(|| view! { <Mapping names=names wishes=wishes/> })}
            {(!first.is_empty()).then(|| view! { <FirstRows rows=first wishes=wishes/> })}
            <Run looked=looked file=file wishes=wishes brings_back=brings_back finish=finish/>
        </section>
    }
}

#[component]
fn Counts(
    summary: Summary,
    lookup: Lookup,
    own_moods: u64,
    wishes: RwSignal<Wishes>,
    brings_back: RwSignal<bool>,
) -> impl IntoView {
    let fresh = if lookup.fresh == 0 {
        t::exchange::fresh_none().to_owned()
    } else {
        t::exchange::fresh(lookup.fresh)
    };
    let long = summary.long_notes;
    view! {
        <ul class="import-counts">
            <li>{fresh}</li>
            {(lookup.here > 0).then(|| view! { <li>{t::exchange::here(lookup.here)}</li> })}
            {(own_moods > 0).then(|| view! { <li>{t::exchange_moods::come(own_moods)}</li> })}
        </ul>
        {(lookup.deleted > 0).then(|| view! {
            <label class="check">
                <input type="checkbox" data-testid="import-bring-back" prop:checked=brings_back
                    on:change=move |event| brings_back.set(event_target_checked(&event))/>
                <span>{t::exchange::bring_back(lookup.deleted)}</span>
            </label>
        })}
        <BadRows bad=summary.bad count=summary.bad_count/>
        {(long > 0).then(|| view! {
            <label class="check">
                <input type="checkbox" data-testid="import-cut"
                    on:change=move |event| wishes.update(|wishes| wishes.cuts_notes = event_target_checked(&event))/>
                <span>{t::exchange::cut(long)}</span>
            </label>
        })}
    }
}

#[component]
fn BadRows(bad: Vec<BadRow>, count: u64) -> impl IntoView {
    let items = bad
        .iter()
        .take(BAD_SHOWN_MAX)
        .map(|row| {
            let words = t::transfer::row(&row.number.to_string(), &problem(&row.problem));
            view! { <li>{words}</li> }
        })
        .collect_view();
    let rest = count.saturating_sub(BAD_SHOWN_MAX as u64);
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
fn FirstRows(rows: Vec<Row>, wishes: RwSignal<Wishes>) -> impl IntoView {
    let items = rows
        .into_iter()
        .map(|row| {
            let line = Memo::new(move |_| wishes.with(|wishes| row_line(&row, wishes)));
            let note = move || {
                line.with(|(_, note)| {
                    let shown: String = note.chars().take(NOTE_SHOWN_MAX).collect();
                    if shown.len() < note.len() {
                        format!("{shown}…")
                    } else {
                        shown
                    }
                })
            };
            view! {
                <li>
                    <strong dir="auto">{move || line.with(|(moods, _)| moods.clone())}</strong>
                    <span class="import-line" dir="auto">{note}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <div>
            <h4 class="field-label">{t::exchange::first()}</h4>
            <ul class="import-first">{items}</ul>
        </div>
    }
}

#[component]
fn Run(
    looked: Looked,
    file: Opened,
    wishes: RwSignal<Wishes>,
    brings_back: RwSignal<bool>,
    finish: Callback<Option<Result<Exchanged, Failure>>>,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let progress = RwSignal::new(None::<Exchanged>);
    let goes_on = RwSignal::new(true);
    let total = looked.summary.rows;
    let (lookup, own_moods) = (looked.lookup, looked.own_moods);
    let planned = move || {
        let back = if brings_back.get() { lookup.deleted } else { 0 };
        lookup.fresh + back
    };
    // Made here: what is made in a button's handler goes with the button.
    let hear = Callback::new(move |done| {
        progress.set(Some(done));
        goes_on.get_untracked()
    });
    let start = move |_| {
        let Some(file) = file.get_value() else { return };
        if progress.with_untracked(Option::is_some) || untrack(planned) + own_moods == 0 {
            return;
        }
        progress.set(Some(Exchanged::default()));
        let order = EntriesOrder {
            file,
            looked: looked.clone(),
            wishes: wishes.get_untracked(),
            brings_back: brings_back.get_untracked(),
            progress: hear,
        };
        dispatch.send_then(Intent::ImportEntries(order), move |outcome| {
            finish.try_run(Some(outcome.map(|done| done.exchanged)));
        });
    };
    let words = move || match planned() {
        0 if own_moods > 0 => t::exchange_moods::apply(own_moods),
        0 => t::transfer::start_nothing().to_owned(),
        count => t::exchange::apply(count),
    };
    let is_idle = Memo::new(move |_| progress.with(Option::is_none));
    let done = Signal::derive(move || progress.get().map_or(0, |done| done.rows()));
    view! {
        <Show
            when=move || is_idle.get()
            fallback=move || view! {
                <ProgressBar label=t::transfer::running_label() done=done total=total test_id="import-cancel" goes_on=goes_on/>
            }
        >
            <div class="button-row">
                <button type="button" class="button button-primary" data-testid="import-apply"
                    aria-disabled=move || (planned() + own_moods == 0).then_some("true") on:click=start.clone()>
                    {words}
                </button>
                <button type="button" class="button button-quiet" data-testid="import-cancel" on:click=move |_| { finish.run(None); }>
                    {t::app::cancel()}
                </button>
            </div>
        </Show>
    }
}
