//! Somebody to talk to: a quiet line after the lowest moods, and the page it leads to. Without an alarm, and without a
//! network.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::model::help_lines::{self, Contact, HelpLine};
use crate::shell::app_state::use_app;
use crate::shell::{format, page};
use crate::ui::icon::Icon;
use crate::ui::notice::{Notice, Tone};

/// From this valence down the line is shown.
pub(crate) const LOW_VALENCE_MAX: f64 = -0.7;

/// The quiet line.
#[component]
pub(crate) fn Help() -> impl IntoView {
    view! {
        <div class="help-offer" data-testid="help-offer">
            <Notice tone=Tone::Plain>
                <p>{t::help::say()}" "<A href="/help">{t::help::show()}</A></p>
            </Notice>
        </div>
    }
}

/// The page: what holds everywhere, then lines, those of the person's own country first.
#[component]
pub(crate) fn HelpPage() -> impl IntoView {
    page::set_title(t::help::show());
    let app = use_app();
    let country = page::languages()
        .iter()
        .find_map(|tag| help_lines::country_of(tag))
        .map(str::to_owned);
    let lines = move || {
        let country = country.as_deref();
        app.config
            .with(|config| help_lines::shown(&config.help_lines, country))
    };
    view! {
        <div class="page-head">
            <A href="/" attr:class="page-back"><Icon name="back"/>{t::app::today()}</A>
            <h1>{t::help::show()}</h1>
        </div>
        <div class="stack">
            <p>{t::help::none()}</p>
            <Notice tone=Tone::Caution><p>{t::help_page::danger()}</p></Notice>
            <ul class="help-lines" data-testid="help-lines">
                {move || lines().into_iter().map(|line| view! { <Line line=line/> }).collect_view()}
            </ul>
            <p class="quiet">{t::help_page::offline()}</p>
        </div>
    }
}

#[component]
fn Line(line: HelpLine) -> impl IntoView {
    let HelpLine {
        name,
        countries,
        contact,
    } = line;
    let icon = match contact {
        Contact::Phone(_) => "phone",
        Contact::Web(_) => "forward",
        Contact::None => "info",
    };
    let is_elsewhere = matches!(contact, Contact::Web(_));
    let places = countries
        .iter()
        .map(|country| format::country(country))
        .collect::<Vec<_>>()
        .join(", ");
    let words = contact.words();
    view! {
        <li class="help-line">
            <span class="help-line-name">
                <strong dir="auto">{name}</strong>
                {(!places.is_empty()).then(|| view! { <span class="quiet">{places}</span> })}
            </span>
            {contact.href().map(|href| view! {
                <a class="button" href=href target=is_elsewhere.then_some("_blank") rel=is_elsewhere.then_some("noreferrer noopener")>
                    <Icon name=icon/>
                    <bdi>{words}</bdi>
                </a>
            })}
        </li>
    }
}
