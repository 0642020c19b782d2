//! The moods and associations of a person's own that stand in their entries.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::time::LocalDate;
use lume_sync::StoreError;
use lume_sync::kinds::MOOD;

use crate::model::search::OwnLabels;
use crate::shell::app_state::use_app;
use crate::shell::services::AppEngine;

/// Days that are read at once: the page answers in between.
const READ_DAYS: i32 = 366;

/// Reads them once `is_wanted`, and not before: it looks at what is known of every day.
pub(crate) fn use_own_labels(is_wanted: impl Fn() -> bool + 'static) -> ReadSignal<OwnLabels> {
    let app = use_app();
    let (labels, set_labels) = signal(OwnLabels::default());
    Effect::new(move |was_read: Option<bool>| {
        let was_read = was_read.unwrap_or(false);
        let is_wanted = is_wanted();
        let engine = app.engine().filter(|_| is_wanted && !was_read);
        let reads = engine.is_some();
        if let Some(engine) = engine {
            spawn_local(async move {
                // What can't be read is said by the list: without these it still finds by every word of a note.
                let found = read(&engine).await.unwrap_or_default();
                if found != OwnLabels::default() {
                    set_labels.try_set(found);
                }
            });
        }
        was_read || reads
    });
    labels
}

async fn read(engine: &AppEngine) -> Result<OwnLabels, StoreError> {
    let mut labels = OwnLabels::default();
    let Some((oldest, newest)) = engine.span(&MOOD.kind()).await? else {
        return Ok(labels);
    };
    let mut from: LocalDate = oldest;
    while from <= newest {
        let until = from.plus_days(READ_DAYS);
        for moment in engine.moments(&MOOD.kind(), from, until).await? {
            labels.note(&moment.labels, &moment.associations);
        }
        if until <= from {
            break;
        }
        from = until;
    }
    Ok(labels)
}
