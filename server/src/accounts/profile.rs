//! `GET` and `PUT /users/me`.

use lume_core::time::Timestamp;
use lume_wire::auth::Profile;
use lume_wire::mood::Fields;
use rusqlite::params;

use super::fields::{AccountFields, check_age, today};
use super::register::email_taken;
use super::sessions::unauthorized;
use super::set_password::wrong_password;
use super::{Caller, User, email_key, find_by_email, find_by_id};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::{Change, Service};

impl Service {
    /// The caller's profile.
    pub fn profile(&self, caller: Caller) -> Answer {
        let result = self.database().read(|transaction| {
            let user = find_by_id(transaction, caller.user)?.ok_or_else(unauthorized)?;
            Ok(Answer::ok(200, shown(user)?))
        });
        result.into()
    }

    /// Changes what the body names: 200 with the profile. Another email wants the password as well: 403
    /// `wrong_password` without it, 409 `email_taken` where it has an account.
    pub fn update_profile(&self, caller: Caller, body: &Fields) -> Answer {
        self.try_update_profile(caller, body).into()
    }

    fn try_update_profile(&self, caller: Caller, body: &Fields) -> Result<Answer, ServerError> {
        let today = today(self.now());
        let mut fields = AccountFields::new(body);
        let name = fields.has("name").then(|| fields.name()).flatten();
        let email = fields.has("email").then(|| fields.email()).flatten();
        let born = fields
            .has("date_of_birth")
            .then(|| fields.date_of_birth(today))
            .flatten();
        let password = fields
            .has("password")
            .then(|| fields.secret("password"))
            .flatten();
        fields.finish()?;
        if let Some(born) = born {
            check_age(born, today)?;
        }

        let user = self
            .database()
            .read(|transaction| find_by_id(transaction, caller.user))?;
        let user = user.ok_or_else(unauthorized)?;
        let new_address = email
            .as_ref()
            .is_some_and(|email| email_key(email) != email_key(&user.email));
        if new_address {
            let given = password.ok_or_else(wrong_password)?;
            if let Err(refused) = self.check_password(&user, &given) {
                return Ok(refused);
            }
        }
        let change = Change { caller, key: None };
        Ok(self.change(&change, |transaction| {
            if let Some(email) = &email
                && find_by_email(transaction, email)?.is_some_and(|other| other.id != caller.user)
            {
                return Err(email_taken().into());
            }
            transaction.execute(
                "UPDATE users SET name = coalesce(?2, name), email = coalesce(?3, email),
                     email_key = coalesce(?4, email_key), date_of_birth = coalesce(?5, date_of_birth)
                 WHERE id = ?1",
                params![
                    caller.user.to_string(),
                    name,
                    email,
                    email.as_deref().map(email_key),
                    born.map(|born| born.to_string())
                ],
            )?;
            let user = find_by_id(transaction, caller.user)?.ok_or_else(unauthorized)?;
            Ok(Answer::ok(200, shown(user)?))
        }))
    }
}

fn shown(user: User) -> Result<Profile, ServerError> {
    Ok(Profile {
        user_id: user.id,
        email: user.email,
        name: user.name,
        date_of_birth: user
            .date_of_birth
            .parse()
            .map_err(|_| ServerError::Corrupt("date of birth"))?,
        created_at: Timestamp::from_millis(user.created_ms),
    })
}
