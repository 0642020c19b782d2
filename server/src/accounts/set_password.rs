//! `POST /auth/password`.

use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode};
use rusqlite::params;

use super::fields::AccountFields;
use super::sessions::{revoke_others, unauthorized};
use super::{Caller, find_by_id};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::{Change, Service};

impl Service {
    /// Changes the password and ends all other sessions: 204; 403 `wrong_password`; 422 where the new one is no good.
    pub fn set_password(&self, caller: Caller, body: &Fields) -> Answer {
        self.try_set_password(caller, body).into()
    }

    fn try_set_password(&self, caller: Caller, body: &Fields) -> Result<Answer, ServerError> {
        let mut fields = AccountFields::new(body);
        let (current, new) = (
            fields.secret("current_password"),
            fields.new_password("new_password"),
        );
        fields.finish()?;
        let (Some(current), Some(new)) = (current, new) else {
            unreachable!("a field that could not be read is a problem")
        };

        let user = self
            .database()
            .read(|transaction| find_by_id(transaction, caller.user))?;
        let user = user.ok_or_else(unauthorized)?;
        if let Err(refused) = self.check_password(&user, &current) {
            return Ok(refused);
        }
        let hashed = self.hasher().hash(&new, self.world())?;
        let now = self.now();
        let change = Change { caller, key: None };
        let answer = self.change(&change, |transaction| {
            transaction.execute(
                "UPDATE users SET password_salt = ?2, password_hash = ?3, password_cost = ?4 WHERE id = ?1",
                params![caller.user.to_string(), hashed.salt, hashed.hash, hashed.cost],
            )?;
            revoke_others(transaction, caller, now)?;
            Ok(Answer::no_content())
        });
        self.hub().sessions_ended(caller.user);
        Ok(answer)
    }
}

/// Not a 401: the session is good, and refreshing it would change nothing.
pub(super) fn wrong_password() -> ApiError {
    ApiError::new(ErrorCode::WrongPassword, "the password is not right")
        .with_field("password", "wrong")
}
