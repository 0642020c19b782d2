//! What a person does: each action is one strict transaction over the entity and its event.
//!
//! "Saved" may be said once the call returns `Ok`, and not before. If the commit's outcome is unknown the event is
//! looked up by its id, and in device mode the entity is compared: found means saved, not found means that the action
//! runs once more under the same id, and if even that can't be settled the caller keeps the form.

use lume_core::ids::{EntityId, EventId};

use crate::body;
use crate::content::{Content, State};
use crate::engine::Engine;
use crate::gate::Blocked;
use crate::history;
use crate::kinds::Header;
use crate::landing::{self, versions};
use crate::lane::{Act, Lane};
use crate::merge::{self, Overlap, Rule, Rules, Side};
use crate::meta::{self, Account, Profile};
use crate::mutant::{self, Mutant};
use crate::ports::{Notice, Ports};
use crate::rows::{EntityKey, EntityRow, Kind, SyncState};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// Why an action did not happen. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// There is no room on the device.
    #[error("storage is full")]
    Full,
    /// The entity is not there, or was deleted.
    #[error("the entity is gone")]
    Missing,
    /// An entity of this id is there already, with other content.
    #[error("the id is taken")]
    Exists,
    /// The database did not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            other @ (StoreError::Aborted(_)
            | StoreError::Unknown(_)
            | StoreError::Unavailable(_)
            | StoreError::Newer
            | StoreError::Blocked
            | StoreError::Locked
            | StoreError::Corrupt(_)) => Self::Store(other),
        }
    }
}

/// What an action does to an entity.
#[derive(Clone)]
pub(crate) enum Change {
    Create(Content),
    Update(Content),
    /// What became of the first content is laid over what the entity is now: it may have changed while it was edited.
    Edit {
        seen: Content,
        made: Content,
    },
    /// The two versions of a text that stand beside the entity are settled with this one.
    Settle(String),
    Delete,
    Restore,
    /// Makes it live with this content, whether it was deleted here or was never known here.
    BringBack(Content),
}

/// The stores of an action.
pub(crate) const STORES: [StoreName; 7] = [
    StoreName::Entries,
    StoreName::Base,
    StoreName::Outbox,
    StoreName::Claims,
    StoreName::Meta,
    StoreName::Drafts,
    StoreName::History,
];

/// How often an action is run when its commit's outcome is unknown.
pub(crate) const RUNS_MAX: usize = 2;

impl<P: Ports> Engine<P> {
    /// Creates an entity, and clears the draft it was written in.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written, the draft is still there.
    pub async fn create(
        &self,
        kind: &Kind,
        id: EntityId,
        content: Content,
        draft: Option<&str>,
    ) -> Result<(), CommitError> {
        let key = EntityKey {
            kind: kind.clone(),
            id,
        };
        self.commit(&key, Change::Create(content), draft).await
    }

    /// Gives an entity this content, and clears the draft it was edited in.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written, the draft is still there.
    pub async fn update(
        &self,
        key: &EntityKey,
        content: Content,
        draft: Option<&str>,
    ) -> Result<(), CommitError> {
        self.commit(key, Change::Update(content), draft).await
    }

    /// Makes of an entity what the person has made of `seen`, and clears the draft it was edited in. What came from
    /// elsewhere since it was seen stays, field by field; where the person changed the same, what they made holds, and the
    /// other is kept in the history.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written, the draft is still there.
    pub async fn edit(
        &self,
        key: &EntityKey,
        seen: Content,
        made: Content,
        draft: Option<&str>,
    ) -> Result<(), CommitError> {
        self.commit(key, Change::Edit { seen, made }, draft).await
    }

    /// Deletes an entity. Its event waits ten seconds for [`Engine::restore`].
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written.
    pub async fn delete(&self, key: &EntityKey) -> Result<(), CommitError> {
        self.commit(key, Change::Delete, None).await
    }

    /// Brings a deleted entity back as it was.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written.
    pub async fn restore(&self, key: &EntityKey) -> Result<(), CommitError> {
        self.commit(key, Change::Restore, None).await
    }

    /// Brings an entity back from the bin with what it said, deleted here or on another device. One that is there is
    /// left as it is.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; nothing was written.
    pub async fn bring_back(&self, key: &EntityKey, content: Content) -> Result<(), CommitError> {
        self.commit(key, Change::BringBack(content), None).await
    }

