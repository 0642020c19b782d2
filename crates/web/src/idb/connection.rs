//! A connection to one database that heals: opened when first needed, closed the moment another tab wants it out of
//! the way, opened again with a new generation number after the browser closed it.
//!
//! Its life: closed → opening → open → closed … and at last gone, when the database was deleted or the browser has
//! cleared it. Whoever wants to use it asks for the handle each time, at the last moment: a handle kept from before may
//! be closing.
//!
//! An open that was begun runs to its end. Dropping it would drop its migration too, and the database would be left
//! at the new version without a store in it, as soon as the tab that blocks it lets go. Only a page that was put aside
//! meanwhile no longer waits for it, since it may never be answered.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use js_sys::Array;
use lume_sync::store::StoreError;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbDatabase, IdbOpenDbRequest, IdbTransaction, IdbTransactionMode, IdbVersionChangeEvent,
};

use super::failure::{begin_failed, gone, open_failed};
use super::under_way::ReadTransaction;
use super::upgrade::{Migration, Upgrade};
use crate::{aside, js, timer};

/// How long an open may take before the person is told. A frozen tab can hold it up without a word.
pub(super) const OPEN_WAIT_MS_MAX: u64 = 5_000;

/// Something happened to the database that a screen may want to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseNotice {
    /// It is open; the generation counts the opens of this connection from 1.
    Open {
        /// Which open this is.
        generation: u64,
    },
    /// Another tab holds an older version open.
    Blocked,
    /// Another tab wants a newer version, or has made it: this page should be reloaded.
    Outdated,
    /// The database was deleted, by another tab of the app.
    Deleted,
    /// The browser has cleared the database that was open here before. No empty one was made in its place.
    Wiped,
    /// The browser closed the connection; it is opened again when next needed.
    Lost,
}

/// A connection; clones share it.
#[derive(Clone)]
pub struct Connection(Rc<Inner>);

struct Inner {
    name: String,
    steps: &'static [Migration],
    open_wait_ms: u64,
    state: RefCell<State>,
    generation: Cell<u64>,
    notice: Box<dyn Fn(DatabaseNotice)>,
}

/// How an open ended that failed.
enum Failed {
    /// The database is not there any more.
    Wiped,
    Other(StoreError),
}

enum State {
    Closed,
    Opening {
        waiting: Vec<oneshot::Sender<Result<Handle, StoreError>>>,
        /// It takes too long, and those who waited were told; it goes on all the same.
        overdue: bool,
    },
    Open {
        handle: Handle,
        _listeners: Listeners,
    },
    Gone,
}

/// An open database, for use at once.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) db: Database,
    generation: u64,
}

struct Listeners {
    db: IdbDatabase,
    _on_close: Closure<dyn FnMut()>,
    _on_version_change: Closure<dyn FnMut(IdbVersionChangeEvent)>,
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.db.set_onclose(None);
        self.db.set_onversionchange(None);
    }
}

impl Connection {
    /// Describes a connection; nothing is opened before the first use.
    pub fn new(
        name: &str,
        steps: &'static [Migration],
        notice: impl Fn(DatabaseNotice) + 'static,
    ) -> Self {
        Self::with_open_wait(name, steps, OPEN_WAIT_MS_MAX, notice)
    }

