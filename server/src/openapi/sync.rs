//! Batches, the feed of changes, and the WebSocket that tells of them.

use lume_wire::ErrorCode::{
    self, ApiKey, BadRequest, Csrf, RateLimited, Resync, TokenExpired, TooLarge, Unauthorized,
    Unavailable, UnsupportedMediaType, Upgrade,
};
use lume_wire::changes::CHANGES_LIMIT_MAX;
use serde_json::{Value, json};

use super::{Operation, Security, data, query, reference, refusals, with_headers};

const ANY: &[ErrorCode] = &[BadRequest, Unauthorized, TokenExpired, ApiKey, Upgrade];

pub(super) fn paths() -> Vec<(String, Value)> {
    vec![
        (
            "/api/v1/events:batch".to_owned(),
            json!({ "post": batch() }),
        ),
        ("/api/v1/changes".to_owned(), json!({ "get": changes() })),
        ("/api/v1/live".to_owned(), json!({ "get": live() })),
    ]
}

fn batch() -> Value {
    let mut answers = vec![data(
        200,
        "What became of each event, in order.",
        &reference("BatchResults"),
    )];
    answers.extend(refusals(&[ANY, &[TooLarge, UnsupportedMediaType]].concat()));
    Operation {
        tag: "Sync",
        id: "sendBatch",
        summary: "Many changes at once, each as by its own request with its event_id as the Idempotency-Key; at most 60 KiB",
        security: Security::Person,
        parameters: Vec::new(),
        body: Some("Batch"),
        answers,
    }
    .describe()
}

fn changes() -> Value {
    let limit = json!({
        "type": "integer", "minimum": 1, "maximum": CHANGES_LIMIT_MAX, "default": CHANGES_LIMIT_MAX
    });
    let mut answers = vec![data(200, "The page.", &reference("ChangesPage"))];
    answers.extend(refusals(&[ANY, &[Resync]].concat()));
    Operation {
        tag: "Sync",
        id: "listChanges",
        summary: "What changed since a cursor, in commit order, each entity once as it is now",
        security: Security::Person,
        parameters: vec![
            query(
                "cursor",
                &json!({ "type": "string" }),
                "The next_cursor of the page before; without one, from the beginning. One that is too old, or not this \
                 database's, is answered with resync: begin again without one, and look at server_epoch. The error's \
                 field cursor is too_old where what the feed lacks was deleted, and ahead or unknown where the database \
                 was replaced.",
            ),
            query("limit", &limit, "How many."),
        ],
        body: None,
        answers,
    }
    .describe()
}

/// The token is the first message, so that neither a header nor the address has it.
fn live() -> Value {
    let opened = json!({
        "description": "A WebSocket. The first message is the client's, within 5 seconds: \
            {\"type\": \"hello\", \"access_token\": …}. The server then says {\"type\": \"changed\", \"cursor\": …} once, \
            and after commits of the account; the cursor equals the next_cursor of a reader that has read everything. \
            Close codes: 4401 no session, with unauthorized or token_expired as the reason; 4400 no hello; 4408 hello \
            too late; 4429 too many connections of the account; 1008 too many messages; 1009 a message over 4 KiB; \
            1001 the server stops; 1011 a failure of the server's."
    });
    let mut answers = vec![(101, with_headers(opened))];
    answers.extend(refusals(&[BadRequest, Csrf, RateLimited, Unavailable]));
    Operation {
        tag: "Sync",
        id: "live",
        summary: "Be told when there are changes",
        security: Security::Nobody,
        parameters: Vec::new(),
        body: None,
        answers,
    }
    .describe()
}
