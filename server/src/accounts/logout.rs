//! `POST /auth/logout`.

use lume_wire::Secret;
use lume_wire::mood::Fields;
use rusqlite::OptionalExtension;

use super::sessions::{self, unauthorized};
use super::tokens;
use crate::answer::Answer;
use crate::service::Service;

impl Service {
    /// Ends the session of an access token, even one that has expired, or else of the body's refresh token: 204, also
    /// where it is over already; 401 where neither is known.
    pub fn logout(&self, access: Option<&Secret>, body: &Fields) -> Answer {
        let refresh = body
            .get("refresh_token")
            .and_then(serde_json::Value::as_str)
            .map(Secret::from);
        let now = self.now();
        let result = self.database().write(|transaction| {
            let by_access = access
                .map(|token| sessions::find(transaction, token))
                .transpose()?
                .flatten();
            let mut session = by_access.map(|found| found.caller.session);
            if let (None, Some(refresh)) = (session, &refresh) {
                session = transaction
                    .prepare_cached("SELECT session_id FROM refresh_tokens WHERE hash = ?1")?
                    .query_row([tokens::hash(refresh)], |row| row.get(0))
                    .optional()?;
            }
            let Some(session) = session else {
                return Err(unauthorized().into());
            };
            sessions::revoke(transaction, session, now)?;
            Ok(Answer::no_content())
        });
        result.into()
    }
}
