//! Many entities at once, from a file: made in steps of one strict transaction each, and taken back in such steps.
//!
//! [`Engine::begin_import`] forgets what the last import made and begins a new record. Each [`Engine::import_step`] makes
//! what is missing, along the path of every other save, and writes down in the same transaction what it made. So an
//! import that a crash has cut short can be begun again, where nothing comes twice, or undone: [`Engine::undo_step`]
//! deletes what the last step made, and forgets the step.
//!
//! The record lies among the drafts, sealed as they are: its head under one name, what each step made under another.
//!
//! Architecture invariant: an import overwrites nothing, and undoing it deletes nothing that was edited since.

mod work;

use lume_core::ids::{EntityId, EventId, UserId};
use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::work::{Work, both, chosen, forgotten, known_of, queries, refused, wants};
use crate::actions::{CommitError, RUNS_MAX, STORES};
use crate::body;
use crate::content::Content;
use crate::engine::Engine;
use crate::meta::Profile;
use crate::portable::other_account;
use crate::ports::{Notice, Ports};
use crate::rows::Kind;
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// The most entities of one step.
pub const IMPORT_STEP: usize = 100;
/// Entities looked up in one transaction.
const LOOK_STEP: usize = 500;
/// The name of the record's head.
const HEAD: &str = "import";
/// Of every kind: when an entity was last edited.
const UPDATED_AT: &str = "updated_at";

/// Whose the ids in a file are. An id that a backend may know belongs to one account there, and another account gets one
/// that follows from both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// They follow from what the rows say: another account's import of the same file has the same.
    Derived,
    /// They are entities' own, of this account ([`crate::meta::Account::key`]) if of any.
    Of(Option<String>),
}

impl Ids {
    fn laid_over(&self, profile: &Profile) -> Option<UserId> {
        match self {
            Self::Derived => profile.account.as_ref().map(|account| account.user_id),
            Self::Of(account) => other_account(profile, account.as_deref()),
        }
    }
}

/// What this device has of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Absent,
    /// It, whatever it says now.
    Here,
    /// It was deleted.
    Deleted,
}

/// What a step of an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Entities that it made or brought back.
    pub made: u64,
    /// Those that were here.
    pub here: u64,
    /// Those that were deleted here, and stay so.
    pub deleted: u64,
}

/// An import that can be undone. Its `Debug` does not show what it was about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// Tells it from every other import.
    pub token: EventId,
    /// What it was about, in words of the app's.
    pub about: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// Steps that made something and were not undone.
    pub steps: u32,
    /// What it made, less what was undone.
    pub made: u64,
    /// What undoing it has left, since it was edited.
    pub kept: u64,
    /// Steps that were ever run, with what the last one did.
    last: (u32, Imported),
}

impl std::fmt::Debug for ImportRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ImportRecord({}, {} steps, {})",
            self.token, self.steps, self.made
        )
    }
}

/// What a step of undoing did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    /// Entities that the import made and that are still to be looked at.
    pub left: u64,
    /// Entities that undoing has left so far, since they were edited.
    pub kept: u64,
    /// Whether nothing is left to be undone.
    pub is_done: bool,
}

/// An entity that a step made, and when it was last edited then.
type Made = (EntityId, Option<Value>);

