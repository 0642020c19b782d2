//! Reminders by Web Push: the server's key, a device's subscription, and the schedule.
//!
//! A device asks for the key, has its browser subscribe with it, and hands in what it got ([`Subscription`]); the account
//! has one [`Schedule`] for all of its devices. A push carries a [`PushMessage`] and nothing of what a person wrote.

use std::fmt;

use lume_core::reminder::Schedule;
use lume_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most subscriptions of an account; beyond that the oldest goes.
pub const SUBSCRIPTIONS_MAX: u32 = 20;
/// Most bytes of an endpoint's address.
pub const ENDPOINT_BYTES_MAX: usize = 2_048;
/// Bytes of a subscription's public key, not compressed.
pub const P256DH_BYTES: usize = 65;
/// Bytes of a subscription's secret.
pub const AUTH_BYTES: usize = 16;

/// Data of `GET /push/key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushKey {
    /// The server's public key (P-256, not compressed) in base64url without padding: `applicationServerKey`.
    pub public_key: String,
}

/// Body of `PUT /push/subscription`, as `PushSubscription.toJSON()` writes it. Whoever knows it can send to the device, so
/// that its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where the device's push service takes messages.
    pub endpoint: String,
    /// What messages are encrypted with.
    pub keys: SubscriptionKeys,
}

/// The keys of a subscription.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionKeys {
    /// The device's public key (P-256, not compressed) in base64url.
    pub p256dh: String,
    /// A secret of [`AUTH_BYTES`] bytes in base64url.
    pub auth: String,
}

/// Data of `GET /reminders` and `PUT /reminders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// What was chosen; `None` where nothing was yet.
    pub schedule: Option<Schedule>,
    /// When the next reminder is due, unless something is noted before.
    pub next_at: Option<Timestamp>,
}

/// What a push says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PushMessage {
    /// It is time to note something.
    Reminder,
    /// One that this version does not know; to be passed over.
    #[serde(other)]
    Other,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Subscription(..)")
    }
}

impl fmt::Debug for SubscriptionKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SubscriptionKeys(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_says_its_type_and_nothing_else() {
        let message = serde_json::to_string(&PushMessage::Reminder).unwrap();
        assert_eq!(message, r#"{"type":"reminder"}"#);
        let other: PushMessage = serde_json::from_str(r#"{"type": "greeting"}"#).unwrap();
        assert_eq!(other, PushMessage::Other);
    }

    #[test]
    fn a_subscription_is_read_as_a_browser_writes_it_and_never_shown() {
        let browser = r#"{"endpoint": "https://push.example/secret", "expirationTime": null,
            "keys": {"p256dh": "the public one", "auth": "the secret one"}}"#;
        let subscription: Subscription = serde_json::from_str(browser).unwrap();
        assert_eq!(subscription.endpoint, "https://push.example/secret");
        let shown = format!("{subscription:?} {:?}", subscription.keys);
        assert!(
            !shown.contains("secret") && !shown.contains("public"),
            "{shown}"
        );
    }
}
