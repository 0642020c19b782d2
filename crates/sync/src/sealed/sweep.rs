//! Sealing or opening the rows that are there already, in steps that can be stopped between any two.
//!
//! What is derived is not swept: it is dropped with the first word of the lock, and made again (`crate::derived`).
//!
//! A step is one strict transaction: it reads the mark and the next rows, turns them, and writes them with the mark's
//! new cursor. Rows that are written meanwhile are turned by whoever writes them, so one way through is enough.

use serde::{Deserialize, Serialize};

use super::rows::Way;
use super::{Held, Keyring, LockMark, SealedStore, Work, read_mark};
use crate::derived;
use crate::meta;
use crate::store::{Answers, Mode, Query, Step, Store, StoreError, StoreName, Swept, Write};

/// The stores that are swept, in this order.
const STORES: [StoreName; 6] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Drafts,
    StoreName::History,
];
/// All that a step touches.
const TOUCHED: [StoreName; 7] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Drafts,
    StoreName::History,
    StoreName::Meta,
];
/// Rows of a step: few enough that a transaction is over before anybody waits for it.
pub const SWEEP_ROWS_MAX: usize = 100;

/// How far a sweep has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which store; counts up.
    stage: usize,
    /// Everything up to this row of it is done.
    after: Option<String>,
}

/// Whether a sweep has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Another step is to come.
    More,
    /// Nothing is left to be done.
    Done,
}

