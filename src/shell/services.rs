//! The engine of the profile in use, and what belongs to its database.

use std::rc::Rc;

use lume_core::time::{LocalDateTime, Timestamp, ZoneName, local_at};
use lume_sync::ports::{Clock, Ports, Random};
use lume_sync::{Engine, EngineOptions, StoreError};
use lume_web::channel::{ChangeChannel, Hint};
use lume_web::clock::WebClock;
use lume_web::random::WebRandom;
use lume_web::registry::{ProfileEntry, Registry};
use lume_web::zone::WebZones;
use lume_web::{BrowserPorts, CallbackObserver, ProfileStore};

use crate::model::device_name::device_name;
use crate::shell::app_state::App;
use crate::shell::{lock, page, status};

/// The engine over a browser.
pub(crate) type AppEngine = Engine<BrowserPorts<CallbackObserver>>;

/// What belongs to one open profile.
pub(crate) struct Services {
    /// The profiles of this device.
    pub(crate) registry: Registry,
    /// The profile's name, which is its database's.
    pub(crate) database: String,
    /// Its engine.
    pub(crate) engine: Rc<AppEngine>,
    /// Tells the other tabs; `None` where the platform can't.
    channel: Option<ChangeChannel>,
}

impl Services {
    /// Opens a profile. Nothing is read yet.
    pub(crate) async fn open(
        app: App,
        registry: Registry,
        profile: &ProfileEntry,
    ) -> Result<Rc<Self>, StoreError> {
        let database = profile.name.clone();
        let observer = CallbackObserver::new(move |notice| status::hear(app, notice));
        let is_locked = lock::read(app, &registry).await?;
        let ring = lock::ring(app, is_locked);
        let ports = BrowserPorts::open(&registry, &database, ring, observer, move |notice| {
            status::hear_database(app, notice);
        })
        .await?;
        if let Some(key) = lock::key().filter(|_| is_locked) {
            // A profile that was made since the lock was set: nothing may be in the open there for a moment.
            ports.store().begin_sealing(key.id()).await?;
        }
        let options = EngineOptions {
            owner: random_name(),
            client_version: env!("CARGO_PKG_VERSION").to_owned(),
            device: Some(device_name(&page::user_agent())),
        };
        let channel = ChangeChannel::join(&database, move |hint| status::hear_tab(app, hint));
        Ok(Rc::new(Self {
            registry,
            engine: Rc::new(Engine::new(ports, options)),
            channel,
            database,
        }))
    }

    /// Tells the other tabs that something has changed, be it entries, the mode or who is signed in.
    pub(crate) fn announce(&self) {
        self.hint(Hint::Changed);
    }

    /// Tells the other tabs something.
    pub(crate) fn hint(&self, hint: Hint) {
        if let Some(channel) = &self.channel {
            channel.announce(hint);
        }
    }

    /// The profile's database behind the app lock.
    pub(crate) fn store(&self) -> &ProfileStore {
        self.engine.ports().store()
    }

    /// Stops what is on its way to the backend.
    pub(crate) fn stop(&self) {
        self.engine.ports().transport().stop_all();
    }

    /// Closes the database's connection.
    pub(crate) fn close(&self) {
        self.stop();
        self.store().inner().connection().close();
    }
}

fn random_name() -> String {
    lume_core::ids::DeviceId::from_random_bytes(WebRandom.bytes()).to_string()
}

/// A new entity's id.
pub(crate) fn new_entity_id() -> lume_core::ids::EntityId {
    lume_core::ids::EntityId::from_random_bytes(WebRandom.bytes())
}

/// The wall clock.
pub(crate) fn now() -> Timestamp {
    WebClock.now()
}

thread_local! {
    static ZONES: WebZones = WebZones::default();
}

/// Calls with the browser's rules of time zones.
pub(crate) fn with_zones<T>(call: impl FnOnce(&WebZones) -> T) -> T {
    ZONES.with(call)
}

/// The zone that the device is in now.
pub(crate) fn zone() -> ZoneName {
    with_zones(WebZones::current)
}

/// What clocks in a zone show at an instant; in UTC if the browser does not know the zone.
pub(crate) fn local_time(at: Timestamp, zone: &ZoneName) -> LocalDateTime {
    with_zones(|zones| local_at(zones, zone, at))
        .unwrap_or_else(|_| at.to_local(lume_core::time::UtcOffsetMinutes::ZERO))
}

/// What the clocks here show now.
pub(crate) fn local_now() -> LocalDateTime {
    local_time(now(), &zone())
}
