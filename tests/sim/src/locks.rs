//! The browser's locks, shared by the tabs of one database.

use std::collections::BTreeMap;

/// Who holds what.
#[derive(Default)]
pub(crate) struct LockTable {
    held: BTreeMap<(usize, String), u64>,
    given: u64,
}

impl LockTable {
    /// Takes a lock if it is free: the number to give it back by.
    pub(crate) fn take(&mut self, database: usize, name: &str) -> Option<u64> {
        let place = (database, name.to_owned());
        if self.held.contains_key(&place) {
            return None;
        }
        self.given += 1;
        self.held.insert(place, self.given);
        Some(self.given)
    }

    /// Gives a lock back.
    pub(crate) fn give_back(&mut self, number: u64) {
        self.held.retain(|_, held| *held != number);
    }
}
