//! Accounts and sessions. `Debug` of every type here shows no password, token, email or name.

use std::fmt;

use lume_core::ids::UserId;
use lume_core::time::{LocalDate, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Secret;

/// Shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longest password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Longest email address, in characters (RFC 5321's limit on a path).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Longest `device`, in characters: how the device calls itself. The bodies of register, login and refresh may have it,
/// and the history of an entity shows it.
pub const DEVICE_CHARS_MAX: usize = 60;
/// Youngest age, in years.
pub const AGE_YEARS_MIN: u16 = 13;

/// Gives types a `Debug` of their name alone.
macro_rules! debug_by_name {
    ($($name:ident),+ $(,)?) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}

debug_by_name!(
    RegisterRequest,
    LoginRequest,
    RefreshRequest,
    LogoutRequest,
    SessionAnswer,
    TokenPair,
    Profile,
    ProfilePatch,
    PasswordRequest,
    DeleteAccountRequest,
);

/// Body of `POST /auth/register`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterRequest {
    /// Address by which the person signs in; compared without regard to case.
    pub email: String,
    /// [`PASSWORD_CHARS_MIN`] to [`PASSWORD_CHARS_MAX`] characters.
    pub password: Secret,
    /// How the person wants to be called.
    pub name: String,
    /// At least [`AGE_YEARS_MIN`] years ago.
    pub date_of_birth: LocalDate,
    /// How the device calls itself, at most [`DEVICE_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Body of `POST /auth/login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRequest {
    /// The account's address.
    pub email: String,
    /// The account's password.
    pub password: Secret,
    /// How the device calls itself, at most [`DEVICE_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Body of `POST /auth/refresh`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The refresh token; it works once.
    pub refresh_token: Secret,
    /// How the device calls itself, at most [`DEVICE_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Body of `POST /auth/logout`; it may be left out where an access token is sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// A refresh token of the session to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

/// Data of the answer to register and login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAnswer {
    /// The account.
    pub user_id: UserId,
    /// Its address, as given at registration.
    #[serde(default)]
    pub email: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The session's tokens.
    #[serde(flatten)]
    pub tokens: TokenPair,
}

/// Data of the answer to refresh.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPair {
    /// Sent with every request.
    pub access_token: Secret,
    /// Gets the next pair, once.
    pub refresh_token: Secret,
    /// How long the access token lives from now, in seconds.
    pub expires_in: i64,
}

/// Data of `GET /users/me`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The account.
    pub user_id: UserId,
    /// Its address.
    pub email: String,
    /// Its name.
    pub name: String,
    /// The person's date of birth.
    pub date_of_birth: LocalDate,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Body of `PUT /users/me`: what is absent stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePatch {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A new address; wants the password as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A corrected date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<LocalDate>,
    /// The password, asked again for a new address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
}

/// Body of `POST /auth/password`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRequest {
    /// The password of before.
    pub current_password: Secret,
    /// The password from now on.
    pub new_password: Secret,
}

/// Body of `DELETE /users/me`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteAccountRequest {
    /// The password, asked again.
    pub password: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::parse_data;

    #[test]
    fn a_session_is_one_flat_object() {
        let answer =
            br#"{"success": true, "data": {"user_id": "6F9619FF-8B86-4D01-B42D-00CF4FC964FF",
            "email": "a@example.org", "name": "A", "created_at": "2025-01-15T10:30:00Z",
            "access_token": "aaa", "refresh_token": "rrr", "expires_in": 900}}"#;

        let session: SessionAnswer = parse_data(answer).unwrap();

        assert_eq!(session.tokens.access_token.expose(), "aaa");
        assert_eq!(session.tokens.expires_in, 900);
        let written = serde_json::to_value(&session).unwrap();
        assert_eq!(written["refresh_token"], "rrr");
    }

    #[test]
    fn debug_shows_neither_tokens_nor_the_person() {
        let login = LoginRequest {
            email: "a@example.org".to_owned(),
            password: Secret::from("hunter2hunter2"),
            device: None,
        };
        assert_eq!(format!("{login:?}"), "LoginRequest { .. }");
    }
}
