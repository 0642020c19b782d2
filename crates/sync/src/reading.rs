//! What screens show of the database: entities and log lines.

use lume_core::ids::EntityId;

use crate::body;
use crate::content::Content;
use crate::engine::{Engine, open_record};
use crate::log::LogLine;
use crate::ports::Ports;
use crate::rows::{EntityKey, EntityRow, Kind, SyncState};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName};

/// One entity of a list.
#[derive(Clone, PartialEq)]
pub struct Listed {
    /// Which one.
    pub key: EntityKey,
    /// Its civil time as its row is sorted, readable or not.
    pub local_time: String,
    /// What it says, or why nobody can tell. What can't be read is kept as it is.
    pub content: Result<Content, Unreadable>,
    /// Where it stands with the backend.
    pub sync: ShownSync,
    /// Whether two versions of its text wait for the person: [`Engine::overlap`].
    pub overlaps: bool,
}

/// Why a row's content can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A newer version of the app wrote it.
    #[error("a newer version wrote it")]
    Newer,
    /// Its bytes are not what anybody wrote.
    #[error("it is damaged")]
    Damaged,
}

/// An entity, opened.
#[derive(Clone, PartialEq)]
pub struct Entity {
    /// Which one.
    pub key: EntityKey,
    /// What it says.
    pub content: Content,
    /// Whether it is deleted; then it is shown by undo and the bin only.
    pub deleted: bool,
    /// Where it stands with the backend.
    pub sync: ShownSync,
}

/// Where an entity stands with the backend, as shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownSync {
    /// As the row says.
    Stored(SyncState),
    /// On its way at this moment, by this tab.
    Sending,
}

impl ShownSync {
    /// Its word in `data-sync`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stored(SyncState::Local) => "local",
            Self::Stored(SyncState::Waiting) => "waiting",
            Self::Stored(SyncState::Synced) => "synced",
            Self::Stored(SyncState::Failed) => "failed",
            Self::Stored(SyncState::Conflict) => "conflict",
            Self::Sending => "sending",
        }
    }
}

impl<P: Ports> Engine<P> {
    /// A page of a kind's entities that are not deleted, newest first. One that can't be read takes away none of the
    /// others.
    ///
    /// `from` is the earliest `local_time` wanted, `before` the last `(local_time, id)` of the page before.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn timeline(
        &self,
        kind: &Kind,
        from: Option<String>,
        before: Option<(String, EntityId)>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let query = Query::Timeline {
            kind: kind.clone(),
            deleted: false,
            from,
            before,
            limit,
        };
        let read = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![query.clone()]);
            }
            Step::Write(Vec::new(), answers.take_entities())
        };
        let rows = self
            .transact(Mode::Read, &[StoreName::Entries], read)
            .await?;
        Ok(rows.into_iter().map(|row| self.listed(row)).collect())
    }

    /// One entity, deleted or not.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn entity(&self, key: &EntityKey) -> Result<Option<Entity>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Entity(key.clone())]);
            }
            Step::Write(Vec::new(), answers.take_entity())
        };
        let row = self
            .transact(Mode::Read, &[StoreName::Entries], read)
            .await?;
        row.map(|row| self.opened(row)).transpose()
    }

    /// The deleted entities of a kind that this device still has, newest first; none that can't be read.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn deleted(&self, kind: &Kind, limit: usize) -> Result<Vec<Entity>, StoreError> {
        let query = Query::Timeline {
            kind: kind.clone(),
            deleted: true,
            from: None,
            before: None,
            limit,
        };
        let read = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![query.clone()]);
            }
            Step::Write(Vec::new(), answers.take_entities())
        };
        let rows = self
            .transact(Mode::Read, &[StoreName::Entries], read)
            .await?;
        let entities = rows.into_iter().filter_map(|row| self.opened(row).ok());
        Ok(entities
            .filter(|entity| !entity.content.is_empty())
            .collect())
    }

    /// How many entities of a kind there are that are not deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn count(&self, kind: &Kind) -> Result<u64, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::CountEntities(kind.clone())]);
            }
            Step::Write(Vec::new(), answers.take_count())
        };
        self.transact(Mode::Read, &[StoreName::Entries], read).await
    }

    /// The last log lines that were written, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn log_lines(&self, limit: usize) -> Result<Vec<LogLine>, StoreError> {
        let read = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Log { limit }]);
            }
            Step::Write(Vec::new(), answers.take_log())
        };
        let lines = self.transact(Mode::Read, &[StoreName::Log], read).await?;
        Ok(lines
            .iter()
            .filter_map(|line| open_record(self.sealer(), line))
            .collect())
    }

    pub(crate) fn listed(&self, row: EntityRow) -> Listed {
        let content = body::open(self.sealer(), &row.body).map_err(|error| match error {
            StoreError::Newer => Unreadable::Newer,
            StoreError::Corrupt(_)
            | StoreError::Full
            | StoreError::Aborted(_)
            | StoreError::Unknown(_)
            | StoreError::Unavailable(_)
            | StoreError::Blocked
            | StoreError::Locked => Unreadable::Damaged,
        });
        Listed {
            sync: self.shown_sync(&row),
            overlaps: row.overlap.is_some(),
            key: row.key,
            local_time: row.local_time,
            content,
        }
    }

    fn opened(&self, row: EntityRow) -> Result<Entity, StoreError> {
        let content = body::open(self.sealer(), &row.body)?;
        Ok(Entity {
            sync: self.shown_sync(&row),
            key: row.key,
            content,
            deleted: row.deleted,
        })
    }

    fn shown_sync(&self, row: &EntityRow) -> ShownSync {
        if self.live.borrow().sending.contains(&row.key) {
            ShownSync::Sending
        } else {
            ShownSync::Stored(row.sync)
        }
    }
}
