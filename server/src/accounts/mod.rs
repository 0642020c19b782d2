//! Accounts and sessions.
//!
//! A session is one family of refresh tokens, from a sign-in to its end. Tokens are 32 random bytes; the database has
//! their SHA-256 alone. Each refresh token works once. Its successors are a hash of itself and a salt drawn at its
//! use, so that a lost answer can be given again for [`REFRESH_GRACE_MS`] although neither is stored; used later than
//! that, somebody has a copy, and the whole family ends.

mod common_passwords;
mod delete;
mod fields;
mod limits;
mod login;
mod logout;
mod passwords;
mod profile;
mod refresh;
mod register;
mod sessions;
mod set_password;
mod tokens;

use lume_core::ids::UserId;
use rusqlite::{OptionalExtension, Transaction};

use crate::error::ServerError;

pub(crate) use passwords::PasswordHasher;
pub(crate) use sessions::{assert_live, is_live, unauthorized};

/// How long the answer to a refresh is repeated: long enough for a lost reply, or for two tabs.
pub const REFRESH_GRACE_MS: i64 = 30_000;

/// Who a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub user: UserId,
    /// The session's number.
    pub(crate) session: i64,
}

/// An account's row.
struct User {
    id: UserId,
    email: String,
    name: String,
    date_of_birth: String,
    created_ms: i64,
    password: passwords::Hashed,
}

fn find_by_email(transaction: &Transaction<'_>, email: &str) -> Result<Option<User>, ServerError> {
    find(transaction, "email_key", &email_key(email))
}

fn find_by_id(transaction: &Transaction<'_>, id: UserId) -> Result<Option<User>, ServerError> {
    find(transaction, "id", &id.to_string())
}

fn find(
    transaction: &Transaction<'_>,
    column: &'static str,
    value: &str,
) -> Result<Option<User>, ServerError> {
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT id, email, name, date_of_birth, created_ms, password_salt, password_hash, password_cost
         FROM users WHERE {column} = ?1"
    ))?;
    let found = statement
        .query_row([value], |row| {
            let password = passwords::Hashed {
                salt: row.get(5)?,
                hash: row.get(6)?,
                cost: row.get(7)?,
            };
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                password,
            ))
        })
        .optional()?;
    let Some((id, email, name, date_of_birth, created_ms, password)) = found else {
        return Ok(None);
    };
    let id = id.parse().map_err(|_| ServerError::Corrupt("user id"))?;
    Ok(Some(User {
        id,
        email,
        name,
        date_of_birth,
        created_ms,
        password,
    }))
}

/// Addresses are one address whatever their case.
fn email_key(email: &str) -> String {
    email.to_lowercase()
}
