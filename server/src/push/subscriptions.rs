//! `GET /push/key`, `PUT` and `DELETE /push/subscription`: where devices take pushes.

use base64ct::{Base64Url, Base64UrlUnpadded, Encoding as _};
use lume_core::ids::UserId;
use lume_core::time::Timestamp;
use lume_core::validate::{FieldCode, FieldErrors};
use lume_wire::mood::Fields;
use lume_wire::push::{AUTH_BYTES, P256DH_BYTES, PushKey, SUBSCRIPTIONS_MAX};
use rusqlite::{Transaction, params};
use serde_json::Value;
use web_push_native::p256::PublicKey;

use super::endpoint::Endpoint;
use super::invalid;
use crate::accounts::Caller;
use crate::answer::Answer;
use crate::error::ServerError;
use crate::service::Service;

/// A subscription that was found good.
pub(super) struct Found {
    pub(super) endpoint: Endpoint,
    pub(super) p256dh: Vec<u8>,
    pub(super) auth: Vec<u8>,
}

impl Service {
    /// The public key that devices subscribe with: 200; 404 where the server sends nothing.
    pub fn push_key(&self) -> Answer {
        let push = self.push();
        let key = push.assert_on().map(|()| {
            let public_key = push.key.public().to_owned();
            Answer::ok(200, PushKey { public_key })
        });
        key.into()
    }

    /// Sets where the caller's device takes pushes: 204, again with the same one as well. An endpoint that another session
    /// had is this one's from now on, since it is one device; the oldest of too many goes. 422 names the fields that are
    /// not right.
    pub fn subscribe(&self, caller: Caller, body: &Fields) -> Answer {
        self.try_subscribe(caller, body).into()
    }

    fn try_subscribe(&self, caller: Caller, body: &Fields) -> Result<Answer, ServerError> {
        let push = self.push();
        push.assert_on()?;
        let found =
            read(body, push.config.private_addresses).map_err(|problems| invalid(&problems))?;
        let now = self.now();
        self.commit(caller, |transaction| {
            store(transaction, caller, &found, now)?;
            Ok(Answer::no_content())
        })
    }

    /// Ends pushes to the caller's device: 204, also where there were none.
    pub fn unsubscribe(&self, caller: Caller) -> Answer {
        let answer = self.commit(caller, |transaction| {
            transaction
                .prepare_cached("DELETE FROM push_subscriptions WHERE session_id = ?1")?
                .execute([caller.session])?;
            Ok(Answer::no_content())
        });
        answer.into()
    }
}

fn read(body: &Fields, private_allowed: bool) -> Result<Found, FieldErrors> {
    let mut problems = FieldErrors::default();
    let mut text = |field: &str, value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            problems.add(field, FieldCode::Invalid);
            None
        }
        None => {
            problems.add(field, FieldCode::Required);
            None
        }
    };
    let keys = body.get("keys");
    let endpoint = text("endpoint", body.get("endpoint"));
    let p256dh = text("keys.p256dh", keys.and_then(|keys| keys.get("p256dh")));
    let auth = text("keys.auth", keys.and_then(|keys| keys.get("auth")));
    let endpoint = endpoint.map(|text| Endpoint::read(&text, private_allowed));
    let p256dh = p256dh.map(|text| {
        let bytes = decode(&text).filter(|bytes| bytes.len() == P256DH_BYTES)?;
        PublicKey::from_sec1_bytes(&bytes).ok().map(|_| bytes)
    });
    let auth = auth.map(|text| decode(&text).filter(|bytes| bytes.len() == AUTH_BYTES));
    if let (Some(Some(endpoint)), Some(Some(p256dh)), Some(Some(auth))) =
        (endpoint.clone(), p256dh.clone(), auth.clone())
    {
        return Ok(Found {
            endpoint,
            p256dh,
            auth,
        });
    }
    for (field, is_wrong) in [
        ("endpoint", endpoint.is_some_and(|found| found.is_none())),
        ("keys.p256dh", p256dh.is_some_and(|found| found.is_none())),
        ("keys.auth", auth.is_some_and(|found| found.is_none())),
    ] {
        if is_wrong {
            problems.add(field, FieldCode::Invalid);
        }
    }
    Err(problems)
}

