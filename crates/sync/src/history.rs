//! What lost in a merge, and what a person does about it: nothing that anybody wrote is gone.
//!
//! A value that lost is kept with its entity, and one action brings it back as an ordinary edit. Two versions of a text
//! that changed in the same place stand in the entity one after the other, and beside it each by itself, until the
//! person has chosen; nothing waits for that.

use lume_core::time::Timestamp;

use crate::actions::{Change, CommitError};
use crate::body;
use crate::content::{Content, merged};
use crate::engine::Engine;
use crate::limits::HISTORY_SHOWN_MAX;
use crate::merge::{Loser, Overlap, Side};
use crate::ports::{Ports, Sealer};
use crate::rows::{EntityKey, HistoryRow, Seq};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// What an entity had been, and is not since a merge. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub struct Version {
    /// Which one.
    pub id: Seq,
    /// When it was put aside.
    pub at: Timestamp,
    /// Whose it was.
    pub side: Side,
    /// The fields with their values, `null` for one that was cleared.
    pub fields: Content,
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.fields.keys().collect();
        write!(f, "Version({:?}, {:?}, {names:?})", self.id, self.side)
    }
}

/// Puts something aside.
pub(crate) fn aside(sealer: &impl Sealer, key: &EntityKey, at: Timestamp, loser: &Loser) -> Write {
    Write::PutHistory(HistoryRow {
        seq: None,
        key: key.clone(),
        at,
        body: body::seal(sealer, loser),
    })
}

impl<P: Ports> Engine<P> {
    /// What was put aside of an entity, newest first; at most [`HISTORY_SHOWN_MAX`], and none that can't be read.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn history(&self, key: &EntityKey) -> Result<Vec<Version>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::History {
                    key: key.clone(),
                    limit: HISTORY_SHOWN_MAX,
                }]);
            }
            Step::Write(Vec::new(), answers.take_history())
        };
        let rows = self
            .transact(Mode::Read, &[StoreName::History], read)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let Loser { fields, side } = body::open(self.sealer(), &row.body).ok()?;
                Some(Version {
                    id: row.seq?,
                    at: row.at,
                    side,
                    fields,
                })
            })
            .collect())
    }

    /// Brings back what was put aside, as an ordinary edit of the entity as it is now.
    ///
    /// # Errors
    ///
    /// [`CommitError::Missing`] if the entity or the version is not there; nothing was written.
    pub async fn restore_version(&self, key: &EntityKey, id: Seq) -> Result<(), CommitError> {
        let versions = self.history(key).await?;
        let version = versions.into_iter().find(|version| version.id == id);
        let version = version.ok_or(CommitError::Missing)?;
        let entity = self.entity(key).await?.ok_or(CommitError::Missing)?;
        let made = merged(&entity.content, &version.fields);
        let seen = entity.content;
        self.commit(key, Change::Edit { seen, made }, None).await
    }

    /// The two versions of a text that was changed here and elsewhere in the same place, if they are not settled.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn overlap(&self, key: &EntityKey) -> Result<Option<Overlap>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Entity(key.clone())]);
            }
            Step::Write(Vec::new(), answers.take_entity())
        };
        let row = self
            .transact(Mode::Read, &[StoreName::Entries], read)
            .await?;
        row.and_then(|row| row.overlap)
            .map(|overlap| body::open(self.sealer(), &overlap))
            .transpose()
    }

    /// Ends an overlap with the text that the person has chosen or written: an ordinary edit. What they did not choose
    /// goes to the history, and so does what was added since and is in neither version.
    ///
    /// # Errors
    ///
    /// [`CommitError::Missing`] if the entity is not there; nothing was written.
    pub async fn settle_overlap(&self, key: &EntityKey, text: &str) -> Result<(), CommitError> {
        self.commit(key, Change::Settle(text.to_owned()), None)
            .await
    }
}
