//! The app lock's half of the database: whatever a program writes is sealed on its way in, and opened on its way out.
//!
//! [`SealedStore`] stands between the engine and a store. Each transaction reads the [`LockMark`] of the database along
//! with its own first reads, so that a lock that another tab has set, taken away or shut holds from the next transaction
//! on, in every tab and in the worker: nobody writes a plain row behind a sweep's back, and nobody reads with a key that
//! was to be forgotten. Sealed and plain rows tell themselves apart by their first byte, and a database that is half
//! sealed is read like any other. [`sweep`] turns the rows that are there already, step by step.
//!
//! Life cycle: no mark (everything is plain), a mark with [`Work::Sealing`] (what is written is sealed, a sweep seals
//! the rest), with [`Work::Sealed`], with [`Work::Opening`] (what is written is plain, a sweep opens the rest), and none.
//!
//! What is derived of the rows is dropped in the transactions in which the mark is set and turned, and made again by the
//! engine under the mark that it finds: a sweep meets none of it.
//!
//! What it deliberately does not do: seal headers, which the indices need, named records, which the engine needs before
//! anything is unlocked, or log lines, which hold codes and never content.

pub mod record;
mod rows;
pub mod sweep;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::meta;
use crate::store::{Answers, Mode, Program, Query, Step, Store, StoreError, StoreName, Write};

use rows::Asked;
use sweep::Cursor;

/// The first byte of everything that is sealed. The format of plain bodies (`crate::body`) counts up from 1, and an app
/// that knows of no lock takes this one for a later version of it.
pub const SEALED: u8 = 0x80;

/// What a database says about the app lock, in its own record. No secret: the key is wrapped elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockMark {
    /// Names the key that bodies are sealed under.
    pub key_id: String,
    /// Grows each time the app is locked: a key that was unlocked before is not to be used any more.
    pub locks: u64,
    /// What becomes of the rows.
    pub work: Work,
}

/// What becomes of a database's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// What is written is sealed; rows from here on may be plain.
    Sealing(Cursor),
    /// All rows are sealed.
    Sealed,
    /// What is written is plain; rows from here on may be sealed.
    Opening(Cursor),
}

impl Work {
    /// Whether what is written now is to be sealed.
    const fn seals(&self) -> bool {
        match self {
            Self::Sealing(_) | Self::Sealed => true,
            Self::Opening(_) => false,
        }
    }
}

/// Authenticated encryption under one key. Synchronous, since a transaction can't wait.
///
/// The place names the row and the field. Bytes that were moved to another place do not open there.
pub trait Cipher {
    /// Seals bytes; every call gives other ones.
    fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8>;

    /// Opens what [`Cipher::seal`] gave for this place; `None` for anything else.
    fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// What a database's mark and the key at hand come to.
pub enum Held<C> {
    /// There is no lock.
    Plain,
    /// There is, and this is its key.
    Open(Rc<C>),
    /// There is, and its key is not here.
    Locked,
}

/// Holds the key while the app is unlocked.
pub trait Keyring {
    /// Encryption under that key.
    type Cipher: Cipher;

    /// Compares the mark that a transaction has read with the key at hand. A key that the mark has outlived is forgotten.
    fn look(&self, mark: Option<&LockMark>) -> Held<Self::Cipher>;

    /// What the last look came to, or what is known before the first.
    fn is_locked(&self) -> bool;
}

/// A store whose bodies are sealed while there is a lock. See the [module](self).
pub struct SealedStore<S, K> {
    inner: S,
    keyring: K,
}

impl<S, K> SealedStore<S, K> {
    /// Seals what goes into a store under the key of this ring.
    pub const fn new(inner: S, keyring: K) -> Self {
        Self { inner, keyring }
    }

    /// The store beneath, with the bytes as they are.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// The key's holder.
    pub const fn keyring(&self) -> &K {
        &self.keyring
    }
}

impl<S: Store, K: Keyring> Store for SealedStore<S, K> {
    async fn transact<P: Program>(
        &self,
        mode: Mode,
        stores: &[StoreName],
        program: P,
    ) -> Result<P::Output, StoreError> {
        if stores.iter().all(|store| !holds_bodies(*store)) {
            return self.inner.transact(mode, stores, program).await;
        }
        let mut stores = stores.to_vec();
        if !stores.contains(&StoreName::Meta) {
            stores.push(StoreName::Meta);
        }
        let program = Through {
            program,
            keyring: &self.keyring,
            stage: Stage::Begin,
            asked: Vec::new(),
        };
        self.inner.transact(mode, &stores, program).await?
    }

