//! What a person does with the account itself: another password, and the end of it.
//!
//! Both are asked of the backend at once, by whoever is signed in, and change nothing here: no event is made of them.
//! What becomes of the account's database after the end is the app's to say.

use lume_wire::auth::{DeleteAccountRequest, PasswordRequest};
use lume_wire::paths;

use crate::account::{AuthError, auth_error, unreachable};
use crate::engine::Engine;
use crate::meta::BackendKind;
use crate::outcome::is_ours;
use crate::ports::{Method, Ports};
use crate::session::{Session, SessionState, to_json};

impl<P: Ports> Engine<P> {
    /// Takes another password for the account. Its other devices have to sign in again; this one stays signed in.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: [`AuthError::WrongPassword`] where `current` is not the password.
    pub async fn change_password(&self, current: &str, new: &str) -> Result<(), AuthError> {
        let body = to_json(&PasswordRequest {
            current_password: current.into(),
            new_password: new.into(),
        });
        self.ask_as_owner(Method::Post, paths::PASSWORD, &body)
            .await
    }

    /// Deletes the account and everything that the backend has of it. What is on this device stays until its database is
    /// deleted.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: [`AuthError::WrongPassword`] where it is not the password.
    pub async fn delete_account(&self, password: &str) -> Result<(), AuthError> {
        let body = to_json(&DeleteAccountRequest {
            password: password.into(),
        });
        self.ask_as_owner(Method::Delete, paths::ME, &body).await
    }

    /// Asks as the person who is signed in, once more with a new token where the old one is refused.
    async fn ask_as_owner(&self, method: Method, path: &str, body: &[u8]) -> Result<(), AuthError> {
        let overview = self.overview().await?;
        let (profile, mut gate) = (overview.profile, overview.gate);
        if profile.account.is_none() || profile.backend.kind != Some(BackendKind::Extended) {
            return Err(AuthError::SignedOut);
        }
        let (backend, kind) = (&profile.backend, BackendKind::Extended);
        let mut session = ready(self.session(&profile, kind, &mut gate).await?)?;
        let mut refreshed = false;
        loop {
            let (body, tokens) = (Some(body.to_vec()), Some(&session.tokens));
            let answer = self.call(backend, kind, method, path, body, tokens).await;
            let response = answer.map_err(unreachable)?;
            match response.status {
                200..=299 if is_ours(kind, &response) => return Ok(()),
                401 if !refreshed && is_ours(kind, &response) => {
                    refreshed = true;
                    let state = self.refresh(&profile, kind, session.generation, &mut gate);
                    session = ready(state.await?)?;
                }
                401 if is_ours(kind, &response) => return Err(AuthError::SignedOut),
                _ if is_ours(kind, &response) => return Err(auth_error(&response)),
                _ => return Err(AuthError::NotABackend),
            }
        }
    }
}

fn ready(state: SessionState) -> Result<Session, AuthError> {
    match state {
        SessionState::Ready(session) => Ok(session),
        SessionState::SignedOut => Err(AuthError::SignedOut),
        SessionState::Unreachable { .. } | SessionState::Blocked(_) => Err(AuthError::Unreachable),
    }
}
