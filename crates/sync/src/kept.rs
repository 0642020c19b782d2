//! What the backend keeps besides the present state of entities: earlier revisions, and the bin. Also the way to its
//! live hints.
//!
//! All of it is asked for when a person looks, and nothing of it is stored here. What is brought back from there is an
//! ordinary edit of this device.

use lume_core::time::Timestamp;
use lume_wire::history::HistoryPage;
use lume_wire::{Feature, Rev, envelope, paths};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::content::Content;
use crate::engine::Engine;
use crate::kinds::KindSpec;
use crate::meta::{BackendKind, Profile};
use crate::outcome::is_ours;
use crate::ports::{Method, Ports, Response};
use crate::rows::{EntityKey, Kind};
use crate::session::{Session, SessionState};
use crate::store::StoreError;

/// What an entity was from one change to the next. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub struct Revision {
    /// The revision.
    pub rev: Rev,
    /// When it was made, by the backend's clock.
    pub at: Timestamp,
    /// What the device that made it calls itself, where it does.
    pub device: Option<String>,
    /// What it was.
    pub was: Was,
}

/// What an entity was at a revision. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub enum Was {
    /// It was deleted.
    Deleted,
    /// Something that this version can't read.
    Unreadable,
    /// This.
    Content(Content),
}

/// A deleted entity that can come back. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub struct Binned {
    /// Which one.
    pub key: EntityKey,
    /// When it was deleted, by the backend's clock.
    pub deleted_at: Timestamp,
    /// What it said.
    pub content: Content,
}

/// A page of what the backend keeps, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    /// The page.
    pub items: Vec<T>,
    /// Where to go on; none on the last page. Opaque.
    pub next: Option<String>,
}

/// Why nothing can be shown. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// Sync is off, or nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The backend has no such thing.
    #[error("the backend does not offer it")]
    NotOffered,
    /// The backend does not know the entity.
    #[error("the backend does not have it")]
    Missing,
    /// The backend could not be reached, or did not answer as it should.
    #[error("the backend does not answer")]
    Unreachable,
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the backend gives live hints, and what to present there. Its `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveAccess {
    /// The address, as in `https://lume.example/api/v1/live`.
    pub url: String,
    /// For the first message.
    pub access_token: String,
}

