//! The ring that holds the data key while the app is unlocked.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lume_sync::sealed::{Held, Keyring, LockMark};

use super::key::{DataKey, RowCipher};

/// Where a profile stands with the app lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is no lock.
    Plain,
    /// There is one, and it is open here.
    Open,
    /// There is one, and it is shut.
    Locked,
}

/// The key of one profile's store.
pub struct WebKeyring {
    key: RefCell<Option<(String, Rc<RowCipher>)>>,
    /// The number of locks that the key was unlocked at; `None` until the first look.
    locks: Cell<Option<u64>>,
    standing: Cell<Standing>,
    heard: Box<dyn Fn()>,
}

impl WebKeyring {
    /// A ring for a profile. `locked` says whether this device has a lock; `heard` is called when the ring finds itself
    /// locked that was not before, and must not call the engine.
    pub fn new(key: Option<&DataKey>, locked: bool, heard: impl Fn() + 'static) -> Self {
        let standing = match (key, locked) {
            (Some(_), _) => Standing::Open,
            (None, true) => Standing::Locked,
            (None, false) => Standing::Plain,
        };
        let ring = Self {
            key: RefCell::new(None),
            locks: Cell::new(None),
            standing: Cell::new(standing),
            heard: Box::new(heard),
        };
        if let Some(key) = key {
            ring.hold(key);
        }
        ring
    }

    /// Where it stands, by the last look.
    pub fn standing(&self) -> Standing {
        self.standing.get()
    }

    /// Holds this key from now on.
    pub fn hold(&self, key: &DataKey) {
        self.key
            .replace(Some((key.id().to_owned(), Rc::new(key.cipher()))));
        self.locks.set(None);
        self.standing.set(Standing::Open);
    }

    /// Forgets the key of a lock that is no more.
    pub fn release(&self) {
        self.key.take();
        self.standing.set(Standing::Plain);
    }

    /// Forgets the key.
    pub fn forget(&self) {
        self.key.take();
        self.standing.set(Standing::Locked);
    }
}

impl Keyring for WebKeyring {
    type Cipher = RowCipher;

    fn look(&self, mark: Option<&LockMark>) -> Held<RowCipher> {
        let Some(mark) = mark else {
            // A lock that is still being set on this device counts as shut for whoever has no key.
            return match self.standing.get() {
                Standing::Locked => Held::Locked,
                Standing::Plain | Standing::Open => Held::Plain,
            };
        };
        let fits = self.locks.get().is_none_or(|locks| locks == mark.locks);
        let held = self.key.borrow().clone();
        if let Some((_, cipher)) = held.filter(|(id, _)| fits && *id == mark.key_id) {
            self.locks.set(Some(mark.locks));
            return Held::Open(cipher);
        }
        let was_locked = self.standing.get() == Standing::Locked;
        self.forget();
        if !was_locked {
            (self.heard)();
        }
        Held::Locked
    }

    fn is_locked(&self) -> bool {
        self.standing.get() == Standing::Locked
    }
}
