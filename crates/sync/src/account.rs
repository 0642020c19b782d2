//! The account: signing in and out, and tying a database to whom it belongs.
//!
//! Signing in has two halves, since the entries of the device may go to one database or another: [`Engine::sign_in`]
//! asks the backend and writes nothing; [`Engine::bind`] ties a database to the account, for ever. The app chooses the
//! database between them: the account's own if it was here before, this one if its entries are to come along, else a
//! new one.

use lume_core::time::LocalDate;
use lume_wire::auth::{LoginRequest, LogoutRequest, RegisterRequest, SessionAnswer};
use lume_wire::{ApiError, Capabilities, ErrorCode, Feature, envelope, paths};

use crate::engine::Engine;
use crate::gate::Gate;
use crate::log::{Level, LogEvent};
use crate::meta::{
    self, Account, Adoption, AppMode, Backend, BackendChoice, BackendKind, Profile, StoredSession,
    Tokens,
};
use crate::mutant::{self, Mutant};
use crate::outcome::{is_html, retry_after_ms};
use crate::ports::{Method, Notice, Ports, Response, SendError, Vault};
use crate::session::to_json;
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

pub use crate::settings::SettingsError;

/// What signing in found; to be bound to a database.
pub struct Authenticated {
    account: Account,
    backend: Backend,
    tokens: Tokens,
    expires_in_s: i64,
}

impl Authenticated {
    /// The account, to look its database up by.
    pub fn account(&self) -> &Account {
        &self.account
    }
}

/// What a backend was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: BackendKind,
    pub(crate) server_id: String,
    pub(crate) features: Vec<Feature>,
    pub(crate) epoch: Option<String>,
}

