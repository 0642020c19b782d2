//! Unsaved forms where the database can't take them: no room, no connection, a newer version in another tab.
//!
//! They are kept in the session storage, which belongs to this tab and outlives a reload. It is a makeshift: whatever
//! the database takes again is removed here.

use web_sys::Storage;

/// What the names of all of them begin with.
const PREFIX: &str = "lume.draft:";

/// The form of this name that the database has not taken.
pub(crate) fn get(database: &str, name: &str) -> Option<String> {
    storage()?.get_item(&key(database, name)).ok().flatten()
}

/// Keeps a form; whether that worked.
pub(crate) fn put(database: &str, name: &str, form: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(&key(database, name), form).is_ok())
}

/// Forgets a form.
pub(crate) fn remove(database: &str, name: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(&key(database, name)));
    }
}

/// Forgets the forms of all databases but these.
pub(crate) fn keep_of(databases: &[String]) {
    let Some(storage) = storage() else { return };
    let kept: Vec<_> = databases.iter().map(|database| key(database, "")).collect();
    let names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let gone: Vec<_> = names
        .filter(|name| name.starts_with(PREFIX))
        .filter(|name| !kept.iter().any(|kept| name.starts_with(kept)))
        .collect();
    for name in gone {
        drop(storage.remove_item(&name));
    }
}

fn key(database: &str, name: &str) -> String {
    format!("{PREFIX}{database}:{name}")
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
