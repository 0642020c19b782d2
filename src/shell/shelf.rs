//! Unsaved forms in the browser's small storage, for as long as the database does not have them.
//!
//! The *device*'s shelf holds what was typed last, put there with every letter: it is written at once, where a
//! transaction takes a moment in which the page may be gone. What the database has taken is removed from it. The *tab*'s
//! shelf holds what the database can't take: no room, no connection, a newer version in another tab. It outlives a
//! reload.
//!
//! Both are in the open. While there is an app lock nothing is put on the device's shelf; a mark that all tabs see says
//! so before the lock is there.

use web_sys::Storage;

/// What the names of all forms begin with.
const PREFIX: &str = "lume.draft:";
/// The mark that nothing may be put on the device's shelf.
const SEALED: &str = "lume.sealed";

/// Where a form is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Local storage: for all tabs, for ever.
    Device,
    /// Session storage: for this tab.
    Tab,
}

impl Shelf {
    /// The form of this name that the database does not have.
    pub(crate) fn get(self, database: &str, name: &str) -> Option<String> {
        let storage = self.storage()?;
        storage.get_item(&key(database, name)).ok().flatten()
    }

    /// Keeps a form; whether that worked.
    pub(crate) fn put(self, database: &str, name: &str, form: &str) -> bool {
        let Some(storage) = self.storage() else {
            return false;
        };
        let is_allowed = self == Self::Tab || !has(&storage, SEALED);
        is_allowed && storage.set_item(&key(database, name), form).is_ok()
    }

    /// Forgets a form.
    pub(crate) fn remove(self, database: &str, name: &str) {
        if let Some(storage) = self.storage() {
            drop(storage.remove_item(&key(database, name)));
        }
    }

    /// Forgets a form if it is still this one.
    pub(crate) fn remove_if(self, database: &str, name: &str, form: &str) {
        if self.get(database, name).as_deref() == Some(form) {
            self.remove(database, name);
        }
    }

    /// Forgets the forms of all databases for which `is_kept` does not hold.
    fn keep(self, is_kept: impl Fn(&str) -> bool) {
        let Some(storage) = self.storage() else {
            return;
        };
        let places = 0..storage.length().unwrap_or(0);
        let names: Vec<_> = places
            .filter_map(|at| storage.key(at).ok().flatten())
            .filter(|name| name.starts_with(PREFIX) && !is_kept(name))
            .collect();
        for name in names {
            drop(storage.remove_item(&name));
        }
    }

    fn storage(self) -> Option<Storage> {
        let window = web_sys::window()?;
        match self {
            Self::Device => window.local_storage().ok().flatten(),
            Self::Tab => window.session_storage().ok().flatten(),
        }
    }
}

/// Forgets the forms of all databases but these.
pub(crate) fn keep_of(databases: &[String]) {
    let kept: Vec<_> = databases.iter().map(|database| key(database, "")).collect();
    for shelf in [Shelf::Device, Shelf::Tab] {
        shelf.keep(|name| kept.iter().any(|kept| name.starts_with(kept)));
    }
}

/// Forgets the forms of a database that is deleted.
pub(crate) fn forget(database: &str) {
    let gone = key(database, "");
    for shelf in [Shelf::Device, Shelf::Tab] {
        shelf.keep(|name| !name.starts_with(&gone));
    }
}

/// Says whether there is an app lock. With one, nothing readable is left here and nothing comes.
pub(crate) fn set_sealed(is_sealed: bool) {
    let Some(storage) = Shelf::Device.storage() else {
        return;
    };
    if !is_sealed {
        drop(storage.remove_item(SEALED));
        return;
    }
    if storage.set_item(SEALED, "1").is_err() {
        // No room for the mark: then there is none for a form either, once those that are here are gone.
        Shelf::Device.keep(|_| false);
        drop(storage.set_item(SEALED, "1"));
    }
    Shelf::Device.keep(|_| false);
}

fn has(storage: &Storage, name: &str) -> bool {
    storage.get_item(name).ok().flatten().is_some()
}

fn key(database: &str, name: &str) -> String {
    format!("{PREFIX}{database}:{name}")
}