/// Why signing in or registering did not work. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No backend address is set.
    #[error("no backend is set")]
    NoBackend,
    /// Nothing answers there.
    #[error("the backend can't be reached")]
    Unreachable,
    /// It does not answer this page (CORS).
    #[error("the backend does not answer requests from this page")]
    Refused,
    /// What answers is no Lume backend, or a portal stands in front of it.
    #[error("what answers there is not a backend")]
    NotABackend,
    /// The backend does not accept the API key.
    #[error("the API key is not accepted")]
    ApiKey,
    /// Nobody is signed in, or no longer.
    #[error("nobody is signed in")]
    SignedOut,
    /// Wrong address or password.
    #[error("wrong email or password")]
    WrongPassword,
    /// The address has an account.
    #[error("the email has an account already")]
    EmailTaken,
    /// Under the age that the backend asks for.
    #[error("too young")]
    TooYoung,
    /// Fields with their codes.
    #[error("some fields are not accepted")]
    Fields(Vec<(String, String)>),
    /// Too many tries.
    #[error("too many tries")]
    RateLimited {
        /// How long to wait, in seconds.
        wait_s: u64,
    },
    /// The app is too old for this backend.
    #[error("the app is too old for the backend")]
    Upgrade,
    /// The backend failed.
    #[error("the backend failed with status {0}")]
    Failed(u16),
    /// This platform can't keep tokens safely.
    #[error("tokens can't be kept safely here")]
    NoVault,
    /// The database is another account's.
    #[error("these entries belong to another account")]
    OtherAccount,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<P: Ports> Engine<P> {
    /// Makes an account at the backend.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        name: &str,
        date_of_birth: LocalDate,
    ) -> Result<Authenticated, AuthError> {
        let body = |device| {
            to_json(&RegisterRequest {
                email: email.trim().to_owned(),
                password: password.into(),
                name: name.trim().to_owned(),
                date_of_birth,
                device,
            })
        };
        self.authenticate(paths::REGISTER, body).await
    }

    /// Asks the backend for a session.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Authenticated, AuthError> {
        let body = |device| {
            to_json(&LoginRequest {
                email: email.trim().to_owned(),
                password: password.into(),
                device,
            })
        };
        self.authenticate(paths::LOGIN, body).await
    }

    /// `body` is given how this device calls itself, where the backend wants to know.
    async fn authenticate(
        &self,
        path: &str,
        body: impl FnOnce(Option<String>) -> Vec<u8>,
    ) -> Result<Authenticated, AuthError> {
        let profile = self.profile().await?;
        if profile.backend.base_url.is_empty() {
            return Err(AuthError::NoBackend);
        }
        let found = self.find_backend(&profile.backend).await?;
        let body = body(self.device(found.kind));
        let answer = self
            .call(
                &profile.backend,
                found.kind,
                Method::Post,
                path,
                Some(body),
                None,
            )
            .await;
        let response = answer.map_err(unreachable)?;
        if response.redirected || is_html(&response) {
            return Err(AuthError::NotABackend);
        }
        if !(200..=299).contains(&response.status) {
            return Err(auth_error(&response));
        }
        let session = response
            .body
            .as_deref()
            .map(envelope::parse_data::<SessionAnswer>);
        let Some(Ok(session)) = session else {
            return Err(AuthError::NotABackend);
        };
        let found = if found.kind == BackendKind::Basic
            && profile.backend.choice == BackendChoice::Auto
            && response.protocol.is_some()
        {
            // A refusal or a 404 of somebody on the way made it look basic; under that name it would be another server.
            let extended = Backend {
                kind: Some(BackendKind::Extended),
                ..profile.backend.clone()
            };
            self.find_backend(&extended).await?
        } else {
            found
        };
        Ok(Authenticated {
            account: Account {
                server_id: found.server_id,
                user_id: session.user_id,
                email: session.email,
                name: session.name,
            },
            backend: Backend {
                kind: Some(found.kind),
                features: Some(found.features),
                epoch: profile.backend.epoch.or(found.epoch),
                ..profile.backend
            },
            tokens: Tokens {
                access: session.tokens.access_token.expose().to_owned(),
                refresh: session.tokens.refresh_token.expose().to_owned(),
            },
            expires_in_s: session.tokens.expires_in,
        })
    }

    /// Ties this database to the account and turns sync on. Entries that are here get their events with the next
    /// passes.
    ///
    /// # Errors
    ///
    /// [`AuthError::OtherAccount`], [`AuthError::NoVault`], or the database's; nothing was changed.
    pub async fn bind(&self, authenticated: &Authenticated) -> Result<(), AuthError> {
        let Authenticated {
            account,
            backend,
            tokens,
            expires_in_s,
        } = authenticated;
        let sealed = self
            .ports()
            .vault()
            .seal(&to_json(tokens))
            .await
            .ok_or(AuthError::NoVault)?;
        let expires_at = Some(self.now().plus_millis(expires_in_s.saturating_mul(1000)));
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![
                    Query::Meta(meta::PROFILE.to_owned()),
                    Query::Meta(meta::SESSION.to_owned()),
                ]);
            }
            let read = (|| {
                let profile: Profile = meta::from_bytes(answers.take_bytes().as_deref())?;
                let session: StoredSession = meta::from_bytes(answers.take_bytes().as_deref())?;
                Ok::<_, StoreError>((profile, session))
            })();
            let (mut profile, session) = match read {
                Ok(read) => read,
                Err(error) => return Step::Write(Vec::new(), Err(error.into())),
            };
            if profile
                .account
                .as_ref()
                .is_some_and(|bound| bound.key() != account.key())
                && !mutant::is(Mutant::BindsAnyDatabase)
            {
                return Step::Write(Vec::new(), Err(AuthError::OtherAccount));
            }
            let adopt = profile.account.is_none() || profile.mode == AppMode::Device;
            profile.mode = AppMode::Synced;
            profile.account = Some(account.clone());
            profile.backend = backend.clone();
            if adopt {
                profile.adoption = Some(Adoption::default());
            }
            let session = StoredSession {
                generation: session.generation + 1,
                account: Some(account.key()),
                expires_at,
                sealed: sealed.clone(),
            };
            Step::Write(
                vec![
                    Write::PutMeta(meta::PROFILE.to_owned(), meta::to_bytes(&profile)),
                    Write::PutMeta(meta::SESSION.to_owned(), meta::to_bytes(&session)),
                    Write::PutMeta(meta::GATE.to_owned(), meta::to_bytes(&Gate::default())),
                ],
                Ok(()),
            )
        };
        self.transact(Mode::Strict, &[StoreName::Meta], program)
            .await??;
        self.log(Level::Info, LogEvent::SignedIn);
        self.notify(&Notice::Data);
        self.notify(&Notice::Status);
        Ok(())
    }

    /// Ends the session. Entries and unsent events stay in this database, and only the same account's next session
    /// sends them. Tells the backend if it can be reached.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then the session is still there.
    pub async fn sign_out(&self) -> Result<(), StoreError> {
        let profile = self.profile().await?;
        let ended = self.end_session().await?;
        let tokens = self.open_tokens(profile.account.as_ref(), &ended).await;
        self.live.borrow_mut().tokens = None;
        let kept = self.overview().await?.counts.waiting();
        self.log(Level::Info, LogEvent::SignedOut { kept });
        self.flush_log().await;
        if let (Some(tokens), Some(kind)) = (tokens, profile.backend.kind) {
            let body = LogoutRequest {
                refresh_token: Some(tokens.refresh.as_str().into()),
            };
            let told = self.call(
                &profile.backend,
                kind,
                Method::Post,
                paths::LOGOUT,
                Some(to_json(&body)),
                Some(&tokens),
            );
            // The tokens are gone from here; at the backend they run out by themselves.
            drop(told.await);
        }
        Ok(())
    }

    /// Asks a backend what it is.
    pub(crate) async fn find_backend(&self, backend: &Backend) -> Result<Found, AuthError> {
        let basic = Found {
            kind: BackendKind::Basic,
            server_id: backend.base_url.clone(),
            features: Vec::new(),
            epoch: None,
        };
        if backend.choice == BackendChoice::Basic && backend.kind != Some(BackendKind::Extended) {
            return Ok(basic);
        }
        let may_be_basic =
            backend.choice == BackendChoice::Auto && backend.kind != Some(BackendKind::Extended);
        // Only the seed's headers: a basic backend's preflight knows no others.
        let answer = self
            .call(
                backend,
                BackendKind::Basic,
                Method::Get,
                paths::CAPABILITIES,
                None,
                None,
            )
            .await;
        let response = match answer {
            Ok(response) => response,
            Err(SendError::Refused) if may_be_basic => return Ok(basic),
            Err(error) => return Err(unreachable(error)),
        };
        let data = response
            .body
            .as_deref()
            .map(envelope::parse_data::<Capabilities>);
        match (response.status, data) {
            (200, Some(Ok(capabilities))) if response.protocol.is_some() => Ok(Found {
                kind: BackendKind::Extended,
                server_id: capabilities.server_id,
                features: capabilities.features,
                epoch: Some(capabilities.server_epoch),
            }),
            (404 | 405, _) if may_be_basic && !response.redirected => Ok(basic),
            (401 | 403, _) if response.protocol.is_some() => Err(AuthError::ApiKey),
            (500..=599, _) => Err(AuthError::Failed(response.status)),
            _ => Err(AuthError::NotABackend),
        }
    }

    pub(crate) async fn store_backend(&self, found: &Found) -> Result<(), StoreError> {
        let (kind, features) = (found.kind, found.features.clone());
        let epoch = found.epoch.clone();
        self.change_profile(false, move |profile| {
            profile.backend.kind = Some(kind);
            profile.backend.features = Some(features.clone());
            profile.backend.epoch = profile.backend.epoch.take().or(epoch.clone());
        })
        .await
    }
}

