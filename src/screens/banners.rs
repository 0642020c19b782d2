//! What the app itself has to say, above the place: trouble with the database, a new version, installing.

use leptos::prelude::*;
use leptos_router::components::A;
use lume_sync::kinds::MOOD;

use crate::i18n::t;
use crate::model::install_way::InstallWay;
use crate::screens::help::Help;
use crate::screens::trouble::{Words, words};
use crate::shell::app_state::{Trouble, use_app};
use crate::shell::prefs::Holding;
use crate::shell::query::use_query;
use crate::shell::{page, pwa, status};

/// From how many entries on installing is offered.
const ENTRIES_BEFORE_INSTALL: u64 = 3;

/// All of them; mostly none.
#[component]
pub(crate) fn Banners() -> impl IntoView {
    let app = use_app();
    let lost = Memo::new(move |_| app.prefs.with(|prefs| lost_words(prefs.lost)));
    view! {
        {move || app.trouble.get().map(|trouble| view! { <TroubleBanner trouble=trouble/> })}
        {move || lost.get().map(|words| view! { <Lost words=words/> })}
        <Show when=move || app.update_ready.get() && app.trouble.get() != Some(Trouble::Newer)><UpdateReady/></Show>
        <FirstListing/>
        <InstallOffer/>
        <Show when=move || app.offers_help.get()><Help/></Show>
    }
}

/// How far a new device has come with what the account has. A small account is there before anybody has read this. Only
/// its beginning and its end are read out: the count would be without end.
#[component]
fn FirstListing() -> impl IntoView {
    let app = use_app();
    let count = Memo::new(move |_| {
        let listing = app.status.with(|status| status.as_ref()?.listing);
        let first = listing.filter(|listing| listing.first)?;
        (first.count > 0).then_some(first.count)
    });
    let is_listing = Memo::new(move |_| count.with(Option::is_some));
    let is_online = Memo::new(move |_| {
        app.status
            .with(|status| status.as_ref().is_some_and(|status| status.online))
    });
    let news = Memo::new(
        move |before: Option<&&'static str>| match (is_listing.get(), before) {
            (true, _) => t::sync::listing_begun(),
            (false, None | Some(&"")) => "",
            (false, Some(_)) => t::sync::listing_over(),
        },
    );
    let words = move || t::sync::listing(count.get().unwrap_or_default());
    view! {
        <p class="visually-hidden" role="status">{news}</p>
        <Show when=move || is_listing.get()>
            <div class="banner" data-testid="first-listing">
                <p><strong>{words}</strong>" "{t::sync::listing_say()}</p>
                <Show
                    when=move || is_online.get()
                    fallback=|| view! { <p>{t::sync::listing_offline()}</p> }
                >
                    <progress aria-label=t::sync::listing_begun()></progress>
                </Show>
            </div>
        </Show>
    }
}

/// What is wrong with the database while the app runs.
#[component]
fn TroubleBanner(trouble: Trouble) -> impl IntoView {
    let app = use_app();
    let words = match trouble {
        Trouble::Newer => Words {
            what: t::trouble::superseded(),
            means: t::trouble::superseded_means(),
            remedy: t::trouble::superseded_do(),
        },
        Trouble::Corrupt => Words {
            what: t::trouble::partly(),
            means: t::trouble::partly_means(),
            remedy: t::trouble::partly_do(),
        },
        Trouble::Blocked | Trouble::Unreachable | Trouble::Full | Trouble::Held => words(trouble),
    };
    let reloads = matches!(trouble, Trouble::Newer | Trouble::Corrupt);
    let act = move |_| {
        if reloads {
            page::reload();
        } else {
            status::look_again(app);
        }
    };
    view! {
        <div class="banner" role="alert" data-testid="trouble-banner">
            <p><strong>{words.what}"."</strong>" "{words.means}" "{words.remedy}</p>
            <button type="button" class="button button-primary" on:click=act>
                {if reloads { t::trouble::reload() } else { t::trouble::again() }}
            </button>
        </div>
    }
}

/// What is said of data that the browser has removed, and whether signing in helps.
fn lost_words(lost: Holding) -> Option<(String, bool)> {
    match lost {
        Holding::Nothing => None,
        Holding::Entries => Some((t::trouble::lost_entries().to_owned(), false)),
        Holding::Account => {
            let (means, remedy) = (t::trouble::lost_account(), t::trouble::lost_account_do());
            Some((format!("{means} {remedy}"), true))
        }
    }
}

#[component]
fn Lost(words: (String, bool)) -> impl IntoView {
    let app = use_app();
    let (means, signs_in) = words;
    let noted = move |_| app.prefs_changed(|prefs| prefs.lost = Holding::Nothing);
    view! {
        <div class="banner" role="alert" data-testid="lost">
            <p><strong>{t::trouble::lost()}"."</strong>" "{means}</p>
            <div class="button-row">
                {signs_in.then(|| view! {
                    <A href="/settings" attr:class="button button-primary">{t::trouble::lost_sign_in()}</A>
                })}
                <button type="button" class="button button-plain" on:click=noted>{t::trouble::lost_noted()}</button>
            </div>
        </div>
    }
}

#[component]
fn UpdateReady() -> impl IntoView {
    let app = use_app();
    let say = move || {
        if app.unsaved.get() {
            t::update::ready_unsaved()
        } else {
            t::update::ready_say()
        }
    };
    view! {
        <div class="banner" role="status">
            <p><strong>{t::update::ready()}</strong>" "{say}</p>
            <div class="button-row">
                <button type="button" class="button button-primary" data-testid="update-ready" on:click=move |_| pwa::update(app)>
                    {t::update::now()}
                </button>
                <button type="button" class="button button-plain" on:click=move |_| app.update_ready.set(false)>
                    {t::update::later()}
                </button>
            </div>
        </div>
    }
}

/// Offered once, after the third entry.
#[component]
fn InstallOffer() -> impl IntoView {
    let app = use_app();
    let way = Memo::new(move |_| pwa::install_way(app));
    let by_hand = move || way.get() == InstallWay::IosShare;
    let entries = use_query(
        || (),
        |engine, ()| async move { engine.count(&MOOD.kind()).await },
    );
    let is_shown = Memo::new(move |_| {
        let enough = entries
            .with(|entries| matches!(entries, Some(Ok(count)) if *count >= ENTRIES_BEFORE_INSTALL));
        enough
            && !app.prefs.with(|prefs| prefs.install_offered)
            && matches!(way.get(), InstallWay::Ask | InstallWay::IosShare)
    });
    let answered = move || app.prefs_changed(|prefs| prefs.install_offered = true);
    view! {
        <Show when=move || is_shown.get()>
            <div class="banner" role="status" data-testid="install-offer">
                <p>{move || if by_hand() { t::settings::install_ios() } else { t::install::say() }}</p>
                <div class="button-row">
                    <Show when=move || !by_hand()>
                        <button type="button" class="button button-primary" on:click=move |_| { answered(); pwa::install(app); }>
                            {t::settings::install_yes()}
                        </button>
                    </Show>
                    <button type="button" class="button button-plain" on:click=move |_| answered()>
                        {t::settings::install_no()}
                    </button>
                </div>
            </div>
        </Show>
    }
}