    /// As [`Connection::new`], with another limit to how long an open may take before it is called blocked.
    pub fn with_open_wait(
        name: &str,
        steps: &'static [Migration],
        open_wait_ms: u64,
        notice: impl Fn(DatabaseNotice) + 'static,
    ) -> Self {
        Self(Rc::new(Inner {
            name: name.to_owned(),
            steps,
            open_wait_ms,
            state: RefCell::new(State::Closed),
            generation: Cell::new(0),
            notice: Box::new(notice),
        }))
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How often it was opened so far.
    pub fn generation(&self) -> u64 {
        self.0.generation.get()
    }

    /// Opens it, if it is not open; gives the generation.
    ///
    /// # Errors
    ///
    /// [`StoreError::Newer`], [`StoreError::Blocked`] or [`StoreError::Unavailable`].
    pub async fn ready(&self) -> Result<u64, StoreError> {
        Ok(self.handle().await?.generation)
    }

    /// Closes it once the running transactions are over. The next use opens it again.
    pub fn close(&self) {
        self.0.close(State::Closed);
    }

    /// The open database: opens it if need be, together with whoever else asks meanwhile.
    pub(crate) async fn handle(&self) -> Result<Handle, StoreError> {
        let answer = {
            let mut state = self.0.state.borrow_mut();
            match &mut *state {
                State::Open { handle, .. } => return Ok(handle.clone()),
                State::Gone => return Err(gone()),
                State::Opening { overdue: true, .. } => return Err(StoreError::Blocked),
                State::Opening { waiting, .. } => {
                    let (sender, answer) = oneshot::channel();
                    waiting.push(sender);
                    answer
                }
                State::Closed => {
                    let (sender, answer) = oneshot::channel();
                    *state = State::Opening {
                        waiting: vec![sender],
                        overdue: false,
                    };
                    wasm_bindgen_futures::spawn_local(Rc::clone(&self.0).open());
                    answer
                }
            }
        };
        answer.await.unwrap_or_else(|_| Err(dropped()))
    }

    /// A newer handle after a transaction could not begin on this one because it is closing; any other error stays.
    pub(crate) async fn renewed(
        &self,
        old: &Handle,
        error: &JsValue,
    ) -> Result<Handle, StoreError> {
        if js::error_name(error) != "InvalidStateError" {
            return Err(begin_failed(error));
        }
        let is_current = matches!(&*self.0.state.borrow(), State::Open { handle, .. } if handle.generation == old.generation);
        if is_current {
            self.0.close(State::Closed);
        }
        self.handle().await
    }

    /// Begins a transaction that only reads; on a new connection if the old one is closing.
    pub(crate) async fn begin_read(&self, stores: &[&str]) -> Result<ReadTransaction, StoreError> {
        let handle = self.handle().await?;
        let tx = match begin_read(&handle, stores) {
            Ok(tx) => tx,
            Err(error) => {
                let handle = self.renewed(&handle, &error).await?;
                begin_read(&handle, stores).map_err(|error| begin_failed(&error))?
            }
        };
        Ok(ReadTransaction::new(tx))
    }
}

impl Inner {
    /// Opens the database and tells everybody who waits. Runs on its own, so that nobody can drop it half way.
    async fn open(self: Rc<Self>) {
        let (sender, opening) = oneshot::channel();
        wasm_bindgen_futures::spawn_local({
            let request = Rc::clone(&self).request();
            async move {
                if let Err(Ok(db)) = sender.send(request.await) {
                    // The page was put aside meanwhile, and another open has been begun since.
                    db.close();
                }
            }
        });
        let opening = std::pin::pin!(aside::unless_left(opening));
        let opened = match select(opening, timer::sleep(self.open_wait_ms)).await {
            Either::Left((opened, _)) => opened,
            Either::Right(((), opening)) => {
                self.overdue();
                opening.await
            }
        };
        let opened = match opened {
            Some(Ok(opened)) => opened,
            Some(Err(oneshot::Canceled)) => Err(Failed::Other(dropped())),
            None => Err(Failed::Other(StoreError::Unavailable(
                "the page was put aside".to_owned(),
            ))),
        };
        let (result, next, notice) = match opened {
            Ok(db) => {
                let generation = self.generation.get() + 1;
                self.generation.set(generation);
                let handle = Handle { db, generation };
                let next = State::Open {
                    handle: handle.clone(),
                    _listeners: self.listen(&handle),
                };
                let notice = DatabaseNotice::Open { generation };
                (Ok(handle), next, Some(notice))
            }
            Err(Failed::Wiped) => (Err(gone()), State::Gone, Some(DatabaseNotice::Wiped)),
            Err(Failed::Other(error)) => {
                let is_newer = error == StoreError::Newer;
                let notice = is_newer.then_some(DatabaseNotice::Outdated);
                (Err(error), State::Closed, notice)
            }
        };
        if let State::Opening { waiting, .. } = self.state.replace(next) {
            for sender in waiting {
                // Whoever waited may have been dropped meanwhile.
                let _ = sender.send(result.clone());
            }
        }
        if let Some(notice) = notice {
            (self.notice)(notice);
        }
    }

