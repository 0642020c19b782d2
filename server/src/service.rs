//! The server without HTTP: what each call decides and stores.
//!
//! Every method blocks and answers with an [`Answer`], refusals included. The HTTP layer calls them on threads that
//! may block; a simulated network calls them directly, with a clock moved by hand and a database in memory.

use std::sync::Arc;

use lume_core::time::Timestamp;
use lume_wire::{Capabilities, Feature, headers};
use rusqlite::Transaction;

use crate::accounts::{Caller, PasswordHasher, assert_live};
use crate::answer::Answer;
use crate::changes::commit_no;
use crate::config::Config;
use crate::db::Database;
use crate::error::ServerError;
use crate::idempotency::InFlight;
use crate::live::Hub;
use crate::push::Push;
use crate::rate::RateLimiter;
use crate::world::World;

/// Everything a request needs.
pub struct Service {
    database: Database,
    world: Arc<dyn World>,
    config: Config,
    hasher: PasswordHasher,
    in_flight: InFlight,
    limiter: RateLimiter,
    hub: Hub,
    push: Push,
}

/// Who changes something, and under which key.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Who.
    pub caller: Caller,
    /// The idempotency key; a basic client sends none.
    pub key: Option<&'a str>,
}

impl Service {
    /// A server over a database.
    ///
    /// # Errors
    ///
    /// Where the cost of password hashing makes no sense.
    pub fn new(
        database: Database,
        world: Arc<dyn World>,
        config: Config,
    ) -> Result<Self, ServerError> {
        let hasher = PasswordHasher::new(config.password_cost, &*world)?;
        Ok(Self {
            push: Push::new(config.push.clone(), database.push_key().clone()),
            database,
            world,
            config,
            hasher,
            in_flight: InFlight::default(),
            limiter: RateLimiter::default(),
            hub: Hub::default(),
        })
    }

    /// How it was configured.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database, for maintenance and for looking at it in tests.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Who the server is and what it can do.
    pub fn capabilities(&self) -> Answer {
        let identity = self.database.identity();
        let mut features = vec![
            Feature::Batch,
            Feature::Changes,
            Feature::Live,
            Feature::Conditional,
            Feature::Consultations,
            Feature::History,
            Feature::Bin,
            Feature::MoodDefs,
        ];
        if self.push.is_on() {
            features.push(Feature::Push);
        }
        Answer::ok(
            200,
            Capabilities {
                server_id: identity.server_id.clone(),
                server_epoch: identity.server_epoch.clone(),
                protocol: headers::PROTOCOL_VERSION,
                features,
            },
        )
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub(crate) fn world(&self) -> &dyn World {
        &*self.world
    }

    pub(crate) fn hasher(&self) -> &PasswordHasher {
        &self.hasher
    }

    pub(crate) fn limiter(&self) -> &RateLimiter {
        &self.limiter
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(crate) fn push(&self) -> &Push {
        &self.push
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    /// Runs a change of the caller's data with its key taken until the commit.
    pub(crate) fn change(
        &self,
        change: &Change<'_>,
        work: impl FnOnce(&Transaction<'_>) -> Result<Answer, ServerError>,
    ) -> Answer {
        let working = change
            .key
            .map(|key| self.in_flight.enter(change.caller.user, key))
            .transpose();
        let _working = match working {
            Ok(working) => working,
            Err(refused) => return Answer::refusal(&refused).retry_after(1),
        };
        self.commit(change.caller, work).into()
    }

    /// Runs a change of the caller's data: the session looked at again within the transaction, so that nothing is written
    /// after a sign-out, and whoever listens told once it is on the disk.
    pub(crate) fn commit(
        &self,
        caller: Caller,
        work: impl FnOnce(&Transaction<'_>) -> Result<Answer, ServerError>,
    ) -> Result<Answer, ServerError> {
        let (answer, commit_no) = self.database.write(|transaction| {
            assert_live(transaction, caller)?;
            let answer = work(transaction)?;
            Ok((answer, commit_no(transaction, caller.user)?))
        })?;
        if let Some(commit_no) = commit_no {
            self.hub.committed(caller.user, commit_no);
        }
        Ok(answer)
    }

    /// Takes a key as a request does, so that a test can look at a second one meanwhile.
    ///
    /// # Errors
    ///
    /// Where it is taken.
    pub fn hold_key(
        &self,
        user: lume_core::ids::UserId,
        key: &str,
    ) -> Result<impl Drop + use<>, lume_wire::ApiError> {
        self.in_flight.enter(user, key)
    }
}
