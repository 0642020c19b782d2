//! Where somebody was in the history, so that the way back leads there: by the browser's buttons, after an edit was saved,
//! and by the link above an entry.
//!
//! It is kept for as long as the app runs. Notes and moods are not in it, but what was searched for is.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::model::lookup::{Lookup, PATH};
use crate::model::pages::{Pages, View};
use crate::shell::page;
use crate::shell::timeline::Asked;

/// Places that are remembered.
const VISITS_MAX: usize = 20;

/// How a list was left.
#[derive(Clone)]
pub(crate) struct Visit {
    /// Its pages, none of them shown.
    pub(crate) pages: Pages,
    /// What was in view.
    pub(crate) view: View,
    /// How far the window was scrolled, in CSS pixels.
    pub(crate) position: f64,
}

thread_local! {
    static VISITS: RefCell<VecDeque<(String, Asked, Visit)>> = const { RefCell::new(VecDeque::new()) };
    static LAST: RefCell<Lookup> = RefCell::new(Lookup::default());
    /// What the person goes back to at this moment.
    static RETURNING: RefCell<Option<Lookup>> = const { RefCell::new(None) };
}

/// Listens for the browser's buttons. To be called before there is a router, which would be faster.
pub(crate) fn listen() {
    page::on_event("popstate", |_| {
        RETURNING.set(page::search_at(PATH).map(|search| Lookup::parse(&search)));
    });
}

/// Says that the next place is the list that was looked at last, whichever way one goes there.
pub(crate) fn return_to_last() {
    RETURNING.set(Some(LAST.with_borrow(Clone::clone)));
}

/// The address of the list that was looked at last.
pub(crate) fn last_address() -> String {
    LAST.with_borrow(Lookup::address)
}

/// How the list was left, if this is the way back to it. `database` tells the profiles apart.
pub(crate) fn take_return(database: &str, asked: &Asked) -> Option<Visit> {
    let returning = RETURNING.take();
    LAST.set(asked.lookup.clone());
    if returning.as_ref() != Some(&asked.lookup) {
        return None;
    }
    VISITS.with_borrow(|visits| {
        let known = visits
            .iter()
            .find(|(of, known, _)| of == database && known == asked);
        known.map(|(_, _, visit)| visit.clone())
    })
}

/// Remembers how a list is left.
pub(crate) fn remember(database: &str, asked: Asked, visit: Visit) {
    VISITS.with_borrow_mut(|visits| {
        visits.retain(|(of, known, _)| of != database || *known != asked);
        visits.push_front((database.to_owned(), asked, visit));
        visits.truncate(VISITS_MAX);
    });
}
