//! What a step of a schema works on: the database and the one transaction in which all steps of an upgrade run.

use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbTransaction};

/// An upgrade under way. Everything that is asked of it happens in its transaction: all steps, or none.
pub struct Upgrade {
    db: IdbDatabase,
    transaction: IdbTransaction,
}

/// One step of a schema: what takes a database from one version to the next.
///
/// It makes requests and does not wait for them: the upgrade is complete when all of them are. A request that is made
/// in the `success` event of another one belongs to it as well.
pub type Migration = fn(&Upgrade) -> Result<(), JsValue>;

impl Upgrade {
    pub(super) const fn new(db: IdbDatabase, transaction: IdbTransaction) -> Self {
        Self { db, transaction }
    }

    /// The database: makes object stores.
    pub const fn db(&self) -> &IdbDatabase {
        &self.db
    }

    /// The transaction: gives the stores that are there, to read, change or index them.
    pub const fn transaction(&self) -> &IdbTransaction {
        &self.transaction
    }
}
