//! Reminders by Web Push.

use lume_core::reminder::{SNOOZE_DAYS_MAX, TIMES_MAX};
use lume_wire::ErrorCode::{
    self, ApiKey, BadRequest, NotFound, TokenExpired, TooLarge, Unauthorized, UnsupportedMediaType,
    Upgrade, Validation,
};
use lume_wire::push::{ENDPOINT_BYTES_MAX, SUBSCRIPTIONS_MAX};
use serde_json::{Map, Value, json};

use super::{Operation, Security, data, no_content, reference, refusals};

const ANY: &[ErrorCode] = &[
    BadRequest,
    Unauthorized,
    TokenExpired,
    ApiKey,
    Upgrade,
    NotFound,
];
const BODY: &[ErrorCode] = &[TooLarge, UnsupportedMediaType, Validation];

pub(super) fn paths() -> Vec<(String, Value)> {
    vec![
        ("/api/v1/push/key".to_owned(), json!({ "get": key() })),
        (
            "/api/v1/push/subscription".to_owned(),
            json!({ "put": subscribe(), "delete": unsubscribe() }),
        ),
        (
            "/api/v1/reminders".to_owned(),
            json!({ "get": reminders(), "put": set_reminders() }),
        ),
    ]
}

fn operation(
    id: &'static str,
    summary: &'static str,
    security: Security,
    body: Option<&'static str>,
    success: (u16, Value),
) -> Value {
    let mut answers = vec![success];
    let codes = match (security, body) {
        (Security::Person, Some(_)) => [ANY, BODY].concat(),
        (Security::Person, None) => ANY.to_vec(),
        (Security::Nobody | Security::App, _) => vec![ApiKey, Upgrade, NotFound],
    };
    answers.extend(refusals(&codes));
    Operation {
        tag: "Reminders",
        id,
        summary,
        security,
        parameters: Vec::new(),
        body,
        answers,
    }
    .describe()
}

fn key() -> Value {
    operation(
        "pushKey",
        "The key that a browser subscribes with",
        Security::App,
        None,
        data(200, "The key.", &reference("PushKey")),
    )
}

fn subscribe() -> Value {
    operation(
        "subscribe",
        "Set where this session's device takes pushes. An endpoint is one device's: it is taken over from another session. \
         It ends with the session",
        Security::Person,
        Some("PushSubscription"),
        no_content("Pushes go there."),
    )
}

fn unsubscribe() -> Value {
    operation(
        "unsubscribe",
        "End pushes to this session's device",
        Security::Person,
        None,
        no_content("None go there."),
    )
}

fn reminders() -> Value {
    operation(
        "getReminders",
        "When the account is reminded",
        Security::Person,
        None,
        data(200, "What holds.", &reference("Reminders")),
    )
}

fn set_reminders() -> Value {
    operation(
        "setReminders",
        "Set when the account is reminded, on all of its devices that take pushes. A reminder is sent at most once, is not \
         made up for after half an hour, and says nothing but that it is time",
        Security::Person,
        Some("ReminderSchedule"),
        data(200, "What holds now.", &reference("Reminders")),
    )
}

pub(super) fn schemas() -> Map<String, Value> {
    let time = json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" });
    let moment = json!({ "type": ["string", "null"], "format": "date-time" });
    let schedule = json!({
        "type": "object",
        "required": ["times", "zone"],
        "properties": {
            "enabled": { "type": "boolean", "default": true },
            "times": {
                "type": "array", "items": time, "maxItems": TIMES_MAX,
                "description": "What clocks show. A time that they skip comes after the jump, one that they show twice once."
            },
            "days": {
                "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 7 },
                "default": [1, 2, 3, 4, 5, 6, 7], "description": "1 is Monday."
            },
            "zone": {
                "type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9/_+:-]+$",
                "description": "An IANA zone that the server knows."
            },
            "quiet": {
                "type": ["object", "null"], "required": ["from", "to"], "properties": { "from": time, "to": time },
                "description": "From one time to before another, over midnight where it ends before it begins: nothing is \
                    sent then."
            },
            "skip_if_logged": {
                "type": "boolean", "default": true,
                "description": "Whether none is sent on a day that has an entry already."
            },
            "snoozed_until": {
                "type": ["string", "null"], "format": "date-time",
                "description": format!("Nothing is sent before, and one reminder then; at most {SNOOZE_DAYS_MAX} days ahead.")
            }
        }
    });
    let mut shown = schedule.clone();
    shown["type"] = json!(["object", "null"]);
    shown["description"] = "Null where none was set yet.".into();
    let key = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+=*$" });
    let subscription = json!({
        "type": "object",
        "required": ["endpoint", "keys"],
        "description": format!(
            "As the browser's PushSubscription.toJSON() writes it. An account has up to {SUBSCRIPTIONS_MAX}; the oldest \
             makes room."
        ),
        "properties": {
            "endpoint": {
                "type": "string", "format": "uri", "maxLength": ENDPOINT_BYTES_MAX,
                "description": "With https, and on the internet at large."
            },
            "keys": {
                "type": "object", "required": ["p256dh", "auth"], "properties": { "p256dh": key, "auth": key }
            }
        }
    });
    Map::from_iter([
        (
            "PushKey".to_owned(),
            json!({
                "type": "object",
                "required": ["public_key"],
                "properties": {
                    "public_key": {
                        "type": "string", "description": "P-256, not compressed, in base64url: applicationServerKey."
                    }
                }
            }),
        ),
        ("PushSubscription".to_owned(), subscription),
        ("ReminderSchedule".to_owned(), schedule),
        (
            "Reminders".to_owned(),
            json!({
                "type": "object",
                "required": ["schedule", "next_at"],
                "properties": { "schedule": shown, "next_at": moment }
            }),
        ),
    ])
}
