//! Unsaved forms: written with every letter, one transaction after the other, and at once when the page goes to the
//! background.
//!
//! A page may be gone before a transaction is through. So a copy of what is typed is put on the device's [`Shelf`] before
//! anything else can happen, and removed from there as soon as the database has it. With an app lock there is no such
//! copy, since it would be in the open.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lume_core::ids::EntityId;
use serde::{Deserialize, Serialize};

use crate::model::draft::Draft;
use crate::shell::app_state::{App, use_app};
use crate::shell::dispatch::mood_key;
use crate::shell::services::Services;
use crate::shell::shelf::Shelf;

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

/// When a form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// Once what is being written is written.
    InTurn,
    /// Without waiting for anything: the page or the form is about to be gone.
    AtOnce,
}

/// The copy of a form on the device's shelf.
#[derive(Serialize, Deserialize)]
struct Spare {
    form: Draft,
    /// The entry that it is being saved as: once that is there, the copy is of something saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saving: Option<EntityId>,
}

impl Spare {
    fn text(form: &Draft, saving: Option<EntityId>) -> Option<String> {
        let form = form.clone();
        serde_json::to_string(&Self { form, saving }).ok()
    }
}

/// A form that outlives its page.
#[derive(Clone, Copy)]
pub(crate) struct KeptDraft {
    /// The form.
    pub(crate) form: RwSignal<Draft>,
    /// Whether it was found unsaved.
    pub(crate) restored: RwSignal<bool>,
    /// Whether it was looked for. What is put into the form before may stand in front of what is found.
    pub(crate) loaded: RwSignal<bool>,
    /// Where what is unsaved is kept.
    pub(crate) keeping: RwSignal<Keeping>,
    /// What the database is known to hold; `None` until it was asked.
    written: StoredValue<Option<Draft>>,
    /// Transactions under way.
    writing: StoredValue<u32>,
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

    /// Writes nothing while the form is being saved: a draft that came after the save would be found again. `saving` is
    /// the new entry's id.
    pub(crate) fn pause(self, app: App, saving: Option<EntityId>) {
        self.paused.set_value(true);
        if let Some(services) = app.services()
            && let Some(text) = Spare::text(&self.form.get_untracked(), saving)
        {
            Shelf::Device.put(&services.database, &self.name(), &text);
        }
    }

    /// The form could not be saved: it is a draft again, and what was typed just before is written now.
    pub(crate) fn not_saved(self, app: App) {
        self.paused.set_value(false);
        copy(app, self);
        write(app, self, Pace::AtOnce);
    }

