//! Everything the engine is given, in a browser.

use lume_sync::ports::{Notice, Observer, Plain, Ports};
use lume_sync::sealed::SealedStore;
use lume_sync::store::StoreError;

use crate::clock::WebClock;
use crate::idb::{DatabaseNotice, IdbStore};
use crate::lock::WebKeyring;
use crate::locks::WebLocks;
use crate::random::WebRandom;
use crate::registry::Registry;
use crate::transport::FetchTransport;
use crate::vault::WebVault;

/// A profile's database behind the app lock.
pub type ProfileStore = SealedStore<IdbStore, WebKeyring>;

/// The engine's ports in a page or a worker, for one profile.
pub struct BrowserPorts<O> {
    store: ProfileStore,
    transport: FetchTransport,
    clock: WebClock,
    random: WebRandom,
    locks: WebLocks,
    sealer: Plain,
    vault: WebVault,
    observer: O,
}

impl<O: Observer> BrowserPorts<O> {
    /// The ports of the profile with this database, whose bodies go through this ring. `notice` hears what happens to the
    /// database's connection.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the registry, which holds the vault's key, can't be read or written.
    pub async fn open(
        registry: &Registry,
        database: &str,
        ring: WebKeyring,
        observer: O,
        notice: impl Fn(DatabaseNotice) + 'static,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            store: SealedStore::new(IdbStore::new(database, notice), ring),
            transport: FetchTransport::default(),
            clock: WebClock,
            random: WebRandom,
            locks: WebLocks::for_database(database),
            sealer: Plain,
            vault: WebVault::new(registry.vault_key().await?),
            observer,
        })
    }
}

impl<O: Observer> Ports for BrowserPorts<O> {
    type Store = ProfileStore;
    type Transport = FetchTransport;
    type Clock = WebClock;
    type Random = WebRandom;
    type Locks = WebLocks;
    type Sealer = Plain;
    type Vault = WebVault;
    type Observer = O;

    fn store(&self) -> &ProfileStore {
        &self.store
    }

    fn transport(&self) -> &FetchTransport {
        &self.transport
    }

    fn clock(&self) -> &WebClock {
        &self.clock
    }

    fn random(&self) -> &WebRandom {
        &self.random
    }

    fn locks(&self) -> &WebLocks {
        &self.locks
    }

    fn sealer(&self) -> &Plain {
        &self.sealer
    }

    fn vault(&self) -> &WebVault {
        &self.vault
    }

    fn observer(&self) -> &O {
        &self.observer
    }
}

/// An observer that calls a function.
pub struct CallbackObserver(Box<dyn Fn(&Notice)>);

impl CallbackObserver {
    /// Calls this function for every notice. It must not call back into the engine.
    pub fn new(callback: impl Fn(&Notice) + 'static) -> Self {
        Self(Box::new(callback))
    }
}

impl Observer for CallbackObserver {
    fn notice(&self, notice: &Notice) {
        (self.0)(notice);
    }
}
