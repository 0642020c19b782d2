//! Export and import: a person's entries as files, and a report to print.

mod export;
mod import;
mod mapping;
mod preview;
mod progress;
mod undo;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::screens::exchange::export::ExportCard;
use crate::screens::exchange::import::ImportCard;
use crate::screens::report::ReportCard;
use crate::shell::page;
use crate::ui::icon::Icon;

/// The place.
#[component]
pub(crate) fn Exchange() -> impl IntoView {
    page::set_title(t::exchange::title());
    view! {
        <div class="page-head">
            <A href="/settings" attr:class="page-back"><Icon name="back"/>{t::app::settings()}</A>
            <h1>{t::exchange::title()}</h1>
            <p class="quiet">{t::exchange::say()}</p>
        </div>
        <div class="stack stack-wide">
            <ExportCard/>
            <ReportCard/>
            <ImportCard/>
        </div>
    }
}
