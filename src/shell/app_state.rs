//! What all screens share: signals that the shell keeps up to date, and the way to the engine.

use std::rc::Rc;

use leptos::prelude::*;
use lume_core::ids::EntityId;
use lume_sync::Status;
use lume_sync::meta::Profile;

use crate::shell::config::Config;
use crate::shell::lock::LockView;
use crate::shell::prefs::{self, Prefs};
use crate::shell::services::{AppEngine, Services};

/// How far the start has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The database is being opened.
    Starting,
    /// Everything works.
    Ready,
    /// The app is locked: nothing is shown.
    Locked,
    /// Everything on this device was erased, and nothing was begun anew.
    Erased,
    /// Nothing can be shown or saved.
    Failed {
        /// Why.
        trouble: Trouble,
        /// Whether the person has tried it again, and it is still so.
        again: bool,
    },
}

/// What is wrong with the database: at the start, in place of all screens, and later above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The browser gives no storage.
    Blocked,
    /// It can't be opened, for a reason that may pass.
    Unreachable,
    /// There is no room.
    Full,
    /// A newer version made the database.
    Newer,
    /// Another tab holds it up.
    Held,
    /// It can't be read.
    Corrupt,
}

/// A short message at the edge of the screen.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    /// Tells it from the one before.
    pub(crate) number: u64,
    /// What it says.
    pub(crate) words: String,
    /// The entry that Undo brings back.
    pub(crate) undo: Option<EntityId>,
}

/// The shared state.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// How far the start has come.
    pub(crate) phase: RwSignal<Phase>,
    /// Grows whenever entries or events may have changed.
    pub(crate) data: RwSignal<u64>,
    /// The published state of sync.
    pub(crate) status: RwSignal<Option<Status>>,
    /// What this database is for.
    pub(crate) profile: RwSignal<Profile>,
    /// What belongs to the device.
    pub(crate) prefs: RwSignal<Prefs>,
    /// What the deployment says.
    pub(crate) config: RwSignal<Config>,
    /// The message that is shown.
    pub(crate) toast: RwSignal<Option<Toast>>,
    /// Whether a form holds something unsaved.
    pub(crate) unsaved: RwSignal<bool>,
    /// Whether a new version waits.
    pub(crate) update_ready: RwSignal<bool>,
    /// What is wrong with the database since the start.
    pub(crate) trouble: RwSignal<Option<Trouble>>,
    /// Grows when another database has taken the place of one that the browser has cleared.
    pub(crate) begun_anew: RwSignal<u64>,
    /// What is known about the app lock.
    pub(crate) lock: RwSignal<LockView>,
    /// Whether what was noted last is so low that help is offered in the place one has come to from there.
    pub(crate) offers_help: RwSignal<bool>,
    /// The place that a launch of the app from outside asks for, until one is there.
    pub(crate) launched: RwSignal<Option<String>>,
    /// Whether installing can be offered.
    pub(crate) installable: RwSignal<bool>,
    /// Grows when unsaved forms must be written now.
    pub(crate) flush_drafts: RwSignal<u64>,
    /// Whether each request is logged.
    pub(crate) logs_requests: RwSignal<bool>,
    services: StoredValue<Option<Rc<Services>>, LocalStorage>,
}

impl App {
    /// The state of an app that has just been opened.
    pub(crate) fn new(prefs: Prefs) -> Self {
        Self {
            phase: RwSignal::new(Phase::Starting),
            data: RwSignal::new(0),
            status: RwSignal::new(None),
            profile: RwSignal::new(Profile::default()),
            prefs: RwSignal::new(prefs),
            config: RwSignal::new(Config::default()),
            toast: RwSignal::new(None),
            unsaved: RwSignal::new(false),
            update_ready: RwSignal::new(false),
            trouble: RwSignal::new(None),
            begun_anew: RwSignal::new(0),
            lock: RwSignal::new(LockView::default()),
            offers_help: RwSignal::new(false),
            launched: RwSignal::new(None),
            installable: RwSignal::new(false),
            flush_drafts: RwSignal::new(0),
            logs_requests: RwSignal::new(false),
            services: StoredValue::new_local(None),
        }
    }

    /// The services, once the database is open.
    pub(crate) fn services(self) -> Option<Rc<Services>> {
        self.services.try_get_value().flatten()
    }

    /// The engine, once the database is open.
    pub(crate) fn engine(self) -> Option<Rc<AppEngine>> {
        self.services().map(|services| Rc::clone(&services.engine))
    }

    /// Takes other services: at the start, and when another profile is entered.
    pub(crate) fn set_services(self, services: Option<Rc<Services>>) {
        self.services.set_value(services);
    }

    /// Shows a message in the place of the one before.
    pub(crate) fn say(self, words: impl Into<String>) {
        self.show(words.into(), None);
    }

    /// Shows a message with a way back for an entry.
    pub(crate) fn say_with_undo(self, words: impl Into<String>, entry: EntityId) {
        self.show(words.into(), Some(entry));
    }

    fn show(self, words: String, undo: Option<EntityId>) {
        self.toast.update(|toast| {
            let number = toast.as_ref().map_or(0, |toast| toast.number) + 1;
            *toast = Some(Toast {
                number,
                words,
                undo,
            });
        });
    }

    /// Changes what belongs to the device, and keeps it.
    pub(crate) fn prefs_changed(self, change: impl FnOnce(&mut Prefs)) {
        // Another tab may have written since; what it chose stays. Where nothing is stored there is what is here.
        let stored = Prefs::stored();
        let mut prefs = stored.unwrap_or_else(|| self.prefs.get_untracked());
        change(&mut prefs);
        prefs.store();
        self.prefs.set(prefs);
    }

    /// Takes over what other tabs choose, from now on.
    pub(crate) fn share_prefs(self) {
        prefs::on_written_elsewhere(move |prefs| {
            if self.prefs.with_untracked(|here| *here != prefs) {
                self.prefs.set(prefs);
            }
        });
    }

    /// Says that what lists show may have changed.
    pub(crate) fn data_changed(self) {
        self.data.update(|data| *data = data.wrapping_add(1));
    }
}

/// The shared state, from anywhere below the app's root.
pub(crate) fn use_app() -> App {
    expect_context()
}
