//! Hints that something changed: the messages of the WebSocket at `GET /live`.
//!
//! The app says [`LiveRequest::Hello`] first, within [`HELLO_SECONDS_MAX`]. From then on the server says [`LiveMessage::Changed`]:
//! once at the beginning, and after commits of the account, several of which may be one message. The messages carry no
//! data: the app asks for the changes. The connection belongs to the session and outlives the access token.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// How long the first message may take, in seconds.
pub const HELLO_SECONDS_MAX: u64 = 5;
/// Most bytes of a message.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024;
/// How often the server asks whether somebody is there, in seconds; who has not answered by the next time is gone.
pub const PING_SECONDS: u64 = 30;
/// Most connections of one account.
pub const CONNECTIONS_OF_ONE_ACCOUNT_MAX: usize = 20;

/// Close code: the server stops. Connect again after a while.
pub const CLOSE_GOING_AWAY: u16 = 1001;
/// Close code: too many messages.
pub const CLOSE_POLICY: u16 = 1008;
/// Close code: a message of more than [`MESSAGE_BYTES_MAX`].
pub const CLOSE_TOO_LARGE: u16 = 1009;
/// Close code: a failure of the server's. Connect again after a while.
pub const CLOSE_INTERNAL: u16 = 1011;
/// Close code: the first message was no [`LiveRequest::Hello`].
pub const CLOSE_BAD_HELLO: u16 = 4400;
/// Close code: no session, or not any more. The reason is an error code: `token_expired` asks for a refresh,
/// `unauthorized` for a sign-in.
pub const CLOSE_UNAUTHORIZED: u16 = 4401;
/// Close code: the first message did not come in time.
pub const CLOSE_HELLO_LATE: u16 = 4408;
/// Close code: the account has too many connections, or asks too often. Connect again after a while.
pub const CLOSE_TOO_MANY: u16 = 4429;

/// A message of the app's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveRequest {
    /// The first one.
    Hello {
        /// The session's access token.
        access_token: Secret,
    },
}

/// A message of the server's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// The account has changes up to here.
    Changed {
        /// Equal to the `next_cursor` of a reader that has read everything. Not a place to read on from.
        cursor: String,
    },
    /// One that this version does not know; to be passed over.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_form_of_the_contract() {
        let hello = LiveRequest::Hello {
            access_token: Secret::from("aaa"),
        };
        let written = serde_json::to_value(&hello).unwrap();
        assert_eq!(
            written,
            serde_json::json!({"type": "hello", "access_token": "aaa"})
        );
        assert!(
            serde_json::from_str::<LiveRequest>(r#"{"type": "bye", "access_token": "aaa"}"#)
                .is_err()
        );
        let changed = LiveMessage::Changed {
            cursor: "c".to_owned(),
        };
        let written = serde_json::to_value(&changed).unwrap();
        assert_eq!(
            written,
            serde_json::json!({"type": "changed", "cursor": "c"})
        );
    }

    #[test]
    fn a_message_this_version_does_not_know_is_no_error() {
        let message: LiveMessage =
            serde_json::from_str(r#"{"type": "greeting", "words": []}"#).unwrap();
        assert_eq!(message, LiveMessage::Other);
    }
}