    fn is_locked(&self) -> bool {
        self.keyring.is_locked() || self.inner.is_locked()
    }
}

const fn holds_bodies(store: StoreName) -> bool {
    match store {
        StoreName::Entries
        | StoreName::Base
        | StoreName::Outbox
        | StoreName::Claims
        | StoreName::Drafts
        | StoreName::History
        | StoreName::Stats
        | StoreName::Search => true,
        StoreName::Meta | StoreName::Log => false,
    }
}

/// A program whose reads and writes go through the lock.
struct Through<'a, P: Program, K: Keyring> {
    program: P,
    keyring: &'a K,
    stage: Stage<P::Output, K::Cipher>,
    /// What the reads under way give.
    asked: Vec<Asked>,
}

/// How far a program has come.
enum Stage<T, C> {
    /// Nothing was asked yet.
    Begin,
    /// Its first reads are under way, and the mark behind them.
    Asked,
    /// It writes without having read anything; only the mark is under way.
    Writes(Vec<Write>, T),
    /// The mark is known; with whether writes are sealed.
    Known(Held<C>, bool),
}

impl<P: Program, K: Keyring> Program for Through<'_, P, K> {
    type Output = Result<P::Output, StoreError>;

    fn step(&mut self, mut answers: Answers) -> Step<Self::Output> {
        match std::mem::replace(&mut self.stage, Stage::Asked) {
            Stage::Begin => self.begin(),
            stage @ (Stage::Asked | Stage::Writes(..)) => {
                let (held, seals) = match self.look(&mut answers) {
                    Ok(known) => known,
                    Err(error) => return refuse(error),
                };
                self.stage = Stage::Known(held, seals);
                match stage {
                    Stage::Writes(writes, output) => self.write(writes, output),
                    Stage::Begin | Stage::Asked | Stage::Known(..) => self.go_on(answers),
                }
            }
            known @ Stage::Known(..) => {
                self.stage = known;
                self.go_on(answers)
            }
        }
    }
}

impl<P: Program, K: Keyring> Through<'_, P, K> {
    fn begin(&mut self) -> Step<Result<P::Output, StoreError>> {
        let mark = Query::Meta(meta::LOCK.to_owned());
        match self.program.step(Answers::default()) {
            Step::Read(mut queries) => {
                self.asked = queries.iter().map(Asked::by).collect();
                queries.push(mark);
                self.stage = Stage::Asked;
                Step::Read(queries)
            }
            Step::Write(writes, output) => {
                self.stage = Stage::Writes(writes, output);
                Step::Read(vec![mark])
            }
        }
    }

    fn look(&self, answers: &mut Answers) -> Result<(Held<K::Cipher>, bool), StoreError> {
        let mark = read_mark(answers.take_last_bytes().as_deref())?;
        let seals = mark.as_ref().is_some_and(|mark| mark.work.seals());
        Ok((self.keyring.look(mark.as_ref()), seals))
    }

    fn go_on(&mut self, answers: Answers) -> Step<Result<P::Output, StoreError>> {
        let Stage::Known(held, _) = &self.stage else {
            return refuse(StoreError::Locked);
        };
        let answers = match held {
            Held::Locked if self.asked.iter().any(Asked::is_of_bodies) => {
                return refuse(StoreError::Locked);
            }
            Held::Plain | Held::Locked => answers,
            Held::Open(cipher) => rows::open_answers(cipher.as_ref(), &self.asked, answers),
        };
        match self.program.step(answers) {
            Step::Read(queries) => {
                self.asked = queries.iter().map(Asked::by).collect();
                Step::Read(queries)
            }
            Step::Write(writes, output) => self.write(writes, output),
        }
    }

    fn write(&self, writes: Vec<Write>, output: P::Output) -> Step<Result<P::Output, StoreError>> {
        let writes = match &self.stage {
            Stage::Known(Held::Open(cipher), true) => writes
                .into_iter()
                .map(|write| rows::seal_write(cipher.as_ref(), write))
                .collect(),
            Stage::Known(Held::Plain | Held::Open(_), _) => writes,
            Stage::Known(Held::Locked, _) | Stage::Begin | Stage::Asked | Stage::Writes(..) => {
                if writes.iter().any(rows::is_of_bodies) {
                    return refuse(StoreError::Locked);
                }
                writes
            }
        };
        Step::Write(writes, Ok(output))
    }
}

fn refuse<T>(error: StoreError) -> Step<Result<T, StoreError>> {
    Step::Write(Vec::new(), Err(error))
}

/// Reads the record; a database without a lock has none.
fn read_mark(bytes: Option<&[u8]>) -> Result<Option<LockMark>, StoreError> {
    bytes
        .map(|bytes| {
            serde_json::from_slice(bytes)
                .map_err(|_| StoreError::Corrupt("the lock's record".to_owned()))
        })
        .transpose()
}