impl<P: Ports> Engine<P> {
    /// What is here of these entities, in their order. Nothing is changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn look_up(
        &self,
        kind: &Kind,
        ids: &Ids,
        entities: &[EntityId],
    ) -> Result<Vec<Known>, StoreError> {
        let laid_over = ids.laid_over(&self.profile().await?);
        let mut known = Vec::with_capacity(entities.len());
        for part in entities.chunks(LOOK_STEP) {
            let keys: Vec<_> = part.iter().map(|id| both(kind, *id, laid_over)).collect();
            let program = |mut answers: Answers| {
                if answers.is_empty() {
                    return Step::Read(queries(&keys));
                }
                let found = keys.iter().map(|keys| chosen(keys, &mut answers));
                Step::Write(
                    Vec::new(),
                    found.map(|(_, row)| known_of(row.as_ref())).collect(),
                )
            };
            let found: Vec<Known> = self
                .transact(Mode::Read, &[StoreName::Entries], program)
                .await?;
            known.extend(found);
        }
        Ok(known)
    }

    /// The last import, if something of it can be undone.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn last_import(&self) -> Result<Option<ImportRecord>, StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Draft(HEAD.to_owned())]);
            }
            Step::Write(Vec::new(), self.head(&mut answers))
        };
        let head = self.transact(Mode::Read, &[StoreName::Drafts], program);
        Ok(head.await??.filter(|head| head.steps > 0))
    }

    /// Begins an import; the one before can't be undone any more.
    ///
    /// # Errors
    ///
    /// [`CommitError`].
    pub async fn begin_import(&self, about: &str) -> Result<ImportRecord, CommitError> {
        let record = ImportRecord {
            token: self.new_event_id(),
            about: about.to_owned(),
            begun_at: self.now(),
            steps: 0,
            made: 0,
            kept: 0,
            last: (0, Imported::default()),
        };
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Draft(HEAD.to_owned())]);
            }
            // One that can't be read is replaced as well: nobody could undo it.
            let old = self.head(&mut answers).ok().flatten();
            let mut writes = forgotten(old.as_ref());
            writes.push(self.put_head(&record));
            Step::Write(writes, ())
        };
        self.transact(Mode::Strict, &[StoreName::Drafts], program)
            .await?;
        Ok(record)
    }

    /// Forgets what the last import made: what is here stays, and can't be undone at once any more.
    ///
    /// # Errors
    ///
    /// [`CommitError`].
    pub async fn forget_import(&self) -> Result<(), CommitError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Draft(HEAD.to_owned())]);
            }
            let old = self.head(&mut answers).ok().flatten();
            let mut writes = forgotten(old.as_ref());
            writes.push(Write::RemoveDraft(HEAD.to_owned()));
            Step::Write(writes, ())
        };
        self.transact(Mode::Strict, &[StoreName::Drafts], program)
            .await?;
        Ok(())
    }

    /// Makes those of these entities, at most [`IMPORT_STEP`], that are not here; those that were deleted here only if
    /// `brings_back`. `number` counts the steps of this import from 0: the same step again does nothing.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing of the step was written. [`CommitError::Missing`] where another import has begun.
    pub async fn import_step(
        &self,
        import: &ImportRecord,
        number: u32,
        (kind, ids): (&Kind, &Ids),
        entities: &[(EntityId, Content)],
        brings_back: bool,
    ) -> Result<Imported, CommitError> {
        debug_assert!(entities.len() <= IMPORT_STEP);
        let done = self.repeated("import", async || {
            let events: Vec<_> = entities.iter().map(|_| self.new_event_id()).collect();
            let mut work = Work::new(self);
            let program = |mut answers: Answers| {
                if answers.is_empty() {
                    work = Work::new(self);
                    return Step::Read(Work::<P>::first(None));
                }
                if work.profile.is_none() {
                    match work.take_first(&mut answers) {
                        Ok(head) if head.token != import.token => {
                            return refused(CommitError::Missing);
                        }
                        Ok(head) if head.last.0 > number => {
                            return Step::Write(Vec::new(), Ok(head.last.1));
                        }
                        Ok(_) => {}
                        Err(error) => return refused(error.into()),
                    }
                    let laid_over = work
                        .profile
                        .as_ref()
                        .and_then(|profile| ids.laid_over(profile));
                    work.keys = entities
                        .iter()
                        .map(|(id, _)| both(kind, *id, laid_over))
                        .collect();
                    if !work.keys.is_empty() {
                        return Step::Read(queries(&work.keys));
                    }
                }
                if work.chosen.is_empty() && !work.keys.is_empty() {
                    work.choose(&mut answers);
                    let lanes = work.lanes(|known| wants(known, brings_back));
                    if !lanes.is_empty() {
                        return Step::Read(lanes);
                    }
                }
                work.import(number, entities, &events, brings_back, answers)
            };
            self.transact(Mode::Strict, &STORES, program).await
        });
        done.await
    }

    /// Deletes what the last step of the last import made and nobody has edited since, and forgets that step.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written.
    pub async fn undo_step(&self, kind: &Kind) -> Result<Undone, CommitError> {
        let Some(head) = self.last_import().await? else {
            return Ok(Undone {
                is_done: true,
                ..Undone::default()
            });
        };
        let number = head.steps - 1;
        let done = self.repeated("undo", async || {
            let events: Vec<_> = (0..IMPORT_STEP).map(|_| self.new_event_id()).collect();
            let mut work = Work::new(self);
            let program = |mut answers: Answers| {
                if answers.is_empty() {
                    work = Work::new(self);
                    return Step::Read(Work::<P>::first(Some(number)));
                }
                if work.profile.is_none() {
                    match work.take_first(&mut answers) {
                        // It was undone already.
                        Ok(found) if found.token != head.token || found.steps != head.steps => {
                            return Step::Write(Vec::new(), Ok(found.undone()));
                        }
                        Ok(_) => {}
                        Err(error) => return refused(error.into()),
                    }
                    if let Err(error) = work.take_made(&mut answers) {
                        return refused(error.into());
                    }
                    work.keys = work
                        .made
                        .iter()
                        .map(|(id, _)| both(kind, *id, None))
                        .collect();
                    if !work.keys.is_empty() {
                        return Step::Read(queries(&work.keys));
                    }
                }
                if work.chosen.is_empty() && !work.keys.is_empty() {
                    work.choose(&mut answers);
                    let lanes = work.lanes(|known| known == Known::Here);
                    if !lanes.is_empty() {
                        return Step::Read(lanes);
                    }
                }
                work.undo(number, &events, answers)
            };
            self.transact(Mode::Strict, &STORES, program).await
        });
        done.await
    }

    /// Runs a step until its outcome is known: the same step again finds what it did.
    async fn repeated<T>(
        &self,
        during: &str,
        run: impl AsyncFn() -> Result<Result<T, CommitError>, StoreError>,
    ) -> Result<T, CommitError> {
        let mut outcome = run().await;
        for _ in 1..RUNS_MAX {
            if !matches!(outcome, Err(StoreError::Unknown(_))) {
                break;
            }
            outcome = run().await;
        }
        match &outcome {
            Ok(_) => {
                self.has_room();
                self.notify(&Notice::Data);
            }
            Err(error) => self.store_failed(during, error),
        }
        outcome?
    }

    fn head(&self, answers: &mut Answers) -> Result<Option<ImportRecord>, StoreError> {
        let bytes = answers.take_bytes();
        bytes
            .map(|bytes| body::open(self.sealer(), &bytes))
            .transpose()
    }

    fn put_head(&self, record: &ImportRecord) -> Write {
        Write::PutDraft(HEAD.to_owned(), body::seal(self.sealer(), record))
    }
}

impl ImportRecord {
    fn undone(&self) -> Undone {
        Undone {
            left: self.made,
            kept: self.kept,
            is_done: self.steps == 0,
        }
    }
}
