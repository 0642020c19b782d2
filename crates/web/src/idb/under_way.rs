//! What becomes of transactions under way when the browser puts the page aside.
//!
//! A page that a person leaves may be kept frozen, to be there at once when they come back (the back/forward cache).
//! WebKit freezes it with its transactions open, and until it throws the page away they block every other page that
//! wants the same stores: a Lume opened in the next tab would not start, without a word. So none stays open. A write
//! whose changes have just been issued, as a draft's are at the last moment, is told to commit, for which it needs this
//! page no more. Everything else is aborted: nothing of it was written, and nothing was said to be. So is a write that
//! was issued earlier, since a transaction takes that word only while it is active. Nor is anything asked for from then
//! on, until the page is back.
//!
//! A page that ends for good needs none of this: its transactions end with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;

use web_sys::IdbTransaction;

use crate::{aside, js};

thread_local! {
    static PAGE: Page = Page::new();
}

struct Page {
    is_aside: Cell<bool>,
    next: Cell<u64>,
    under_way: RefCell<BTreeMap<u64, Entry>>,
}

struct Entry {
    tx: IdbTransaction,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// It waits for what it reads.
    Asking,
    /// It has nothing more to ask of the page.
    Issued,
}

/// A transaction on the list of those under way, until this is dropped.
pub(super) struct UnderWay(u64);

impl UnderWay {
    /// Puts a transaction on the list.
    pub(super) fn new(tx: &IdbTransaction) -> Self {
        PAGE.with(|page| {
            let number = page.next.get();
            page.next.set(number + 1);
            let entry = Entry {
                tx: tx.clone(),
                stage: Stage::Asking,
            };
            page.under_way.borrow_mut().insert(number, entry);
            Self(number)
        })
    }

    /// Notes that all of its requests have been made.
    pub(super) fn issued(&self) {
        PAGE.with(|page| {
            if let Some(entry) = page.under_way.borrow_mut().get_mut(&self.0) {
                entry.stage = Stage::Issued;
                if page.is_aside.get() {
                    entry.release();
                }
            }
        });
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        PAGE.with(|page| page.under_way.borrow_mut().remove(&self.0));
    }
}

impl Entry {
    /// Ends it without this page.
    fn release(&self) {
        let is_committing = match self.stage {
            Stage::Issued => js::call(&self.tx, "commit", &[]).is_ok(),
            Stage::Asking => false,
        };
        if !is_committing {
            // It refuses when it is over, and its event has not come yet.
            let _ = self.tx.abort();
        }
    }
}

impl Page {
    fn new() -> Self {
        aside::listen("pagehide", || {
            PAGE.with(|page| {
                page.is_aside.set(true);
                for entry in page.under_way.borrow().values() {
                    entry.release();
                }
            });
        });
        aside::listen("pageshow", || PAGE.with(|page| page.is_aside.set(false)));
        Self {
            is_aside: Cell::new(false),
            next: Cell::new(0),
            under_way: RefCell::default(),
        }
    }
}

/// Whether the page is aside. What is asked for now may never be answered, and would hold every other page up.
pub(super) fn is_aside() -> bool {
    PAGE.with(|page| page.is_aside.get())
}

/// A transaction that only reads.
pub(crate) struct ReadTransaction {
    raw: IdbTransaction,
    _under_way: UnderWay,
}

impl ReadTransaction {
    /// Takes a transaction that has just begun.
    pub(super) fn new(raw: IdbTransaction) -> Self {
        Self {
            _under_way: UnderWay::new(&raw),
            raw,
        }
    }
}

impl Deref for ReadTransaction {
    type Target = IdbTransaction;

    fn deref(&self) -> &IdbTransaction {
        &self.raw
    }
}
