//! Sessions: families of refresh tokens, each of which works once.

use lume_core::ids::UserId;
use lume_core::time::{SECOND_MS, Timestamp};
use lume_wire::auth::{LogoutRequest, RefreshRequest, TokenPair};
use lume_wire::{ApiError, ErrorCode};

use super::account::read;
use super::backend::MemoryBackend;
use super::reply::{Refusal, Reply};

/// How long the answer to a refresh is repeated, in milliseconds.
const REFRESH_GRACE_MS: i64 = 30 * SECOND_MS;

/// One session, from a sign-in to its end.
pub(super) struct Family {
    pub(super) user: UserId,
    ended: bool,
}

/// An access token.
pub(super) struct AccessToken {
    pub(super) family: u64,
    expires_at: Timestamp,
}

/// A refresh token.
pub(super) struct RefreshToken {
    family: u64,
    expires_at: Timestamp,
    /// When it was used, and what for.
    used: Option<(Timestamp, TokenPair)>,
}

impl MemoryBackend {
    /// Whose request this is.
    pub(super) fn authenticate(
        &self,
        now: Timestamp,
        token: Option<&str>,
    ) -> Result<UserId, Refusal> {
        let found = token.and_then(|token| self.access_tokens.get(token));
        let Some(token) = found else {
            return Err(ErrorCode::Unauthorized.into());
        };
        let family = &self.families[&token.family];
        if family.ended {
            return Err(ErrorCode::Unauthorized.into());
        }
        if token.expires_at <= now {
            return Err(ErrorCode::TokenExpired.into());
        }
        Ok(family.user)
    }

    pub(super) fn open_session(&mut self, user: UserId, now: Timestamp) -> TokenPair {
        let family = self.draw();
        self.families.insert(family, Family { user, ended: false });
        self.new_pair(family, now)
    }

    /// `POST /auth/refresh`.
    pub(super) fn refresh(&mut self, now: Timestamp, body: &[u8]) -> Result<Reply, Refusal> {
        let wanted: RefreshRequest = read(body)?;
        let presented = wanted.refresh_token.expose();
        let Some(token) = self.refresh_tokens.get(presented) else {
            return Err(ErrorCode::Unauthorized.into());
        };
        let (family, expires_at, used) = (token.family, token.expires_at, token.used.clone());
        let ended = self.families[&family].ended;
        match used {
            Some((at, pair)) if !ended && now.millis_since(at) <= REFRESH_GRACE_MS => {
                let lived_s = now.millis_since(at) / SECOND_MS;
                Ok(Reply::data(
                    200,
                    TokenPair {
                        expires_in: pair.expires_in - lived_s,
                        ..pair
                    },
                ))
            }
            Some(_) => {
                self.end(family);
                Err(ApiError::new(
                    ErrorCode::TokenReused,
                    "the token was used before; the session is over",
                )
                .into())
            }
            None if ended || expires_at <= now => Err(ErrorCode::Unauthorized.into()),
            None => {
                let pair = self.new_pair(family, now);
                if let Some(token) = self.refresh_tokens.get_mut(presented) {
                    token.used = Some((now, pair.clone()));
                }
                Ok(Reply::data(200, pair))
            }
        }
    }

    /// `POST /auth/logout`.
    pub(super) fn logout(&mut self, _now: Timestamp, access: Option<&str>, body: &[u8]) -> Reply {
        let refresh = read::<LogoutRequest>(body)
            .ok()
            .and_then(|body| body.refresh_token);
        let by_access = access
            .and_then(|token| self.access_tokens.get(token))
            .map(|token| token.family);
        let by_refresh = || Some(self.refresh_tokens.get(refresh.as_ref()?.expose())?.family);
        match by_access.or_else(by_refresh) {
            Some(family) => {
                self.end(family);
                Reply::empty()
            }
            None => Reply::refusal(&ErrorCode::Unauthorized.into()),
        }
    }

    fn end(&mut self, family: u64) {
        if let Some(family) = self.families.get_mut(&family) {
            family.ended = true;
        }
    }

    fn new_pair(&mut self, family: u64, now: Timestamp) -> TokenPair {
        let number = self.draw();
        let seed = self.options.seed;
        let (access, refresh) = (
            format!("access-{seed}-{number}"),
            format!("refresh-{seed}-{number}"),
        );
        let after = |seconds: i64| now.plus_millis(seconds.saturating_mul(SECOND_MS));
        let expires_in = self.options.access_token_s;
        self.access_tokens.insert(
            access.clone(),
            AccessToken {
                family,
                expires_at: after(expires_in),
            },
        );
        let expires_at = after(self.options.refresh_token_s);
        self.refresh_tokens.insert(
            refresh.clone(),
            RefreshToken {
                family,
                expires_at,
                used: None,
            },
        );
        TokenPair {
            access_token: access.into(),
            refresh_token: refresh.into(),
            expires_in,
        }
    }
}