    pub(crate) async fn commit(
        &self,
        key: &EntityKey,
        change: Change,
        draft: Option<&str>,
    ) -> Result<(), CommitError> {
        let event_id = self.new_event_id();
        let mut outcome = Err(StoreError::Unknown(String::new()));
        for _ in 0..RUNS_MAX {
            outcome = self.commit_once(key, &change, event_id, draft).await;
            if !matches!(outcome, Err(StoreError::Unknown(_))) {
                break;
            }
            if mutant::is(Mutant::UnknownIsSaved) {
                outcome = Ok(Ok(()));
                break;
            }
            if mutant::is(Mutant::UnknownIsNotSaved) {
                outcome = Err(StoreError::Aborted(String::new()));
                break;
            }
            match self.is_committed(key, &change, event_id).await {
                Ok(true) => outcome = Ok(Ok(())),
                Ok(false) => continue,
                // It may be there: nobody may be told that it is not.
                Err(error) => outcome = Err(StoreError::Unknown(error.to_string())),
            }
            break;
        }
        match &outcome {
            Ok(_) => {
                self.has_room();
                self.notify(&Notice::Data);
            }
            Err(error) => self.store_failed("save", error),
        }
        outcome?
    }

    /// What was written shows that the disk is not full any more.
    pub(crate) fn has_room(&self) {
        let rest = &mut self.live.borrow_mut().rest;
        if rest.blocked == Some(Blocked::Quota) {
            rest.open();
        }
    }

    async fn commit_once(
        &self,
        key: &EntityKey,
        change: &Change,
        event_id: EventId,
        draft: Option<&str>,
    ) -> Result<Result<(), CommitError>, StoreError> {
        let now = self.now();
        let later = std::cell::RefCell::new(Vec::new());
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![
                    Query::Meta(meta::PROFILE.to_owned()),
                    Query::Entity(key.clone()),
                    Query::Base(key.clone()),
                    Query::Lane(key.clone()),
                    Query::Claims,
                ]);
            }
            let planned = (|| {
                let profile: Profile = meta::from_bytes(answers.take_bytes().as_deref())?;
                let row = answers.take_entity();
                let lane = Lane::new(
                    self.sealer(),
                    key.clone(),
                    answers.take_base(),
                    answers.take_outbox(),
                    &answers.take_claims(),
                );
                plan(
                    self.sealer(),
                    key,
                    change,
                    row.as_ref(),
                    lane,
                    profile.syncing(),
                    event_id,
                    now,
                )
            })();
            match planned {
                Ok(mut writes) => {
                    writes.extend(draft.map(|name| Write::RemoveDraft(name.to_owned())));
                    later.replace(split(&mut writes));
                    Step::Write(writes, Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        let mode = if mutant::is(Mutant::SavesRelaxed) {
            Mode::Relaxed
        } else {
            Mode::Strict
        };
        let done = self.transact(mode, &STORES, program).await?;
        let later = later.into_inner();
        if !later.is_empty() && mutant::is(Mutant::SplitsTheWrite) {
            self.transact(mode, &STORES, |_| Step::Write(later.clone(), ()))
                .await?;
        }
        Ok(done)
    }

    /// Whether an action of unknown outcome is in the database.
    async fn is_committed(
        &self,
        key: &EntityKey,
        change: &Change,
        event_id: EventId,
    ) -> Result<bool, StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Event(event_id), Query::Entity(key.clone())]);
            }
            let event = answers.take_outbox();
            let found = !event.is_empty()
                || answers.take_entity().is_some_and(|row| match change {
                    Change::Create(content)
                    | Change::Update(content)
                    | Change::Edit { made: content, .. } => {
                        !row.deleted
                            && body::open::<Content>(self.sealer(), &row.body).as_ref()
                                == Ok(content)
                    }
                    Change::Settle(_) => row.overlap.is_none(),
                    Change::Delete => row.deleted,
                    Change::Restore | Change::BringBack(_) => !row.deleted,
                });
            Step::Write(Vec::new(), found)
        };
        self.transact(
            Mode::Read,
            &[StoreName::Outbox, StoreName::Entries],
            program,
        )
        .await
    }

    /// Keeps an unsaved form.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the last kept one is still there.
    pub async fn save_draft(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let write = Write::PutDraft(name.to_owned(), body::seal(self.sealer(), &bytes));
        self.transact(Mode::Relaxed, &[StoreName::Drafts], move |_| {
            Step::Write(vec![write.clone()], ())
        })
        .await
    }

    /// The form that was not saved, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn draft(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Draft(name.to_owned())]);
            }
            Step::Write(Vec::new(), answers.take_bytes())
        };
        let sealed = self
            .transact(Mode::Read, &[StoreName::Drafts], read)
            .await?;
        sealed
            .map(|sealed| body::open(self.sealer(), &sealed))
            .transpose()
    }

    /// Forgets an unsaved form.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; it is still there.
    pub async fn clear_draft(&self, name: &str) -> Result<(), StoreError> {
        let write = Write::RemoveDraft(name.to_owned());
        self.transact(Mode::Relaxed, &[StoreName::Drafts], move |_| {
            Step::Write(vec![write.clone()], ())
        })
        .await
    }
}

