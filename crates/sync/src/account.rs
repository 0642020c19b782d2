//! Backend, account and mode: what a person settles once.
//!
//! Signing in has two halves, since the entries of the device may go to one database or another: [`Engine::sign_in`]
//! asks the backend and writes nothing; [`Engine::bind`] ties a database to the account, for ever. The app chooses the
//! database between them: the account's own if it was here before, this one if its entries are to come along, else a
//! new one.

use lume_core::time::LocalDate;
use lume_wire::auth::{LoginRequest, LogoutRequest, RegisterRequest, SessionAnswer};
use lume_wire::{ApiError, Capabilities, ErrorCode, envelope, paths};

use crate::engine::Engine;
use crate::gate::Gate;
use crate::log::{Level, LogEvent};
use crate::meta::{
    self, Account, Adoption, AppMode, Backend, BackendChoice, BackendKind, Profile, StoredSession,
    Tokens,
};
use crate::outcome::{is_html, retry_after_ms};
use crate::ports::{Method, Notice, Ports, Response, SendError, Vault};
use crate::session::to_json;
use crate::store::{Answers, Mode, Query, Step, StoreError, StoreName, Write};

/// Shortest interval between passes, in seconds.
pub const INTERVAL_S_MIN: u32 = 5;
/// Longest interval between passes, in seconds.
pub const INTERVAL_S_MAX: u32 = 3_600;

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

/// Why a setting was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address with a host.
    #[error("not an address")]
    NotAnAddress,
    /// Neither https nor on this machine.
    #[error("not https")]
    NotHttps,
    /// Out of [`INTERVAL_S_MIN`] to [`INTERVAL_S_MAX`].
    #[error("out of range")]
    OutOfRange,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<P: Ports> Engine<P> {
    /// What this database is for.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn profile(&self) -> Result<Profile, StoreError> {
        let bytes = self.meta_bytes(meta::PROFILE).await?;
        meta::from_bytes(bytes.as_deref())
    }

    /// Sets where to send to. Another address is asked anew what it is.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; nothing was changed.
    pub async fn set_backend(
        &self,
        base_url: &str,
        api_key: &str,
        choice: BackendChoice,
    ) -> Result<(), SettingsError> {
        let base_url = checked_url(base_url)?;
        let api_key = api_key.trim().to_owned();
        self.change_profile(true, move |profile| {
            let same = profile.backend.base_url == base_url;
            let kind = profile.backend.kind.filter(|_| same);
            let kind = match (choice, kind) {
                // The account's events go to its own server only: the next pass asks which one this is.
                _ if !same && profile.account.is_some() => None,
                (BackendChoice::Auto, kind) => kind,
                // Once extended, never basic again.
                (BackendChoice::Basic, kind) => kind.or(Some(BackendKind::Basic)),
                (BackendChoice::Extended, _) => Some(BackendKind::Extended),
            };
            profile.backend = Backend {
                base_url: base_url.clone(),
                api_key: api_key.clone(),
                choice,
                kind,
            };
        })
        .await?;
        Ok(())
    }

    /// Sets how often a pass runs.
    ///
    /// # Errors
    ///
    /// [`SettingsError::OutOfRange`] or the database's.
    pub async fn set_interval(&self, seconds: u32) -> Result<(), SettingsError> {
        if !(INTERVAL_S_MIN..=INTERVAL_S_MAX).contains(&seconds) {
            return Err(SettingsError::OutOfRange);
        }
        self.change_profile(false, move |profile| profile.interval_s = seconds)
            .await?;
        Ok(())
    }

    /// Turns sync off or on. Off makes and sends no events and keeps everything else; on gives an event to each entity
    /// that differs from what its events lead to.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_mode(&self, mode: AppMode) -> Result<(), StoreError> {
        self.change_profile(false, move |profile| {
            let turned_on = profile.mode == AppMode::Device && mode == AppMode::Synced;
            profile.mode = mode;
            if turned_on && profile.account.is_some() {
                profile.adoption = Some(Adoption::default());
            }
        })
        .await
    }

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
        let body = RegisterRequest {
            email: email.trim().to_owned(),
            password: password.into(),
            name: name.trim().to_owned(),
            date_of_birth,
        };
        self.authenticate(paths::REGISTER, to_json(&body)).await
    }

    /// Asks the backend for a session.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Authenticated, AuthError> {
        let body = LoginRequest {
            email: email.trim().to_owned(),
            password: password.into(),
        };
        self.authenticate(paths::LOGIN, to_json(&body)).await
    }

    async fn authenticate(&self, path: &str, body: Vec<u8>) -> Result<Authenticated, AuthError> {
        let profile = self.profile().await?;
        if profile.backend.base_url.is_empty() {
            return Err(AuthError::NoBackend);
        }
        let found = self.find_backend(&profile.backend).await?;
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
            }),
            (404 | 405, _) if may_be_basic && !response.redirected => Ok(basic),
            (401 | 403, _) if response.protocol.is_some() => Err(AuthError::ApiKey),
            (500..=599, _) => Err(AuthError::Failed(response.status)),
            _ => Err(AuthError::NotABackend),
        }
    }

    pub(crate) async fn store_backend_kind(&self, kind: BackendKind) -> Result<(), StoreError> {
        self.change_profile(false, move |profile| profile.backend.kind = Some(kind))
            .await
    }

    /// Changes the profile in one transaction; opens the gate if what stood behind it may have changed.
    pub(crate) async fn change_profile(
        &self,
        open_gate: bool,
        mut change: impl FnMut(&mut Profile),
    ) -> Result<(), StoreError> {
        let program = |mut answers: Answers| {
            if answers.is_empty() {
                return Step::Read(vec![Query::Meta(meta::PROFILE.to_owned())]);
            }
            match meta::from_bytes::<Profile>(answers.take_bytes().as_deref()) {
                Ok(mut profile) => {
                    change(&mut profile);
                    let mut writes = vec![Write::PutMeta(
                        meta::PROFILE.to_owned(),
                        meta::to_bytes(&profile),
                    )];
                    if open_gate {
                        writes.push(Write::PutMeta(
                            meta::GATE.to_owned(),
                            meta::to_bytes(&Gate::default()),
                        ));
                    }
                    Step::Write(writes, Ok(()))
                }
                Err(error) => Step::Write(Vec::new(), Err(error)),
            }
        };
        self.transact(Mode::Strict, &[StoreName::Meta], program)
            .await??;
        self.notify(&Notice::Status);
        Ok(())
    }
}