impl<S: Store, K: Keyring> SealedStore<S, K> {
    /// What the database says about the lock.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn mark(&self) -> Result<Option<LockMark>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::LOCK.to_owned())]);
            }
            Step::Write(Vec::new(), read_mark(answers.take_bytes().as_deref()))
        };
        self.inner
            .transact(Mode::Read, &[StoreName::Meta], read)
            .await?
    }

    /// Has everything sealed under this key from now on. What is there already is sealed by [`SealedStore::sweep`].
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn begin_sealing(&self, key_id: &str) -> Result<(), StoreError> {
        self.change_mark(|mark| match mark {
            None => Some(LockMark {
                key_id: key_id.to_owned(),
                locks: 0,
                work: Work::Sealing(Cursor::default()),
            }),
            Some(LockMark {
                key_id,
                locks,
                work: Work::Opening(_),
            }) => Some(LockMark {
                key_id,
                locks,
                work: Work::Sealing(Cursor::default()),
            }),
            sealing => sealing,
        })
        .await
    }

    /// Has everything written as it is from now on. What is sealed is opened by [`SealedStore::sweep`], which takes the
    /// mark away at the end.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn begin_opening(&self) -> Result<(), StoreError> {
        self.change_mark(|mark| {
            mark.map(|mark| LockMark {
                work: match mark.work {
                    opening @ Work::Opening(_) => opening,
                    Work::Sealing(_) | Work::Sealed => Work::Opening(Cursor::default()),
                },
                ..mark
            })
        })
        .await
    }

    /// Shuts the lock: every key that was unlocked before is refused from now on, in all tabs.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn shut(&self) -> Result<(), StoreError> {
        self.change_mark(|mark| {
            mark.map(|mark| LockMark {
                locks: mark.locks + 1,
                ..mark
            })
        })
        .await
    }

    /// Turns the next rows, if any are left to be turned.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] without the key; the database's. Nothing of the step was written.
    pub async fn sweep(&self) -> Result<Progress, StoreError> {
        let mut turn = None;
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::LOCK.to_owned())]);
            }
            let Some(Turn {
                mark, cursor, held, ..
            }) = turn.take()
            else {
                let read = read_mark(answers.take_bytes().as_deref());
                let next = read.and_then(|mark| self.turn(mark));
                return match next {
                    Ok(None) => Step::Write(Vec::new(), Ok(Progress::Done)),
                    Ok(Some(next)) => {
                        let query = Query::Sweep {
                            store: next.store,
                            after: next.cursor.after.clone(),
                            limit: SWEEP_ROWS_MAX,
                        };
                        turn = Some(next);
                        Step::Read(vec![query])
                    }
                    Err(error) => Step::Write(Vec::new(), Err(error)),
                };
            };
            let Swept { rows, next } = answers.take_sweep();
            let way = match (&held, &mark.work) {
                (Held::Open(cipher), Work::Opening(_)) => Way::Open(cipher.as_ref()),
                (Held::Open(cipher), Work::Sealing(_) | Work::Sealed) => Way::Seal(cipher.as_ref()),
                (Held::Plain | Held::Locked, _) => {
                    return Step::Write(Vec::new(), Err(StoreError::Locked));
                }
            };
            let mut writes: Vec<Write> = rows
                .into_iter()
                .map(|row| way.row(row).into_put())
                .collect();
            let (last, progress) = after(mark, cursor, next);
            writes.push(put(last));
            Step::Write(writes, Ok(progress))
        };
        self.inner.transact(Mode::Strict, &TOUCHED, program).await?
    }

    /// What the next step is about; `None` if there is nothing left to be done.
    fn turn(&self, mark: Option<LockMark>) -> Result<Option<Turn<K::Cipher>>, StoreError> {
        let Some(mark) = mark else { return Ok(None) };
        let cursor = match &mark.work {
            Work::Sealed => return Ok(None),
            Work::Sealing(cursor) | Work::Opening(cursor) => cursor.clone(),
        };
        let store = *STORES
            .get(cursor.stage)
            .ok_or_else(|| StoreError::Corrupt("the lock's record".to_owned()))?;
        match self.keyring.look(Some(&mark)) {
            held @ Held::Open(_) => Ok(Some(Turn {
                mark,
                cursor,
                store,
                held,
            })),
            Held::Plain | Held::Locked => Err(StoreError::Locked),
        }
    }

    async fn change_mark(
        &self,
        change: impl Fn(Option<LockMark>) -> Option<LockMark>,
    ) -> Result<(), StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::LOCK.to_owned())]);
            }
            match read_mark(answers.take_bytes().as_deref()) {
                Ok(mark) => {
                    let changed = change(mark.clone()).filter(|next| Some(next) != mark.as_ref());
                    let Some(changed) = changed else {
                        return Step::Write(Vec::new(), Ok(()));
                    };
                    let mut writes = Vec::new();
                    if mark.is_none_or(|mark| mark.work != changed.work) {
                        writes.extend(derived::forget());
                    }
                    writes.push(put(Some(changed)));
                    Step::Write(writes, Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.inner
            .transact(
                Mode::Strict,
                &[StoreName::Meta, StoreName::Stats, StoreName::Search],
                program,
            )
            .await?
    }
}

/// One step: the mark as it was read, where to go on, and the key.
struct Turn<C> {
    mark: LockMark,
    cursor: Cursor,
    store: StoreName,
    held: Held<C>,
}

/// The mark after a step that has come as far as `next` in the cursor's store; none if there is no lock any more.
fn after(mark: LockMark, mut cursor: Cursor, next: Option<String>) -> (Option<LockMark>, Progress) {
    if next.is_none() {
        cursor.stage += 1;
    }
    cursor.after = next;
    let is_over = cursor.stage >= STORES.len();
    let work = match (mark.work, is_over) {
        (Work::Opening(_), true) => return (None, Progress::Done),
        (Work::Sealing(_) | Work::Sealed, true) => Work::Sealed,
        (Work::Opening(_), false) => Work::Opening(cursor),
        (Work::Sealing(_) | Work::Sealed, false) => Work::Sealing(cursor),
    };
    let progress = if is_over {
        Progress::Done
    } else {
        Progress::More
    };
    (Some(LockMark { work, ..mark }), progress)
}

fn put(mark: Option<LockMark>) -> Write {
    let name = meta::LOCK.to_owned();
    match mark {
        Some(mark) => Write::PutMeta(name, meta::to_bytes(&mark)),
        None => Write::RemoveMeta(name),
    }
}
