//! Where the snooze of a notification leads if no page was open: to Today, with reminders put off.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::shell::reminders::{Errand, use_reminders};

/// Set by a notification's button: for how many minutes to put reminders off.
const SNOOZE_PARAMETER: &str = "snooze";

/// Shows nothing; follows the address, within the router.
#[component]
pub(crate) fn Reminded() -> impl IntoView {
    let reminders = use_reminders();
    let navigate = use_navigate();
    let parameters = use_query_map();
    Effect::new(move |_| {
        let minutes = parameters.with(|parameters| parameters.get(SNOOZE_PARAMETER)?.parse().ok());
        if let Some(minutes) = minutes {
            // Once: the address of the page that is left open would snooze again when it is loaded anew.
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate("/", options);
            reminders.send(Errand::Snooze { minutes });
        }
    });
}
