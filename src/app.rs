//! The root: shared state, routes and the frame around them.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::screens::bin::Bin;
use crate::screens::calendar::Calendar;
use crate::screens::edit::EditEntry;
use crate::screens::entry_history::EntryHistory;
use crate::screens::erased::Erased;
use crate::screens::frame::Frame;
use crate::screens::guarded::Guarded;
use crate::screens::history::History;
use crate::screens::lock_screen::LockScreen;
use crate::screens::more::More;
use crate::screens::not_found::NotFound;
use crate::screens::reminded::Reminded;
use crate::screens::settings::Settings;
use crate::screens::sync::Sync;
use crate::screens::today::Today;
use crate::screens::trouble::TroubleScreen;
use crate::shell::app_state::{App, Phase};
use crate::shell::prefs::Prefs;
use crate::shell::{badge, boot, page, reminders};

/// The app.
#[component]
pub(crate) fn Root() -> impl IntoView {
    let app = App::new(Prefs::load());
    provide_context(app);
    let theme = Memo::new(move |_| app.prefs.with(|prefs| prefs.theme));
    Effect::new(move |_| page::set_theme(theme.get()));
    badge::watch(app);
    let reminders = reminders::provide(app);
    boot::start(app, reminders);
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
                <Routes fallback=|| view! { <NotFound/> }>
                    <Route path=path!("/") view=|| view! { <Guarded><Today/></Guarded> }/>
                    <Route path=path!("/history") view=|| view! { <Guarded><History/></Guarded> }/>
                    <Route path=path!("/calendar") view=|| view! { <Guarded><Calendar/></Guarded> }/>
                    <Route path=path!("/entry/:id") view=|| view! { <Guarded><EditEntry/></Guarded> }/>
                    <Route path=path!("/entry/:id/history") view=|| view! { <Guarded><EntryHistory/></Guarded> }/>
                    <Route path=path!("/bin") view=|| view! { <Guarded><Bin/></Guarded> }/>
                    <Route path=path!("/sync") view=|| view! { <Guarded><Sync/></Guarded> }/>
                    <Route path=path!("/settings") view=|| view! { <Guarded><Settings/></Guarded> }/>
                    <Route path=path!("/more") view=|| view! { <Guarded><More/></Guarded> }/>
                </Routes>
            </Frame>
        </Router>
    }
}