pub(crate) fn unreachable(error: SendError) -> AuthError {
    match error {
        SendError::Refused => AuthError::Refused,
        SendError::Network | SendError::Timeout | SendError::Stopped => AuthError::Unreachable,
    }
}

pub(crate) fn auth_error(response: &Response) -> AuthError {
    let Some(error) = response.body.as_deref().and_then(ApiError::parse) else {
        return match response.status {
            401 | 403 => AuthError::WrongPassword,
            409 => AuthError::EmailTaken,
            404 | 405 => AuthError::NotABackend,
            426 => AuthError::Upgrade,
            429 => rate_limited(response),
            status => AuthError::Failed(status),
        };
    };
    let fields = || AuthError::Fields(error.fields.clone().into_iter().collect());
    match (response.status, &error.code) {
        (_, ErrorCode::EmailTaken) | (409, _) => AuthError::EmailTaken,
        (_, ErrorCode::TooYoung) => AuthError::TooYoung,
        (_, ErrorCode::ApiKey) => AuthError::ApiKey,
        (400 | 422, _) if !error.fields.is_empty() => fields(),
        (426, _) => AuthError::Upgrade,
        (429, _) => rate_limited(response),
        (401 | 403, _) => AuthError::WrongPassword,
        (400 | 422, _) => AuthError::Fields(Vec::new()),
        (404 | 405, _) => AuthError::NotABackend,
        (status, _) => AuthError::Failed(status),
    }
}

fn rate_limited(response: &Response) -> AuthError {
    AuthError::RateLimited {
        wait_s: retry_after_ms(response).unwrap_or(60_000).div_ceil(1000),
    }
}
