//! Reminders by Web Push, while the app is closed.
//!
//! A device subscribes with the server's key ([`keys`]) and hands in where it takes pushes ([`subscriptions`]); an account
//! has one schedule ([`reminders`]). What is due is taken out of the database and put into a queue in memory ([`queue`]),
//! from which it is sent ([`round`], [`send`]).
//!
//! A reminder is sent at most once: that it was given is committed before it is sent. A server that dies in between loses
//! it, where the other order would remind twice, and a person who has just noted something is not to be asked again. For
//! the same reason nothing is sent again whose outcome is not known.
//!
//! What it deliberately does not do: a push carries no word, mood or count, only that it is time; endpoints and keys are
//! never logged; nothing is sent to addresses within a private network, which anybody could otherwise reach through the
//! server.

mod address;
mod endpoint;
mod keys;
mod queue;
mod reminders;
mod round;
mod send;
mod subscriptions;
mod zones;

use lume_core::validate::FieldErrors;
use lume_wire::{ApiError, ErrorCode};

use self::queue::Queue;
use self::send::Sender;
use self::zones::Zones;
use crate::config::PushConfig;
use crate::error::ServerError;

pub(crate) use keys::VapidKey;
pub use round::send_reminders;

/// What pushing keeps in memory.
pub(crate) struct Push {
    config: PushConfig,
    key: VapidKey,
    zones: Zones,
    queue: Queue,
    sender: Sender,
    /// Told when a schedule changes, since its next reminder may come before what is waited for.
    changed: tokio::sync::Notify,
}

impl Push {
    pub(crate) fn new(config: PushConfig, key: VapidKey) -> Self {
        Self {
            sender: Sender::new(config.private_addresses),
            config,
            key,
            zones: Zones::new(),
            queue: Queue::default(),
            changed: tokio::sync::Notify::new(),
        }
    }

    /// Whether reminders are sent at all.
    pub(crate) fn is_on(&self) -> bool {
        self.config.enabled
    }

    /// Ends when a schedule has changed.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn assert_on(&self) -> Result<(), ServerError> {
        if self.is_on() {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::NotFound, "this server sends no reminders").into())
    }
}

fn invalid(problems: &FieldErrors) -> ApiError {
    let error = ApiError::new(ErrorCode::Validation, "some fields are not right");
    problems.iter().fold(error, |error, (field, code)| {
        error.with_field(field, code.as_str())
    })
}
