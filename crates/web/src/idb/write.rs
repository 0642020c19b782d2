//! The one place that begins a transaction that writes.
//!
//! What is written has been serialised before it gets here. The writes are issued without waiting between them, the
//! transaction commits by itself once the last of them has succeeded, and the outcome is what the browser said about
//! the whole transaction, never what a single request said: a full disk can show at the commit, after every request
//! has succeeded.
//!
//! It does not call `commit()`. A transaction that was told to commit no longer aborts when a request fails: Firefox
//! commits all the others, half a write, unless the last one failed too, and says `complete`; WebKit aborts and gives
//! no reason. (tests/browser, `traps.rs`, row l.) The one exception is
//! a page that is put aside just after it has issued a write, see `under_way`.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use futures::channel::oneshot;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use lume_sync::store::StoreError;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, IdbTransaction};

use super::connection::{Connection, Handle};
use super::failure::{begin_failed, is_quota};
use super::under_way::UnderWay;
use crate::{aside, js};

/// How firmly a commit is to be on the disk when it is called complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Flushed.
    Strict,
    /// Handed to the operating system.
    Relaxed,
}

/// One change to one object store.
pub(crate) enum Change {
    /// Puts a row, under a key where the store does not take it from the row.
    Put {
        /// Where.
        store: &'static str,
        /// Under what.
        key: Option<JsValue>,
        /// What.
        value: JsValue,
    },
    /// Adds a row under the store's next number.
    Add {
        /// Where.
        store: &'static str,
        /// What.
        value: JsValue,
    },
    /// Removes what is under a key or within a range.
    Remove {
        /// Where.
        store: &'static str,
        /// What.
        key: JsValue,
    },
}

/// A transaction that writes. Dropped before it is complete, it is rolled back.
pub(crate) struct WriteTransaction<'a> {
    _tx: Transaction<'a>,
    /// Kept beside it, since only this one can be asked why it was aborted.
    raw: IdbTransaction,
    under_way: UnderWay,
    end: oneshot::Receiver<End>,
    _on_end: OnEnd,
}

/// What listens for the end.
type OnEnd = [Closure<dyn FnMut()>; 2];

/// How a transaction ended, as its event says.
enum End {
    Complete,
    Abort,
}

/// What became of the commit.
enum Outcome {
    Committed,
    Aborted(String),
    Unknown(String),
}

/// Room for the handles of a transaction that is being begun: the first, and the one after it if that was closing.
#[derive(Default)]
pub(crate) struct Handles {
    first: OnceCell<Handle>,
    renewed: OnceCell<Handle>,
}

impl<'a> WriteTransaction<'a> {
    /// Begins one over these stores; on a new connection if the old one is closing.
    pub(crate) async fn begin(
        connection: &Connection,
        handles: &'a Handles,
        stores: &[&str],
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let handle = connection.handle().await?;
        let first = handles.first.get_or_init(|| handle);
        match Self::begin_on(&first.db, stores, durability) {
            Ok(tx) => Ok(tx),
            Err(error) => {
                let handle = connection.renewed(first, &error).await?;
                let renewed = handles.renewed.get_or_init(|| handle);
                Self::begin_on(&renewed.db, stores, durability)
                    .map_err(|error| begin_failed(&error))
            }
        }
    }

    fn begin_on(
        db: &'a Database,
        stores: &[&str],
        durability: Durability,
    ) -> Result<Self, JsValue> {
        let durability = match durability {
            Durability::Strict => TransactionDurability::Strict,
            Durability::Relaxed => TransactionDurability::Relaxed,
        };
        let tx = db
            .transaction(stores)
            .with_mode(TransactionMode::Readwrite)
            .with_options(TransactionOptions::new().with_durability(durability))
            .build()
            .map_err(thrown)?;
        let raw: IdbTransaction = tx.as_sys().clone().unchecked_into();
        // The crate's own listeners are in the way: that to `error` is a closure for one call, and several requests
        // may fail; and it answers before the abort, whose reason is what counts.
        raw.set_onerror(None);
        let (end, on_end) = listen(&raw);
        Ok(Self {
            _tx: tx,
            under_way: UnderWay::new(&raw),
            raw,
            end,
            _on_end: on_end,
        })
    }

