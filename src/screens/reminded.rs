//! Where a tap on a reminder leads: to the form of Today, or to a snooze.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::shell::reminders::use_reminders;

/// Set by a notification's button: for how many minutes to put reminders off.
const SNOOZE_PARAMETER: &str = "snooze";
/// Where one logs at once.
const LOG_ADDRESS: &str = "/?log=1";

/// Shows nothing; follows what the worker says, within the router.
#[component]
pub(crate) fn Reminded() -> impl IntoView {
    let reminders = use_reminders();
    let navigate = use_navigate();
    let parameters = use_query_map();
    let go = navigate.clone();
    Effect::new(move |before: Option<u64>| {
        let asked = reminders.wants_log.get();
        if before.is_some_and(|before| before != asked) {
            go(LOG_ADDRESS, NavigateOptions::default());
        }
        asked
    });
    Effect::new(move |_| {
        let minutes = parameters.with(|parameters| parameters.get(SNOOZE_PARAMETER)?.parse().ok());
        if let Some(minutes) = minutes {
            // Once: the address of the page that is left open would snooze again when it is loaded anew.
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate("/", options);
            reminders.snooze_minutes(minutes);
        }
    });
}