impl<P: Ports> Engine<P> {
    /// A page of what an entity has been, newest first; the first one is what the backend has now.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn revisions(
        &self,
        key: &EntityKey,
        cursor: Option<&str>,
    ) -> Result<Kept<Revision>, KeptError> {
        let spec = key.kind.spec().ok_or(KeptError::NotOffered)?;
        let path = with_cursor(paths::history(spec.path, key.id), '?', cursor);
        let page: HistoryPage = self.ask_for(&Feature::History, &path).await?;
        let items = page.revisions.into_iter().map(|revision| Revision {
            rev: revision.rev,
            at: revision.at,
            device: revision.device,
            was: revision.entity.map_or(Was::Deleted, |fields| {
                (spec.read)(&fields).map_or(Was::Unreadable, |(_, content)| Was::Content(content))
            }),
        });
        Ok(Kept {
            items: items.collect(),
            next: page.next_cursor,
        })
    }

    /// A page of the bin: what was deleted in the last thirty days, on any device, deleted last first.
    ///
    /// # Errors
    ///
    /// [`KeptError`].
    pub async fn bin(&self, kind: &Kind, cursor: Option<&str>) -> Result<Kept<Binned>, KeptError> {
        let spec = kind.spec().ok_or(KeptError::NotOffered)?;
        let path = with_cursor(format!("{}?deleted=true", spec.path), '&', cursor);
        let page: Content = self.ask_for(&Feature::Bin, &path).await?;
        let listed = page.get(&paths::list_name(spec.path));
        let listed = listed.and_then(Value::as_array);
        let listed = listed.ok_or(KeptError::Unreachable)?;
        let next = page.get("next_cursor").and_then(Value::as_str);
        Ok(Kept {
            items: listed
                .iter()
                .filter_map(|fields| binned(spec, fields.as_object()?))
                .collect(),
            next: next.map(str::to_owned),
        })
    }

    /// Where to listen for live hints; `None` if there is nothing to listen to: sync is off, nobody is signed in, or the
    /// backend has none.
    ///
    /// # Errors
    ///
    /// [`KeptError::Unreachable`] or the database's: it may be tried again.
    pub async fn live_access(&self) -> Result<Option<LiveAccess>, KeptError> {
        match self.admitted(&Feature::Live).await {
            Ok((profile, session)) => Ok(Some(LiveAccess {
                url: format!("{}{}", profile.backend.base_url, paths::LIVE),
                access_token: session.tokens.access,
            })),
            Err(KeptError::SignedOut | KeptError::NotOffered | KeptError::Missing) => Ok(None),
            Err(error @ (KeptError::Unreachable | KeptError::Store(_))) => Err(error),
        }
    }

    /// The session, where the backend offers this.
    async fn admitted(&self, feature: &Feature) -> Result<(Profile, Session), KeptError> {
        let profile = self.overview().await?.profile;
        if profile.syncing().is_none() {
            return Err(KeptError::SignedOut);
        }
        let offered = profile.backend.features.as_ref();
        if !offered.is_some_and(|offered| offered.contains(feature)) {
            return Err(KeptError::NotOffered);
        }
        self.signed_in().await
    }

    /// The session, at a backend of the extended profile.
    pub(crate) async fn signed_in(&self) -> Result<(Profile, Session), KeptError> {
        let overview = self.overview().await?;
        let profile = overview.profile;
        if profile.syncing().is_none() {
            return Err(KeptError::SignedOut);
        }
        if profile.backend.kind == Some(BackendKind::Basic) {
            return Err(KeptError::NotOffered);
        }
        let mut gate = overview.gate;
        if self.is_locked() || gate.is_asked_to_wait(self.now()) {
            return Err(KeptError::Unreachable);
        }
        let session = self.session(&profile, BackendKind::Extended, &mut gate);
        Ok((profile.clone(), ready(session.await?)?))
    }

    /// Asks for something as the person who is signed in.
    async fn ask_for<T: DeserializeOwned>(
        &self,
        feature: &Feature,
        path: &str,
    ) -> Result<T, KeptError> {
        let (profile, session) = self.admitted(feature).await?;
        let response = self
            .ask_as(&profile, session, Method::Get, path, None)
            .await?;
        let body = response.body.ok_or(KeptError::Unreachable)?;
        envelope::parse_data(&body).map_err(|_| KeptError::Unreachable)
    }

    /// Asks with a session, once more with a new token where the old one is refused. The answer is a success.
    pub(crate) async fn ask_as(
        &self,
        profile: &Profile,
        mut session: Session,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response, KeptError> {
        let (backend, kind) = (&profile.backend, BackendKind::Extended);
        let mut gate = self.overview().await?.gate;
        let mut refreshed = false;
        loop {
            let tokens = Some(&session.tokens);
            let body = body.map(<[u8]>::to_vec);
            let answer = self.call(backend, kind, method, path, body, tokens);
            let response = answer.await.map_err(|_| KeptError::Unreachable)?;
            match response.status {
                200 | 204 if is_ours(kind, &response) => return Ok(response),
                401 if !refreshed => {
                    refreshed = true;
                    let state = self.refresh(profile, kind, session.generation, &mut gate);
                    session = ready(state.await?)?;
                }
                404 | 410 if is_ours(kind, &response) => return Err(KeptError::Missing),
                _ => return Err(KeptError::Unreachable),
            }
        }
    }
}

fn ready(state: SessionState) -> Result<Session, KeptError> {
    match state {
        SessionState::Ready(session) => Ok(session),
        SessionState::SignedOut => Err(KeptError::SignedOut),
        SessionState::Unreachable { .. } | SessionState::Blocked(_) => Err(KeptError::Unreachable),
    }
}

fn binned(spec: &KindSpec, fields: &Content) -> Option<Binned> {
    let mut fields = fields.clone();
    let deleted_at = fields.remove("deleted_at")?;
    let (id, content) = (spec.read)(&fields)?;
    Some(Binned {
        key: EntityKey {
            kind: spec.kind(),
            id,
        },
        deleted_at: deleted_at.as_str()?.parse().ok()?,
        content,
    })
}

/// A path with the place to go on at. Cursors are opaque: whatever is in one, it stays one parameter.
fn with_cursor(path: String, joint: char, cursor: Option<&str>) -> String {
    match cursor {
        Some(cursor) => format!("{path}{joint}cursor={}", crate::pull::encoded(cursor)),
        None => path,
    }
}

impl std::fmt::Debug for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Revision({:?}, {:?})", self.rev, self.at)
    }
}

impl std::fmt::Debug for Was {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deleted => "Deleted",
            Self::Unreadable => "Unreadable",
            Self::Content(_) => "Content",
        })
    }
}

impl std::fmt::Debug for Binned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Binned({:?}, {:?})", self.key, self.deleted_at)
    }
}

impl std::fmt::Debug for LiveAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LiveAccess({})", self.url)
    }
}
