//! The rest of the places, for a phone's bottom bar.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::i18n::t;
use crate::shell::page;
use crate::ui::icon::Icon;

/// Links to what has no place of its own in the bar.
#[component]
pub(crate) fn More() -> impl IntoView {
    page::set_title(t::app::more());
    view! {
        <div class="page-head"><h1>{t::more::title()}</h1></div>
        <ul class="more-list">
            <MoreLink href="/sync" icon="sync" name=t::app::sync() say=t::more::sync_say()/>
            <MoreLink href="/bin" icon="trash" name=t::bin::title() say=t::more::bin_say()/>
            <MoreLink href="/help" icon="phone" name=t::help::show() say=t::help_page::more_say()/>
            <MoreLink href="/export" icon="download" name=t::exchange::title() say=t::exchange::link_say()/>
            <MoreLink href="/settings" icon="settings" name=t::app::settings() say=t::more::settings_say()/>
        </ul>
    }
}

#[component]
fn MoreLink(
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    say: &'static str,
) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="more-link">
                <span class="mood-badge"><Icon name=icon/></span>
                <strong>{name}</strong>
                <span class="quiet">{say}</span>
            </A>
        </li>
    }
}
