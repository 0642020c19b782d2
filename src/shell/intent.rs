//! What a person wants done.

use leptos::prelude::Callback;
use lume_core::ids::{EntityId, EventId};
use lume_core::time::Timestamp;
use lume_sync::bulk::Undone;
use lume_sync::content::Content;
use lume_sync::meta::AppMode;
use lume_sync::rows::{EntityKey, Seq};
use lume_sync::sealed::record::LockAfter;
use lume_sync::unsent::Decision;

use crate::shell::account::{Credentials, Leaving};
use crate::shell::exchange::{EntriesOrder, ExportOrder};
use crate::shell::transfer::ImportOrder;

/// One wish. Each is carried out by the dispatch, which says how it went.
pub(crate) enum Intent {
    /// Keep a new entry.
    Create {
        /// Its id; the same for a second try.
        id: EntityId,
        /// What it says.
        content: Content,
        /// The draft it was written in.
        draft: String,
    },
    /// Change an entry, or bring something of it back.
    Change(EntryChange),
    /// Delete an entry.
    Delete(EntityId),
    /// Send what waits.
    SyncNow,
    /// Send a refused change again.
    Retry(EventId),
    /// Give a refused change up.
    Discard(EventId),
    /// Decide the same about every refused change that was there at this moment.
    DecideAll(Decision, Timestamp),
    /// Write everything unsent to a file, which a passphrase opens if there is one.
    Export(Option<String>),
    /// Import a file that was looked at.
    Import(ImportOrder),
    /// Write all entries to a file.
    ExportEntries(ExportOrder),
    /// Import entries from a file that was looked at.
    ImportEntries(EntriesOrder),
    /// Take the last import back; hears how far it has come, and says whether it goes on.
    UndoImport(Callback<Undone, bool>),
    /// Keep entries here, or send them too.
    SetMode(AppMode),
    /// Use this backend.
    SetBackend {
        /// Its address; empty is this site's own.
        base_url: String,
        /// Its key; may be empty.
        api_key: String,
    },
    /// Send so often, in seconds.
    SetInterval(u32),
    /// Get a session.
    Enter {
        /// What was typed.
        credentials: Credentials,
        /// Whether the entries of this device come along.
        bring: bool,
    },
    /// Take another password for the account.
    ChangePassword {
        /// The one until now.
        current: String,
        /// The one from now on.
        next: String,
    },
    /// Delete the account at its backend, and here.
    DeleteAccount {
        /// Asked again.
        password: String,
    },
    /// End the session.
    Leave(Leaving),
    /// Log each request, or no longer.
    LogRequests(bool),
    /// Ask the browser to keep the data.
    AskToKeep,
    /// Do something about the app lock.
    Lock(LockWish),
    /// Delete everything on this device.
    Erase,
}

/// What a person wants an entry to be.
pub(crate) enum EntryChange {
    /// Keep a changed entry.
    Update {
        /// Which one.
        key: EntityKey,
        /// What it said when the form was opened: what came from elsewhere since then stays.
        seen: Content,
        /// All that it says now.
        content: Content,
        /// The draft it was written in.
        draft: String,
    },
    /// Bring a deleted entry back.
    Restore(EntityId),
    /// Bring an entry back from the bin with what it said.
    BringBack(EntityKey, Content),
    /// Bring back what was put aside of an entry.
    RestoreVersion(EntityKey, Seq),
    /// Make an entry again what it was.
    RestoreRevision(EntityKey, Content),
    /// Keep this as the note, of two versions.
    Settle {
        /// The entry.
        key: EntityKey,
        /// The note.
        text: String,
    },
}

/// What a person wants done about the app lock.
pub(crate) enum LockWish {
    /// Set one.
    Set {
        /// What opens it.
        passphrase: String,
        /// When it locks by itself.
        after: LockAfter,
    },
    /// Lock after another time.
    After(LockAfter),
    /// Lock at once, in all tabs.
    Now,
    /// Open it.
    Unlock {
        /// What was typed.
        passphrase: String,
    },
    /// Take another passphrase.
    Change {
        /// The one until now.
        passphrase: String,
        /// The one from now on.
        next: String,
    },
    /// Take it away.
    Remove {
        /// What opens it.
        passphrase: String,
    },
}
