//! The root: shared state, routes and the frame around them.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::rest::Place;
use crate::screens::erased::Erased;
use crate::screens::frame::Frame;
#[cfg(debug_assertions)]
use crate::screens::gallery::Gallery;
use crate::screens::guarded::Guarded;
use crate::screens::lock_screen::LockScreen;
use crate::screens::not_found::NotFound;
use crate::screens::place_screen::PlaceScreen;
use crate::screens::reminded::Reminded;
use crate::screens::today::Today;
use crate::screens::trouble::TroubleScreen;
use crate::shell::app_state::{App, Phase};
use crate::shell::prefs::Prefs;
use crate::shell::{badge, boot, own_moods, page, reminders, visits};

/// The app.
#[component]
pub(crate) fn Root() -> impl IntoView {
    let app = App::new(Prefs::load());
    provide_context(app);
    let theme = Memo::new(move |_| app.prefs.with(|prefs| prefs.theme));
    Effect::new(move |_| page::set_theme(theme.get()));
    let has_no_keys = Memo::new(move |_| app.prefs.with(|prefs| prefs.mood_keys_off));
    Effect::new(move |_| page::mark_off("mood-keys", has_no_keys.get()));
    badge::watch(app);
    own_moods::watch(app);
    visits::listen();
    boot::start(app, reminders::provide(app));
    view! {
        {move || match app.phase.get() {
            // The page's own splash is still there.
            Phase::Starting => ().into_any(),
            Phase::Failed { trouble, again } => view! { <TroubleScreen trouble=trouble again=again/> }.into_any(),
            Phase::Locked => view! { <LockScreen/> }.into_any(),
            Phase::Erased => view! { <Erased/> }.into_any(),
            Phase::Ready => view! { <Places/> }.into_any(),
        }}
    }
}

#[component]
fn Places() -> impl IntoView {
    view! {
        <Router>
            <Reminded/>
            <Frame>
                <Routes fallback=|| view! { <Elsewhere/> }>
                    <Route path=path!("/") view=|| view! { <Guarded><Today/></Guarded> }/>
                    <Route path=path!("/history") view=|| view! { <PlaceScreen place=Place::History/> }/>
                    <Route path=path!("/calendar") view=|| view! { <PlaceScreen place=Place::Calendar/> }/>
                    <Route path=path!("/entry/:id") view=|| view! { <PlaceScreen place=Place::Edit/> }/>
                    <Route path=path!("/entry/:id/history") view=|| view! { <PlaceScreen place=Place::EntryHistory/> }/>
                    <Route path=path!("/bin") view=|| view! { <PlaceScreen place=Place::Bin/> }/>
                    <Route path=path!("/sync") view=|| view! { <PlaceScreen place=Place::Sync/> }/>
                    <Route path=path!("/settings") view=|| view! { <PlaceScreen place=Place::Settings/> }/>
                    <Route path=path!("/settings/moods") view=|| view! { <PlaceScreen place=Place::OwnMoods/> }/>
                    <Route path=path!("/help") view=|| view! { <PlaceScreen place=Place::Help/> }/>
                    <Route path=path!("/insights") view=|| view! { <PlaceScreen place=Place::Insights/> }/>
                    <Route path=path!("/export") view=|| view! { <PlaceScreen place=Place::Exchange/> }/>
                    <Route path=path!("/report") view=|| view! { <PlaceScreen place=Place::Report/> }/>
                    <Route path=path!("/more") view=|| view! { <PlaceScreen place=Place::More/> }/>
                </Routes>
            </Frame>
        </Router>
    }
}

/// What is shown at an address of no place: in development builds the gallery is at one of them.
#[component]
fn Elsewhere() -> impl IntoView {
    #[cfg(debug_assertions)]
    if page::address().ends_with("/gallery") {
        return view! { <Gallery/> }.into_any();
    }
    view! { <NotFound/> }.into_any()
}
