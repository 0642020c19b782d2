//! The session: tokens opened for use, refreshed in good time, and by one flusher at a time.
//!
//! A refresh runs under a lock, and its result is stored by compare-and-set on the generation, before it is used.
//! Without locks two flushers may both refresh; the server answers the second within its grace with the same pair.
//! Authentication never goes through the outbox, and no outcome here touches an event.

use lume_wire::auth::{RefreshRequest, TokenPair};
use lume_wire::{ApiError, ErrorCode, envelope, headers, paths};

use crate::engine::Engine;
use crate::gate::{Blocked, Gate};
use crate::limits::{AUTH_LOCK_MS_MAX, LOOK_MS_MAX, TOKEN_REFRESH_MS};
use crate::log::{Level, LogEvent};
use crate::meta::{self, Account, Backend, BackendKind, Profile, StoredSession, Tokens};
use crate::mutant::{self, Mutant};
use crate::outcome::{self, is_ours, retry_after_ms};
use crate::ports::{
    Clock, Locks, Method, Notice, Ports, Request, Response, SendError, Transport, Vault,
};
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};
use crate::wire_request::{base_headers, timeout_ms};

/// The name of the lock around a refresh.
const AUTH_LOCK: &str = "auth";

/// A session ready for use.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) generation: u64,
    pub(crate) tokens: Tokens,
}

/// What asking for a session gave.
pub(crate) enum SessionState {
    /// Use it.
    Ready(Session),
    /// Nobody is signed in, or the backend no longer accepts it.
    SignedOut,
    /// It could not be refreshed now.
    Unreachable {
        /// What the server asked for.
        retry_after_ms: Option<u64>,
        /// Whether somebody else answered.
        captive: bool,
    },
    /// The backend does not talk to this app, whoever is signed in.
    Blocked(Blocked),
}

impl<P: Ports> Engine<P> {
    /// The session of this account, refreshed if it has less than five minutes left.
    pub(crate) async fn session(
        &self,
        profile: &Profile,
        kind: BackendKind,
        gate: &mut Gate,
    ) -> Result<SessionState, StoreError> {
        let stored = self.stored_session().await?;
        let Some(tokens) = self.open_tokens(profile.account.as_ref(), &stored).await else {
            return Ok(SessionState::SignedOut);
        };
        let left = stored
            .expires_at
            .map_or(0, |end| end.millis_since(self.now()));
        if left < TOKEN_REFRESH_MS {
            return self.refresh(profile, kind, stored.generation, gate).await;
        }
        Ok(SessionState::Ready(Session {
            generation: stored.generation,
            tokens,
        }))
    }

    /// A new pair of tokens in place of those of generation `seen`, unless somebody else has got one meanwhile.
    pub(crate) async fn refresh(
        &self,
        profile: &Profile,
        kind: BackendKind,
        seen: u64,
        gate: &mut Gate,
    ) -> Result<SessionState, StoreError> {
        let guard = self.ports().locks().lock(AUTH_LOCK, AUTH_LOCK_MS_MAX).await;
        let asked_ms = self.ports().clock().monotonic_ms();
        let known: Gate = meta::from_bytes(self.meta_bytes(meta::GATE).await?.as_deref())?;
        let stored = self.stored_session().await?;
        let Some(tokens) = self.open_tokens(profile.account.as_ref(), &stored).await else {
            return Ok(SessionState::SignedOut);
        };
        if stored.generation != seen {
            return Ok(SessionState::Ready(Session {
                generation: stored.generation,
                tokens,
            }));
        }
        // A tab that was frozen since the look may hold a token that has been used: presenting it again would end the
        // session everywhere.
        let late_ms = self.ports().clock().monotonic_ms().saturating_sub(asked_ms);
        let late = late_ms > LOOK_MS_MAX && !mutant::is(Mutant::RefreshesWithOldTokens);
        // Another flusher may have been asked to wait since this pass began, or the app be locked.
        if late || self.is_locked() || known.is_asked_to_wait(self.now()) {
            return Ok(SessionState::Unreachable {
                retry_after_ms: None,
                captive: false,
            });
        }
        self.count_request(gate);
        let body = RefreshRequest {
            refresh_token: tokens.refresh.as_str().into(),
            device: self.device(kind),
        };
        let answer = self
            .call(
                &profile.backend,
                kind,
                Method::Post,
                paths::REFRESH,
                Some(to_json(&body)),
                None,
            )
            .await;
        let state = self.refreshed(profile, kind, &stored, answer).await;
        // Held until the new pair is stored.
        drop(guard);
        state
    }

