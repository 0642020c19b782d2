//! Accounts: made, and signed in to.

use lume_core::ids::UserId;
use lume_core::time::{LocalDate, Timestamp, UtcOffsetMinutes};
use lume_wire::auth::{
    AGE_YEARS_MIN, LoginRequest, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, RegisterRequest,
    SessionAnswer,
};
use lume_wire::{ApiError, ErrorCode};
use serde::de::DeserializeOwned;

use super::backend::MemoryBackend;
use super::reply::{Refusal, Reply};

/// An account.
pub(super) struct User {
    email: String,
    password: String,
    name: String,
    created_at: Timestamp,
}

impl MemoryBackend {
    /// `POST /auth/register`.
    pub(super) fn register(&mut self, now: Timestamp, body: &[u8]) -> Result<Reply, Refusal> {
        let wanted: RegisterRequest = read(body)?;
        check(&wanted)?;
        if age(wanted.date_of_birth, now) < i32::from(AGE_YEARS_MIN) {
            return Err(ApiError::new(ErrorCode::TooYoung, "too young")
                .with_field("date_of_birth", "too_young")
                .into());
        }
        if self.find(&wanted.email).is_some() {
            return Err(ApiError::new(ErrorCode::EmailTaken, "taken")
                .with_field("email", "taken")
                .into());
        }
        let id = self.new_user_id();
        let user = User {
            email: wanted.email,
            password: wanted.password.expose().to_owned(),
            name: wanted.name,
            created_at: now,
        };
        self.users.insert(id, user);
        Ok(self.sign_in(201, id, now))
    }

    /// `POST /auth/login`.
    pub(super) fn login(&mut self, now: Timestamp, body: &[u8]) -> Result<Reply, Refusal> {
        let wanted: LoginRequest = read(body)?;
        let known = self
            .find(&wanted.email)
            .filter(|(_, user)| user.password == wanted.password.expose());
        match known.map(|(id, _)| id) {
            Some(id) => Ok(self.sign_in(200, id, now)),
            None => Err(ApiError::new(
                ErrorCode::Unauthorized,
                "email and password do not belong together",
            )
            .into()),
        }
    }

    fn sign_in(&mut self, status: u16, id: UserId, now: Timestamp) -> Reply {
        let tokens = self.open_session(id, now);
        let user = &self.users[&id];
        Reply::data(
            status,
            SessionAnswer {
                user_id: id,
                email: user.email.clone(),
                name: user.name.clone(),
                created_at: Some(user.created_at),
                tokens,
            },
        )
    }

    fn find(&self, email: &str) -> Option<(UserId, &User)> {
        let wanted = email.trim().to_lowercase();
        self.users
            .iter()
            .find(|(_, user)| user.email.to_lowercase() == wanted)
            .map(|(id, user)| (*id, user))
    }

    fn new_user_id(&mut self) -> UserId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.options.seed.to_be_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_be_bytes());
        UserId::from_random_bytes(bytes)
    }
}

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::new(ErrorCode::BadRequest, "the body is not as agreed").into())
}

fn check(wanted: &RegisterRequest) -> Result<(), Refusal> {
    let mut error = ApiError::new(ErrorCode::Validation, "some fields are not valid");
    let chars = wanted.password.expose().chars().count();
    if chars < PASSWORD_CHARS_MIN {
        error = error.with_field("password", "too_short");
    } else if chars > PASSWORD_CHARS_MAX {
        error = error.with_field("password", "too_long");
    }
    if !wanted.email.contains('@') {
        error = error.with_field("email", "invalid");
    }
    if wanted.name.trim().is_empty() {
        error = error.with_field("name", "required");
    }
    if error.fields.is_empty() {
        Ok(())
    } else {
        Err(error.into())
    }
}

fn age(born: LocalDate, now: Timestamp) -> i32 {
    let today = now.to_local(UtcOffsetMinutes::ZERO).date();
    let birthday = (born.month(), born.day()) <= (today.month(), today.day());
    i32::from(today.year()) - i32::from(born.year()) - i32::from(!birthday)
}
