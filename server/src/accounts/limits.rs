//! How often somebody may try. Each answer that says no is a 429 with the seconds to wait.

use lume_wire::{ApiError, ErrorCode, Secret};

use super::set_password::wrong_password;
use super::{Caller, User};
use crate::answer::Answer;
use crate::service::Service;

/// One address may have several people behind it.
const ACCOUNTS_AT_AN_ADDRESS: u32 = 4;
/// Passwords are tried for one account this much rarer than from one address: whoever guesses has many addresses.
const SHARE_OF_ONE_ACCOUNT: u32 = 12;

impl Service {
    /// Whether one more call may come from an address.
    ///
    /// # Errors
    ///
    /// The answer to give instead.
    pub fn check_address_rate(&self, address: &str) -> Result<(), Answer> {
        let limit = self
            .config()
            .requests_per_minute
            .saturating_mul(ACCOUNTS_AT_AN_ADDRESS);
        self.take("address", address, limit)
    }

    /// Whether one more call may come from an account.
    ///
    /// # Errors
    ///
    /// The answer to give instead.
    pub fn check_account_rate(&self, caller: Caller) -> Result<(), Answer> {
        let limit = self.config().requests_per_minute;
        self.take("account", &caller.user.to_string(), limit)
    }

    /// Whether one more request about accounts may come from an address.
    ///
    /// # Errors
    ///
    /// The answer to give instead.
    pub fn check_auth_rate(&self, purpose: &str, address: &str) -> Result<(), Answer> {
        self.take(purpose, address, self.config().auth_requests_per_minute)
    }

    /// Whether one more password may be tried for an account, whoever tries.
    pub(super) fn check_password_rate(&self, purpose: &str, account: &str) -> Result<(), Answer> {
        let limit = self.config().auth_requests_per_minute;
        self.take(purpose, account, limit.div_ceil(SHARE_OF_ONE_ACCOUNT))
    }

    /// Asks somebody who is signed in for their password again, as rarely as at a sign-in: a token that was stolen must
    /// not be a way to guess it.
    ///
    /// # Errors
    ///
    /// The answer to give instead: 403 `wrong_password` or 429.
    pub(super) fn check_password(&self, user: &User, password: &Secret) -> Result<(), Answer> {
        self.check_password_rate("password", &user.id.to_string())?;
        match self.hasher().verify(password, Some(&user.password)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Answer::refusal(&wrong_password())),
            Err(error) => Err(Answer::failure(&error)),
        }
    }

    fn take(&self, purpose: &str, name: &str, per_minute: u32) -> Result<(), Answer> {
        self.limiter()
            .take(&format!("{purpose} {name}"), per_minute, self.now())
            .map_err(|wait_s| {
                let message = "too many tries, please wait";
                Answer::refusal(&ApiError::new(ErrorCode::RateLimited, message)).retry_after(wait_s)
            })
    }
}
