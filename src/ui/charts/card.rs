//! What is around a chart: its title, its figures as a table, and a button that saves it as a picture.

use leptos::prelude::*;

use crate::i18n::t;
use crate::ui::icon::Icon;

/// The figures behind a chart.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// The names of the columns; the first is that of what a row is about.
    pub(crate) head: Vec<&'static str>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
}

/// The id of the chart of this name.
pub(crate) fn chart_id(name: &str) -> String {
    format!("chart-{name}")
}

/// A card with a chart in it.
#[component]
pub(crate) fn ChartCard(
    /// What tests call it; the chart has the id [`chart_id`].
    name: &'static str,
    /// What it is about.
    title: &'static str,
    /// A sentence below the title.
    #[prop(optional)]
    say: Option<&'static str>,
    /// The figures.
    #[prop(into)]
    table: Signal<Table>,
    /// Called when the chart is to be saved.
    on_save: Callback<()>,
    /// The chart.
    children: Children,
) -> impl IntoView {
    let heading = format!("insights-{name}");
    // The card is a landmark of the same title.
    let table_title = format!("{title}: {}", t::insights::table());
    view! {
        <section class="card chart-card" aria-labelledby=heading.clone()>
            <div class="chart-head">
                <h2 id=heading.clone()>{title}</h2>
                <button
                    type="button"
                    class="icon-button"
                    data-testid=format!("chart-save-{name}")
                    aria-label=t::insights::save_named(title)
                    title=t::insights::save()
                    on:click=move |_| on_save.run(())
                >
                    <Icon name="picture"/>
                </button>
            </div>
            {say.map(|say| view! { <p class="quiet small">{say}</p> })}
            {children()}
            <details class="chart-figures">
                <summary>{t::insights::table()}</summary>
                <div class="chart-scroll" tabindex="0" role="region" aria-label=table_title>
                    <table data-testid=format!("chart-table-{name}")>
                        <caption class="visually-hidden">{title}</caption>
                        <thead><tr>{move || table.get().head.into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr></thead>
                        <tbody>{move || table.get().rows.into_iter().map(table_row).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}

fn table_row(row: Vec<String>) -> impl IntoView {
    let cells = row.into_iter().enumerate().map(|(at, text)| {
        if at == 0 {
            view! { <th scope="row">{text}</th> }.into_any()
        } else {
            view! { <td>{text}</td> }.into_any()
        }
    });
    view! { <tr>{cells.collect_view()}</tr> }
}
