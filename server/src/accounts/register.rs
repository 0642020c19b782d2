//! `POST /auth/register`.

use lume_core::ids::UserId;
use lume_core::time::Timestamp;
use lume_wire::auth::SessionAnswer;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode, Secret};
use rusqlite::params;

use super::fields::{AccountFields, check_age, today};
use super::{email_key, find_by_email, sessions};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Service;

struct Registration {
    email: String,
    password: Secret,
    name: String,
    date_of_birth: String,
    device: Option<String>,
}

impl Service {
    /// Makes an account and its first session: 201; 409 `email_taken`; 400 `too_young`; 422 with the fields at fault.
    pub fn register(&self, body: &Fields) -> Answer {
        self.try_register(body).into()
    }

    fn try_register(&self, body: &Fields) -> Result<Answer, ServerError> {
        let now = self.now();
        let wanted = read(body, now)?;
        let password = self.hasher().hash(&wanted.password, self.world())?;
        let user: UserId = crate::ids::draw_uuid(self.world());
        self.database().write(|transaction| {
            if find_by_email(transaction, &wanted.email)?.is_some() {
                return Err(email_taken().into());
            }
            transaction.execute(
                "INSERT INTO users (id, email, email_key, name, date_of_birth, password_salt, password_hash,
                     password_cost, created_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    user.to_string(),
                    wanted.email,
                    email_key(&wanted.email),
                    wanted.name,
                    wanted.date_of_birth,
                    password.salt,
                    password.hash,
                    password.cost,
                    now.as_millis()
                ],
            )?;
            let device = wanted.device.as_deref();
            let tokens =
                sessions::open(transaction, user, device, self.world(), self.config(), now)?;
            let session = SessionAnswer {
                user_id: user,
                email: wanted.email,
                name: wanted.name,
                created_at: Some(now),
                tokens,
            };
            Ok(Answer::ok(201, session))
        })
    }
}

fn read(body: &Fields, now: Timestamp) -> Result<Registration, ApiError> {
    let mut fields = AccountFields::new(body);
    let email = fields.email();
    let password = fields.new_password("password");
    let name = fields.name();
    let born = fields.date_of_birth(today(now));
    let device = fields.device();
    fields.finish()?;
    match (email, password, name, born) {
        (Some(email), Some(password), Some(name), Some(born)) => {
            check_age(born, today(now))?;
            Ok(Registration {
                email,
                password,
                name,
                date_of_birth: born.to_string(),
                device,
            })
        }
        _ => unreachable!("a field that could not be read is a problem"),
    }
}

pub(super) fn email_taken() -> ApiError {
    ApiError::new(ErrorCode::EmailTaken, "this email has an account already")
        .with_field("email", "taken")
}
