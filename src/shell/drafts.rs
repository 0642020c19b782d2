//! Unsaved forms: written while one types, and at once when the page goes to the background.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::draft::Draft;
use crate::shell::app_state::{App, use_app};
use crate::shell::services::Services;
use crate::shell::tab_drafts;

/// How long after the last keystroke a draft is written.
const WRITE_AFTER_MS: u64 = 300;

/// Where what is unsaved is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In the database, where a draft belongs.
    Database,
    /// In this tab, because the database does not take it.
    Tab,
    /// Nowhere but on the screen.
    Screen,
}

/// A form that outlives its page.
#[derive(Clone, Copy)]
pub(crate) struct KeptDraft {
    /// The form.
    pub(crate) form: RwSignal<Draft>,
    /// Whether it was found unsaved.
    pub(crate) restored: RwSignal<bool>,
    /// Where what is unsaved is kept.
    pub(crate) keeping: RwSignal<Keeping>,
    /// What the database is known to hold; `None` until it was asked.
    written: StoredValue<Option<Draft>>,
    /// What the form is when nothing is unsaved.
    origin: StoredValue<Draft>,
    name: StoredValue<String>,
    /// Set while the form is being saved, which removes the draft.
    paused: StoredValue<bool>,
}

impl KeptDraft {
    /// The draft's name.
    pub(crate) fn name(self) -> String {
        self.name.get_value()
    }

    /// Writes nothing while the form is being saved: a draft that came after the save would be found again.
    pub(crate) fn pause(self) {
        self.paused.set_value(true);
    }

    /// The form could not be saved: it is a draft again, and what was typed just before is written now.
    pub(crate) fn not_saved(self, app: App) {
        self.paused.set_value(false);
        write(app, self);
    }

    /// The form is saved: what it holds from here on is compared with this.
    pub(crate) fn saved(self, app: App, origin: Draft) {
        // The save has removed the draft in its own transaction.
        self.written.set_value(Some(origin.clone()));
        if let Some(services) = app.services() {
            tab_drafts::remove(&services.database, &self.name());
        }
        self.keeping.set(Keeping::Database);
        self.origin.set_value(origin.clone());
        self.paused.set_value(false);
        self.restored.set(false);
        self.form.set(origin);
    }

    /// Forgets what is unsaved.
    pub(crate) fn clear(self) {
        self.restored.set(false);
        self.form.set(self.origin.get_value());
    }
}

/// Keeps a form under a name. `origin` is what it holds when nothing is unsaved.
pub(crate) fn use_draft(name: String, origin: Draft) -> KeptDraft {
    let app = use_app();
    let draft = KeptDraft {
        form: RwSignal::new(origin.clone()),
        restored: RwSignal::new(false),
        keeping: RwSignal::new(Keeping::Database),
        written: StoredValue::new(None),
        origin: StoredValue::new(origin),
        name: StoredValue::new(name),
        paused: StoredValue::new(false),
    };
    load(app, draft);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        draft.form.track();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        let handle = set_timeout_with_handle(
            move || write(app, draft),
            Duration::from_millis(WRITE_AFTER_MS),
        );
        timer.set_value(handle.ok());
    });
    Effect::new(move |before: Option<u64>| {
        let flush = app.flush_drafts.get();
        if before.is_some_and(|before| before != flush) {
            write(app, draft);
        }
        flush
    });
    Effect::new(move |before: Option<u64>| {
        let begun = app.begun_anew.get();
        if before.is_some_and(|before| before != begun) {
            // The new database has no draft.
            draft.written.set_value(Some(draft.origin.get_value()));
            write(app, draft);
        }
        begun
    });
    on_cleanup(move || {
        write(app, draft);
        app.unsaved.set(false);
    });
    draft
}

fn load(app: App, draft: KeptDraft) {
    let Some(services) = app.services() else {
        return;
    };
    let name = draft.name();
    spawn_local(async move {
        let stored = services.engine.draft(&name).await.ok().flatten();
        let stored: Option<Draft> = stored.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // What the database did not take is newer than what it has.
        let of_tab = tab_drafts::get(&services.database, &name);
        let of_tab: Option<Draft> = of_tab.and_then(|text| serde_json::from_str(&text).ok());
        let Some(origin) = draft.origin.try_get_value() else {
            return;
        };
        draft
            .written
            .set_value(stored.clone().or(Some(origin.clone())));
        if draft.form.with_untracked(|form| *form != origin) {
            // What was typed meanwhile is newer, and its own time to be written may have passed.
            return write(app, draft);
        }
        let found = of_tab.or(stored).map(|found| found.over(&origin));
        if let Some(found) = found.filter(|found| *found != origin) {
            draft.restored.set(true);
            draft.form.set(found);
        }
    });
}

/// Writes the form if the database holds another. Nothing is written before the database was asked: it would overwrite
/// what it is asked for.
fn write(app: App, draft: KeptDraft) {
    let (Some(services), Some(form)) = (app.services(), draft.form.try_get_untracked()) else {
        return;
    };
    let Some(Some(written)) = draft.written.try_get_value() else {
        return;
    };
    let is_unsaved = draft.origin.with_value(|origin| form != *origin);
    app.unsaved.set(is_unsaved);
    if written == form || draft.paused.get_value() {
        return;
    }
    draft.written.set_value(Some(form.clone()));
    let name = draft.name();
    spawn_local(async move {
        let form = is_unsaved.then_some(&form);
        let keeping = keep(app, &services, &name, form).await;
        if keeping != Keeping::Database {
            // It is tried again when the page is left, or with the next letter.
            draft.written.try_set_value(Some(written));
        }
        draft.keeping.try_set(keeping);
    });
}

/// Keeps a form where it can be kept; forgets it if there is none.
async fn keep(app: App, services: &Services, name: &str, form: Option<&Draft>) -> Keeping {
    let Some(text) = form.and_then(|form| serde_json::to_string(form).ok()) else {
        tab_drafts::remove(&services.database, name);
        drop(services.engine.clear_draft(name).await);
        return Keeping::Database;
    };
    if services
        .engine
        .save_draft(name, text.as_bytes())
        .await
        .is_ok()
    {
        tab_drafts::remove(&services.database, name);
        return Keeping::Database;
    }
    // A tab's own storage is in the open, which is no place for what the lock is there for.
    let has_lock = app.lock.with_untracked(|view| view.after.is_some());
    if !has_lock && tab_drafts::put(&services.database, name, &text) {
        Keeping::Tab
    } else {
        Keeping::Screen
    }
}
