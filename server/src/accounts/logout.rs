//! `POST /auth/logout`.

use lume_wire::Secret;
use lume_wire::mood::Fields;

use super::sessions::{self, unauthorized};
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
            let by_refresh = match (&by_access, &refresh) {
                (None, Some(refresh)) => sessions::find_by_refresh(transaction, refresh)?,
                (Some(_), _) | (None, None) => None,
            };
            let caller = by_access.map(|found| found.caller).or(by_refresh);
            let caller = caller.ok_or_else(unauthorized)?;
            sessions::revoke(transaction, caller.session, now)?;
            Ok(caller)
        });
        if let Ok(caller) = &result {
            self.hub().sessions_ended(caller.user);
        }
        let result = result.map(|_| Answer::no_content());
        result.into()
    }
}