    /// For reads within the transaction; nothing but them may be awaited before [`WriteTransaction::commit`].
    pub(crate) fn raw(&self) -> &IdbTransaction {
        &self.raw
    }

    /// Issues the changes, and waits until it has committed or the outcome is known otherwise.
    pub(crate) async fn commit(mut self, changes: &[Change]) -> Result<(), StoreError> {
        let outcome = match self.issue(changes) {
            Ok(()) => {
                self.under_way.issued();
                self.settle().await
            }
            Err(error) => self.roll_back(js::error_name(&error)).await,
        };
        match outcome {
            Outcome::Committed => Ok(()),
            Outcome::Aborted(name) if is_quota(&name) => Err(StoreError::Full),
            Outcome::Aborted(name) => Err(StoreError::Aborted(name)),
            Outcome::Unknown(name) => Err(StoreError::Unknown(name)),
        }
    }

    fn issue(&self, changes: &[Change]) -> Result<(), JsValue> {
        for change in changes {
            match change {
                Change::Put {
                    store,
                    key: None,
                    value,
                } => self.raw.object_store(store)?.put(value)?,
                Change::Put {
                    store,
                    key: Some(key),
                    value,
                } => self.raw.object_store(store)?.put_with_key(value, key)?,
                Change::Add { store, value } => self.raw.object_store(store)?.add(value)?,
                Change::Remove { store, key } => self.raw.object_store(store)?.delete(key)?,
            };
        }
        Ok(())
    }

    async fn settle(&mut self) -> Outcome {
        let Some(end) = aside::unless_left(&mut self.end).await else {
            return Outcome::Unknown("the page was put aside".to_owned());
        };
        match end {
            Ok(End::Complete) => Outcome::Committed,
            Ok(End::Abort) => match self.raw.error() {
                // The reasons for which a browser gives up a transaction that was well alive: nothing was written.
                Some(reason) if is_certain(&reason.name()) => Outcome::Aborted(reason.name()),
                // A connection that was lost: the last thing its backend did may have been to write.
                Some(reason) => Outcome::Unknown(reason.name()),
                None => Outcome::Unknown("AbortError".to_owned()),
            },
            Err(oneshot::Canceled) => Outcome::Unknown("its listeners are gone".to_owned()),
        }
    }

    /// A change could not be issued, so none of them may stay.
    async fn roll_back(&mut self, name: String) -> Outcome {
        // It refuses when it is over already: it may have committed what was read and issued before.
        if self.raw.abort().is_err() {
            return Outcome::Unknown(name);
        }
        match aside::unless_left(&mut self.end).await {
            Some(Ok(End::Abort)) => Outcome::Aborted(name),
            Some(Ok(End::Complete) | Err(oneshot::Canceled)) | None => Outcome::Unknown(name),
        }
    }
}

/// Hears how a transaction ends, from its beginning on: one without requests may be over before anybody asks.
fn listen(raw: &IdbTransaction) -> (oneshot::Receiver<End>, OnEnd) {
    let (sender, end) = oneshot::channel();
    let sender = Rc::new(Cell::new(Some(sender)));
    let on_complete = Closure::new({
        let sender = Rc::clone(&sender);
        move || tell(&sender, End::Complete)
    });
    let on_abort = Closure::new(move || tell(&sender, End::Abort));
    raw.set_oncomplete(Some(on_complete.as_ref().unchecked_ref()));
    raw.set_onabort(Some(on_abort.as_ref().unchecked_ref()));
    (end, [on_complete, on_abort])
}

fn tell(sender: &Cell<Option<oneshot::Sender<End>>>, end: End) {
    if let Some(sender) = sender.take() {
        // Nobody waits when its reads have failed: it is about to be dropped.
        let _ = sender.send(end);
    }
}

/// What the crate caught, as it was thrown.
fn thrown(error: Error) -> JsValue {
    match error {
        Error::DomException(exception) => DomException::from(exception).into(),
        Error::Serialisation(_) | Error::MissingData(_) | Error::Unknown(_) => {
            js_sys::Error::new(&error.to_string()).into()
        }
    }
}

fn is_certain(name: &str) -> bool {
    is_quota(name) || matches!(name, "ConstraintError" | "DataError")
}