    async fn refreshed(
        &self,
        profile: &Profile,
        kind: BackendKind,
        stored: &StoredSession,
        answer: Result<Response, SendError>,
    ) -> Result<SessionState, StoreError> {
        let unreachable = SessionState::Unreachable {
            retry_after_ms: None,
            captive: false,
        };
        let Ok(response) = answer else {
            return Ok(unreachable);
        };
        let ours = is_ours(kind, &response);
        if mutant::is(Mutant::DropsSessionOnTrouble) && response.status >= 400 {
            self.drop_tokens(stored.generation).await?;
            return Ok(SessionState::SignedOut);
        }
        match response.status {
            200..=299 if ours => {
                let pair = response
                    .body
                    .as_deref()
                    .map(envelope::parse_data::<TokenPair>);
                let Some(Ok(pair)) = pair else {
                    return Ok(unreachable);
                };
                match self.store_tokens(stored, &pair).await? {
                    Some(session) => Ok(SessionState::Ready(session)),
                    None => self.newer_session(profile, stored.generation).await,
                }
            }
            401 | 426 if ours && is_about_the_app(&response) => {
                Ok(SessionState::Blocked(if response.status == 426 {
                    Blocked::Upgrade
                } else {
                    Blocked::ApiKey
                }))
            }
            // The backend itself says no: what it says is read, so that a portal's 401 ends no session.
            400 | 401 | 403
                if ours && response.body.as_deref().and_then(ApiError::parse).is_some() =>
            {
                if !self.drop_tokens(stored.generation).await? {
                    return self.newer_session(profile, stored.generation).await;
                }
                self.log(Level::Error, LogEvent::SignInNeeded);
                Ok(SessionState::SignedOut)
            }
            200..=399 | 511 => Ok(SessionState::Unreachable {
                retry_after_ms: None,
                captive: true,
            }),
            _ => Ok(SessionState::Unreachable {
                retry_after_ms: retry_after_ms(&response),
                captive: !ours && outcome::is_html(&response),
            }),
        }
    }

    /// The session that somebody else has stored since generation `seen`, if there is one.
    async fn newer_session(
        &self,
        profile: &Profile,
        seen: u64,
    ) -> Result<SessionState, StoreError> {
        let stored = self.stored_session().await?;
        let tokens = self.open_tokens(profile.account.as_ref(), &stored).await;
        Ok(match tokens.filter(|_| stored.generation != seen) {
            Some(tokens) => SessionState::Ready(Session {
                generation: stored.generation,
                tokens,
            }),
            None => SessionState::SignedOut,
        })
    }

    /// Stores a new pair under the next generation, if the one it comes from is still the newest.
    async fn store_tokens(
        &self,
        from: &StoredSession,
        pair: &TokenPair,
    ) -> Result<Option<Session>, StoreError> {
        let tokens = Tokens {
            access: pair.access_token.expose().to_owned(),
            refresh: pair.refresh_token.expose().to_owned(),
        };
        let Some(sealed) = self.ports().vault().seal(&to_json(&tokens)).await else {
            return Ok(None);
        };
        let next = StoredSession {
            generation: from.generation + 1,
            account: from.account.clone(),
            expires_at: Some(self.now().plus_millis(pair.expires_in.saturating_mul(1000))),
            sealed,
        };
        let seen = from.generation;
        let generation = next.generation;
        let stored = self.swap_session(seen, next).await?;
        if !stored {
            return Ok(None);
        }
        self.live.borrow_mut().tokens = Some((generation, tokens.clone()));
        self.log(Level::Info, LogEvent::TokenRefreshed);
        Ok(Some(Session { generation, tokens }))
    }

    /// Removes refused tokens at once, unless there are newer ones; the account and its events stay.
    async fn drop_tokens(&self, seen: u64) -> Result<bool, StoreError> {
        let stored = self.stored_session().await?;
        let next = StoredSession {
            generation: seen + 1,
            sealed: Vec::new(),
            expires_at: None,
            ..stored
        };
        let dropped = self.swap_session(seen, next).await?;
        if dropped {
            self.live.borrow_mut().tokens = None;
            self.notify(&Notice::Status);
        }
        Ok(dropped)
    }