    async fn request(self: Rc<Self>) -> Result<Database, Failed> {
        let steps = self.steps;
        let version = u32::try_from(steps.len()).expect("a schema has few steps");
        let was_open = self.generation.get() > 0;
        let wiped = Rc::new(Cell::new(false));
        let request: Rc<OnceCell<IdbOpenDbRequest>> = Rc::default();
        let opening = Database::open(self.name.as_str())
            .with_version(version)
            .with_on_blocked({
                let inner = Rc::downgrade(&self);
                move |_| {
                    if let Some(inner) = inner.upgrade() {
                        (inner.notice)(DatabaseNotice::Blocked);
                    }
                    Ok(())
                }
            })
            .with_on_upgrade_needed({
                let (wiped, request) = (Rc::clone(&wiped), Rc::clone(&request));
                move |event, db| {
                    let transaction = request.get().and_then(|request| request.transaction());
                    let transaction = transaction.expect("an upgrade has a transaction");
                    let old = version_number(event.old_version());
                    if old == 0 && was_open {
                        // Whoever wrote to an empty one would write where nobody looks: the registry is gone as well.
                        wiped.set(true);
                        transaction.abort()?;
                        return Ok(());
                    }
                    let upgrade = Upgrade::new(db.as_sys().clone().unchecked_into(), transaction);
                    for step in steps.iter().skip(old) {
                        step(&upgrade)?;
                    }
                    Ok(())
                }
            })
            .build()
            .map_err(|error| Failed::Other(open_failed(&error)))?;
        request
            .set(opening.as_sys().clone().unchecked_into())
            .expect("it is set here alone");
        let opened = opening.await;
        if wiped.get() {
            return Err(Failed::Wiped);
        }
        opened.map_err(|error| Failed::Other(open_failed(&error)))
    }

    fn overdue(&self) {
        if let State::Opening { waiting, overdue } = &mut *self.state.borrow_mut() {
            *overdue = true;
            for sender in waiting.drain(..) {
                let _ = sender.send(Err(StoreError::Blocked));
            }
        }
    }

    fn listen(self: &Rc<Self>, handle: &Handle) -> Listeners {
        let db: IdbDatabase = handle.db.as_sys().clone().unchecked_into();
        let on_close = Closure::new({
            let inner = Rc::downgrade(self);
            move || {
                if let Some(inner) = inner.upgrade() {
                    inner.close(State::Closed);
                    (inner.notice)(DatabaseNotice::Lost);
                }
            }
        });
        let on_version_change = Closure::new({
            let inner = Rc::downgrade(self);
            move |event: IdbVersionChangeEvent| {
                if let Some(inner) = inner.upgrade() {
                    let (next, notice) = match event.new_version() {
                        Some(_) => (State::Closed, DatabaseNotice::Outdated),
                        // Opening it again would make an empty one in its place.
                        None => (State::Gone, DatabaseNotice::Deleted),
                    };
                    inner.close(next);
                    (inner.notice)(notice);
                }
            }
        });
        db.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        db.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Listeners {
            db,
            _on_close: on_close,
            _on_version_change: on_version_change,
        }
    }

    fn close(&self, next: State) {
        // An open under way is left alone: it reports to those who wait for it.
        if matches!(&*self.state.borrow(), State::Open { .. })
            && let State::Open { handle, .. } = self.state.replace(next)
        {
            handle.db.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close(State::Closed);
    }
}

fn dropped() -> StoreError {
    StoreError::Unavailable("the open was dropped".to_owned())
}

fn begin_read(handle: &Handle, stores: &[&str]) -> Result<IdbTransaction, JsValue> {
    let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
    handle
        .db
        .as_sys()
        .transaction_with_str_sequence_and_mode(&names, IdbTransactionMode::Readonly)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "versions are small whole numbers"
)]
fn version_number(version: f64) -> usize {
    version as usize
}