    /// The form is saved: what it holds from here on is compared with this.
    pub(crate) fn saved(self, app: App, origin: Draft) {
        // The save has removed the draft in its own transaction.
        self.written.set_value(Some(origin.clone()));
        if let Some(services) = app.services() {
            Shelf::Device.remove(&services.database, &self.name());
            Shelf::Tab.remove(&services.database, &self.name());
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
        loaded: RwSignal::new(false),
        keeping: RwSignal::new(Keeping::Database),
        written: StoredValue::new(None),
        writing: StoredValue::new(0),
        origin: StoredValue::new(origin),
        name: StoredValue::new(name),
        paused: StoredValue::new(false),
    };
    load(app, draft);
    Effect::new(move |_| {
        draft.form.track();
        copy(app, draft);
        write(app, draft, Pace::InTurn);
    });
    Effect::new(move |before: Option<u64>| {
        let flush = app.flush_drafts.get();
        if before.is_some_and(|before| before != flush) {
            write(app, draft, Pace::AtOnce);
        }
        flush
    });
    Effect::new(move |before: Option<u64>| {
        let begun = app.begun_anew.get();
        if before.is_some_and(|before| before != begun) {
            // The new database has no draft.
            draft.written.set_value(Some(draft.origin.get_value()));
            write(app, draft, Pace::AtOnce);
        }
        begun
    });
    on_cleanup(move || {
        write(app, draft, Pace::AtOnce);
        app.unsaved.set(false);
    });
    draft
}

fn load(app: App, draft: KeptDraft) {
    let Some(services) = app.services() else {
        return;
    };
    let name = draft.name();
    // Before anything can be typed over it.
    let of_device = Shelf::Device.get(&services.database, &name);
    let of_device: Option<Spare> = of_device.and_then(|text| serde_json::from_str(&text).ok());
    spawn_local(async move {
        let stored = services.engine.draft(&name).await.ok().flatten();
        let stored: Option<Draft> = stored.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // What the database did not take is newer than what it has.
        let of_tab = Shelf::Tab.get(&services.database, &name);
        let of_tab: Option<Draft> = of_tab.and_then(|text| serde_json::from_str(&text).ok());
        let of_device = unsaved(&services, &name, of_device).await;
        let Some(origin) = draft.origin.try_get_value() else {
            return;
        };
        draft
            .written
            .set_value(stored.clone().or(Some(origin.clone())));
        draft.loaded.set(true);
        if draft.form.with_untracked(|form| *form != origin) {
            // What was typed meanwhile is newer.
            return write(app, draft, Pace::InTurn);
        }
        let found = of_device.or(of_tab).or(stored);
        let found = found.map(|found| found.over(&origin));
        match found.filter(|found| *found != origin) {
            Some(found) => {
                draft.restored.set(true);
                draft.form.set(found);
            }
            None => copy(app, draft),
        }
    });
}

/// The form of a copy, unless the page was gone between saving it and forgetting it.
async fn unsaved(services: &Services, name: &str, copy: Option<Spare>) -> Option<Draft> {
    let Spare { form, saving } = copy?;
    let Some(id) = saving else {
        return Some(form);
    };
    let saved = services.engine.entity(&mood_key(id)).await;
    if matches!(saved, Ok(Some(_))) {
        Shelf::Device.remove(&services.database, name);
        return None;
    }
    Some(form)
}

/// Puts what was typed last where it is at once, unless the database has it.
fn copy(app: App, draft: KeptDraft) {
    let (Some(services), Some(form)) = (app.services(), draft.form.try_get_untracked()) else {
        return;
    };
    let written = draft.written.get_value();
    if draft.paused.get_value() || written.as_ref() == Some(&form) {
        return;
    }
    let is_unsaved = draft.origin.with_value(|origin| form != *origin);
    match Spare::text(&form, None).filter(|_| is_unsaved) {
        Some(text) => drop(Shelf::Device.put(&services.database, &draft.name(), &text)),
        // Before it was looked for, what is there is what is to be found.
        None if written.is_none() => {}
        None => Shelf::Device.remove(&services.database, &draft.name()),
    }
}

/// Writes the form if the database holds another. Nothing is written before the database was asked: it would overwrite
/// what it is asked for.
fn write(app: App, draft: KeptDraft, pace: Pace) {
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
    if pace == Pace::InTurn && draft.writing.get_value() > 0 {
        return;
    }
    draft.written.set_value(Some(form.clone()));
    draft.writing.update_value(|count| *count += 1);
    let name = draft.name();
    spawn_local(async move {
        let form = is_unsaved.then_some(&form);
        let keeping = keep(app, &services, &name, form).await;
        let is_here = draft.writing.try_update_value(|count| *count -= 1);
        if is_here.is_none() {
            return;
        }
        draft.keeping.try_set(keeping);
        if keeping == Keeping::Database {
            // What was typed meanwhile.
            write(app, draft, Pace::InTurn);
        } else {
            // It is tried again when the page is left, or with the next letter.
            draft.written.try_set_value(Some(written));
        }
    });
}

/// Keeps a form where it can be kept; forgets it if there is none.
async fn keep(app: App, services: &Services, name: &str, form: Option<&Draft>) -> Keeping {
    let of_form = form.and_then(|form| Some((form, serde_json::to_string(form).ok()?)));
    let Some((form, text)) = of_form else {
        Shelf::Tab.remove(&services.database, name);
        drop(services.engine.clear_draft(name).await);
        return Keeping::Database;
    };
    if services
        .engine
        .save_draft(name, text.as_bytes())
        .await
        .is_ok()
    {
        Shelf::Tab.remove(&services.database, name);
        if let Some(copy) = Spare::text(form, None) {
            Shelf::Device.remove_if(&services.database, name, &copy);
        }
        return Keeping::Database;
    }
    // A tab's own storage is in the open, which is no place for what the lock is there for.
    let has_lock = app.lock.with_untracked(|view| view.after.is_some());
    if !has_lock && Shelf::Tab.put(&services.database, name, &text) {
        Keeping::Tab
    } else {
        Keeping::Screen
    }
}