    /// Ends the session whatever its generation, and gives it.
    pub(crate) async fn end_session(&self) -> Result<StoredSession, StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::SESSION.to_owned())]);
            }
            match meta::from_bytes::<StoredSession>(answers.take_bytes().as_deref()) {
                Ok(ended) => {
                    let next = StoredSession {
                        generation: ended.generation + 1,
                        ..StoredSession::default()
                    };
                    let write = Write::PutMeta(meta::SESSION.to_owned(), meta::to_bytes(&next));
                    Step::Write(vec![write], Ok(ended))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        let ended = self
            .transact(Mode::Strict, &[StoreName::Meta], program)
            .await??;
        self.notify(&Notice::Status);
        Ok(ended)
    }

    /// Replaces the session of generation `seen`; false if it is no longer the newest.
    async fn swap_session(&self, seen: u64, next: StoredSession) -> Result<bool, StoreError> {
        let program = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::SESSION.to_owned())]);
            }
            match meta::from_bytes::<StoredSession>(answers.take_bytes().as_deref()) {
                Ok(stored)
                    if stored.generation == seen || mutant::is(Mutant::StoresOlderTokens) =>
                {
                    let write = Write::PutMeta(meta::SESSION.to_owned(), meta::to_bytes(&next));
                    Step::Write(vec![write], Ok(true))
                }
                Ok(_) => Step::Write(Vec::new(), Ok(false)),
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &[StoreName::Meta], program)
            .await?
    }

    pub(crate) async fn stored_session(&self) -> Result<StoredSession, StoreError> {
        let bytes = self.meta_bytes(meta::SESSION).await?;
        meta::from_bytes(bytes.as_deref())
    }

    /// A named record's bytes.
    pub(crate) async fn meta_bytes(
        &self,
        name: &'static str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let read = move |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(name.to_owned())]);
            }
            Step::Write(Vec::new(), answers.take_bytes())
        };
        self.transact(Mode::Read, &[StoreName::Meta], read).await
    }

    /// The tokens of a stored session, if it is this account's and can be opened.
    pub(crate) async fn open_tokens(
        &self,
        account: Option<&Account>,
        stored: &StoredSession,
    ) -> Option<Tokens> {
        if stored.sealed.is_empty() || stored.account != account.map(Account::key) {
            return None;
        }
        let known = self.live.borrow().tokens.clone();
        if let Some((generation, tokens)) = known
            && generation == stored.generation
        {
            return Some(tokens);
        }
        let plain = self.ports().vault().open(&stored.sealed).await?;
        let tokens: Tokens = serde_json::from_slice(&plain).ok()?;
        self.live.borrow_mut().tokens = Some((stored.generation, tokens.clone()));
        Some(tokens)
    }

    /// A request that is not an event's.
    pub(crate) async fn call(
        &self,
        backend: &Backend,
        kind: BackendKind,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        tokens: Option<&Tokens>,
    ) -> Result<Response, SendError> {
        let mut headers = base_headers(backend, kind, &self.options.client_version);
        headers.extend(
            tokens.map(|tokens| (headers::AUTHORIZATION, format!("Bearer {}", tokens.access))),
        );
        if body.is_some() {
            headers.push(("content-type", headers::JSON.to_owned()));
        }
        let timeout_ms = timeout_ms(body.as_deref());
        let url = format!("{}{path}", backend.base_url);
        self.send(
            path,
            Request {
                method,
                url,
                headers,
                body,
                timeout_ms,
            },
        )
        .await
    }

    /// Sends a request, and logs it on demand: method, route, status and duration.
    pub(crate) async fn send(&self, route: &str, request: Request) -> Result<Response, SendError> {
        // Whatever it is about: what a locked app asks for would be told to somebody who can't be shown the answer.
        if self.is_locked() {
            return Err(SendError::Stopped);
        }
        let method = request.method;
        let began = self.ports().clock().monotonic_ms();
        let answer = self.ports().transport().send(request).await;
        if self.live.borrow().debug {
            self.log(
                Level::Debug,
                LogEvent::Request {
                    method: method.name().to_owned(),
                    route: route.to_owned(),
                    status: answer.as_ref().ok().map(|response| response.status),
                    took_ms: self.ports().clock().monotonic_ms().saturating_sub(began),
                },
            );
        }
        answer
    }
}

impl SessionState {
    /// What blocks sending, if this does.
    pub(crate) fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::SignedOut => Some(Blocked::Auth),
            Self::Unreachable { captive: true, .. } => Some(Blocked::Captive),
            Self::Blocked(reason) => Some(*reason),
            Self::Unreachable { captive: false, .. } | Self::Ready(_) => None,
        }
    }
}

/// Whether a refusal is the app's fault and not the session's.
fn is_about_the_app(response: &Response) -> bool {
    let error = response.body.as_deref().and_then(ApiError::parse);
    response.status == 426 || error.is_some_and(|error| error.code == ErrorCode::ApiKey)
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain values are JSON")
}