/// What a mutant leaves out of the one transaction.
fn split(writes: &mut Vec<Write>) -> Vec<Write> {
    if !mutant::is(Mutant::SplitsTheWrite) && !mutant::is(Mutant::ForgetsTheEvent) {
        return Vec::new();
    }
    let is_event = |write: &mut Write| matches!(write, Write::PutEvent(_));
    writes.extract_if(.., is_event).collect()
}

/// The rules of a kind of a newer version.
const fn none_known(_: &str) -> Option<Rule> {
    None
}

/// What an action writes.
#[expect(
    clippy::too_many_arguments,
    reason = "the inputs of one decision, each of another kind"
)]
pub(crate) fn plan<S: crate::ports::Sealer>(
    sealer: &S,
    key: &EntityKey,
    change: &Change,
    row: Option<&EntityRow>,
    mut lane: Lane<'_, S>,
    account: Option<&Account>,
    event_id: EventId,
    now: lume_core::time::Timestamp,
) -> Result<Vec<Write>, CommitError> {
    let mut losers = Vec::new();
    let mut made_twice = None;
    let (content, deleted) = match (change, row) {
        // Somebody has brought it back already.
        (Change::BringBack(_), Some(row)) if !row.deleted => return Ok(Vec::new()),
        (Change::Create(content), None) | (Change::BringBack(content), _) => {
            (content.clone(), false)
        }
        (Change::Create(content), Some(row)) => {
            let same = body::open::<Content>(sealer, &row.body)? == *content && !row.deleted;
            return if same {
                Ok(Vec::new())
            } else {
                Err(CommitError::Exists)
            };
        }
        (_, None) => return Err(CommitError::Missing),
        (Change::Update(_) | Change::Edit { .. } | Change::Settle(_), Some(row)) if row.deleted => {
            return Err(CommitError::Missing);
        }
        (Change::Edit { seen, made }, Some(row)) => {
            let here: Content = body::open(sealer, &row.body)?;
            let rules = key
                .kind
                .spec()
                .map_or(none_known as Rules, |spec| spec.rules);
            let merged = merge::merge(rules, Some(seen), made, &here, Side::Mine);
            losers = merged.losers;
            made_twice = merged.overlaps.into_iter().next();
            (merged.content, false)
        }
        (Change::Settle(text), Some(row)) => {
            let Some(overlap) = row.overlap.as_deref() else {
                // Somebody has settled it already.
                return Ok(Vec::new());
            };
            let here: Content = body::open(sealer, &row.body)?;
            let overlap: Overlap = body::open(sealer, overlap)?;
            losers.extend(landing::besides(&overlap, &here, text));
            (landing::settled(&overlap, here, text), false)
        }
        (Change::Update(content), Some(row)) => {
            // What this version can't read is not written over: nobody could tell what is lost with it.
            body::open::<Content>(sealer, &row.body)?;
            (content.clone(), false)
        }
        (Change::Delete, Some(row)) => (body::open(sealer, &row.body)?, true),
        (Change::Restore, Some(row)) => (body::open(sealer, &row.body)?, false),
    };
    let mut writes = Vec::new();
    let mut sync = SyncState::Local;
    if let Some(account) = account {
        let account = account.key();
        let act = Act {
            event_id,
            account: &account,
            now,
            undoable: true,
        };
        let target = if deleted {
            State::Deleted
        } else {
            State::Live(content.clone())
        };
        writes = lane.reach(&target, &act)?;
        sync = lane.sync_state();
    }
    let settles = matches!(change, Change::Settle(_));
    let overlap = row.and_then(|row| row.overlap.as_deref());
    if let (true, Some(overlap)) = (settles || made_twice.is_some(), overlap) {
        losers.extend(versions(&body::open(sealer, overlap)?, &content));
    }
    let aside = losers.iter();
    writes.extend(aside.map(|loser| history::aside(sealer, key, now, loser)));
    let header = Header::of(&content);
    writes.push(Write::PutEntity(EntityRow {
        key: key.clone(),
        local_time: header.local_time,
        deleted,
        rev: lane.base_rev(),
        sync,
        source: header.source,
        source_id: header.source_id,
        body: body::seal(sealer, &content),
        overlap: match made_twice {
            Some(overlap) => Some(body::seal(sealer, &overlap)),
            None => row.and_then(|row| row.overlap.clone()).filter(|_| !settles),
        },
    }));
    Ok(writes)
}
