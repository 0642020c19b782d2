//! `POST /auth/login`.

use lume_core::time::Timestamp;
use lume_wire::auth::SessionAnswer;
use lume_wire::mood::Fields;
use lume_wire::{ApiError, ErrorCode};

use super::fields::AccountFields;
use super::{email_key, find_by_email, find_by_id, sessions};
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Service;

impl Service {
    /// Begins a session: 200; 401 where email and password do not belong together, at equal cost for an unknown email.
    pub fn login(&self, body: &Fields) -> Answer {
        self.try_login(body).into()
    }

    fn try_login(&self, body: &Fields) -> Result<Answer, ServerError> {
        let mut fields = AccountFields::new(body);
        let (email, password) = (fields.address("email"), fields.secret("password"));
        let device = fields.device();
        fields.finish()?;
        let (Some(email), Some(password)) = (email, password) else {
            unreachable!("a field that could not be read is a problem")
        };

        let now = self.now();
        if let Err(wait) = self.check_password_rate("login", &email_key(&email)) {
            return Ok(wait);
        }
        let user = self
            .database()
            .read(|transaction| find_by_email(transaction, &email))?;
        if !self
            .hasher()
            .verify(&password, user.as_ref().map(|user| &user.password))?
        {
            return Err(wrong_pair().into());
        }
        let Some(user) = user else {
            return Err(wrong_pair().into());
        };
        self.database().write(|transaction| {
            // The account may have been deleted, or its password changed, while the password was verified.
            match find_by_id(transaction, user.id)? {
                Some(present) if present.password.hash == user.password.hash => {}
                Some(_) | None => return Err(wrong_pair().into()),
            }
            let device = device.as_deref();
            let tokens = sessions::open(
                transaction,
                user.id,
                device,
                self.world(),
                self.config(),
                now,
            )?;
            let session = SessionAnswer {
                user_id: user.id,
                email: user.email,
                name: user.name,
                created_at: Some(Timestamp::from_millis(user.created_ms)),
                tokens,
            };
            Ok(Answer::ok(200, session))
        })
    }
}

fn wrong_pair() -> ApiError {
    ApiError::new(
        ErrorCode::Unauthorized,
        "email and password do not belong together",
    )
}
