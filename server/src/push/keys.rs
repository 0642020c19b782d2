//! The server's key pair, by which push services know that a message comes from the server that a device subscribed to
//! (VAPID, RFC 8292). It is drawn when a database is first opened and stays in it: another key would end every
//! subscription.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use lume_core::time::{HOUR_MS, SECOND_MS, Timestamp};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use crate::error::ServerError;
use crate::world::World;

/// How long a signature holds; at most a day is allowed.
const SIGNATURE_MS: i64 = 12 * HOUR_MS;
/// The key's row in the table `server`.
const NAME: &str = "push_key";
/// Draws until one is a key; one in 2³² is none.
const DRAWS_MAX: usize = 8;

/// The key pair. Its `Debug` shows the public half only.
#[derive(Clone)]
pub(crate) struct VapidKey {
    private: SigningKey,
    public: String,
}

impl VapidKey {
    /// Reads the key from the database, or draws it and keeps it there.
    ///
    /// # Errors
    ///
    /// The database's.
    pub(crate) fn of(writer: &Connection, world: &dyn World) -> Result<Self, ServerError> {
        let query = "SELECT value FROM server WHERE name = ?1";
        let known: Option<String> = writer
            .query_row(query, [NAME], |row| row.get(0))
            .optional()?;
        let corrupt = || ServerError::Corrupt("push key");
        if let Some(text) = known {
            let bytes = Base64UrlUnpadded::decode_vec(&text).map_err(|_| corrupt())?;
            return Self::from_bytes(&bytes).ok_or_else(corrupt);
        }
        let drawn = (0..DRAWS_MAX).find_map(|_| Self::from_bytes(&world.random_bytes()));
        let drawn = drawn.ok_or_else(corrupt)?;
        let text = Base64UrlUnpadded::encode_string(&drawn.private.to_bytes());
        writer.execute(
            "INSERT INTO server (name, value) VALUES (?1, ?2)",
            params![NAME, text],
        )?;
        Ok(drawn)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let private = SigningKey::from_slice(bytes).ok()?;
        let public = private.verifying_key().to_encoded_point(false);
        Some(Self {
            public: Base64UrlUnpadded::encode_string(public.as_bytes()),
            private,
        })
    }

    /// The public key, not compressed, in base64url.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a push service.
    pub(crate) fn authorization(
        &self,
        origin: &str,
        contact: Option<&str>,
        now: Timestamp,
    ) -> String {
        let expires_s = now.plus_millis(SIGNATURE_MS).as_millis() / SECOND_MS;
        let mut claims = json!({ "aud": origin, "exp": expires_s });
        if let Some(contact) = contact {
            claims["sub"] = contact.into();
        }
        let part = |value: serde_json::Value| {
            Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
        };
        let signed = format!(
            "{}.{}",
            part(json!({ "alg": "ES256", "typ": "JWT" })),
            part(claims)
        );
        let signature: Signature = self.private.sign(signed.as_bytes());
        let signature = Base64UrlUnpadded::encode_string(&signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VapidKey({})", self.public)
    }
}
