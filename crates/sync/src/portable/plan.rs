//! Comparing a file with what is here, and saving what is missing.

use lume_core::ids::{EntityId, UserId};

use super::{AtBackend, BadRow, ImportFile, ImportRow, Target};
use crate::actions::CommitError;
use crate::body;
use crate::content::Content;
use crate::engine::Engine;
use crate::meta::{Account, Profile};
use crate::ports::Ports;
use crate::rows::{EntityKey, EntityRow};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// Entities looked up in one transaction.
const PLAN_STEP: usize = 200;

/// What this device has of an entity. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub enum Here {
    /// Nothing.
    Absent,
    /// It, with this content.
    Live(Content),
    /// It was deleted.
    Deleted,
    /// A row that this version can't read.
    Unreadable,
}

/// What becomes of a row. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub enum Fate {
    /// It is added.
    Add,
    /// It is here as the file has it, or there is nothing to delete.
    Same,
    /// It is here with this other content; the person decides.
    Differs(Content),
    /// It was deleted here; the person decides.
    DeletedHere,
    /// The file deletes what is here; the person decides.
    Deletes(Content),
    /// What is here can't be read by this version, and is left alone.
    Unreadable,
}

/// Says what becomes of a row.
pub fn fate(target: &Target, here: Here) -> Fate {
    match (target, here) {
        (_, Here::Unreadable) => Fate::Unreadable,
        (Target::Live(_), Here::Absent) => Fate::Add,
        (Target::Live(wanted), Here::Live(here)) if here == *wanted => Fate::Same,
        (Target::Live(_), Here::Live(here)) => Fate::Differs(here),
        (Target::Live(_), Here::Deleted) => Fate::DeletedHere,
        (Target::Deleted, Here::Live(here)) => Fate::Deletes(here),
        (Target::Deleted, Here::Absent | Here::Deleted) => Fate::Same,
    }
}

/// A row with its fate.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRow {
    /// The row.
    pub row: ImportRow,
    /// The entity it becomes; another than the row's only where the row's id is another account's.
    pub key: EntityKey,
    /// What becomes of it.
    pub fate: Fate,
}

/// What reading in a file would do.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportPlan {
    /// What can be read in, in the file's order.
    pub rows: Vec<PlannedRow>,
    /// What can't.
    pub bad: Vec<BadRow>,
    /// Whether the file was written for another account than the one in use.
    pub is_other_account: bool,
}

/// What the person says about a row that can't just be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What is here stays.
    Keep,
    /// The file's version is taken.
    Take,
}

/// What was done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is here now.
    Added,
    /// It is here as the file has it now.
    Replaced,
    /// It is deleted now.
    Deleted,
    /// Nothing was to be done, or nothing wanted.
    Kept,
    /// It changed since the plan was made; nothing was done.
    Changed,
}