/// Browsers leave the padding out, and some libraries put it in.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.ends_with('=') {
        Base64Url::decode_vec(text).ok()
    } else {
        Base64UrlUnpadded::decode_vec(text).ok()
    }
}

fn store(
    transaction: &Transaction<'_>,
    caller: Caller,
    found: &Found,
    now: Timestamp,
) -> Result<(), ServerError> {
    let endpoint = found.endpoint.as_string();
    transaction
        .prepare_cached("DELETE FROM push_subscriptions WHERE session_id = ?1 OR endpoint = ?2")?
        .execute(params![caller.session, endpoint])?;
    transaction
        .prepare_cached(
            "INSERT INTO push_subscriptions (endpoint, session_id, p256dh, auth, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            endpoint,
            caller.session,
            found.p256dh,
            found.auth,
            now.as_millis()
        ])?;
    transaction
        .prepare_cached(
            "DELETE FROM push_subscriptions WHERE endpoint IN (
                 SELECT p.endpoint FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id
                 WHERE s.user_id = ?1 AND p.session_id <> ?2
                 ORDER BY p.updated_ms DESC, p.session_id DESC LIMIT -1 OFFSET ?3)",
        )?
        .execute(params![
            caller.user.to_string(),
            caller.session,
            SUBSCRIPTIONS_MAX - 1
        ])?;
    Ok(())
}

/// The subscriptions of an account. One that can no longer be read, since what is allowed has changed, is passed over.
pub(super) fn of_account(
    transaction: &Transaction<'_>,
    user: UserId,
    private_allowed: bool,
) -> Result<Vec<Found>, ServerError> {
    let mut statement = transaction.prepare_cached(
        "SELECT p.endpoint, p.p256dh, p.auth FROM push_subscriptions p JOIN sessions s ON s.id = p.session_id
         WHERE s.user_id = ?1 AND s.revoked_ms IS NULL ORDER BY p.session_id",
    )?;
    let rows = statement.query_map([user.to_string()], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
    })?;
    let mut all = Vec::new();
    for row in rows {
        let (endpoint, p256dh, auth) = row?;
        if let Some(endpoint) = Endpoint::read(&endpoint, private_allowed) {
            all.push(Found {
                endpoint,
                p256dh,
                auth,
            });
        }
    }
    Ok(all)
}

/// Forgets an endpoint of which the push service says that it is no more.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    endpoint: &Endpoint,
) -> Result<(), ServerError> {
    transaction
        .prepare_cached("DELETE FROM push_subscriptions WHERE endpoint = ?1")?
        .execute([endpoint.as_string()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(body: &Value) -> Vec<(String, &'static str)> {
        let fields = body.as_object().unwrap();
        let problems = read(fields, false).err().unwrap_or_default();
        problems
            .iter()
            .map(|(field, code)| (field.to_owned(), code.as_str()))
            .collect()
    }

    fn good() -> Value {
        json!({
            "endpoint": "https://push.example/x",
            "expirationTime": null,
            "keys": {
                // The example of RFC 8291, section 5.
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg"
            }
        })
    }

    #[test]
    fn a_subscription_is_taken_as_a_browser_writes_it_with_padding_or_without() {
        assert!(problems(&good()).is_empty());
        let mut padded = good();
        padded["keys"]["auth"] = "BTBZMqHH6r4Tts7J_aSIgg==".into();
        assert!(problems(&padded).is_empty());
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        let named = |field: &str, code: &'static str| vec![(field.to_owned(), code)];
        for (pointer, value, expected) in [
            (
                "/endpoint",
                json!("http://push.example/x"),
                named("endpoint", "invalid"),
            ),
            ("/endpoint", json!(5), named("endpoint", "invalid")),
            ("/keys/auth", json!("AAAA"), named("keys.auth", "invalid")),
            ("/keys/auth", json!("!"), named("keys.auth", "invalid")),
            (
                "/keys/p256dh",
                json!("B".repeat(87)),
                named("keys.p256dh", "invalid"),
            ),
        ] {
            let mut body = good();
            *body.pointer_mut(pointer).unwrap() = value;
            assert_eq!(problems(&body), expected, "{pointer}");
        }
        let all = [("endpoint"), ("keys.auth"), ("keys.p256dh")];
        assert_eq!(
            problems(&json!({})),
            all.map(|field| (field.to_owned(), "required"))
        );
    }
}
