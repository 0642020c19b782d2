//! `DELETE /users/me`.

use lume_wire::mood::Fields;

use super::fields::AccountFields;
use super::sessions::unauthorized;
use super::set_password::wrong_password;
use super::{Caller, find_by_id};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::{Change, Service};

impl Service {
    /// Removes the account and everything of it, stored answers included: 204; 403 `wrong_password`.
    pub fn delete_account(&self, caller: Caller, body: &Fields) -> Answer {
        self.try_delete_account(caller, body).into()
    }

    fn try_delete_account(&self, caller: Caller, body: &Fields) -> Result<Answer, ServerError> {
        let mut fields = AccountFields::new(body);
        let password = fields.secret("password");
        fields.finish()?;
        let user = self
            .database()
            .read(|transaction| find_by_id(transaction, caller.user))?;
        let user = user.ok_or_else(unauthorized)?;
        let password = password.ok_or_else(wrong_password)?;
        if let Err(refused) = self.check_password(&user, &password) {
            return Ok(refused);
        }
        let change = Change { caller, key: None };
        let answer = self.change(&change, |transaction| {
            // Every other table refers to the account and goes with it.
            transaction.execute("DELETE FROM users WHERE id = ?1", [caller.user.to_string()])?;
            Ok(Answer::no_content())
        });
        self.hub().sessions_ended(caller.user);
        // Deleted pages are overwritten, and older ones are still in the log.
        self.database().fold();
        Ok(answer)
    }
}