impl<P: Ports> Engine<P> {
    /// Compares a file with what is here. Nothing is changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn plan_import(&self, file: ImportFile) -> Result<ImportPlan, StoreError> {
        let profile = self.profile().await?;
        let other = other_account(&profile, file.account.as_deref());
        let mut rows = Vec::with_capacity(file.rows.len());
        let mut left = file.rows.into_iter();
        loop {
            let step: Vec<_> = left.by_ref().take(PLAN_STEP).collect();
            if step.is_empty() {
                break;
            }
            rows.extend(self.plan_step(step, other).await?);
        }
        Ok(ImportPlan {
            rows,
            bad: file.bad,
            is_other_account: other.is_some(),
        })
    }

    async fn plan_step(
        &self,
        rows: Vec<ImportRow>,
        other: Option<UserId>,
    ) -> Result<Vec<PlannedRow>, StoreError> {
        let keys: Vec<_> = rows
            .iter()
            .map(|row| (row.key.clone(), key_for(row, other)))
            .collect();
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                let both = keys.iter().flat_map(|(own, other)| {
                    [Query::Entity(own.clone()), Query::Entity(other.clone())]
                });
                return Step::Read(both.collect());
            }
            let found: Vec<_> = keys
                .iter()
                .map(|_| (answers.take_entity(), answers.take_entity()))
                .collect();
            Step::Write(Vec::new(), found)
        };
        let found = self
            .transact(Mode::Read, &[StoreName::Entries], program)
            .await?;
        let planned = rows.into_iter().zip(keys).zip(found);
        Ok(planned
            .map(|((row, (own, other)), (here, there))| {
                // What was read in before signing in has its own id.
                let (key, here) = if here.is_some() {
                    (own, here)
                } else {
                    (other, there)
                };
                PlannedRow {
                    fate: fate(&row.target, self.here(here)),
                    row,
                    key,
                }
            })
            .collect())
    }

    fn here(&self, row: Option<EntityRow>) -> Here {
        let Some(row) = row else {
            return Here::Absent;
        };
        if row.deleted {
            return Here::Deleted;
        }
        body::open(self.sealer(), &row.body).map_or(Here::Unreadable, Here::Live)
    }

    /// Does with one row what the plan says, and what the person says where the plan asks: a save like any other, with
    /// its event in its transaction.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing of the row was written, apart from an entity that was brought back and could not be
    /// changed.
    pub async fn import(
        &self,
        planned: &PlannedRow,
        choice: Choice,
    ) -> Result<Imported, CommitError> {
        let PlannedRow { row, key, fate } = planned;
        let done = match (fate, &row.target, choice) {
            (Fate::Add, Target::Live(content), _) => {
                let saved = self.create(&key.kind, key.id, content.clone(), None).await;
                saved.map(|()| Imported::Added)
            }
            (Fate::Differs(_), Target::Live(content), Choice::Take) => {
                let saved = self.update(key, content.clone(), None).await;
                saved.map(|()| Imported::Replaced)
            }
            (Fate::DeletedHere, Target::Live(content), Choice::Take) => {
                match self.restore(key).await {
                    Ok(()) => self.update(key, content.clone(), None).await,
                    failed => failed,
                }
                .map(|()| Imported::Replaced)
            }
            (Fate::Deletes(_), Target::Deleted, Choice::Take) => {
                self.delete(key).await.map(|()| Imported::Deleted)
            }
            _ => Ok(Imported::Kept),
        };
        match done {
            Err(CommitError::Exists | CommitError::Missing) => Ok(Imported::Changed),
            other => other,
        }
    }
}

/// The account in use, where the file is of another one.
pub(crate) fn other_account(profile: &Profile, account: Option<&str>) -> Option<UserId> {
    let own = profile.account.as_ref()?;
    let differs = account.is_some_and(|account| account != Account::key(own));
    differs.then_some(own.user_id)
}

/// The entity that a row becomes. An id that a backend may know belongs to one account there and can't be used by
/// another: the row gets one that follows from both, the same at every import.
fn key_for(row: &ImportRow, other: Option<UserId>) -> EntityKey {
    let user = other.filter(|_| row.at_backend != AtBackend::No);
    let id = user.map_or(row.key.id, |user| id_for(row.key.id, user));
    EntityKey {
        kind: row.key.kind.clone(),
        id,
    }
}

/// Both ids are random, and so is one laid over the other.
pub(crate) fn id_for(id: EntityId, user: UserId) -> EntityId {
    let mut bytes = *id.as_uuid().as_bytes();
    for (byte, other) in bytes.iter_mut().zip(user.as_uuid().as_bytes()) {
        *byte ^= other;
    }
    EntityId::from_random_bytes(bytes)
}

impl std::fmt::Debug for Here {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Live(_) => "Live",
            Self::Deleted => "Deleted",
            Self::Unreadable => "Unreadable",
        })
    }
}

impl std::fmt::Debug for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Add => "Add",
            Self::Same => "Same",
            Self::Differs(_) => "Differs",
            Self::DeletedHere => "DeletedHere",
            Self::Deletes(_) => "Deletes",
            Self::Unreadable => "Unreadable",
        })
    }
}