fn unreachable(error: SendError) -> AuthError {
    match error {
        SendError::Refused => AuthError::Refused,
        SendError::Network | SendError::Timeout | SendError::Stopped => AuthError::Unreachable,
    }
}

fn auth_error(response: &Response) -> AuthError {
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

/// A backend's address without a slash at its end: https, or http on this machine.
fn checked_url(text: &str) -> Result<String, SettingsError> {
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").ok_or(SettingsError::NotAnAddress)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '@' || c == '\\';
    if authority.is_empty() || text.contains(odd) || rest.contains(['?', '#']) {
        return Err(SettingsError::NotAnAddress);
    }
    let host = match authority.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host),
    };
    let host = host.to_ascii_lowercase();
    let here =
        matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") || host.ends_with(".localhost");
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(text.to_owned()),
        "http" if here => Ok(text.to_owned()),
        "http" => Err(SettingsError::NotHttps),
        _ => Err(SettingsError::NotAnAddress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_https_or_on_this_machine() {
        for good in [
            "https://lume.example",
            "https://lume.example/base/",
            "http://localhost:8080",
            "http://[::1]:1",
        ] {
            assert!(checked_url(good).is_ok(), "{good}");
        }
        for plain in [
            "http://lume.example",
            "http://localhost.example",
            "http://10.0.0.1:8080",
        ] {
            assert_eq!(checked_url(plain), Err(SettingsError::NotHttps), "{plain}");
        }
        for bad in [
            "",
            "lume.example",
            "ftp://lume.example",
            "https://",
            "https://a b",
            "https://u@lume.example",
            "https://a/?x",
        ] {
            assert_eq!(checked_url(bad), Err(SettingsError::NotAnAddress), "{bad}");
        }
    }

    #[test]
    fn a_slash_at_the_end_does_not_make_another_backend() {
        assert_eq!(
            checked_url(" https://lume.example/ "),
            Ok("https://lume.example".to_owned())
        );
    }
}
